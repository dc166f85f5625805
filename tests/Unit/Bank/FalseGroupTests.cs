using Google.Protobuf;
using Settlement.Contracts;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Monetary;
using Settlement.Core.Notarisation;
using Settlement.Ledger;
using Settlement.Tests.Simulation;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.Bank;

/// <summary>Groups with a bank, or a ledger, that wants more than its share.</summary>
public sealed class FalseGroupTests
{
    internal const string Fee = """
        contract FeePayment version 1
          "A payment whose payee bears a fee."

        parties
          payer       bank
          payee       bank
          supervisor  regulator, observes

        fields
          amount      money               to payer, payee, supervisor
          rebate      money optional      to payer, payee, supervisor

        states
          Settled may rest

        on pay(fee money to payer, payee, supervisor) by payer, agreed by payee
          require amount > 0 else AM01
          move amount from payer to payee
          move fee from payee to payer
          -> Settled

        """;

    private static (TwoBanks Banks, Digest Euro, Digest Yen) World(LedgerSettings? ledger = null, string? more = null)
    {
        List<string> contracts = [ContractLibrary.Load("GrossPayment").Source, ContractLibrary.Load("PoolFunding").Source];
        if (more is not null) contracts.Add(more);
        TwoBanks banks = new TwoBanks(1, withGamma: true, contracts: contracts, ledgerSettings: ledger).Open(static r => r with { Currencies = [TwoBanks.Eur] });
        Digest euro = banks.Channel;
        banks.Fund(banks.Alpha, 100_000);
        OpenChannelResult opened = banks.Ask<OpenChannelResult>(banks.Beta, call => new BankInput.OpenChannel(call, banks.Request() with
        {
            Counterparty = banks.Alpha.Id, CounterpartyRoot = banks.Alpha.Keys.RootFingerprint, Currencies = [TwoBanks.CurrencyOf("JPY")],
        }));
        Assert.Null(opened.Refusal);
        Digest yen = opened.Channel!.Value;
        banks.Look(yen).Fund(banks.Beta, 15_000_000, "JPY");
        return (banks, euro, yen);
    }

    private static SubmissionAnswer Order(TwoBanks banks, TestNode bank, GroupOrder order) => banks.Ask<SubmissionAnswer>(bank, call => new BankInput.OrderGroup(call, null, [1], order));

    private static IReadOnlyList<GroupView> Groups(TwoBanks banks, TestNode bank) => banks.Ask<GroupList>(bank, static call => new BankInput.ListGroups(call)).Groups;

    /// <summary>Alpha pays 100 EUR and expects 15000 JPY; Beta brings a leg of 15000 JPY that takes as much back by a
    /// parameter, which no expectation names.</summary>
    [Fact]
    public void Whoever_expects_to_be_paid_is_not_made_to_pay_it_back_in_the_same_leg()
    {
        (TwoBanks banks, Digest euro, Digest yen) = World(more: Fee);
        using TwoBanks _ = banks;
        Assert.Null(Order(banks, banks.Alpha, new GroupOrder(null, [], null, [GroupWorld.Payment(euro, "100.00 EUR")],
            [new ActOrder(yen, null, "FeePayment", "pay", new Dictionary<string, string> { ["amount"] = "15000 JPY" })])).Refusal);
        Digest group = Assert.Single(Groups(banks, banks.Beta)).Group;
        SubmissionAnswer joined = Order(banks, banks.Beta, new GroupOrder(group, [], null,
            [new ActOrder(yen, null, "FeePayment", "pay", new Dictionary<string, string> { ["amount"] = "15000 JPY", ["fee"] = "15000 JPY" })], [GroupWorld.Expected(euro, "100.00 EUR")]));
        Assert.Null(joined.Refusal);
        banks.Pass(TimeSpan.FromSeconds(20));
        Assert.Equal(0, banks.Look(euro).Position(banks.Beta));
    }

    /// <summary>A leg of a group that is committed and over in this channel comes again, and applies again, with no reservation of it.</summary>
    [Fact]
    public void A_leg_applies_once_for_its_group()
    {
        (TwoBanks banks, Digest euro, Digest yen) = World();
        using TwoBanks _ = banks;
        Order(banks, banks.Alpha, new GroupOrder(null, [], TimeSpan.FromMinutes(5), [GroupWorld.Payment(euro, "100.00 EUR")], [GroupWorld.Expected(yen, "15000 JPY")]));
        Digest group = Assert.Single(Groups(banks, banks.Beta)).Group;
        // The euro channel is slow: Alpha's proposals with outcomes do not arrive.
        banks.OnPeer = (from, to, m) => m.Proposal is { } p && p.Channel.Span.SequenceEqual(euro.ToArray()) && OtherProposal.BodyOf(p).Outcomes.Count > 0 ? [] : [m];
        GroupOrder join = new(group, [], null, [GroupWorld.Payment(yen, "15000 JPY")], [GroupWorld.Expected(euro, "100.00 EUR")]);
        Assert.Null(Order(banks, banks.Beta, join).Refusal);
        banks.Pass(TimeSpan.FromSeconds(3));
        // Only the yen leg has ended.
        long once = banks.Look(yen).Position(banks.Alpha, "JPY");
        Order(banks, banks.Beta, join);
        banks.Pass(TimeSpan.FromSeconds(3));
        long twice = banks.Look(yen).Position(banks.Alpha, "JPY");
        banks.OnPeer = null;
        banks.Pass(TimeSpan.FromSeconds(20));
        Assert.Equal(once, twice);
    }

