using Settlement.Core.Agent;
using Settlement.Core.Bank;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Instructions;
using Settlement.Core.Monetary;
using Settlement.Wire.Agent;

namespace Settlement.Tests.Bank;

/// <summary>Deferred net settlement: what channels owe is cut, netted over the accounts, and gone from the positions, all or none.</summary>
public sealed class CycleTests
{
    // By seed the channels' ids come in another order.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(7)]
    public void What_channels_owe_is_netted_over_the_accounts(long seed)
    {
        using CycleWorld world = new CycleWorld(seed).Owe(100_00, 70_00, 50_00);
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
        Digest cycle = world.OpenCycle();
        world.PassUntil(cycle, CycleStage.Confirming);
        world.Pay(world.Alpha, world.Beta, 10_00);
        world.Pay(world.Gamma, world.Beta, 5_00);
        world.PassUntil(cycle, CycleStage.Settled);
        world.AssertAtRest();
        // What was paid after the cut is owed still.
        Assert.Equal([-10_00, 10_00, 5_00, -5_00, 0, 0], world.Positions);
        Assert.Equal([450_00, 530_00, 520_00], world.Accounts);
    }

    [Fact]
    public void A_payment_whose_cover_a_cut_takes_on_its_way_waits_for_other_cover()
    {
        using CycleWorld world = new CycleWorld().Owe(100_00, 70_00, 50_00);
        bool isHeldUp = true;
        world.Banks.OnPeer = (from, to, message) => isHeldUp && from == world.Alpha && to == world.Beta && message.Proposal is not null ? [] : [message];
        world.Banks.Pay(world.Alpha, 1_00, world.Beta);
        Digest cycle = world.OpenCycle();
        world.PassUntil(cycle, CycleStage.Cutting);
        // Beta may owe 1,000.00 and has 100.00, which the channel cuts in the batch after the one that is held up.
        byte[] paid = world.Banks.Pay(world.Beta, CycleWorld.Limit + 50_00, world.Alpha);
        isHeldUp = false;
        world.PassUntil(cycle, CycleStage.Settled);
        world.AssertAtRest();
        Assert.Equal((InstructionStatus.Queued, ReasonCodes.InsufficientFunds), world.Banks.StatusOf(world.Beta, paid));
        world.Pay(world.Alpha, world.Beta, 50_00);
        world.Banks.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal((InstructionStatus.Settled, null), world.Banks.StatusOf(world.Beta, paid));
    }

    [Fact]
    public void A_bank_whose_account_does_not_cover_what_it_owes_is_named_and_may_still_be_credited()
    {
        using CycleWorld world = new CycleWorld().Owe(700_00, 10_00, 10_00);
        Digest cycle = world.OpenCycle();
        CycleStatus named = world.PassUntil(cycle, CycleStage.Confirming);
        world.Banks.Pass(TimeSpan.FromSeconds(5));
        named = world.Status(cycle);
        Assert.Equal((CycleStage.Confirming, null), (named.Stage, named.Reason));
        CycleBank shortBank = Assert.Single(named.Banks, static b => b.IsAwaited);
        Assert.Equal((world.Alpha.Id, true), (shortBank.Bank, shortBank.IsShort));
        Assert.Null(shortBank.Net);
        world.Banks.Credit(world.Alpha, new Money(TwoBanks.Eur, 190_00));
        world.PassUntil(cycle, CycleStage.Settled);
        Assert.Equal([0, 500_00 + 690_00, 500_00], world.Accounts);
        world.AssertAtRest();
    }

    [Fact]
    public void A_bank_that_does_not_join_is_named_and_excluded()
    {
        using CycleWorld world = new CycleWorld().Owe(100_00, 70_00, 50_00);
        world.Banks.Asleep.Add(world.Gamma);
        Digest cycle = world.OpenCycle();
        world.Banks.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal(CycleStage.Joining, world.Stage(cycle));
        Assert.Equal(world.Gamma.Id, Assert.Single(world.Status(cycle).Banks, static b => b.IsAwaited).Bank);
        Assert.Null(Next(world, cycle, world.Gamma.Id).Refusal);
        CycleStatus settled = world.PassUntil(cycle, CycleStage.Settled);
        Assert.Equal(1, settled.Channels);
        Assert.True(settled.Banks.Single(b => b.Bank == world.Gamma.Id).IsExcluded);
        world.Banks.Asleep.Clear();
        world.AssertAtRest();
        Assert.Equal([0, 0, -70_00, 70_00, 50_00, -50_00], world.Positions);
        Assert.Equal([400_00, 600_00, 500_00], world.Accounts);
    }

    [Fact]
    public void A_round_that_a_bank_leaves_waiting_lapses_and_another_follows_without_it()
    {
        using CycleWorld world = new CycleWorld().Owe(100_00, 70_00, 50_00);
        Digest cycle = world.OpenCycle(TimeSpan.FromSeconds(30));
        world.PassUntil(cycle, CycleStage.Cutting);
        world.Banks.Asleep.Add(world.Gamma);
        world.Banks.Pass(TimeSpan.FromSeconds(40));
        Assert.Equal((CycleStage.Lapsed, AgentCodes.RoundPassed), (world.Status(cycle).Stage, world.Status(cycle).Reason));
        Assert.Contains(world.Gamma.Id, world.Status(cycle).Banks.Where(static b => b.IsAwaited).Select(static b => b.Bank));
        Assert.Null(Next(world, cycle, world.Gamma.Id).Refusal);
        Assert.Equal(2, world.PassUntil(cycle, CycleStage.Settled).Round);
        world.Banks.Asleep.Clear();
        world.Banks.Pass(TimeSpan.FromSeconds(60));
        world.AssertAtRest();
        Assert.Equal([0, 0, -70_00, 70_00, 50_00, -50_00], world.Positions);
    }

