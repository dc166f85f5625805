using Settlement.Tests.Simulation.Worlds;

namespace Settlement.Tests.Simulation.Tests;

/// <summary>Hundreds of worlds, each with its own faults.</summary>
public sealed class SeedTests
{
    private const int SeedsOfRow = 20;
    private const int Rows = 9;
    private const ulong FirstSeed = 1;

    /// <summary>The first seed of each row; SETTLEMENT_SEEDS names another first seed and the number of rows: "5000 100".</summary>
    public static TheoryData<ulong> Ranges => Simulations.Rows("SETTLEMENT_SEEDS", FirstSeed, Rows, SeedsOfRow);

    [Theory]
    [MemberData(nameof(Ranges))]
    public void Everything_that_was_accepted_ends_once_and_alike(ulong first)
    {
        // Every seed of the row runs, so that one failure does not hide another.
        List<string> failures = [];
        for (ulong seed = first; seed < first + SeedsOfRow; seed++)
        {
            try
            {
                Simulations.Run(seed);
            }
            catch (Violation violation)
            {
                failures.Add(violation.Message);
            }
        }

        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    [Fact]
    public void A_seed_is_replayed_to_the_line()
    {
        for (ulong seed = 1; seed <= 6; seed++)
        {
            World one = new(seed, keepTrace: true);
            World other = new(seed, keepTrace: true);
            one.Run();
            other.Run();
            Assert.Equal(one.Trace.Lines, other.Trace.Lines);
            Assert.Equal(one.Trace.Hash, other.Trace.Hash);
        }
    }
}
