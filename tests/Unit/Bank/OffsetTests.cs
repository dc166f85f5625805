using Settlement.Core.Bank;
using Settlement.Core.Instructions;

namespace Settlement.Tests.Bank;

/// <summary>Payments that wait in many channels settle together over the accounts at the agent, all or none.</summary>
public sealed class OffsetTests
{
    // By seed the channels' ids, and so members, come in another order.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(7)]
    public void A_circle_settles_without_any_money(long seed)
    {
        using OffsetWorld world = new(seed);
        (TestNode, byte[])[] paid = world.Ring(100_00, 100_00, 100_00);
        world.PassUntil(InstructionStatus.Settled, paid);
        AssertClean(world);
        Assert.Equal([0, 0, 0, 0, 0, 0], world.World.Positions);
        Assert.Equal([1, 1, 1], world.World.Accounts);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void What_does_not_cancel_is_paid_from_the_accounts(long seed)
    {
        using OffsetWorld world = new(seed, 60_00, 1, 1);
        world.PassUntil(InstructionStatus.Settled, world.Ring(100_00, 70_00, 50_00));
        AssertClean(world);
        Assert.Equal([0, 0, 0, 0, 0, 0], world.World.Positions);
        Assert.Equal([10_00, 30_01, 20_01], world.World.Accounts);
    }

    [Fact]
    public void Many_payments_of_both_members_settle_in_one_leg()
    {
        using OffsetWorld world = new();
        (TestNode, byte[])[] paid =
        [
            .. world.Ring(60_00, 80_00, 100_00), world.Queue(world.Alpha, world.Beta, 45_00), world.Queue(world.Beta, world.Alpha, 5_00), world.Queue(world.Beta, world.Gamma, 20_00),
        ];
        world.PassUntil(InstructionStatus.Settled, paid);
        AssertClean(world);
        Assert.Equal([1, 1, 1], world.World.Accounts);
    }

    [Fact]
    public void What_does_not_fit_waits_on()
    {
        using OffsetWorld world = new();
        (TestNode, byte[])[] paid = world.Ring(100_00, 100_00, 100_00);
        (TestNode, byte[]) last = world.Queue(world.Alpha, world.Gamma, 2);
        world.PassUntil(InstructionStatus.Settled, paid);
        world.Banks.Pass(TimeSpan.FromSeconds(20));
        Assert.Equal((InstructionStatus.Queued, "AM04"), world.StatusOf(last));
        AssertClean(world);
    }

    [Fact]
    public void A_bank_that_falls_silent_holds_nothing_for_long_and_what_waits_settles_later()
    {
        using OffsetWorld world = new();
        (TestNode, byte[])[] paid = world.Ring(100_00, 100_00, 100_00);
        // It has offered, and then no time passes for it.
        world.Banks.Pass(TimeSpan.FromSeconds(1));
        world.Banks.Asleep.Add(world.Gamma);
        world.Banks.Pass(TimeSpan.FromSeconds(60));
        Assert.All(paid, p => Assert.Equal(InstructionStatus.Queued, world.StatusOf(p).Status));
        Assert.DoesNotContain(world.World.Books.SetAside, static s => s.Balance.MinorUnits != 0);
        world.Banks.Asleep.Clear();
        world.PassUntil(InstructionStatus.Settled, paid, seconds: 300);
        AssertClean(world);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(8)]
    public void Restarts_at_any_time_lose_nothing(int halfSeconds)
    {
        using OffsetWorld world = new(seed: 3);
        (TestNode, byte[])[] paid = world.Ring(100_00, 100_00, 100_00);
        for (int i = 0; i < halfSeconds; i++) world.Banks.Pass(TimeSpan.FromMilliseconds(500));
        foreach (TestNode node in world.Banks.Nodes) node.Restart();
        world.PassUntil(InstructionStatus.Settled, paid, seconds: 300);
        AssertClean(world);
        Assert.Equal([1, 1, 1], world.World.Accounts);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(7)]
    public void A_bank_that_starts_again_takes_part_with_all_of_its_channels_in_the_same_offset(long seed)
    {
        using OffsetWorld world = new(seed);
        (TestNode, byte[])[] paid = world.Ring(100_00, 100_00, 100_00);
        world.Banks.Pass(TimeSpan.FromSeconds(1));
        foreach (TestNode other in new[] { world.Beta, world.Gamma }) world.Banks.Asleep.Add(other);
        for (int i = 0; i < 10 && world.StatusOf(paid[0]).Status != InstructionStatus.Accepted; i++) world.Banks.Pass(TimeSpan.FromMilliseconds(500));
        Assert.Equal(InstructionStatus.Accepted, world.StatusOf(paid[0]).Status);
        // It had joined with both of its channels; its own payment is in one of them, and nothing of it in the other.
        world.Alpha.Restart();
        world.Banks.Pass(TimeSpan.FromSeconds(2));
        world.Banks.Asleep.Clear();
        world.PassUntil(InstructionStatus.Settled, paid, seconds: 10);
        AssertClean(world);
    }

    [Fact]
    public void A_payment_that_its_payee_refuses_ends_and_the_others_wait_for_one_that_stands()
    {
        using OffsetWorld world = new();
        world.Banks.Look(world.World.BetaGamma).Fund(world.Gamma, 1_00);
        CreditTransfer used = world.Banks.Transfer(world.Gamma, 1_00, world.Beta);
        world.Banks.Submit(world.Gamma, used);
        CreditTransfer again = world.Banks.Transfer(world.Alpha, 100_00, world.Beta) with { Uetr = used.Uetr };
        (TestNode, byte[]) refused = (world.Alpha, Convert.FromHexString(Assert.Single(world.Banks.Submit(world.Alpha, again).Instructions).Id));
        (TestNode, byte[])[] others = [world.Queue(world.Beta, world.Gamma, 100_00), world.Queue(world.Gamma, world.Alpha, 100_00)];
        world.PassUntil(InstructionStatus.Rejected, [refused]);
        Assert.Equal((InstructionStatus.Rejected, "DU03"), world.StatusOf(refused));
        (TestNode, byte[]) good = world.Queue(world.Alpha, world.Beta, 100_00);
        world.PassUntil(InstructionStatus.Settled, [.. others, good], seconds: 300);
        AssertClean(world);
    }

    [Fact]
    public void Payments_go_on_while_an_offset_is_under_way()
    {
        using OffsetWorld world = new();
        world.Banks.Look(world.World.AlphaBeta).Fund(world.Alpha, 5_00);
        (TestNode, byte[])[] paid = world.Ring(100_00, 100_00, 100_00);
        // What is on its way with the offset is in nobody's way.
        world.Banks.Asleep.Add(world.Gamma);
        for (int i = 0; i < 20 && world.StatusOf(paid[0]).Status != InstructionStatus.Accepted; i++)
        {
            if (i == 4) world.Banks.Asleep.Clear();
            world.Banks.Pass(TimeSpan.FromMilliseconds(500));
        }

        byte[] small = world.Banks.Pay(world.Alpha, 5_00, world.Beta);
        world.PassUntil(InstructionStatus.Settled, paid);
        Assert.Equal((InstructionStatus.Settled, null), world.Banks.StatusOf(world.Alpha, small));
        AssertClean(world);
    }

    private static void AssertClean(OffsetWorld world)
    {
        world.World.AssertAtRest();
        foreach (TestNode node in world.Banks.Nodes) Assert.Empty(node.Alarms);
        foreach (TestNode bank in world.World.All)
            Assert.Empty(world.Banks.Ask<GroupList>(bank, static call => new BankInput.ListGroups(call)).Groups);
    }
}
