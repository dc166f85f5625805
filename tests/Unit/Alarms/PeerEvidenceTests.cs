using Google.Protobuf;
using Settlement.Core.Alarms;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Machines;
using Settlement.Core.Notarisation;
using Settlement.Core.Reading;
using Settlement.Core.Store;
using Settlement.Tests.Bank;
using Settlement.Tests.Simulation;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.Alarms;

/// <summary>A message at the bound on what is kept, and a byte beyond it: what its sender signed is kept either way.</summary>
public sealed class PeerEvidenceTests : IDisposable
{
    private const string Network = "test";
    private static readonly Digest Channel = Digest.Of("channel"u8), Terms = Digest.Of("terms"u8), Previous = Digest.Of("previous"u8);
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    private readonly SigningKey signer = SigningKey.Generate(new SeededEntropy(1));
    private readonly VerifyingKey verifier;

    public PeerEvidenceTests() => verifier = new VerifyingKey(signer.PublicKey);

    public void Dispose()
    {
        verifier.Dispose();
        signer.Dispose();
    }

    [Fact]
    public void Of_a_proposal_beyond_the_bound_the_signature_and_all_but_the_entries_are_kept()
    {
        PeerMessage whole = Sized(AlarmBounds.MaxPartBytes, Proposal), larger = Sized(AlarmBounds.MaxPartBytes + 1, Proposal);
        Assert.Equal([("message", true)], Kept(whole).Select(static part => (part.Name, part.Body is not null)));
        IReadOnlyList<PartView> parts = Kept(larger);
        Assert.Equal([("message", false), ("proposal without entries", true)], parts.Select(static part => (part.Name, part.Body is not null)));
        Assert.True(ProposalTree.TryVerify(ProposalExcerpt.Parser.ParseFrom(parts[1].Body), Network, Terms, verifier, out ProposalBody? shown));
        Assert.Equal((7, 0, 1), (shown.TimeUnixMs, shown.Items.Count, shown.Outcomes.Count));
    }

    [Fact]
    public void Of_a_proposal_with_outcomes_without_end_as_many_are_kept_as_there_is_room_for()
    {
        PeerMessage endless = Signed(new ProposalBody { TimeUnixMs = 7, Outcomes = { Enumerable.Range(0, 5_000).Select(static i => new LegOutcome { Group = ByteString.CopyFrom(Digest.Of(BitConverter.GetBytes(i)).ToArray()) }) } });
        PartView part = Kept(endless)[1];
        Assert.InRange(part.Body!.Length, AlarmBounds.MaxPartBytes / 2, AlarmBounds.MaxPartBytes);
        Assert.True(ProposalTree.TryVerify(ProposalExcerpt.Parser.ParseFrom(part.Body), Network, Terms, verifier, out ProposalBody? shown));
        Assert.InRange(shown.Outcomes.Count, 10, 4_999);
    }

    [Fact]
    public void Of_an_endorsement_beyond_the_bound_what_was_signed_is_kept()
    {
        PeerMessage whole = Sized(AlarmBounds.MaxPartBytes, Endorsement), larger = Sized(AlarmBounds.MaxPartBytes + 1, Endorsement);
        Assert.Equal(["message"], Kept(whole).Select(static part => part.Name));
        IReadOnlyList<PartView> parts = Kept(larger);
        Assert.Equal([("message", false), ("endorsement", true)], parts.Select(static part => (part.Name, part.Body is not null)));
        EndorsementAnswer answer = EndorsementAnswer.Parser.ParseFrom(parts[1].Body);
        HeadRecord head = new() { Channel = answer.Channel, Term = answer.Term, Sequence = answer.Sequence, PreviousHead = answer.PreviousHead, Head = answer.Head, Endorsements = { answer.Endorsement } };
        Assert.True(EndorsedHead.TryRead(head, out EndorsedHead? endorsed));
        Assert.Equal((true, 0), (endorsed.IsEndorsedBy(Network, 0, verifier), answer.Refusals.Count));
    }

