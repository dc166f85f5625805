using Settlement.Core.Agent;
using Settlement.Core.Bank;
using Settlement.Wire.Agent;

namespace Settlement.Tests.Bank;

/// <summary>Deferred net settlement: what channels owe is cut, netted over the accounts, and gone from the positions, all or none.</summary>
public sealed class CycleTests
{
    [Fact]
    public void What_channels_owe_is_netted_over_the_accounts()
    {
        using CycleWorld world = new CycleWorld().Owe(100_00, 70_00, 50_00);
        Assert.Equal([-100_00, 100_00, -70_00, 70_00, 50_00, -50_00], world.Positions);
        CycleStatus settled = world.PassUntil(world.OpenCycle(), CycleStage.Settled);
        Assert.Equal([-50_00L, 30_00L, 20_00L], settled.Banks.Select(static b => b.Net!.Value.MinorUnits));
        Assert.Equal([450_00, 530_00, 520_00], world.Accounts);
        world.AssertAtRest();
        Assert.Equal([0, 0, 0, 0, 0, 0], world.Positions);
        Assert.Equal([-50_00L, 30_00L, 20_00L], world.All.Select(bank => world.SeenBy(bank).Net!.Value));
        Assert.All(world.All, bank => Assert.Empty(bank.Alarms));
        Assert.Empty(world.Banks.Agent.Alarms);
    }

    [Fact]
    public void Payments_go_on_while_a_cycle_is_under_way()
    {
        using CycleWorld world = new CycleWorld().Owe(100_00, 70_00, 50_00);
        var cycle = world.OpenCycle();
        world.PassUntil(cycle, CycleStage.Confirming);
        world.Pay(world.Alpha, world.Beta, 10_00);
        world.Pay(world.Gamma, world.Beta, 5_00);
        world.PassUntil(cycle, CycleStage.Settled);
        world.AssertAtRest();
        // What was paid after the cut is owed still.
        Assert.Equal([-10_00, 10_00, 5_00, -5_00, 0, 0], world.Positions);
        Assert.Equal([450_00, 530_00, 520_00], world.Accounts);
    }
}
