using Settlement.Tests.Simulation.Worlds;

namespace Settlement.Tests.Simulation.Tests;

/// <summary>
/// Invariants that cannot fail prove nothing. Each of these worlds is broken in one way that the machines rely on not to
/// happen, and some seed of a few must show it.
/// </summary>
public sealed class MutationTests(ITestOutputHelper output)
{
    private const ulong Seeds = 40;

    public static TheoryData<string> Broken => [.. Enum.GetValues<Mutation>().Where(m => m != Mutation.None).Select(m => m.ToString())];

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_broken_world_is_noticed(string name)
    {
        Mutation mutation = Enum.Parse<Mutation>(name);
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            World world = new(seed, mutation, change: mutation switch
            {
                Mutation.LegPaidTwice => Grouping,
                Mutation.SumAskedEarly or Mutation.SumForgotten or Mutation.CutAppliedTwice => Netting,
                _ => Crashing,
            });
            try
            {
                world.Run();
            }
            catch (Violation violation)
            {
                output.WriteLine($"{mutation}: seed {seed} at {world.Elapsed.TotalSeconds:F1} s: {violation.Message}");
                return;
            }
        }

        Assert.Fail($"{mutation} passed {Seeds} seeds unnoticed.");
    }

    [Fact]
    public void The_same_worlds_hold_when_nothing_is_broken()
    {
        for (ulong seed = 1; seed <= Seeds / 4; seed++) Simulations.Run(seed, Crashing);
    }

    // Where nodes die all the time, few groups are committed.
    private static Swarm Grouping(Swarm drawn) => new() { Groups = true, Banks = drawn.Banks };

    private static Swarm Netting(Swarm drawn) => new() { Cycles = true, Limit = 20_000, Banks = drawn.Banks };

    // What is broken shows where nodes die; a little of everything else stays as the seed drew it.
    private static Swarm Crashing(Swarm drawn) => drawn with
    {
        CrashBeforeCommitPerMille = 15, CrashAfterCommitPerMille = 15, CrashAmongEffectsPerMille = 15, LedgerCrashes = true,
        MessagesPerMinute = 60, Storm = TimeSpan.FromSeconds(40), LongestOutage = TimeSpan.FromSeconds(8),
    };
}
