using System.Text.RegularExpressions;
using Settlement.Wire.Agent;

namespace Settlement.Tests.Bank;

/// <summary>What the settlement agent learns of a cycle: the graph and the nets, and of a single channel nothing.</summary>
public sealed partial class CyclePrivacyTests
{
    [Fact]
    public void The_agent_is_told_the_same_whatever_channels_owe_as_long_as_the_nets_are_the_same()
    {
        // Round the circle goes 37.00 more in the second world, which no net shows.
        IReadOnlyList<string> one = ToldOf(100_00, 70_00, 50_00), other = ToldOf(137_00, 107_00, 87_00);
        Assert.Equal(one, other);
        Assert.Contains(one, static told => told.Contains("\"netMinorUnits\": \"-5000\"", StringComparison.Ordinal));
        Assert.DoesNotContain(one.Concat(other), static told => told.Contains("10000", StringComparison.Ordinal) || told.Contains("13700", StringComparison.Ordinal) || told.Contains("10700", StringComparison.Ordinal));
    }

    [Fact]
    public void A_channel_that_owes_nothing_is_told_like_any_other()
    {
        IReadOnlyList<string> one = ToldOf(50_00, 50_00, 20_00), other = ToldOf(30_00, 30_00, 0);
        Assert.Equal(one.Count(static told => told.Contains("commitment", StringComparison.Ordinal)), other.Count(static told => told.Contains("commitment", StringComparison.Ordinal)));
        Assert.Equal(one.Where(static told => told.Contains("netMinorUnits", StringComparison.Ordinal)), other.Where(static told => told.Contains("netMinorUnits", StringComparison.Ordinal)));
    }

    [Fact]
    public void An_agent_that_has_other_salts_cannot_tell_a_cut_by_trying_amounts()
    {
        // The commitments of one amount in two worlds with other salts have nothing in common.
        Assert.NotEqual(CommitmentsOf(1), CommitmentsOf(2));
    }

    /// <summary>Everything that banks say to the agent in the cycle, in order, but for what is random or a hash.</summary>
    private static List<string> ToldOf(long alphaToBeta, long betaToGamma, long gammaToAlpha)
    {
        using CycleWorld world = new();
        if (gammaToAlpha > 0) world.Owe(alphaToBeta, betaToGamma, gammaToAlpha);
        else
        {
            world.Pay(world.Alpha, world.Beta, alphaToBeta);
            world.Pay(world.Beta, world.Gamma, betaToGamma);
            // As many batches as in the other world.
            world.Pay(world.Gamma, world.Alpha, 10_00);
            world.Pay(world.Alpha, world.Gamma, 10_00);
        }

        List<string> told = [];
        world.Banks.OnAgentRequest = request =>
        {
            if (request.Cycles is { StepCase: not CycleCall.StepOneofCase.None }) told.Add(Opaque().Replace(request.ToString(), "\"…\""));
            return request;
        };
        world.PassUntil(world.OpenCycle(), CycleStage.Settled);
        return told;
    }

    private static List<string> CommitmentsOf(long seed)
    {
        using CycleWorld world = new CycleWorld(seed).Owe(100_00, 70_00, 50_00);
        List<string> told = [];
        world.Banks.OnAgentRequest = request =>
        {
            if (request.Cycles?.Cuts is { } cuts) told.AddRange(cuts.Cuts.Select(static c => c.Commitment.ToBase64()));
            return request;
        };
        world.PassUntil(world.OpenCycle(), CycleStage.Settled);
        return told;
    }

    /// <summary>Bytes as the text form of a message has them, and the ledger's notes.</summary>
    [GeneratedRegex("\"(?:[A-Za-z0-9+/=]{16,}|settlement[^\"]*|[^\"]*\\\\n[^\"]*)\"")]
    private static partial Regex Opaque();
}
