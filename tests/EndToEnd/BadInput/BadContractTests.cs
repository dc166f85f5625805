using System.Text.Json.Nodes;
using Settlement.Contracts;
using Settlement.Host.Commands;
using Settlement.Tests.EndToEnd.Host;
using Settlement.Tests.EndToEnd.Storage;

namespace Settlement.Tests.EndToEnd.BadInput;

/// <summary>Contracts with errors: the check names the place, and a bank whose configuration accepts one does not start.</summary>
public sealed class BadContractTests : IDisposable
{
    private readonly TestFolder folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    // Each replaces one part of the shipped contract.
    [Theory]
    [InlineData("move amount from", "move amounts from")]
    [InlineData("require amount > 0", "require amount > value_date")]
    [InlineData("-> Settled", "-> Nowhere")]
    [InlineData("agreed by payee", "agreed by nobody")]
    public async Task TheCheckNamesCodeLineAndPlace(string part, string replacement)
    {
        string file = Write(part, replacement, out int line);
        (int code, string output, _) = await SettlementProgram.RunAsync("contract", "check", file);
        Assert.Equal(ExitCodes.Refused, code);
        string[] lines = output.Split('\n');
        Assert.Matches("^error CD[0-9]{3}: ", lines[0]);
        Assert.Matches($"--> bad[.]contract:{line}:[0-9]+$", lines[1]);
        string source = (await File.ReadAllLinesAsync(file, Ct))[line - 1].Trim();
        int shown = Array.FindIndex(lines, text => text.Contains(source, StringComparison.Ordinal));
        Assert.True(shown >= 0, output);
        Assert.Contains("^", lines[shown + 1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task ABankThatAcceptsOneDoesNotStart()
    {
        string file = Write("move amount from", "move amounts from", out _);
        string configuration = Path.Combine(folder.Path, "bank.json");
        await File.WriteAllTextAsync(configuration, new JsonObject
        {
            ["role"] = "bank", ["network"] = "demo", ["participant"] = HostNetwork.BankA, ["name"] = "Bank", ["folder"] = "keys",
            ["accept"] = new JsonObject { ["contracts"] = new JsonArray("GrossPayment", Path.GetFileName(file)) },
        }.ToJsonString(), Ct);
        (int code, _, string error) = await SettlementProgram.RunAsync("run", "--config", configuration);
        Assert.Equal(ExitCodes.Unusable, code);
        Assert.Contains("HO003 accept.contracts[1]: ", error, StringComparison.Ordinal);
        Assert.Contains(file, error, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();

    private string Write(string part, string replacement, out int line)
    {
        string source = ContractLibrary.Load("GrossPayment").Source;
        int at = source.IndexOf(part, StringComparison.Ordinal);
        Assert.True(at >= 0, $"The contract has no '{part}'.");
        line = 1 + source.AsSpan(0, at).Count('\n');
        string file = Path.Combine(folder.Path, "bad.contract");
        File.WriteAllText(file, string.Concat(source.AsSpan(0, at), replacement, source.AsSpan(at + part.Length)));
        return file;
    }
}
