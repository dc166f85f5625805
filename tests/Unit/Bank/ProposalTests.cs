using Google.Protobuf;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Notarisation;
using Settlement.Core.Reading;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;
using Settlement.Tests.Channels;
using Settlement.Wire.Channels;

namespace Settlement.Tests.Bank;

/// <summary>What a hostile sequencer and a hostile endorser can say to each other.</summary>
public sealed class ProposalTests
{
    private static readonly PayloadKind[] ChannelRows = [PayloadKind.InFlight, PayloadKind.Proposals, PayloadKind.Entries, PayloadKind.Batches, PayloadKind.ContentKeys, PayloadKind.Facts, PayloadKind.Waiting];

    private static readonly Dictionary<string, (string Code, Action<OtherProposal> Tell)> FalseProposals = new(StringComparer.Ordinal)
    {
        ["a sequence too far"] = (ChannelCodes.ProposalOutOfPlace, p => p.Sequence++),
        ["the largest sequence"] = (ChannelCodes.ProposalOutOfPlace, p => p.Sequence = long.MaxValue),
        ["another previous head"] = (ChannelCodes.ProposalOutOfPlace, p => p.PreviousHead = Lies.Flipped(p.PreviousHead, 3)),
        ["a later term"] = (ChannelCodes.ProposalOutOfPlace, p => p.Term++),
        ["a time too early"] = (ChannelCodes.TimeRefused, p => p.Body.TimeUnixMs -= 31_000),
        ["a time too late"] = (ChannelCodes.TimeRefused, p => p.Body.TimeUnixMs += 31_000),
        ["the least time"] = (ChannelCodes.TimeRefused, p => p.Body.TimeUnixMs = long.MinValue),
        ["the largest time"] = (ChannelCodes.TimeRefused, p => p.Body.TimeUnixMs = long.MaxValue),
        ["a falling time"] = (ChannelCodes.TimeRefused, p => p.Body.TimeUnixMs -= 5_000),
        ["no salts"] = (ChannelCodes.EnvelopeUnreadable, p => p.Body.PositionSalts = null),
        ["salts of another key"] = (ChannelCodes.EnvelopeUnreadable, p => p.Body.PositionSalts.WrappedKey = Lies.Flipped(p.Body.PositionSalts.WrappedKey, 30)),
        ["salts that were changed"] = (ChannelCodes.EnvelopeUnreadable, p => p.Body.PositionSalts.Ciphertext = Lies.Flipped(p.Body.PositionSalts.Ciphertext, 3)),
        ["an empty batch"] = (ChannelCodes.EntryMalformed, p => p.Body.Items.Clear()),
        ["an item that is nothing"] = (ChannelCodes.EntryMalformed, p => p.Body.Items.Add(new BatchItem())),
        ["an entry without a name"] = (ChannelCodes.EntryMalformed, p => p.Body.Items.Add(new BatchItem { Entry = new SealedEntry() })),
        ["a refusal without a reason"] = (ChannelCodes.EntryMalformed, p => p.Body.Items.Add(new BatchItem { Refusal = Refusal("") })),
        ["a refusal with a long reason"] = (ChannelCodes.EntryMalformed, p => p.Body.Items.Add(new BatchItem { Refusal = Refusal(new string('A', 36)) })),
        ["a refusal with markup for a reason"] = (ChannelCodes.EntryMalformed, p => p.Body.Items.Add(new BatchItem { Refusal = Refusal("<a>\u0001") })),
        ["a refusal with a short salt"] = (ChannelCodes.EntryMalformed, p => p.Body.Items.Add(new BatchItem { Refusal = new Refusal(Refusal("AM04")) { Salt = ByteString.CopyFrom(new byte[31]) } })),
        ["a refusal without an entry"] = (ChannelCodes.EntryMalformed, p => p.Body.Items.Add(new BatchItem { Refusal = new Refusal(Refusal("AM04")) { EntryId = ByteString.Empty } })),
    };

