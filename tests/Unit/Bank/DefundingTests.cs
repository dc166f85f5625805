using Google.Protobuf;
using Settlement.Contracts;
using Settlement.Core.Agent;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Instructions;
using Settlement.Core.Monetary;
using Settlement.Core.Store;
using Settlement.Tests.Agent;
using Settlement.Tests.Channels;
using Settlement.Tests.Simulation;
using Settlement.Wire.Agent;

namespace Settlement.Tests.Bank;

/// <summary>Money leaves a channel into the account of the bank whose position it was, whatever is lost on the way.</summary>
public sealed class DefundingTests
{
    // As many messages as a defunding takes, and some more.
    private const int LostMessages = 14;

    public static TheoryData<int> Losses => [.. Enumerable.Range(0, LostMessages)];

    [Fact]
    public void A_position_goes_back_to_the_account_and_the_supervisor_proves_it()
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Alpha, 100_00).Fund(world.Beta, 50_00);
        Assert.Null(Defund(world, world.Alpha, 40_00));
        Assert.Null(Defund(world, world.Beta, 50_00));
        Assert.Equal((60_00, 0), (world.Position(world.Alpha), world.Position(world.Beta)));
        Assert.Equal((40_00, 60_00), RedemptionTests.Books(world, world.Alpha));
        Assert.Equal((50_00, 60_00), RedemptionTests.Books(world, world.Beta));
        world.AssertSameState();
        world.Pass(TimeSpan.FromSeconds(5));
        Assert.True(world.Audit() is { IsComplete: true, ReExecuted: true, Entries: 4 });
        Assert.All(world.Nodes, static node => Assert.Empty(node.Alarms));
        Assert.All(new[] { world.Alpha, world.Beta }, static bank => Assert.Empty(bank.Vault.Text(PayloadKind.InFlight, PayloadKind.Waiting)));
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void Any_message_may_be_lost_and_all_nodes_die_then_and_it_is_paid_once(int lost)
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Alpha, 100_00).Fund(world.Beta, 50_00);
        List<RedeemRequest> shown = [];
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
        world.OnAgentRequest = request =>
        {
            shown.AddRange(request.Redemptions);
            return Passes() ? request : null;
        };
        // Beta is not in office, so its entry goes the longer way.
        world.Tell(world.Beta, call => new BankInput.Defund(call, world.Channel, new Money(TwoBanks.Eur, 20_00)));
        world.Settle();
        for (int i = 0; i < 60 && !isLost && RedemptionTests.Books(world, world.Beta).Account == 0; i++) world.Pass(TimeSpan.FromSeconds(1));
        foreach (TestNode node in world.Nodes) node.Restart();
        world.Pass(TimeSpan.FromSeconds(90));
        Assert.Equal((20_00, 130_00), RedemptionTests.Books(world, world.Beta));
        Assert.Equal(30_00, world.Position(world.Beta));
        // Whatever was shown twice was the same to the byte.
        Assert.Single(shown.Select(static r => Convert.ToHexString(r.ToByteArray())).Distinct());
        Assert.Empty(world.Beta.Vault.Text(PayloadKind.InFlight, PayloadKind.Waiting));
        world.AssertGoesOn();
    }

    [Fact]
    public void What_no_position_covers_is_refused_though_a_limit_would_cover_it()
    {
        using TwoBanks world = new TwoBanks().Open((false, new Money(TwoBanks.Eur, 500_00)));
        world.Fund(world.Alpha, 100_00);
        Assert.Equal(ReasonCodes.InsufficientFunds, Defund(world, world.Alpha, 100_01));
        world.Pay(world.Alpha, 30_00);
        Assert.Equal(ReasonCodes.InsufficientFunds, Defund(world, world.Alpha, 70_01));
        world.Pay(world.Alpha, 100_00);
        world.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal(-30_00, world.Position(world.Alpha));
        Assert.Equal(ReasonCodes.InsufficientFunds, Defund(world, world.Alpha, 1));
        // The counterparty redeems what it was paid, as far as the pool goes: the rest Alpha owes it.
        Assert.Equal(130_00, world.Position(world.Beta));
        Assert.Equal(ReasonCodes.InsufficientFunds, Defund(world, world.Beta, 100_01));
        Assert.Null(Defund(world, world.Beta, 100_00));
        Assert.Equal((100_00, 0), RedemptionTests.Books(world, world.Beta));
    }

    /// <summary>Proposer, endorser and observer run the same code; the one who only verifies voids the batch.</summary>
    [Theory]
    [InlineData(50_00, "")]
    [InlineData(50_01, "AM04")]
    [InlineData(500_00, "AM04")]
    public void A_member_that_hands_over_more_than_its_position_is_refused(long amount, string code)
    {
        using TwoBanks world = new TwoBanks().Open((true, new Money(TwoBanks.Eur, 500_00)));
        world.Fund(world.Alpha, 100_00).Fund(world.Beta, 50_00);
        ChannelContext beta = world.Context(world.Beta);
        OpenedEntry entry = Redeem(world, beta, amount);
        BatchExecution verifies = new(beta, StateOf(world), world.Now.ToUnixTimeMilliseconds(), null, null, null);
        // Cover is judged at the end of the batch.
        Assert.Equal("", verifies.Add(entry));
        Assert.Equal(code.Length == 0, verifies.TryFinish(1, 3, Digest.Zero, PositionSalts.Draw(beta.Terms, new SeededEntropy(1)), out _));
        PostingTests.HandOver(world, entry.Sealed);
        world.Pass(TimeSpan.FromSeconds(5));
        // Beta's own node never sealed the entry, so it refuses it where the proposer does not.
        Assert.Equal(code.Length == 0 ? ChannelCodes.EntryNotOurs : code, PostingTests.LastRefusal(world.Alpha, world));
        Assert.Equal(50_00, world.Position(world.Beta));
        world.AssertSameState();
    }

    [Fact]
    public void What_the_other_member_owes_cannot_be_taken_out()
    {
        using TwoBanks world = new TwoBanks().Open((false, new Money(TwoBanks.Eur, 500_00)));
        world.Fund(world.Alpha, 100_00);
        world.Pay(world.Alpha, 130_00);
        world.Pass(TimeSpan.FromSeconds(5));
        ChannelContext beta = world.Context(world.Beta);
        BatchExecution verifies = new(beta, StateOf(world), world.Now.ToUnixTimeMilliseconds(), null, new SeededEntropy(2), null);
        Assert.All(new[] { 60_00L, 40_00, 1 }, amount => Assert.Equal("", verifies.Add(Redeem(world, beta, amount))));
        OpenedEntry beyond = ((BatchSlot.Agreed)verifies.Slots[2]).Entry;
        Assert.Same(beyond, Assert.Single(verifies.RefuseUncovered(static _ => false)));
    }

    [Fact]
    public void An_entry_that_is_refused_answers_the_operator_with_the_code()
    {
        string strict = ContractLibrary.Load("PoolFunding").Source.Replace("require not present(posting) else CH17", "require amount > EUR 1000 else AM09", StringComparison.Ordinal);
        using TwoBanks world = new TwoBanks(contracts: [ContractLibrary.Load("GrossPayment").Source, strict]).Open();
        world.Fund(world.Alpha, 100_00).Fund(world.Beta, 100_00);
        Assert.Equal("AM09", Defund(world, world.Alpha, 10_00));
        Assert.Equal("AM09", Defund(world, world.Beta, 10_00));
        Assert.Equal((100_00, 100_00), (world.Position(world.Alpha), world.Position(world.Beta)));
        Assert.Empty(world.Alpha.Vault.Text(PayloadKind.Waiting) + world.Beta.Vault.Text(PayloadKind.Waiting));
        world.AssertGoesOn();
    }

    [Fact]
    public void Orders_that_cannot_be_followed_are_refused_at_once()
    {
        using TwoBanks world = new TwoBanks().Open();
        DefundAnswer Order(Digest channel, string currency, long amount) => world.Ask<DefundAnswer>(world.Alpha, call => new BankInput.Defund(call, channel, new Money(TwoBanks.CurrencyOf(currency), amount)));
        Assert.Equal(ChannelCodes.ChannelUnknown, Order(Digest.Zero, "EUR", 1).Refusal);
        Assert.Equal(ChannelCodes.ChannelUnknown, Order(world.Channel, "EUR", 0).Refusal);
        Assert.Equal(ReasonCodes.CurrencyNotProcessable, Order(world.Channel, "USD", 1).Refusal);
        Assert.Equal(ReasonCodes.InsufficientFunds, Order(world.Channel, "JPY", 1).Refusal);
        using TwoBanks without = new TwoBanks(contracts: [ContractLibrary.Load("GrossPayment").Source]).Open();
        Assert.Equal(BankCodes.NoFundingContract, Defund(without, without.Alpha, 1));
    }

    [Fact]
    public void A_pool_that_does_not_cover_it_stays_and_the_entry_is_paid_when_it_does()
    {
        using TwoBanks world = new TwoBanks().Open();
        // Whoever has the agent's posting key makes positions that no pool stands behind.
        world.OnAgentRequest = request =>
        {
            foreach (FundRequest fund in request.Funds) fund.MinorUnits = 1;
            return request;
        };
        world.OnAgentReply = reply =>
        {
            foreach (FundResult result in reply.Funds)
                result.Signature = ByteString.CopyFrom(world.Posting.Sign(PostingText.Digest(TwoBanks.Network, result.PostingId.Span, world.Channel, world.Alpha.Id, "EUR", 70_00)));
            return reply;
        };
        world.Fund(world.Alpha, 70_00);
        (world.OnAgentRequest, world.OnAgentReply) = (null, null);
        Assert.Equal(AgentCodes.InsufficientFunds, Defund(world, world.Alpha, 10_00));
        Assert.Equal((70_00 - 1, 1), RedemptionTests.Books(world, world.Alpha));
        Assert.Contains(AgentCodes.InsufficientFunds, world.Agent.Alarms);
        Assert.Contains(AgentCodes.InsufficientFunds, world.Alpha.Alarms);
        Assert.NotEmpty(world.Alpha.Vault.Text(PayloadKind.Evidence));
        // The position is taken, so the bank shows the entry again, also after a restart.
        world.Fund(world.Beta, 10_00);
        world.Alpha.Restart();
        world.Pass(TimeSpan.FromSeconds(30));
        Assert.Equal((80_00 - 1, 1), RedemptionTests.Books(world, world.Alpha));
        Assert.Empty(world.Alpha.Vault.Text(PayloadKind.Waiting));
    }

    [Theory]
    [InlineData("signature")]
    [InlineData("posting")]
    [InlineData("entry")]
    [InlineData("channel")]
    [InlineData("none")]
    public void An_agent_that_lies_is_not_believed_and_asked_again(string lie)
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Alpha, 100_00);
        world.OnAgentReply = reply =>
        {
            foreach (RedeemResult result in reply.Redemptions)
            {
                if (lie == "signature") result.Signature = Lies.Flipped(result.Signature, 2);
                if (lie == "posting") result.PostingId = Lies.Flipped(result.PostingId, 2);
                if (lie == "entry") result.EntryId = Lies.Flipped(result.EntryId, 2);
                if (lie == "channel") result.Channel = Lies.Flipped(result.Channel, 2);
            }

            if (lie == "none") reply.Redemptions.Clear();
            return reply;
        };
        long call = world.Tell(world.Alpha, c => new BankInput.Defund(c, world.Channel, new Money(TwoBanks.Eur, 60_00)));
        world.Pass(TimeSpan.FromSeconds(3));
        Assert.Null(world.Answer<DefundAnswer>(call));
        Assert.Contains(lie == "none" ? ChannelCodes.MessageMalformed : ChannelCodes.PostingRefused, world.Alpha.Alarms);
        world.OnAgentReply = null;
        world.Pass(TimeSpan.FromSeconds(30));
        Assert.Null(world.Answer<DefundAnswer>(call)!.Refusal);
        Assert.Equal((60_00, 40_00), RedemptionTests.Books(world, world.Alpha));
    }

    internal static string? Defund(TwoBanks world, TestNode bank, long amount)
    {
        long call = world.Tell(bank, c => new BankInput.Defund(c, world.Channel, new Money(TwoBanks.Eur, amount)));
        world.Settle();
        for (int i = 0; i < 40 && world.Answer<DefundAnswer>(call) is null; i++) world.Pass(TimeSpan.FromSeconds(1));
        return (world.Answer<DefundAnswer>(call) ?? throw new InvalidOperationException("The operator was not answered.")).Refusal;
    }

    private static OpenedEntry Redeem(TwoBanks world, ChannelContext context, long amount)
    {
        ContractPlan plan = context.Terms.Contracts.Single(static c => c.Contract.Name == "PoolFunding");
        return EntrySealer.Seal(context, plan, plan.Contract.FindAction("redeem")!, [new MoneyValue("EUR", amount), null], world.Now, new SeededEntropy(amount));
    }

    private static ChannelState StateOf(TwoBanks world)
    {
        Core.Vault.Records.SnapshotRow row = world.Snapshot(world.Beta);
        return ChannelState.Restore(row.Positions.Select(PositionRows.Restore), new(), [], []);
    }
}
