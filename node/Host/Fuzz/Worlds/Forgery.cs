using Google.Protobuf;
using Settlement.Contracts;
using Settlement.Core.Channels;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Envelopes;
using Settlement.Core.Participants;
using Settlement.Host.Fuzz.Mutations;
using Settlement.Wire.Channels;

namespace Settlement.Host.Fuzz.Worlds;

/// <summary>
/// What a member that means ill can do beyond changing bytes on their way: it has the epoch keys, so it opens an entry,
/// changes what is inside, commits to it and seals it again, and it signs what it proposes. What a reader checks behind its
/// encryption and its signatures is reached so.
/// </summary>
internal sealed class Forgery(ChannelContext context, SigningKey key, IEntropy entropy)
{
    private const int FirstVersion = 1;

    private static readonly byte[][] Values =
    [
        [], [0], new MoneyValue("EUR", long.MaxValue).ToCanonical(), new MoneyValue("EUR", long.MinValue).ToCanonical(), new MoneyValue("EUR", 0).ToCanonical(), new MoneyValue("EUR", -1).ToCanonical(),
        new MoneyValue("USD", 1).ToCanonical(), [1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 1], new DateValue(DateOnly.MinValue).ToCanonical(), "2026-02-30"u8.ToArray(), [0xC3, 0x28], [0xED, 0xA0, 0x80],
        new TextValue(new string('x', 140)).ToCanonical(), new TextValue(new string('0', 32) + "." + new string('A', 86)).ToCanonical(), new byte[600],
    ];

    /// <summary>The batch with one of its entries, or its salts, sealed anew around something else; as it was when it has none.</summary>
    public byte[] Change(byte[] batch, Chance chance)
    {
        if (!Parsing.TryParse(PeerBatch.Parser, batch, out PeerBatch? read)) return batch;
        List<Proposed> proposals = [.. read.Messages.Where(static message => message.Proposal is not null).Select(ReadBody).OfType<Proposed>()];
        List<SealedEntry> entries = [.. read.Messages.SelectMany(Entries), .. proposals.SelectMany(static p => p.Body.Items).Select(static item => item.Entry).OfType<SealedEntry>()];
        bool hasSalts = proposals.Count > 0 || read.Messages.Any(static message => message.Delivery?.PositionSalts is not null);
        if (entries.Count > 0 && (!hasSalts || chance.Percent(90))) Change(chance.Pick(entries), chance);
        else foreach (Proposed proposal in proposals) ChangeSalts(proposal, chance);
        foreach (Proposed proposal in proposals)
        {
            ByteString body = proposal.Body.ToByteString();
            Sign(proposal, chance.Percent(15) ? ByteString.CopyFrom(WireMutator.Mutate(body.ToByteArray(), chance, body.ToByteArray())) : body);
        }

        return read.ToByteArray();
    }

    /// <summary>What cannot be read, or is for no place at all, passes as it is.</summary>
    private static Proposed? ReadBody(PeerMessage message) =>
        SignedProposal.TryRead(message.Proposal, out SignedProposal? signed) && Parsing.TryParse(ProposalBody.Parser, message.Proposal.Body.Span, out ProposalBody? body) ? new Proposed(message, signed, body) : null;

    private void Sign(Proposed proposal, ByteString body)
    {
        if (proposal.Signed.Channel != context.Channel || body.Equals(proposal.Message.Proposal.Body)) return;
        proposal.Message.Proposal = SignedProposal.Sign(context, proposal.Signed.Term, proposal.Signed.Sequence, proposal.Signed.PreviousHead, body.Span, key).ToProposal(body);
    }

    private static IEnumerable<SealedEntry> Entries(PeerMessage message) => message.MessageCase switch
    {
        PeerMessage.MessageOneofCase.Commands => message.Commands.Entries,
        PeerMessage.MessageOneofCase.Delivery => message.Delivery.Items.Select(static item => item.Entry).OfType<SealedEntry>(),
        _ => [],
    };

