using Settlement.Tests.Simulation.Worlds;

namespace Settlement.Tests.Simulation.Tests;

/// <summary>Worlds in which most is netted: less is lost than in others, so that rounds come to their end; SETTLEMENT_CYCLE_SEEDS names other seeds: "5000 100".</summary>
public sealed class CycleTests(ITestOutputHelper output)
{
    private const int SeedsOfRow = 10;
    private const int Rows = 1;
    private const ulong FirstSeed = 40_000;
    private const int Calm = 4;

    public static TheoryData<ulong> Ranges => Simulations.Rows("SETTLEMENT_CYCLE_SEEDS", FirstSeed, Rows, SeedsOfRow);

    [Theory]
    [MemberData(nameof(Ranges))]
    public void A_cycle_settles_for_everybody_or_for_nobody(ulong first)
    {
        List<string> failures = [];
        int settled = 0, moved = 0;
        for (ulong seed = first; seed < first + SeedsOfRow; seed++)
        {
            World world = new(seed, change: Netted);
            try
            {
                world.Run();
                settled += world.Invariants.Cycles.Settled;
                moved += world.Invariants.Cycles.Moved;
            }
            catch (Violation violation)
            {
                failures.Add($"seed {seed} at {world.Elapsed.TotalSeconds:F3} s: {violation.Message}");
            }
        }

        output.WriteLine($"{settled} cycles settled, {moved} sums moved");
        Assert.True(failures.Count == 0, string.Join('\n', failures));
        Assert.True(settled >= SeedsOfRow / 2 && moved >= SeedsOfRow / 2, $"{settled} cycles settled, {moved} sums moved");
    }

    /// <summary>Many payments on limits, and a fourth of the losses.</summary>
    internal static Swarm Netted(Swarm drawn) => drawn with
    {
        Cycles = true, Limit = Math.Max(drawn.Limit, 5_000), MessagesPerMinute = Math.Max(40, drawn.MessagesPerMinute),
        DropPerMille = drawn.DropPerMille / Calm, DropAnswerPerMille = drawn.DropAnswerPerMille / Calm, CutPerMille = drawn.CutPerMille / Calm,
        CrashBeforeCommitPerMille = drawn.CrashBeforeCommitPerMille / Calm, CrashAfterCommitPerMille = drawn.CrashAfterCommitPerMille / Calm,
        CrashAmongEffectsPerMille = drawn.CrashAmongEffectsPerMille / Calm,
    };
}