    private static readonly Dictionary<string, Action<EndorsementAnswer>> FalseEndorsements = new(StringComparer.Ordinal)
    {
        ["of another head"] = a => a.Head = Lies.Flipped(a.Head, 0),
        ["of no head"] = a => a.Head = ByteString.Empty,
        ["without an endorsement"] = a => a.Endorsement = null,
        ["by another key"] = a => a.Endorsement.Signature = ByteString.CopyFrom(new byte[64]),
        ["with a signature that was changed"] = a => a.Endorsement.Signature = Lies.Flipped(a.Endorsement.Signature, 63),
        ["with a short signature"] = a => a.Endorsement.Signature = ByteString.CopyFrom(a.Endorsement.Signature.Span[1..]),
        ["until later than was signed"] = a => a.Endorsement.NotAfterUnixMs++,
        ["for ever"] = a => a.Endorsement.NotAfterUnixMs = long.MaxValue,
        ["until before all time"] = a => a.Endorsement.NotAfterUnixMs = long.MinValue,
        ["with a refusal that its head does not have"] = a => a.Refusals.Add(new IndexedRefusal { Index = 0, Refusal = Refusal("AM04") }),
        ["with a refusal beyond the batch"] = a => a.Refusals.Add(new IndexedRefusal { Index = 1, Refusal = Refusal("AM04") }),
        ["with a refusal far beyond the batch"] = a => a.Refusals.Add(new IndexedRefusal { Index = uint.MaxValue, Refusal = Refusal("AM04") }),
        ["with a refusal that is none"] = a => a.Refusals.Add(new IndexedRefusal { Index = 0 }),
    };

    public static TheoryData<string> Proposals => [.. FalseProposals.Keys];

    public static TheoryData<string> Endorsements => [.. FalseEndorsements.Keys];

    [Theory]
    [InlineData(0, ChannelCodes.SecondHead)]
    [InlineData(ChannelSide.RememberedPlaces, ChannelCodes.SecondHead)]
    [InlineData(ChannelSide.RememberedPlaces + 1, ChannelCodes.Late)]
    public void A_second_signature_is_evidence_for_the_places_that_are_remembered(int later, string code)
    {
        using TwoBanks world = Funded();
        Proposal? proposal = null;
        EndorsementAnswer? answer = null;
        world.OnPeer = (_, _, message) =>
        {
            proposal ??= message.Proposal?.Clone();
            answer ??= message.Endorsement?.Clone();
            return [message];
        };
        for (int i = 0; i <= later; i++) world.Pay(world.Alpha, 1);
        PeerMessage second = OtherProposal.Of(world, world.Alpha, proposal!, static p => p.Body.TimeUnixMs++);
        for (int i = 0; i < 100; i++) world.Send(world.Alpha, world.Beta, second);
        using SigningKey key = world.ChannelKey(world.Beta);
        answer!.Head = Lies.Flipped(answer.Head, 0);
        HeadFields fields = new(world.Channel, (long)answer.Term, (long)answer.Sequence, new Digest(answer.PreviousHead.Span), new Digest(answer.Head.Span));
        answer.Endorsement.Signature = ByteString.CopyFrom(key.Sign(RecordHashes.Endorsement(TwoBanks.Network, fields, DateTimeOffset.FromUnixTimeMilliseconds(answer.Endorsement.NotAfterUnixMs))));
        for (int i = 0; i < 100; i++) world.Send(world.Beta, world.Alpha, new PeerMessage { Endorsement = answer });
        // What is late is common, and told only where it is much.
        Assert.Equal([code], world.Beta.Alarms.Distinct());
        Assert.Contains(code, world.Alpha.Alarms);
        if (code == ChannelCodes.Late) Assert.DoesNotContain(ChannelCodes.SecondHead, world.Alpha.Alarms);
        world.AssertGoesOn();
    }

    [Theory]
    [MemberData(nameof(Proposals))]
    public void A_false_proposal_is_objected_to_as_a_whole_and_leaves_nothing_but_what_was_signed(string lie)
    {
        using TwoBanks world = Funded();
        string before = Remembered(world);
        bool told = false;
        world.OnPeer = (from, to, message) =>
        {
            if (to != world.Beta || message.Proposal is null) return [message];
            if (from != world.Alpha) return [];
            if (told) return [message];
            told = true;
            return [OtherProposal.Of(world, world.Alpha, message.Proposal, FalseProposals[lie].Tell)];
        };
        List<string> answers = [];
        Func<TestNode, TestNode, PeerMessage, IEnumerable<PeerMessage>> tell = world.OnPeer;
        world.OnPeer = (from, to, message) =>
        {
            if (message.Endorsement is { } answer) answers.Add(answer.Objection);
            return answers.Count > 1 ? [] : tell(from, to, message);
        };
        world.Pay(world.Alpha, 10_00);
        Assert.Equal(FalseProposals[lie].Code, Assert.Single(answers));
        Assert.Contains(FalseProposals[lie].Code, world.Beta.Alarms);
        Assert.Equal(before, Remembered(world));
        // What was signed for the place stays known, so that another one for it shows.
        SnapshotRow snapshot = world.Snapshot(world.Beta);
        Assert.Equal(snapshot.Sequence + (FalseProposals[lie].Code == ChannelCodes.ProposalOutOfPlace ? 0 : 1), (long)snapshot.Proposed.Sequence);
        world.AssertGoesOn();
    }

