using Settlement.Tests.Simulation.Worlds;

namespace Settlement.Tests.Simulation.Tests;

/// <summary>The sequencer is away for long while the other member has payments.</summary>
public sealed class TakeoverTests
{
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(40);

    [Fact]
    public void The_other_member_takes_over_and_its_payments_become_final()
    {
        int takeovers = 0;
        for (ulong seed = 1; seed <= 12; seed++)
        {
            World world = new(seed, change: Calm);
            // The first member of the terms is the sequencer of the first term: the bank that opened.
            world.After(TimeSpan.FromSeconds(25), () => world.Banks[0].Crash(Away));
            world.Run();
            if (world.Invariants.Log is { Takeovers: > 0, HeadsAfterTakeover: > 0 }) takeovers++;
        }

        // Where nothing was on its way when the sequencer died, nobody needs its office.
        Assert.True(takeovers >= 10, $"{takeovers} of 12 worlds saw a takeover");
    }

    [Fact]
    public void A_sequencer_that_is_cut_off_from_the_other_member_alone_loses_its_office_too()
    {
        int takeovers = 0;
        for (ulong seed = 1; seed <= 12; seed++)
        {
            World world = new(seed, change: Calm);
            world.After(TimeSpan.FromSeconds(25), () => world.Net.Cut(world.Banks[0], world.Banks[1], bothWays: true, Away));
            world.Run();
            if (world.Invariants.Log is { Takeovers: > 0, HeadsAfterTakeover: > 0 }) takeovers++;
        }

        Assert.True(takeovers >= 10, $"{takeovers} of 12 worlds saw a takeover");
    }

    private static Swarm Calm(Swarm drawn) => new()
    {
        Banks = 2, Storm = TimeSpan.FromSeconds(90), MessagesPerMinute = 60, Bank = drawn.Bank, Ledger = drawn.Ledger, Limit = drawn.Limit,
    };
}
