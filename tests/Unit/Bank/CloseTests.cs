using Settlement.Core.Agent;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Instructions;
using Settlement.Core.Machines;
using Settlement.Core.Monetary;
using Settlement.Core.Reading;
using Settlement.Core.Store;
using Settlement.Tests.Agent;
using Settlement.Tests.Channels;
using Settlement.Wire.Agent;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.Bank;

/// <summary>A member closes a channel alone, and each member gets what it holds: once, whatever is lost on the way, and whoever is down.</summary>
public sealed class CloseTests
{
    // As many messages as a close takes, and some more.
    private const int LostMessages = 10;

    public static TheoryData<int> Losses => [.. Enumerable.Range(0, LostMessages)];

    [Fact]
    public void A_member_closes_alone_while_the_other_is_down_and_both_get_their_money()
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Alpha, 100_00).Fund(world.Beta, 50_00);
        world.Pay(world.Alpha, 30_00);
        world.Pass(TimeSpan.FromSeconds(2));
        Sever(world, world.Beta);
        CloseAnswer answer = Close(world, world.Alpha);
        Assert.Null(answer.Refusal);
        Assert.Equal(answer, Close(world, world.Alpha));
        world.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal((70_00, 80_00), RedemptionTests.Books(world, world.Alpha));
        AssertEnd(world, world.Alpha, answer.Leaf, isOwn: true, 70_00);
        Assert.True(world.Observed().Channels.Single().ClosedAt is not null);

        // The other one learns it from the ledger when it starts again.
        world.OnPeer = null;
        world.Asleep.Clear();
        world.Beta.Restart();
        world.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal((80_00, 0), RedemptionTests.Books(world, world.Beta));
        AssertEnd(world, world.Beta, answer.Leaf, isOwn: false, 80_00);
        Assert.True(world.Audit() is { IsComplete: true, ReExecuted: true });
        foreach (TestNode node in world.Nodes) node.Restart();
        world.Pass(TimeSpan.FromSeconds(30));
        Assert.Equal((80_00, 0), RedemptionTests.Books(world, world.Beta));
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void Any_message_may_be_lost_and_all_nodes_die_then_and_each_is_paid_once(int lost)
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Alpha, 100_00).Fund(world.Beta, 50_00);
        int count = 0;
        bool isLost = false;
        bool Passes()
        {
            if (count++ != lost) return true;
            isLost = true;
            return false;
        }

        world.OnPeer = (_, _, message) => Passes() ? [message] : [];
        world.OnLedgerReply = (_, reply) => Passes() ? reply : null;
        world.OnAgentReply = reply => Passes() ? reply : null;
        world.OnAgentRequest = request => Passes() ? request : null;
        // Beta is not in office, and has a payment on its way.
        world.Pay(world.Beta, 20_00);
        world.Tell(world.Beta, call => new BankInput.CloseChannel(call, world.Channel, LeavesSetAside: false));
        world.Settle();
        for (int i = 0; i < 60 && !isLost && RedemptionTests.Books(world, world.Alpha).Account == 0; i++) world.Pass(TimeSpan.FromSeconds(1));
        foreach (TestNode node in world.Nodes) node.Restart();
        world.Pass(TimeSpan.FromSeconds(120));
        long paid = 50_00 - RedemptionTests.Books(world, world.Beta).Account;
        Assert.Contains(paid, new[] { 0L, 20_00 });
        Assert.Equal((100_00 + paid, 0), RedemptionTests.Books(world, world.Alpha));
        world.AssertSameState();
        Assert.All(new[] { world.Alpha, world.Beta }, static bank => Assert.Empty(bank.Vault.Text(PayloadKind.InFlight, PayloadKind.Waiting)));
    }

    [Fact]
    public void What_waits_and_what_is_on_its_way_is_refused_and_reported()
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Alpha, 100_00);
        Sever(world, world.Beta);
        byte[] onItsWay = world.Pay(world.Alpha, 10_00);
        byte[] queued = Convert.FromHexString(Assert.Single(world.Submit(world.Alpha, world.Transfer(world.Alpha, 95_00)).Instructions).Id);
        long defunding = world.Tell(world.Alpha, call => new BankInput.Defund(call, world.Channel, new Money(TwoBanks.Eur, 5_00)));
        world.Settle();
        Assert.Equal(InstructionStatus.Queued, world.StatusOf(world.Alpha, queued).Status);
        Assert.Null(Close(world, world.Alpha).Refusal);
        foreach (byte[] id in new[] { onItsWay, queued }) Assert.Equal((InstructionStatus.Rejected, ChannelCodes.ChannelClosed), world.StatusOf(world.Alpha, id));
        Assert.Equal(ChannelCodes.ChannelClosed, world.Answer<DefundAnswer>(defunding)?.Refusal);
        Assert.Equal(2, world.Reports(world.Alpha).Count(static report => report.Reason == ChannelCodes.ChannelClosed));
        world.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal((100_00, 0), RedemptionTests.Books(world, world.Alpha));
        Assert.Empty(world.Alpha.Vault.Text(PayloadKind.InFlight, PayloadKind.Waiting));
    }

    [Fact]
    public void A_closed_channel_takes_nothing_and_another_one_may_follow()
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Alpha, 100_00);
        Assert.Null(Close(world, world.Beta).Refusal);
        world.Pass(TimeSpan.FromSeconds(5));
        foreach (TestNode bank in new[] { world.Alpha, world.Beta })
        {
            SubmittedInstruction refused = Assert.Single(world.Submit(bank, world.Transfer(bank, 1_00)).Instructions);
            Assert.Equal((InstructionStatus.Rejected, ChannelCodes.ChannelClosed), (refused.Status, refused.Reason));
            Money amount = new(TwoBanks.Eur, 1);
            Assert.Equal(ChannelCodes.ChannelClosed, world.Ask<FundAnswer>(bank, call => new BankInput.Fund(call, world.Channel, amount)).Refusal);
            Assert.Equal(ChannelCodes.ChannelClosed, world.Ask<DefundAnswer>(bank, call => new BankInput.Defund(call, world.Channel, amount)).Refusal);
            Assert.Equal(ChannelCodes.ChannelClosed, world.Ask<Core.Bank.ChannelLimitList>(bank, call => new BankInput.GrantLimit(call, world.Channel, "EUR", 1, null)).Refusal);
            Assert.Equal(ChannelCodes.ChannelClosed, world.Ask<SubmissionAnswer>(bank, call => new BankInput.Act(call, null, [1], GroupWorld.Payment(world.Channel, "1.00 EUR"))).Refusal);
        }

        Assert.Equal((100_00, 0), RedemptionTests.Books(world, world.Alpha));
        world.Open();
        world.Fund(world.Alpha, 60_00);
        byte[] paid = world.Pay(world.Alpha, 10_00);
        world.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal((InstructionStatus.Settled, null), world.StatusOf(world.Alpha, paid));
        foreach (TestNode node in world.Nodes) node.Restart();
        world.AssertGoesOn();
    }

    /// <summary>A bank that owes on a limit is paid nothing, and the other one what the pool has: the rest is owed.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_owed_on_a_limit_is_not_in_the_pool(bool debtorCloses)
    {
        using TwoBanks world = new TwoBanks().Open((false, new Money(TwoBanks.Eur, 500_00)));
        world.Fund(world.Alpha, 100_00);
        world.Pay(world.Alpha, 130_00);
        world.Pass(TimeSpan.FromSeconds(2));
        Assert.Null(Close(world, debtorCloses ? world.Alpha : world.Beta).Refusal);
        world.Pass(TimeSpan.FromSeconds(20));
        Assert.Equal((0, 0), RedemptionTests.Books(world, world.Alpha));
        Assert.Equal((100_00, 0), RedemptionTests.Books(world, world.Beta));
        Assert.Equal([new Money(TwoBanks.Eur, 100_00)], world.View(world.Beta).End!.Exits);
        VaultReader reader = new(TwoBanks.Network, world.Beta.Id, world.Beta.VaultKey);
        Assert.Contains(world.Beta.Vault.Scan(PayloadKind.Alarms), row => reader.ReadAlarm(row.Key, row.Body).Code == ChannelCodes.ExitShort);
    }

    [Fact]
    public void What_was_redeemed_before_and_not_paid_yet_is_paid_once()
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Alpha, 100_00).Fund(world.Beta, 50_00);
        RedemptionTests.Redeemed(world, world.Alpha, 40_00);
        Assert.Null(Close(world, world.Alpha).Refusal);
        world.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal((0, 150_00), RedemptionTests.Books(world, world.Alpha));
        world.OnAgentRequest = null;
        world.Pass(TimeSpan.FromMinutes(2));
        Assert.Equal((100_00, 0), RedemptionTests.Books(world, world.Alpha));
        Assert.Equal((50_00, 0), RedemptionTests.Books(world, world.Beta));
        Assert.Equal([new Money(TwoBanks.Eur, 60_00)], world.View(world.Alpha).End!.Exits);
    }

    [Fact]
    public void Money_that_no_entry_cited_stays_in_the_pool_and_is_named()
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Beta, 50_00);
        world.Credit(world.Alpha, new Money(TwoBanks.Eur, 100_00));
        Sever(world, world.Beta);
        long funding = world.Tell(world.Alpha, call => new BankInput.Fund(call, world.Channel, new Money(TwoBanks.Eur, 100_00)));
        world.Settle();
        Assert.Null(Close(world, world.Alpha).Refusal);
        Assert.Equal(ChannelCodes.ChannelClosed, world.Answer<FundAnswer>(funding)?.Refusal);
        world.Alpha.Restart();
        Sever(world, null);
        world.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal((50_00, 100_00), RedemptionTests.Books(world, world.Beta));
        // What shows the posting is kept.
        Assert.NotEmpty(world.Alpha.Vault.Text(PayloadKind.Waiting));
    }

    [Theory]
    [InlineData("signature")]
    [InlineData("posting")]
    [InlineData("more")]
    [InlineData("less")]
    [InlineData("channel")]
    [InlineData("none")]
    public void An_agent_that_lies_is_not_believed_and_asked_again(string lie)
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Alpha, 100_00);
        world.OnAgentReply = reply =>
        {
            foreach (ExitResult result in reply.Exits)
            {
                if (lie == "signature") result.Signature = Lies.Flipped(result.Signature, 2);
                if (lie == "posting") result.PostingId = Lies.Flipped(result.PostingId, 2);
                if (lie == "more") result.PaidMinorUnits++;
                if (lie == "less") result.PaidMinorUnits--;
                if (lie == "channel") result.Channel = Lies.Flipped(result.Channel, 2);
            }

            if (lie == "none") reply.Exits.Clear();
            return reply;
        };
        Assert.Null(Close(world, world.Alpha).Refusal);
        world.Pass(TimeSpan.FromSeconds(3));
        Assert.Empty(world.View(world.Alpha).End!.Exits);
        Assert.Contains(lie == "none" ? ChannelCodes.MessageMalformed : ChannelCodes.PostingRefused, world.Alpha.Alarms);
        world.OnAgentReply = null;
        world.Pass(TimeSpan.FromSeconds(30));
        Assert.Equal([new Money(TwoBanks.Eur, 100_00)], world.View(world.Alpha).End!.Exits);
        Assert.Equal((100_00, 0), RedemptionTests.Books(world, world.Alpha));
    }

    [Fact]
    public void A_close_that_no_member_signed_closes_nothing()
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Alpha, 100_00);
        bool answered = false;
        world.OnLedgerReply = (from, reply) =>
        {
            foreach (ChannelStatus status in reply.Channels.Where(static s => s.Known))
            {
                status.CloseReceipt = status.HeadReceipt;
                answered = true;
            }

            return reply;
        };
        world.Alpha.Restart();
        world.Pass(TimeSpan.FromSeconds(5));
        Assert.True(answered);
        Assert.Null(world.View(world.Alpha).End);
        Assert.Contains(ChannelCodes.MessageMalformed, world.Alpha.Alarms);
        world.AssertGoesOn();
    }

    /// <summary>A leg that is set aside when its channel is closed goes where the ledger decides: to the payee, or back.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_leg_that_a_closed_channel_holds_is_paid_as_the_ledger_decided(bool joins)
    {
        using GroupWorld world = new();
        TwoBanks banks = world.Banks;
        long before = RedemptionTests.Books(banks, world.Alpha).Account;
        SubmissionAnswer begun = world.Begin(life: TimeSpan.FromSeconds(60));
        banks.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(10_000, world.Reserved(world.Alpha, world.EuroChannel, "EUR"));
        SubmissionAnswer? joined = null;
        // The close comes before the group is decided, and no batch of the channel says what became of it.
        Assert.Null(Close(banks.Look(world.EuroChannel), world.Alpha).Refusal);
        if (joins) joined = world.Join();
        banks.Pass(TimeSpan.FromSeconds(90));
        foreach (TestNode node in banks.Nodes) node.Restart();
        banks.Pass(TimeSpan.FromSeconds(60));
        long euros = joins ? GroupWorld.Euros - 10_000 : GroupWorld.Euros;
        Assert.Equal((joins ? InstructionStatus.Settled : InstructionStatus.Rejected, joins ? null : GroupCodes.Aborted), world.StatusOf(world.Alpha, begun));
        if (joined is not null) Assert.Equal((InstructionStatus.Settled, null), world.StatusOf(world.Beta, joined));
        Books books = AgentTests.Balances(banks);
        Assert.Equal(euros, books.Accounts.Where(a => a.Bank == world.Alpha.Id && a.Balance.Currency == TwoBanks.Eur).Sum(static a => a.Balance.MinorUnits) - before);
        Assert.Equal(GroupWorld.Euros - euros, books.Accounts.Where(a => a.Bank == world.Beta.Id && a.Balance.Currency == TwoBanks.Eur).Sum(static a => a.Balance.MinorUnits));
        Assert.Equal(0, books.Pools.Single(p => p.Channel == world.EuroChannel.ToString()).Balance.MinorUnits);
        Assert.Equal(joins ? 15_000 : 0, world.Position(world.Alpha, world.YenChannel, "JPY"));
        Assert.Empty(world.Groups(world.Alpha));
    }

    internal static CloseAnswer Close(TwoBanks world, TestNode bank) =>
        world.Ask<CloseAnswer>(bank, call => new BankInput.CloseChannel(call, world.Channel, LeavesSetAside: false));

    /// <summary>Nothing reaches a bank, and no time passes for it; null for nobody.</summary>
    internal static void Sever(TwoBanks world, TestNode? bank)
    {
        world.Asleep.Clear();
        if (bank is not null) world.Asleep.Add(bank);
        world.OnPeer = bank is null ? null : (_, to, message) => to == bank ? [] : [message];
    }

    private static void AssertEnd(TwoBanks world, TestNode bank, long? leaf, bool isOwn, long paid)
    {
        ChannelEnd end = world.View(bank).End!;
        Assert.Equal((leaf, isOwn), (end.Leaf, end.IsOwn));
        Assert.Equal([new Money(TwoBanks.Eur, paid)], end.Exits);
    }
}
