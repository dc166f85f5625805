using Settlement.Host.Bench;
using Settlement.Host.Network;

namespace Settlement.Tests.Unit.Bench;

public class BenchPlanTests
{
    [Theory]
    [InlineData(2, 1)]
    [InlineData(5, 3)]
    [InlineData(5, 10)]
    [InlineData(26, 325)]
    public void Every_channel_is_of_another_pair_and_pays_both_ways(int banks, int channels)
    {
        BenchPlan plan = Plan(banks, channels, 10);
        Assert.Equal(banks, plan.Banks.Distinct().Count());
        Assert.Equal(channels, plan.Channels.Select(static channel => (channel.First, channel.Second)).Distinct().Count());
        Assert.All(plan.Channels, static channel => Assert.True(channel.First.CompareTo(channel.Second) < 0));
        Assert.Equal(2 * channels, plan.Directions.Select(static direction => (direction.Payer, direction.Payee)).Distinct().Count());
        Assert.All(plan.Directions, direction =>
        {
            Assert.Same(direction, plan.Directions[direction.Number]);
            ChannelPlan channel = plan.Channels[direction.Channel];
            Assert.Equal(new[] { channel.First, channel.Second }, new[] { direction.Payer, direction.Payee }.Order());
        });
    }

    [Fact]
    public void Every_side_is_funded_and_its_bank_has_the_money()
    {
        BenchPlan plan = Plan(4, 5, 10);
        Assert.All(plan.Channels, static channel => Assert.Equal([channel.First, channel.Second], channel.Funding.Select(static side => side.Payer)));
        Assert.Equal(
            plan.Channels.SelectMany(static channel => channel.Funding).Sum(static side => side.Amount.MinorUnits), plan.Accounts().Sum(static account => account.Amount.MinorUnits));
    }

    [Fact]
    public void Few_channels_keep_many_banks_busy() =>
        Assert.Equal(5, Plan(5, 4, 10).Channels.SelectMany(static channel => new[] { channel.First, channel.Second }).Distinct().Count());

    [Fact]
    public void Without_a_number_of_channels_every_bank_pays()
    {
        for (int banks = 2; banks <= BenchOptions.MaximumBanks; banks++)
        {
            BenchPlan plan = Plan(banks, null, 10);
            Assert.Equal((banks + 1) / 2, plan.Channels.Count);
            Assert.Equal(plan.Banks.Order(), plan.Directions.Select(static direction => direction.Payer).Distinct().Order());
        }
    }

    [Theory]
    [InlineData(1, 1, 2, 1)]
    [InlineData(5, 1, 5, 2)]
    [InlineData(10, 2, 10, 2)]
    [InlineData(61, 13, 10, 2)]
    public void Slices_add_up_to_what_was_asked_for(int seconds, int slices, int warmUp, int pgbench)
    {
        BenchPlan plan = Plan(2, 1, seconds);
        Assert.Equal(slices, plan.Slices.Count);
        Assert.InRange(plan.Slices.Sum(static slice => slice.TotalSeconds), seconds - 0.001, seconds + 0.001);
        Assert.Equal((TimeSpan.FromSeconds(warmUp), TimeSpan.FromSeconds(pgbench)), (plan.WarmUp, plan.PgbenchSlice));
    }

    private static BenchPlan Plan(int banks, int? channels, int seconds) => BenchPlan.For(new BenchOptions(banks, channels, null, seconds, false, null));
}
