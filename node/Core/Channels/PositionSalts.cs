using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Envelopes;
using Settlement.Core.Netting;
using Settlement.Wire.Channels;

namespace Settlement.Core.Channels;

/// <summary>
/// A fresh salt for every position of a channel, one set a batch. The set always covers every currency and unit of the terms, so
/// its size tells nothing. It travels sealed to those who read positions.
/// </summary>
public sealed class PositionSalts
{
    private readonly byte[] bytes;
    private readonly ChannelTerms terms;

    private PositionSalts(ChannelTerms terms, byte[] bytes)
    {
        this.terms = terms;
        this.bytes = bytes;
    }

    /// <summary>Each position and its salt, by currency, then member.</summary>
    public IEnumerable<(int Member, string Currency, byte[] Salt)> All
    {
        get
        {
            int at = 0;
            foreach (string currency in terms.Holdings)
            {
                for (int member = 0; member < ChannelTerms.MemberCount; member++, at += FieldCommitment.SaltLength)
                    yield return (member, currency, bytes[at..(at + FieldCommitment.SaltLength)]);
            }
        }
    }

    /// <summary>What hides the channel's cut for a group: all salts of the set give it, so that one of them, which its position's holder may
    /// show somebody, gives nothing of it.</summary>
    public Blinding Blinding(Digest group)
    {
        Digest Half(uint number) => new HashWriter("settlement/cut-blinding").Bytes(bytes).Digest(group).UInt32(number).Finish();
        return Netting.Blinding.Derive(Half(0), Half(1));
    }

    /// <summary>Draws a set.</summary>
    public static PositionSalts Draw(ChannelTerms terms, IEntropy entropy)
    {
        byte[] drawn = new byte[LengthFor(terms)];
        entropy.Fill(drawn);
        return new PositionSalts(terms, drawn);
    }

    /// <summary>Seals the set for a batch.</summary>
    public SealedEnvelope Seal(ChannelContext context, long sequence, Digest previousHead, IEntropy entropy, out byte[] contentKey)
    {
        byte[] aad = Binding(context, sequence, previousHead).AssociatedData();
        byte[] ciphertext = ContentCipher.Encrypt(bytes, aad, entropy, out contentKey);
        if (!context.Epoch.TryGet(context.Terms.PositionReaders, out WrappingKey? key)) throw new InvalidOperationException("A member reads positions.");
        return new SealedEnvelope
        {
            Ciphertext = UnsafeByteOperations.UnsafeWrap(ciphertext),
            WrappedKey = UnsafeByteOperations.UnsafeWrap(key.Wrap(contentKey, aad, entropy)),
        };
    }

    /// <summary>Opens a set as it came over the wire.</summary>
    public static bool TryOpen(ChannelContext context, long sequence, Digest previousHead, SealedEnvelope? envelope,
        [NotNullWhen(true)] out PositionSalts? salts, [NotNullWhen(true)] out byte[]? contentKey)
    {
        salts = null;
        contentKey = null;
        return envelope is not null && context.Epoch.TryGet(context.Terms.PositionReaders, out WrappingKey? key)
            && key.TryUnwrap(envelope.WrappedKey.Span, Binding(context, sequence, previousHead).AssociatedData(), out contentKey)
            && TryOpen(context, sequence, previousHead, envelope.Ciphertext.Span, contentKey, out salts);
    }

    /// <summary>Opens a set with a content key from the vault.</summary>
    public static bool TryOpen(ChannelContext context, long sequence, Digest previousHead, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> contentKey,
        [NotNullWhen(true)] out PositionSalts? salts)
    {
        salts = null;
        if (!ContentCipher.TryDecrypt(contentKey, ciphertext, Binding(context, sequence, previousHead).AssociatedData(), out byte[]? plaintext)
            || plaintext.Length != LengthFor(context.Terms)) return false;
        salts = new PositionSalts(context.Terms, plaintext);
        return true;
    }

    /// <summary>What the envelope is bound to: the place of its batch in the channel.</summary>
    public static EnvelopeContext Binding(ChannelContext context, long sequence, Digest previousHead)
    {
        Digest place = new HashWriter("settlement/position-salts").Digest(context.Channel).Int64(sequence).Digest(previousHead).Finish();
        return new EnvelopeContext(context.Terms.Network, context.Channel, new EntryId(place), (int)context.Terms.PositionReaders.Bits, 0, context.Epoch.Number);
    }

    private static int LengthFor(ChannelTerms terms) => terms.Holdings.Count * ChannelTerms.MemberCount * FieldCommitment.SaltLength;
}
