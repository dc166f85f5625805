using Google.Protobuf;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Notarisation;
using Settlement.Core.Reading;
using Settlement.Core.Store;
using Settlement.Wire.Channels;

namespace Settlement.Tests.Bank;

/// <summary>Payments of two channels that settle together or not at all.</summary>
public sealed class GroupTests : IDisposable
{
    private static readonly long[] Before = [100_000, 0, 0, 15_000_000];
    private static readonly long[] Swapped = [90_000, 10_000, 15_000, 14_985_000];
    private readonly GroupWorld world = new();

    public void Dispose() => world.Dispose();

    [Fact]
    public void Both_legs_settle_once_both_are_set_aside()
    {
        SubmissionAnswer begun = world.Begin();
        Assert.Null(begun.Refusal);
        Assert.Equal((InstructionStatus.Accepted, null), world.StatusOf(world.Alpha, begun));
        // Set aside, and not moved: Beta sees what it is offered.
        Assert.Equal(Before, world.Positions);
        Assert.Equal(10_000, world.Reserved(world.Alpha, world.EuroChannel, "EUR"));
        GroupView seen = Assert.Single(world.Groups(world.Beta));
        Assert.False(seen.IsOrdered);
        LegView leg = Assert.Single(seen.Legs);
        Assert.Equal((world.EuroChannel, "GrossPayment", "pay", false), (leg.Channel, leg.Contract, leg.Action, leg.IsOwn));
        Assert.Contains(("amount", "100.00 EUR"), leg.Values);

        SubmissionAnswer joined = world.Join();
        Assert.Null(joined.Refusal);
        world.Banks.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal(Swapped, world.Positions);
        Assert.Equal((InstructionStatus.Settled, null), world.StatusOf(world.Alpha, begun));
        Assert.Equal((InstructionStatus.Settled, null), world.StatusOf(world.Beta, joined));
        world.AssertAtRest();
    }

    [Fact]
    public void A_leg_whose_group_nobody_joins_is_released_after_its_time()
    {
        SubmissionAnswer begun = world.Begin(life: TimeSpan.FromSeconds(10));
        world.Banks.Pass(TimeSpan.FromSeconds(8));
        Assert.Equal(10_000, world.Reserved(world.Alpha, world.EuroChannel, "EUR"));
        world.Banks.Pass(TimeSpan.FromSeconds(12));
        Assert.Equal((InstructionStatus.Rejected, GroupCodes.Aborted), world.StatusOf(world.Alpha, begun));
        Assert.Equal(Before, world.Positions);
        world.AssertAtRest();
    }

    [Fact]
    public void A_leg_that_is_not_what_was_expected_is_refused_and_the_other_released()
    {
        SubmissionAnswer begun = world.Begin(life: TimeSpan.FromSeconds(10));
        SubmissionAnswer joined = world.Join("14999 JPY");
        Assert.Equal((InstructionStatus.Rejected, GroupCodes.LegUnexpected), world.StatusOf(world.Beta, joined));
        world.Banks.Pass(TimeSpan.FromSeconds(20));
        Assert.Equal((InstructionStatus.Rejected, GroupCodes.Aborted), world.StatusOf(world.Alpha, begun));
        Assert.Equal(Before, world.Positions);
        world.AssertAtRest();
    }

