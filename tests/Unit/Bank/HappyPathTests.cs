using Settlement.Core.Agent;
using Settlement.Core.Bank;
using Settlement.Core.Regulator;
using Settlement.Core.Store;

namespace Settlement.Tests.Bank;

public sealed class HappyPathTests
{
    [Fact]
    public void Banks_open_a_channel_fund_it_pay_both_ways_and_the_supervisor_proves_it()
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Alpha, 1_000_00).Fund(world.Beta, 500_00).Fund(world.Beta, 700, "JPY");
        byte[] there = world.Pay(world.Alpha, 300_00);
        byte[] back = world.Pay(world.Beta, 50_00);
        world.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal((InstructionStatus.Settled, null), world.StatusOf(world.Alpha, there));
        Assert.Equal((InstructionStatus.Settled, null), world.StatusOf(world.Beta, back));
        Assert.Equal(750_00, world.Position(world.Alpha));
        Assert.Equal(750_00, world.Position(world.Beta));
        Assert.Equal(700, world.Position(world.Beta, "JPY"));
        world.AssertSameState();
        Assert.All(world.Nodes, node => Assert.Empty(node.Alarms));

        ChannelVerdict verdict = world.Audit();
        Assert.Empty(verdict.NotDelivered);
        Assert.Empty(verdict.NotAuthentic);
        Assert.Empty(verdict.NotReExecuted);
        Assert.True(verdict is { IsComplete: true, ReExecuted: true, Entries: 5 }, verdict.ToString());
        Books books = world.Ask<Books>(world.Agent, call => new AgentInput.ListBooks(call));
        Assert.Equal(1_500_00, Assert.Single(books.Pools, p => p.Balance.Currency == TwoBanks.Eur).Balance.MinorUnits);
    }

    [Fact]
    public void Every_machine_goes_on_after_a_restart_at_any_quiet_point()
    {
        using TwoBanks world = new TwoBanks().Open();
        RestartAll(world);
        world.Fund(world.Alpha, 1_000_00);
        RestartAll(world);
        world.Fund(world.Beta, 1_000_00);
        world.Pay(world.Alpha, 300_00);
        RestartAll(world);
        world.AssertGoesOn();
        RestartAll(world);
        world.AssertGoesOn();
        Assert.True(world.Audit() is { IsComplete: true, ReExecuted: true, Entries: 7 });
        Assert.All(world.Nodes, node => Assert.Empty(node.Alarms));
        Assert.All(new[] { world.Alpha, world.Beta }, bank => Assert.Empty(bank.Vault.Text(PayloadKind.InFlight, PayloadKind.Waiting)));
    }

    private static void RestartAll(TwoBanks world)
    {
        foreach (TestNode node in world.Nodes) node.Restart();
        world.Pass(TimeSpan.FromSeconds(6));
    }
}
