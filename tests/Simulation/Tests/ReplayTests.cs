using System.Globalization;
using Settlement.Tests.Simulation.Worlds;

namespace Settlement.Tests.Simulation.Tests;

/// <summary>Shows one world line by line: SETTLEMENT_SEED=n, SETTLEMENT_MUTATION for one that is broken on purpose, SETTLEMENT_MODELLED=1 for one beside the model, SETTLEMENT_NETTED=1 for one of <see cref="CycleTests"/>.</summary>
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
        bool isModelled = Environment.GetEnvironmentVariable("SETTLEMENT_MODELLED") == "1", isNetted = Environment.GetEnvironmentVariable("SETTLEMENT_NETTED") == "1";
        World world = new(seed, mutation, keepTrace: true, change: isModelled ? ModelTests.Modelled : isNetted ? CycleTests.Netted : null);
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
