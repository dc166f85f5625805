using System.Globalization;
using Settlement.Tests.Simulation.Worlds;

namespace Settlement.Tests.Simulation.Tests;

/// <summary>Shows one world line by line: SETTLEMENT_SEED=n, and SETTLEMENT_MUTATION for one that is broken on purpose.</summary>
public sealed class ReplayTests(ITestOutputHelper output)
{
    [Fact]
    public void One_seed_as_a_trace()
    {
        if (!ulong.TryParse(Environment.GetEnvironmentVariable("SETTLEMENT_SEED"), NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed))
        {
            Assert.Skip("Set SETTLEMENT_SEED to the seed to show.");
            return;
        }

        _ = Enum.TryParse(Environment.GetEnvironmentVariable("SETTLEMENT_MUTATION"), out Mutation mutation);
        World world = new(seed, mutation, keepTrace: true);
        try
        {
            world.Run();
        }
        finally
        {
            foreach (string line in world.Trace.Lines) output.WriteLine(line);
        }
    }
}