    // The snapshot without the proposal that came last, and without what an observer said meanwhile.
    private static string Remembered(TwoBanks world)
    {
        SnapshotRow snapshot = world.Snapshot(world.Beta);
        snapshot.Proposed = null;
        snapshot.ObserverProgress.Clear();
        return world.Beta.Vault.Text(ChannelRows) + snapshot;
    }

    [Theory]
    [MemberData(nameof(Endorsements))]
    public void A_false_endorsement_is_not_submitted_and_the_true_one_still_counts(string lie)
    {
        using TwoBanks world = Funded();
        int leaves = (int)world.Ledger.Count;
        world.OnPeer = (_, to, message) =>
        {
            if (to == world.Alpha && message.Endorsement is { } answer) FalseEndorsements[lie](answer);
            return [message];
        };
        byte[] paid = world.Pay(world.Alpha, 10_00);
        world.Pass(TimeSpan.FromSeconds(3));
        Assert.Contains(ChannelCodes.EndorsementInvalid, world.Alpha.Alarms);
        Assert.Equal(leaves, world.Ledger.Count);
        Assert.Equal(InstructionStatus.Accepted, world.StatusOf(world.Alpha, paid).Status);
        Assert.Equal(100_00, world.Position(world.Alpha));
        world.AssertGoesOn();
        Assert.Equal((InstructionStatus.Settled, null), world.StatusOf(world.Alpha, paid));
    }

    [Fact]
    public void A_refusal_given_twice_for_one_entry_is_no_endorsement()
    {
        using TwoBanks world = Funded();
        ChannelContext context = world.Context(world.Alpha);
        world.OnPeer = (_, to, message) =>
        {
            if (to == world.Beta && message.Proposal is { } proposal)
                return [OtherProposal.Of(world, world.Alpha, proposal, static p => p.Body.Items[0].Entry.Commitments = Lies.Flipped(p.Body.Items[0].Entry.Commitments, 0))];
            if (to == world.Alpha && message.Endorsement is { Refusals.Count: 1 } answer) answer.Refusals.Add(answer.Refusals[0]);
            return [message];
        };
        world.Pay(world.Alpha, 10_00);
        Assert.Contains(ChannelCodes.EndorsementInvalid, world.Alpha.Alarms);
        Assert.Equal(100_00, world.Position(world.Alpha));
        world.AssertGoesOn();
        context.Epoch.Dispose();
    }

    [Fact]
    public void Only_the_sequencer_proposes()
    {
        using TwoBanks world = Funded();
        Proposal? captured = null;
        world.OnPeer = (_, to, message) =>
        {
            if (message.Proposal is { } proposal) captured = proposal.Clone();
            return message.Proposal is null ? [message] : [];
        };
        world.Pay(world.Alpha, 10_00);
        // Not even its own proposal, as it went out, when it comes back.
        world.Send(world.Beta, world.Alpha, new PeerMessage { Proposal = captured });
        Assert.Equal([ChannelCodes.ProposalSignature], world.Alpha.Alarms);
        world.Send(world.Beta, world.Alpha, new OtherProposal(captured!).Sign(world, world.Beta));
        Assert.Contains(ChannelCodes.NotTheSequencer, world.Alpha.Alarms);
        world.AssertGoesOn();
    }