    [Fact]
    public void Other_payments_of_the_same_channels_go_on_meanwhile_with_what_is_left()
    {
        world.Begin("900.00 EUR");
        byte[] paid = world.Banks.Look(world.EuroChannel).Pay(world.Alpha, 10_000);
        Assert.Equal((InstructionStatus.Settled, null), world.Banks.StatusOf(world.Alpha, paid));
        // What is set aside covers nothing else.
        SubmissionAnswer beyond = world.Banks.Submit(world.Alpha, world.Banks.Transfer(world.Alpha, 1));
        Assert.Equal(InstructionStatus.Queued, Assert.Single(beyond.Instructions).Status);
        world.Join(euros: "900.00 EUR");
        world.Banks.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal([0, 100_000, 15_000, 14_985_000], world.Positions);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_reader_is_shown_what_became_of_a_leg(bool isJoined)
    {
        world.Begin(life: TimeSpan.FromSeconds(10));
        GroupView group = Assert.Single(world.Groups(world.Alpha));
        if (isJoined) world.Join();
        world.Banks.Pass(TimeSpan.FromSeconds(20));
        world.Banks.Look(world.EuroChannel);
        foreach (TestNode reader in new[] { world.Alpha, world.Beta, world.Banks.Supervisor })
        {
            EntryView[] shown = [.. EntriesOf(reader).Where(static e => e.Group is not null)];
            Assert.Equal([(group.Group.ToString(), (bool?)null), (group.Group.ToString(), isJoined)], shown.Select(static e => (e.Group!, e.IsCommitted)));
        }
    }

    private IEnumerable<EntryView> EntriesOf(TestNode node)
    {
        VaultReader reader = new(TwoBanks.Network, node.Id, node.VaultKey);
        ChannelContext context = world.Banks.Context(node);
        foreach (StoredPayload row in node.Vault.Scan(PayloadKind.Batches).Where(row => VaultReader.SequenceOf(world.Banks.Channel, row.Key) is not null))
        {
            byte[] keys = node.Vault.Find(PayloadKind.ContentKeys, row.Key)!;
            foreach (EntryView view in node == world.Banks.Supervisor ? reader.ReadObserverBatch(context, row.Body, keys) : reader.ReadMemberBatch(context, row.Body, node.Vault.Find(PayloadKind.Entries, row.Key), keys)) yield return view;
        }
    }

    /// <summary>What the log must say for the supervisor to repeat a commitment.</summary>
    [Theory]
    [InlineData("as it is", true)]
    [InlineData("no decision", false)]
    [InlineData("the contrary decision, too", false)]
    [InlineData("no reservation of this channel", false)]
    [InlineData("no reservation of the other channel", false)]
    public void A_supervisor_repeats_no_commitment_that_the_log_does_not_show(string log, bool isRepeated)
    {
        world.Begin();
        Digest group = Assert.Single(world.Groups(world.Beta)).Group;
        world.Join();
        world.Banks.Pass(TimeSpan.FromSeconds(2));
        PayloadKey decision = VaultReader.DecisionKey(group, isCommitted: true), contrary = VaultReader.DecisionKey(group, isCommitted: false);
        PayloadKey? missing = log switch
        {
            "no decision" => decision,
            "no reservation of this channel" => VaultReader.ReservationKey(group, world.EuroChannel),
            "no reservation of the other channel" => VaultReader.ReservationKey(group, world.YenChannel),
            _ => null,
        };
        if (missing is { } key)
        {
            Assert.NotNull(world.Banks.Supervisor.Vault.Find(key.Kind, key.Key));
            world.Banks.Supervisor.Vault.Delete(key.Kind, key.Key);
        }

        if (log == "the contrary decision, too") world.Banks.Supervisor.Vault.Overwrite(contrary.Kind, contrary.Key, []);
        Assert.Equal((true, isRepeated), world.Banks.Look(world.EuroChannel).Audit() is var verdict ? (verdict.Authentic, verdict.ReExecuted) : default);
    }

    /// <summary>What is wrong with an order, and that nothing comes of it.</summary>
    public static TheoryData<string, string> Orders => new()
    {
        { "a channel of the group is left out", GroupCodes.LegMissing },
        { "a channel is named twice", GroupCodes.LegMissing },
        { "an unknown channel", GroupCodes.LegMissing },
        { "no leg of its own", GroupCodes.LegMissing },
        { "one channel alone", GroupCodes.LegMissing },
        { "an expectation without its amount", GroupCodes.LegMissing },
        { "an expectation of no contract", BankCodes.NoSuchContract },
        { "an expectation of no action", BankCodes.NoSuchAction },
        { "an expectation that cannot be read", BankCodes.ValueUnreadable },
        { "a life of nothing", GroupCodes.OutOfTime },
        { "a life of an hour", GroupCodes.OutOfTime },
        { "an unknown group", LedgerCodes.UnknownGroup },
        { "what is held is another amount", GroupCodes.LegUnexpected },
        { "the same group again", GroupCodes.OrderRepeated },
    };

    [Theory]
    [MemberData(nameof(Orders))]
    public void An_order_that_does_not_stand_leaves_nothing_behind(string what, string code)
    {
        Digest euro = world.EuroChannel, yen = world.YenChannel;
        if (what is "what is held is another amount" or "the same group again") world.Begin();
        TestNode bank = what == "the same group again" ? world.Alpha : world.Beta;
        Digest? held = what is "what is held is another amount" or "the same group again" ? Assert.Single(world.Groups(world.Beta)).Group : null;
        ActOrder leg = GroupWorld.Payment(yen, "15000 JPY"), expected = GroupWorld.Expected(euro, "100.00 EUR");
        GroupOrder order = what switch
        {
            "a channel of the group is left out" => new(null, [euro], null, [leg], []),
            "a channel is named twice" => new(null, [], null, [leg], [expected, expected]),
            "an unknown channel" => new(null, [], null, [leg], [expected, GroupWorld.Expected(Digest.Of([1]), "1.00 EUR")]),
            "no leg of its own" => new(null, [], null, [], [expected, GroupWorld.Expected(yen, "1 JPY")]),
            "one channel alone" => new(null, [], null, [leg], []),
            "an expectation without its amount" => new(null, [], null, [leg], [new ActOrder(euro, null, "GrossPayment", "pay", new Dictionary<string, string>())]),
            "an expectation of no contract" => new(null, [], null, [leg], [expected with { Contract = "Loan" }]),
            "an expectation of no action" => new(null, [], null, [leg], [expected with { Action = "return" }]),
            "an expectation that cannot be read" => new(null, [], null, [leg], [GroupWorld.Expected(euro, "a lot")]),
            "a life of nothing" => new(null, [], TimeSpan.Zero, [leg], [expected]),
            "a life of an hour" => new(null, [], TimeSpan.FromHours(1), [leg], [expected]),
            "an unknown group" => new(Digest.Of([2]), [], null, [leg], [expected]),
            "what is held is another amount" => new(held, [], null, [leg], [GroupWorld.Expected(euro, "100.01 EUR")]),
            _ => new(held, [], null, [leg], [expected]),
        };
        Assert.Equal(code, world.Order(bank, order).Refusal);
        Assert.All(world.Groups(world.Beta), static g => Assert.False(g.IsOrdered));
        Assert.Equal(0, world.Reserved(world.Beta, yen, "JPY"));
    }

    [Fact]
    public void A_leg_that_cannot_be_taken_takes_the_others_of_its_order_with_it()
    {
        SubmissionAnswer answer = world.Order(world.Alpha, new GroupOrder(null, [], null,
            [GroupWorld.Payment(world.EuroChannel, "100.00 EUR"), GroupWorld.Payment(world.YenChannel, "1 JPY")], []));
        Assert.Equal([(InstructionStatus.Rejected, GroupCodes.Aborted), (InstructionStatus.Rejected, "AM04")], answer.Instructions.Select(static i => (i.Status, i.Reason)));
        Assert.Equal(0, world.Reserved(world.Alpha, world.EuroChannel, "EUR"));
        Assert.Empty(world.Groups(world.Alpha));
    }

    [Fact]
    public void An_order_with_a_known_key_is_answered_alike()
    {
        GroupOrder order = new(null, [], null, [GroupWorld.Payment(world.EuroChannel, "100.00 EUR")], [GroupWorld.Expected(world.YenChannel, "15000 JPY")]);
        SubmissionAnswer first = world.Order(world.Alpha, order, "key"), second = world.Order(world.Alpha, order, "key");
        Assert.Equal(first.MessageId, second.MessageId);
        Assert.Equal((Assert.Single(world.Groups(world.Alpha)).Group, first.Group), (first.Group, second.Group));
        Assert.Single(world.Groups(world.Alpha));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_restart_at_any_point_loses_nothing(int point)
    {
        void RestartAll(int at)
        {
            if (at != point) return;
            foreach (TestNode bank in new[] { world.Alpha, world.Beta, world.Banks.Supervisor }) bank.Restart();
            world.Banks.Pass(TimeSpan.FromSeconds(3));
        }

        world.Banks.OnPeer = (_, _, message) => point == 3 && message.Proposal is not null && OtherProposal.BodyOf(message.Proposal).Outcomes.Count > 0 ? [] : [message];
        SubmissionAnswer begun = world.Begin();
        RestartAll(0);
        SubmissionAnswer joined = world.Join();
        RestartAll(1);
        RestartAll(3);
        world.Banks.OnPeer = null;
        world.Banks.Pass(TimeSpan.FromSeconds(10));
        RestartAll(2);
        Assert.Equal(Swapped, world.Positions);
        Assert.Equal((InstructionStatus.Settled, null), world.StatusOf(world.Alpha, begun));
        Assert.Equal((InstructionStatus.Settled, null), world.StatusOf(world.Beta, joined));
        world.AssertAtRest();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_restart_while_a_leg_is_held_keeps_what_was_expected(bool isReleased)
    {
        SubmissionAnswer begun = world.Begin(life: TimeSpan.FromSeconds(30));
        world.Alpha.Restart();
        world.Banks.Pass(TimeSpan.FromSeconds(2));
        SubmissionAnswer joined = world.Join(isReleased ? "14999 JPY" : "15000 JPY");
        world.Banks.Pass(TimeSpan.FromSeconds(40));
        Assert.Equal(isReleased ? (InstructionStatus.Rejected, GroupCodes.Aborted) : (InstructionStatus.Settled, null), world.StatusOf(world.Alpha, begun));
        Assert.Equal(isReleased ? (InstructionStatus.Rejected, GroupCodes.LegUnexpected) : (InstructionStatus.Settled, null), world.StatusOf(world.Beta, joined));
        Assert.Equal(isReleased ? Before : Swapped, world.Positions);
        world.AssertAtRest();
    }

    /// <summary>The yen channel stands still until the euro channel has ended its leg, and forgotten it.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_restart_ends_a_leg_as_the_one_that_its_own_channel_has_forgotten(bool endsAfterRestart)
    {
        world.Banks.OnPeer = (_, _, message) => message.Proposal is { } proposal && proposal.Channel.Span.SequenceEqual(world.YenChannel.ToArray()) && OtherProposal.BodyOf(proposal).Outcomes.Count > 0
            ? [] : [message];
        SubmissionAnswer begun = world.Begin(life: TimeSpan.FromSeconds(20)), joined = world.Join();
        // The batch that ends the leg is final after a restart, or before it.
        if (endsAfterRestart) world.Banks.OnLedgerReply = static (_, _) => null;
        world.Banks.Pass(TimeSpan.FromSeconds(endsAfterRestart ? 3 : 25));
        if (endsAfterRestart) RestartBanks();
        world.Banks.OnLedgerReply = null;
        world.Banks.Pass(TimeSpan.FromSeconds(25));
        world.Banks.Look(world.EuroChannel).Pay(world.Alpha, 1);
        Assert.All(new[] { world.Alpha, world.Beta }, bank => Assert.Empty(world.Banks.Snapshot(bank).EndedLegs));
        RestartBanks();
        Assert.Equal([89_999, 10_001, 0, 15_000_000], world.Positions);
        world.Banks.OnPeer = null;
        world.Banks.Pass(TimeSpan.FromSeconds(30));
        Assert.Equal([89_999, 10_001, 15_000, 14_985_000], world.Positions);
        Assert.Equal((InstructionStatus.Settled, null), world.StatusOf(world.Alpha, begun));
        Assert.Equal((InstructionStatus.Settled, null), world.StatusOf(world.Beta, joined));
        Assert.All(new[] { world.Alpha, world.Beta }, static bank => Assert.DoesNotContain(GroupCodes.CommittedWithoutLeg, bank.Alarms));
        world.AssertAtRest();
    }

    private void RestartBanks()
    {
        foreach (TestNode bank in new[] { world.Alpha, world.Beta }) bank.Restart();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Nobody_ends_a_leg_otherwise_than_the_ledger_decided(bool claimed)
    {
        world.Begin(life: TimeSpan.FromSeconds(30));
        ByteString group = ByteString.CopyFrom(Assert.Single(world.Groups(world.Beta)).Group.ToArray());
        bool isChanged = false;
        world.Banks.Look(world.EuroChannel).OnPeer = (from, _, message) =>
        {
            if (from != world.Alpha || message.Proposal is not { } proposal || proposal.Channel.Span.SequenceEqual(world.YenChannel.ToArray())) return [message];
            isChanged = true;
            return [OtherProposal.Of(world.Banks, world.Alpha, proposal, p => p.Body.Outcomes.Add(new LegOutcome { Group = group, IsCommitted = claimed }))];
        };
        world.Banks.Pay(world.Alpha, 1);
        world.Banks.Pass(TimeSpan.FromSeconds(2));
        Assert.True(isChanged);
        Assert.Equal(0, world.Position(world.Beta, world.EuroChannel, "EUR"));
        // The leg, and the payment that is stuck in the batch that Beta does not endorse.
        Assert.Equal(10_001, world.Reserved(world.Alpha, world.EuroChannel, "EUR"));
        Assert.Contains(GroupCodes.OutcomeDiffers, world.Beta.Alarms);
    }

    [Fact]
    public void A_copy_of_a_proposal_is_answered_with_the_reservations_that_were_signed_once()
    {
        PeerMessage? proposal = null;
        List<EndorsementAnswer> answers = [];
        world.Banks.OnPeer = (from, _, message) =>
        {
            if (from == world.Alpha && message.Proposal is not null) proposal ??= message.Clone();
            if (from != world.Beta || message.Endorsement is null) return [message];
            answers.Add(message.Endorsement.Clone());
            return [];
        };
        world.Begin();
        for (int i = 0; i < 3; i++) world.Banks.Send(world.Alpha, world.Beta, proposal!);
        Assert.Equal(4, answers.Count);
        Assert.Single(answers[0].Reservations);
        Assert.All(answers, answer => Assert.Equal(answers[0], answer));
    }

    [Fact]
    public void A_payment_that_is_only_set_aside_cannot_be_returned_and_one_that_settled_can()
    {
        world.Begin();
        LegView leg = Assert.Single(Assert.Single(world.Groups(world.Beta)).Legs);
        Dictionary<string, string> reason = new() { ["reason"] = "AC03" };
        SubmissionAnswer Return() => world.Banks.Ask<SubmissionAnswer>(world.Beta, call => new BankInput.Act(call, null, [1], new ActOrder(world.EuroChannel, leg.Entry, null, "return", reason, leg.Sequence)));
        Assert.Equal(ChannelCodes.InstanceUnknown, Return().Refusal);
        world.Join();
        world.Banks.Pass(TimeSpan.FromSeconds(2));
        SubmissionAnswer returned = Return();
        Assert.Equal((InstructionStatus.Settled, null), world.StatusOf(world.Beta, returned));
        Assert.Equal([100_000, 0, 15_000, 14_985_000], world.Positions);
        world.AssertAtRest();
    }
}