    private void Change(SealedEntry entry, Chance chance)
    {
        if (!Parsing.TryParse(EntryHeader.Parser, entry.Header.Span, out EntryHeader? header)) return;
        if (chance.Percent(25))
        {
            entry.Header = ByteString.CopyFrom(WireMutator.Mutate(entry.Header.ToByteArray(), chance, entry.Header.ToByteArray()));
            return;
        }

        int at = chance.Below(Math.Min(header.Envelopes.Count, entry.Envelopes.Count));
        if (at >= header.Envelopes.Count || at >= entry.Envelopes.Count || !EntryId.TryRead(header.EntryId.Span, out EntryId id)) return;
        EnvelopeReference reference = header.Envelopes[at];
        byte[] aad = new EnvelopeContext(context.Terms.Network, context.Channel, id, (int)reference.Audience, (int)reference.Subject, reference.Epoch).AssociatedData();
        if (!context.Epoch.TryGet(new AudienceMask(reference.Audience), out WrappingKey? epoch) || !epoch.TryUnwrap(entry.Envelopes[at].WrappedKey.Span, aad, out byte[]? contentKey)
            || !ContentCipher.TryDecrypt(contentKey, entry.Envelopes[at].Ciphertext.Span, aad, out byte[]? plaintext)) return;
        byte[] changed = chance.Percent(30) ? ByteMutator.Mutate(plaintext, chance, plaintext) : Changed(entry, id, plaintext, chance);
        byte[] ciphertext = ContentCipher.Encrypt(changed, aad, entropy, out contentKey);
        entry.Envelopes[at] = new SealedEnvelope { Ciphertext = ByteString.CopyFrom(ciphertext), WrappedKey = ByteString.CopyFrom(epoch.Wrap(contentKey, aad, entropy)) };
        reference.Hash = ByteString.CopyFrom(Envelope.Hash(ciphertext).ToArray());
        entry.Header = header.ToByteString();
    }

    /// <summary>One opening is another one, and mostly the commitment is to that one.</summary>
    private byte[] Changed(SealedEntry entry, EntryId id, byte[] plaintext, Chance chance)
    {
        if (!EnvelopePlaintext.TryDecode(plaintext, out IReadOnlyList<FieldOpening>? read) || read.Count == 0) return plaintext;
        List<FieldOpening> openings = [.. read];
        int at = chance.Below(openings.Count);
        FieldOpening opening = openings[at];
        openings[at] = chance.Below(8) switch
        {
            0 => opening with { Value = null },
            1 => opening with { Version = FirstVersion + 1 },
            2 => opening with { FieldIndex = opening.FieldIndex + 1 },
            3 => opening with { Value = opening.Value is { } value ? ByteMutator.Mutate(value, chance, value) : [1] },
            _ => opening with { Value = chance.Pick(Values) },
        };
        if (chance.Percent(10)) openings.RemoveAt(at);
        else if (chance.Percent(80)) Commit(entry, id, openings[at]);
        try
        {
            return EnvelopePlaintext.Encode(openings, plaintext.Length);
        }
        catch (ArgumentException)
        {
            // Indexes that do not rise, or a value that does not fit: no such envelope can be written.
            return plaintext;
        }
    }

    private void Commit(SealedEntry entry, EntryId id, FieldOpening opening)
    {
        byte[] commitments = entry.Commitments.ToByteArray();
        int place = opening.FieldIndex * Digest.Length;
        if (place + Digest.Length > commitments.Length) return;
        FieldCommitment.Compute(opening.Salt, context.Terms.Network, context.Channel, id, opening.FieldIndex, opening.Version, opening.Value).CopyTo(commitments.AsSpan(place));
        entry.Commitments = ByteString.CopyFrom(commitments);
    }

    private void ChangeSalts(Proposed proposal, Chance chance)
    {
        byte[] aad = PositionSalts.Binding(context, proposal.Signed.Sequence, proposal.Signed.PreviousHead).AssociatedData();
        if (!context.Epoch.TryGet(context.Terms.PositionReaders, out WrappingKey? readers)) return;
        byte[] ciphertext = ContentCipher.Encrypt(chance.Bytes(chance.From(0, 200)), aad, entropy, out byte[] contentKey);
        proposal.Body.PositionSalts = new SealedEnvelope { Ciphertext = ByteString.CopyFrom(ciphertext), WrappedKey = ByteString.CopyFrom(readers.Wrap(contentKey, aad, entropy)) };
    }

    /// <summary>A proposal of a message, opened to be changed.</summary>
    private sealed record Proposed(PeerMessage Message, SignedProposal Signed, ProposalBody Body);
}