    [Fact]
    public void One_batch_is_endorsed_for_a_previous_head_and_term()
    {
        using TwoBanks world = Funded();
        Proposal? captured = null;
        List<EndorsementAnswer> answers = [];
        bool isHeld = false;
        world.OnPeer = (_, to, message) =>
        {
            if (message.Proposal is { } proposal) captured ??= proposal.Clone();
            if (message.Proposal is not null && isHeld) return [];
            if (message.Endorsement is not { } answer) return [message];
            answers.Add(answer.Clone());
            return [];
        };
        world.Pay(world.Alpha, 10_00);
        string signed = world.Beta.Vault.Text(PayloadKind.InFlight);
        PeerMessage second = OtherProposal.Of(world, world.Alpha, captured!, static p => p.Body.TimeUnixMs++);
        world.Send(world.Alpha, world.Beta, second);
        Assert.Contains(ChannelCodes.SecondHead, world.Beta.Alarms);
        Assert.Equal(ChannelCodes.SecondHead, answers[^1].Objection);
        // Also after a restart, when only the vault remembers what was signed, and nobody says it again.
        isHeld = true;
        int pieces = Kept(world).Pieces;
        world.Beta.Restart();
        world.Pass(TimeSpan.FromSeconds(3));
        world.Send(world.Alpha, world.Beta, second);
        Assert.Equal(ChannelCodes.SecondHead, answers[^1].Objection);
        Assert.Equal((2L, pieces), (Kept(world).Count, Kept(world).Pieces));
        Assert.Equal(signed, world.Beta.Vault.Text(PayloadKind.InFlight));
        world.Send(world.Alpha, world.Beta, new PeerMessage { Proposal = captured });
        Assert.Equal(answers[0].Endorsement, answers[^1].Endorsement);
        world.AssertGoesOn();
    }

    [Fact]
    public void A_member_that_was_away_longer_than_clocks_may_differ_still_endorses()
    {
        using TwoBanks world = Funded();
        world.OnPeer = (_, to, message) => to == world.Beta ? [] : [message];
        byte[] paid = world.Pay(world.Alpha, 10_00);
        world.Pass(TimeSpan.FromSeconds(90));
        world.AssertGoesOn();
        Assert.Equal((InstructionStatus.Settled, null), world.StatusOf(world.Alpha, paid));
    }

    [Fact]
    public void Endorsements_that_expired_before_the_ledger_answered_are_signed_again_for_the_same_head()
    {
        using TwoBanks world = Funded();
        bool isAway = true;
        world.OnLedgerReply = (_, reply) => isAway ? null : reply;
        world.OnPeer = (_, _, message) => isAway && message.Endorsement is null && message.Proposal is null ? [] : [message];
        // The ledger never saw the head: the request is lost, not only the answer.
        byte[] paid = world.Pay(world.Alpha, 10_00);
        world.Pass(TimeSpan.FromSeconds(120));
        isAway = false;
        world.AssertGoesOn();
        Assert.Equal((InstructionStatus.Settled, null), world.StatusOf(world.Alpha, paid));
    }

    [Fact]
    public void A_member_takes_the_office_over_when_the_sequencer_is_silent()
    {
        using TwoBanks world = Funded();
        world.OnPeer = (from, to, message) => from == world.Alpha && to == world.Beta && message.Proposal is not null ? [] : [message];
        byte[] paid = world.Pay(world.Beta, 10_00);
        world.Pass(TimeSpan.FromSeconds(40));
        Assert.Equal((InstructionStatus.Settled, null), world.StatusOf(world.Beta, paid));
        Assert.Equal([2L, 2L], [world.View(world.Alpha).Term, world.View(world.Beta).Term]);
        world.AssertGoesOn();
        foreach (TestNode node in world.Nodes) node.Restart();
        world.Pass(TimeSpan.FromSeconds(5));
        world.AssertGoesOn();
        Assert.True(world.Audit() is { IsComplete: true, ReExecuted: true });
    }

    private static (long Count, int Pieces) Kept(TwoBanks world)
    {
        VaultReader reader = new(TwoBanks.Network, world.Beta.Id, world.Beta.VaultKey);
        AlarmView alarm = Assert.Single(world.Beta.Vault.Scan(PayloadKind.Alarms).Select(r => reader.ReadAlarm(r.Key, r.Body)), static a => a.Code == ChannelCodes.SecondHead);
        return (alarm.Count, alarm.Pieces.Count);
    }

    private static TwoBanks Funded()
    {
        TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Alpha, 100_00).Fund(world.Beta, 100_00);
        return world;
    }

    private static Refusal Refusal(string code) => new() { EntryId = ByteString.CopyFrom(new byte[32]), Code = code, Salt = ByteString.CopyFrom(new byte[32]) };
}