    [Fact]
    public void Of_what_nobody_signed_as_a_whole_size_and_hash_are_kept()
    {
        PeerMessage commands = new() { Commands = new Commands { Entries = { new SealedEntry { Header = ByteString.CopyFrom(new byte[AlarmBounds.MaxPartBytes]) } } } };
        PartView part = Assert.Single(Kept(commands));
        Assert.Equal((commands.CalculateSize(), Digest.Of(commands.ToByteArray()).ToString(), null), (part.Size, part.Sha256, part.Body));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(AlarmBounds.MaxPartBytes, 2)]
    public void An_entry_that_its_sequencer_padded_is_shown_by_its_hash(int padding, int parts)
    {
        Proposal proposal = Proposal(padding).Proposal;
        Assert.True(SignedProposal.TryRead(proposal, out SignedProposal? signed));
        IReadOnlyList<PartView> kept = Kept(PeerEvidence.OfItem(signed, proposal.Body, 0));
        Assert.Equal(parts, kept.Count);
        Assert.Equal(parts == 1, kept[0].Body is not null);
        Assert.True(ProposalTree.TryVerify(ProposalExcerpt.Parser.ParseFrom(kept[^1].Body), Network, Terms, verifier, out ProposalBody? shown));
        Assert.Equal(2 - parts, shown.Items.Count);
    }

    private PeerMessage Proposal(int padding) => Signed(new ProposalBody
    {
        TimeUnixMs = 7, Outcomes = { new LegOutcome { IsCommitted = true } },
        Items = { new BatchItem { Entry = new SealedEntry { Header = ByteString.CopyFrom(new byte[padding]) } } },
    });

    private PeerMessage Signed(ProposalBody body)
    {
        ByteString bytes = body.ToByteString();
        Digest root = ProposalTree.RootOf(bytes.Span);
        return new PeerMessage { Proposal = new SignedProposal(Channel, 1, 2, Previous, root, signer.Sign(RecordHashes.Proposal(Network, Channel, Terms, 1, 2, Previous, root))).ToProposal(bytes) };
    }

    private PeerMessage Endorsement(int padding)
    {
        HeadFields head = new(Channel, 1, 2, Previous, Digest.Of("head"u8));
        return new PeerMessage
        {
            Endorsement = new EndorsementAnswer
            {
                Channel = Bytes(Channel), Term = 1, Sequence = 2, PreviousHead = Bytes(Previous), Head = Bytes(head.Head),
                Endorsement = new Endorsement { NotAfterUnixMs = Now.ToUnixTimeMilliseconds(), Signature = ByteString.CopyFrom(signer.Sign(RecordHashes.Endorsement(Network, head, Now))) },
                Refusals = { new IndexedRefusal { Refusal = new Refusal { Salt = ByteString.CopyFrom(new byte[padding]) } } },
            },
        };
    }

    /// <summary>A message of just so many bytes.</summary>
    private static PeerMessage Sized(int bytes, Func<int, PeerMessage> pad)
    {
        PeerMessage message = pad(bytes - (pad(bytes - 1_000).CalculateSize() - (bytes - 1_000)));
        Assert.Equal(bytes, message.CalculateSize());
        return message;
    }

    private static ByteString Bytes(Digest digest) => ByteString.CopyFrom(digest.ToArray());

    private static IReadOnlyList<PartView> Kept(PeerMessage message) => Kept(PeerEvidence.Of(message));

    private static IReadOnlyList<PartView> Kept(EvidencePart part)
    {
        const string from = "BANADEFFXXX";
        SeededEntropy entropy = new(5);
        using VaultKey key = VaultKey.Generate(entropy);
        TestVault vault = new();
        AlarmBook book = new(key, entropy, new RecoveredRows(new Dictionary<PayloadKind, IReadOnlyList<StoredPayload>>()));
        book.Raise(Now, new RaisedAlarm(from, ChannelCodes.EndorsementInvalid, "x", [part]));
        StoreTransaction commit = new();
        book.Complete(Now, commit);
        vault.Commit(commit);
        StoredPayload row = Assert.Single(vault.Scan(PayloadKind.Evidence));
        Assert.True(Core.Identifiers.ParticipantId.TryParse(from, out Core.Identifiers.ParticipantId id));
        return new VaultReader(Network, id, key).ReadEvidence(row.Key, row.Body).Parts;
    }
}
