using System.Globalization;
using System.Text.RegularExpressions;
using Google.Protobuf;
using Settlement.Wire.Agent;

namespace Settlement.Tests.Bank;

/// <summary>
/// Everything that the settlement agent receives in the course of one cycle of three banks, from banks and from the ledger, as a page that a person
/// can review. The bytes themselves go to the test's output.
/// </summary>
public sealed partial class CycleViewTests
{
    private static readonly string Page = Path.Combine(Unit.TestData.ProjectRoot, "tests", "Unit", "Bank", "agent-view-of-a-cycle.txt");

    [Fact]
    public void What_the_agent_receives_of_a_cycle_is_on_the_page_and_nothing_else()
    {
        using CycleWorld world = new CycleWorld().Owe(100_00, 70_00, 50_00);
        List<(string From, IMessage Message)> received = [];
        world.Banks.OnAgentRequest = request =>
        {
            received.Add((SaysNothing(request) ? "a bank that asks how the cycles stand" : "a bank", request));
            return request;
        };
        world.Banks.OnLedgerReply = (node, reply) =>
        {
            if (node == world.Banks.Agent) received.Add(("the ledger", reply));
            return reply;
        };
        world.PassUntil(world.OpenCycle(), CycleStage.Settled);

        foreach ((string from, IMessage message) in received)
            TestContext.Current.TestOutputHelper?.WriteLine($"{from}: {Convert.ToHexStringLower(message.ToByteArray())}");
        string[] told = [.. received.Select(static one => $"{one.From}: {Read(one.Message)}")];
        string[] page = [.. told.Where((line, i) => i == 0 || told[i - 1] != line)];
        Assert.True(File.Exists(Page) && File.ReadAllLines(Page).SequenceEqual(page), "The page should be:\n" + string.Join('\n', page));
    }

    private static bool SaysNothing(AgentRequest request) => request.Cycles is { StepCase: CycleCall.StepOneofCase.None };

    /// <summary>The message as text: of bytes their number, of the ledger's note its size alone.</summary>
    private static string Read(IMessage message) => Note().Replace(
        Bytes().Replace(message.ToString()!, static found => string.Create(CultureInfo.InvariantCulture, $"<{Convert.FromBase64String(found.Groups[1].Value).Length} bytes>")), "<a note of the ledger>");

    [GeneratedRegex("\"((?:[A-Za-z0-9+/]{4}){3,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?|(?:[A-Za-z0-9+/]{4}){2,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=))\"(?!:)")]
    private static partial Regex Bytes();

    [GeneratedRegex("\"[^\"]*\\\\n[^\"]*\"")]
    private static partial Regex Note();
}
