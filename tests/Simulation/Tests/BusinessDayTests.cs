using System.Diagnostics;
using System.Globalization;
using Settlement.Tests.Simulation.Worlds;

namespace Settlement.Tests.Simulation.Tests;

/// <summary>
/// A generated business day among 8 banks with little liquidity, beside the plain model. `ops/soak` runs the whole one of 100,000 payments, by
/// SETTLEMENT_DAY_PAYMENTS.
/// </summary>
public sealed class BusinessDayTests(ITestOutputHelper output)
{
    private const int PaymentsOfSuite = 2_000;
    private const int Banks = 8;
    private const ulong Seed = 1;

    [Fact]
    public void A_day_of_2_000_payments_ends_as_the_models()
    {
        int payments = int.TryParse(Environment.GetEnvironmentVariable("SETTLEMENT_DAY_PAYMENTS"), NumberStyles.None, CultureInfo.InvariantCulture, out int asked) ? asked : PaymentsOfSuite;
        Stopwatch spent = Stopwatch.StartNew();
        World world = new(Seed, change: _ => new Swarm
        {
            Banks = Banks, Storm = TimeSpan.FromSeconds(30 + payments / 5_000), IsModelled = true, Payments = payments, Limit = 10_000,
        });
        world.Run();
        Assert.NotNull(world.Workload.AtClose);
        output.WriteLine($"{world.Workload.AtClose}; {world.Invariants.Summary()}; {spent.Elapsed.TotalSeconds:F1} s");
        Assert.Equal(payments, world.Workload.Orders.Sum(static o => o.Items.Count));
    }
}