    /// <summary>The same with an optional amount that the expectation leaves out.</summary>
    [Fact]
    public void An_amount_that_an_expectation_leaves_out_is_not_taken()
    {
        string contract = Fee.Replace("on pay(fee money to payer, payee, supervisor) by", "on pay by", StringComparison.Ordinal)
            .Replace("  move fee from payee to payer\n", "  if present(rebate)\n    move rebate from payee to payer\n  end\n", StringComparison.Ordinal);
        (TwoBanks banks, Digest euro, Digest yen) = World(more: contract);
        using TwoBanks _ = banks;
        Assert.Null(Order(banks, banks.Alpha, new GroupOrder(null, [], null, [GroupWorld.Payment(euro, "100.00 EUR")],
            [new ActOrder(yen, null, "FeePayment", "pay", new Dictionary<string, string> { ["amount"] = "15000 JPY" })])).Refusal);
        Digest group = Assert.Single(Groups(banks, banks.Beta)).Group;
        Assert.Null(Order(banks, banks.Beta, new GroupOrder(group, [], null,
            [new ActOrder(yen, null, "FeePayment", "pay", new Dictionary<string, string> { ["amount"] = "15000 JPY", ["rebate"] = "15000 JPY" })], [GroupWorld.Expected(euro, "100.00 EUR")])).Refusal);
        banks.Pass(TimeSpan.FromSeconds(20));
        Assert.Equal(0, banks.Look(euro).Position(banks.Beta));
    }

    /// <summary>The ledger says that a group is committed in which Alpha was never brought what it expects.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_ledger_that_commits_a_group_without_its_legs_takes_nothing_of_a_member(bool isOver)
    {
        (TwoBanks banks, Digest euro, Digest yen) = World();
        using TwoBanks _ = banks;
        Order(banks, banks.Alpha, new GroupOrder(null, [], TimeSpan.FromSeconds(20), [GroupWorld.Payment(euro, "100.00 EUR")], [GroupWorld.Expected(yen, "15000 JPY")]));
        Digest group = Assert.Single(Groups(banks, banks.Beta)).Group;
        if (isOver) banks.Pass(TimeSpan.FromSeconds(5));
        ForgeDecision(banks, group, true);
        banks.Pass(TimeSpan.FromSeconds(60));
        Assert.Equal(0, banks.Look(euro).Position(banks.Beta));
        Assert.Contains(GroupCodes.CommittedWithoutLeg, banks.Alpha.Alarms);
        // What the channel holds is what its members agreed to.
        Assert.Equal(true, banks.Look(euro).Audit().ReExecuted);
    }

    /// <summary>The ledger decides a group as nobody may.</summary>
    internal static void ForgeDecision(TwoBanks banks, Digest group, bool isCommitted, ByteString? body = null)
    {
        const System.Reflection.BindingFlags Any = System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.Static;
        object state = typeof(LedgerMachine).GetField("state", Any)!.GetValue(banks.Ledger)!;
        Type records = typeof(LedgerMachine).Assembly.GetType("Settlement.Ledger.LedgerRecord")!;
        Submission submission = new() { Decided = new DecidedRecord { Group = ByteString.CopyFrom(group.ToArray()), IsCommitted = isCommitted } };
        // Of a group for which nobody has reserved the ledger knows it from here.
        if (body is not null) submission.Decided.GroupBody = body;
        object?[] read = [submission, TwoBanks.Network, null, null];
        Assert.True((bool)records.GetMethod("TryRead", Any)!.Invoke(null, read)!);
        Leaf leaf = (Leaf)records.GetMethod("ToLeaf", Any)!.Invoke(null, [submission, TwoBanks.Network, banks.Ledger.Count, banks.Now])!;
        state.GetType().GetMethod("Append", Any)!.Invoke(state, [read[2], leaf.ToByteString(), banks.Now]);
    }