    [Fact]
    public void After_the_first_opening_there_is_no_other_round_and_what_was_opened_is_not_opened_over_other_channels()
    {
        using CycleWorld world = new CycleWorld().Owe(100_00, 70_00, 50_00);
        Digest cycle = world.OpenCycle(TimeSpan.FromSeconds(30));
        // Gamma's sum never arrives.
        world.Banks.OnAgentRequest = request => request.Cycles?.Opening is { NetMinorUnits: 20_00 } ? null : request;
        world.PassUntil(cycle, CycleStage.Opening);
        Assert.Equal(AgentCodes.CycleIsOpen, Next(world, cycle, world.Gamma.Id).Refusal);
        Assert.Equal(AgentCodes.CycleIsOpen, End(world, cycle).Refusal);
        CycleStatus ended = world.PassUntil(cycle, CycleStage.Void);
        Assert.Equal(AgentCodes.RoundPassed, ended.Reason);
        world.Banks.OnAgentRequest = null;
        world.Banks.Pass(TimeSpan.FromSeconds(30));
        world.AssertAtRest();
        Assert.Equal([-100_00, 100_00, -70_00, 70_00, 50_00, -50_00], world.Positions);
        Assert.Equal([500_00, 500_00, 500_00], world.Accounts);

        // Without Gamma, Alpha's sum would be what it owes Beta.
        Digest without = world.TryOpenCycle(TimeSpan.FromSeconds(30), world.Alpha.Id, world.Beta.Id).Cycle!.Cycle;
        Assert.Equal(CycleStage.Lapsed, world.PassUntil(without, CycleStage.Settled, CycleStage.Lapsed, CycleStage.Void).Stage);
        Assert.Null(End(world, without).Refusal);
        world.Banks.Pass(TimeSpan.FromSeconds(30));

        // Over the same channels it tells nothing new.
        world.PassUntil(world.OpenCycle(), CycleStage.Settled);
        world.AssertAtRest();
        Assert.Equal([450_00, 530_00, 520_00], world.Accounts);
    }

    [Theory]
    [InlineData(CycleStage.Joining)]
    [InlineData(CycleStage.Cutting)]
    [InlineData(CycleStage.Confirming)]
    [InlineData(CycleStage.Opening)]
    [InlineData(CycleStage.Deciding)]
    public void Everybody_may_start_again_at_any_stage(CycleStage stage)
    {
        using CycleWorld world = new CycleWorld().Owe(100_00, 70_00, 50_00);
        Digest cycle = world.OpenCycle();
        bool hasRestarted = false;
        for (int i = 0; i < 200 && world.Stage(cycle) != CycleStage.Settled; i++)
        {
            if (world.Stage(cycle) == stage && !hasRestarted)
            {
                hasRestarted = true;
                foreach (TestNode node in world.All.Append(world.Banks.Agent)) node.Restart();
            }

            world.Banks.Pass(TimeSpan.FromMilliseconds(500));
        }

        Assert.True(hasRestarted || stage == CycleStage.Deciding);
        Assert.Equal(CycleStage.Settled, world.Stage(cycle));
        world.AssertAtRest();
        Assert.Equal([450_00, 530_00, 520_00], world.Accounts);
        Assert.Equal([0, 0, 0, 0, 0, 0], world.Positions);
    }

    [Fact]
    public void What_an_operator_cannot_do_with_cycles_has_a_code()
    {
        using CycleWorld world = new();
        Assert.Equal(AgentCodes.Malformed, world.TryOpenCycle(TimeSpan.Zero).Refusal);
        Assert.Equal(AgentCodes.Malformed, world.TryOpenCycle(TimeSpan.FromMinutes(10)).Refusal);
        Assert.Equal(AgentCodes.NothingToNet, world.TryOpenCycle(null, world.Alpha.Id).Refusal);
        Digest cycle = world.OpenCycle();
        Assert.Equal(AgentCodes.CycleUnderWay, world.TryOpenCycle().Refusal);
        Assert.Equal(AgentCodes.NoSuchCycle, Next(world, Digest.Of([1])).Refusal);
        Assert.Equal(AgentCodes.NoSuchCycle, Next(world, cycle, world.Banks.Supervisor.Id).Refusal);
        Assert.Equal(AgentCodes.NoSuchCycle, End(world, Digest.Of([1])).Refusal);
        world.PassUntil(cycle, CycleStage.Cutting);
        Assert.Equal(AgentCodes.CycleUnderWay, Next(world, cycle).Refusal);
        Assert.Null(End(world, cycle).Refusal);
        Assert.Equal((CycleStage.Void, AgentCodes.CycleEnded), (world.Status(cycle).Stage, world.Status(cycle).Reason));
        Assert.Equal(AgentCodes.CycleIsOpen, End(world, cycle).Refusal);
    }

    private static CycleResult Next(CycleWorld world, Digest cycle, params ParticipantId[] excluded) =>
        world.Banks.Ask<CycleResult>(world.Banks.Agent, call => new AgentInput.NextRound(call, cycle, excluded, null));

    private static CycleResult End(CycleWorld world, Digest cycle) => world.Banks.Ask<CycleResult>(world.Banks.Agent, call => new AgentInput.EndCycle(call, cycle));
}