    /// <summary>Copies of one proposal with outcomes that nobody decided.</summary>
    [Fact]
    public void A_proposal_said_again_does_not_ask_the_ledger_for_all_groups_again()
    {
        (TwoBanks banks, Digest euro, Digest yen) = World();
        using TwoBanks _ = banks;
        for (int i = 0; i < 32; i++)
        {
            Digest[] others = [.. Enumerable.Range(0, 255).Select(k => Digest.Of([1, (byte)i, (byte)k]))];
            Order(banks, banks.Beta, new GroupOrder(null, others, TimeSpan.FromMinutes(9), [GroupWorld.Payment(yen, "1 JPY")], []));
        }

        banks.Pass(TimeSpan.FromSeconds(40));
        long bytes = 0, requests = 0, said = 0;
        banks.OnLedgerRequest = (from, request) =>
        {
            if (from == banks.Alpha) (bytes, requests) = (bytes + request.CalculateSize(), requests + 1);
            return request;
        };
        Proposal? caught = null;
        banks.OnPeer = (from, to, m) =>
        {
            if (from != banks.Beta || m.Proposal is null) return [m];
            caught ??= m.Proposal.Clone();
            return [];
        };
        Order(banks, banks.Beta, new GroupOrder(null, [Digest.Of([9])], TimeSpan.FromMinutes(9), [GroupWorld.Payment(yen, "1 JPY")], []));
        banks.Look(yen);
        PeerMessage lie = OtherProposal.Of(banks, banks.Beta, caught!, p => p.Body.Outcomes.Add(Groups(banks, banks.Beta).SelectMany(static g => g.Legs.Select(_ => g.Group)).Select(static g => new LegOutcome { Group = ByteString.CopyFrom(g.ToArray()) })));
        (bytes, requests) = (0, 0);
        for (int i = 0; i < 50; i++)
        {
            said += lie.CalculateSize();
            banks.Send(banks.Beta, banks.Alpha, lie);
        }

        Assert.InRange(bytes, 0, 100_000);
    }

    /// <summary>A bank brings legs that take nothing of the other, of large groups that it leaves alone: the other asks the ledger about them at
    /// little cost, and does not show it the groups.</summary>
    [Fact]
    public void Groups_of_one_bank_do_not_use_up_the_quota_of_the_other()
    {
        (TwoBanks banks, _, Digest yen) = World(LedgerSettings.Default with { HeadsPerSecond = 20, HeadBurst = 1_500 });
        using TwoBanks disposed = banks;
        Digest withGamma = Open(banks, banks.Gamma!);
        int refused = 0, nonce = 0;
        banks.OnLedgerRequest = (from, request) =>
        {
            if (from != banks.Beta) return request;
            LedgerRequest changed = request.Clone();
            for (int i = 0; i < changed.Submissions.Count; i++)
            {
                if (changed.Submissions[i].Decided is { } decided) decided.GroupBody = ByteString.Empty;
                if (changed.Submissions[i].Reserve is not null) changed.Submissions[i] = new Submission();
            }

            return changed;
        };
        banks.OnLedgerReply = (from, reply) =>
        {
            if (from == banks.Alpha) refused += reply.Results.Count(static result => result.Code == LedgerCodes.QuotaUsed);
            return reply;
        };
        for (int round = 0; round < 8; round++)
        {
            for (int i = 0; i < HeldLeg.MaximumOfMember; i++, nonce++)
            {
                Digest[] others = [.. Enumerable.Range(0, ChannelGroup.MaximumChannels - 1).Select(k => Digest.Of([(byte)(nonce >> 8), (byte)nonce, (byte)k]))];
                Order(banks, banks.Beta, new GroupOrder(null, others, TimeSpan.FromMilliseconds(400), [GroupWorld.Payment(yen, "1 JPY")], []));
            }

            banks.Pass(TimeSpan.FromSeconds(3));
        }

        byte[] paid = banks.Look(withGamma).Pay(banks.Alpha, 1, banks.Gamma);
        Assert.Equal((0, InstructionStatus.Settled), (refused, banks.StatusOf(banks.Alpha, paid).Status));
    }

    private static Digest Open(TwoBanks banks, TestNode gamma)
    {
        Assert.Null(banks.Ask<BusinessDayResult>(gamma, call => new BankInput.OpenBusinessDay(call, TwoBanks.Day)).Refusal);
        OpenChannelResult opened = banks.Ask<OpenChannelResult>(banks.Alpha, call => new BankInput.OpenChannel(call, banks.Request() with
        {
            Counterparty = gamma.Id, CounterpartyRoot = gamma.Keys.RootFingerprint, Currencies = [TwoBanks.Eur],
        }));
        Assert.Null(opened.Refusal);
        banks.Look(opened.Channel!.Value).Fund(banks.Alpha, 10_000);
        return opened.Channel!.Value;
    }
}
