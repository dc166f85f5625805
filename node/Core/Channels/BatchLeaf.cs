using Google.Protobuf;
using Settlement.Contracts;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Merkle;
using Settlement.Core.Netting;
using Settlement.Wire.Channels;

namespace Settlement.Core.Channels;

/// <summary>The leaves of a batch's tree. The first byte tells what each is, so none can pass as another.</summary>
public static class BatchLeaf
{
    private const byte EntryMark = 1;
    private const byte RefusalMark = 2;
    private const byte OutcomeMark = 3;
    private const byte GrantMark = 4;
    private const byte CutMark = 5;

    /// <summary>The leaf of an entry that was agreed.</summary>
    public static Digest OfEntry(Digest entryRoot)
    {
        Span<byte> leaf = stackalloc byte[1 + Digest.Length];
        leaf[0] = EntryMark;
        entryRoot.CopyTo(leaf[1..]);
        return Rfc6962.HashLeaf(leaf);
    }

    /// <summary>The leaf of an entry that was refused.</summary>
    public static Digest OfRefusal(RefusalLeaf refusal) => Rfc6962.HashLeaf([RefusalMark, .. refusal.ToByteArray()]);

    /// <summary>The leaf of a leg's outcome.</summary>
    public static Digest OfOutcome(Digest group, bool isCommitted)
    {
        Span<byte> leaf = stackalloc byte[2 + Digest.Length];
        leaf[0] = OutcomeMark;
        leaf[1] = isCommitted ? (byte)1 : (byte)0;
        group.CopyTo(leaf[2..]);
        return Rfc6962.HashLeaf(leaf);
    }

    /// <summary>The leaf of a cut.</summary>
    public static Digest OfCut(Digest group, ReadOnlySpan<byte> commitment)
    {
        Span<byte> leaf = stackalloc byte[1 + Digest.Length + PedersenCommitment.Length];
        leaf[0] = CutMark;
        group.CopyTo(leaf[1..]);
        commitment.CopyTo(leaf[(1 + Digest.Length)..]);
        return Rfc6962.HashLeaf(leaf);
    }

    /// <summary>The leaf of a limit that is changed. It is salted: whoever is shown the path of an entry beside it learns nothing of it.</summary>
    public static Digest OfGrant(string network, Digest channel, LimitGrant grant)
    {
        Span<byte> leaf = stackalloc byte[1 + Digest.Length];
        leaf[0] = GrantMark;
        new HashWriter("settlement/limit-grant", grant.Salt.Span).Text(network).Digest(channel)
            .UInt32(grant.Member).Text(grant.Currency).Int64(grant.MinorUnits).Int64(grant.Generation).Finish().CopyTo(leaf[1..]);
        return Rfc6962.HashLeaf(leaf);
    }

    /// <summary>What observers see of a refusal: that it is one, and a commitment to the reason.</summary>
    public static RefusalLeaf Conceal(string network, Digest channel, Refusal refusal) => new()
    {
        EntryId = refusal.EntryId,
        ReasonCommitment = ByteString.CopyFrom(new HashWriter("settlement/refusal", refusal.Salt.Span)
            .Text(network).Digest(channel).Bytes(refusal.EntryId.Span).Text(refusal.Code).Finish().ToArray()),
    };

    /// <summary>A refusal with a fresh salt.</summary>
    public static Refusal Refuse(EntryId entry, string code, IEntropy entropy) => new()
    {
        EntryId = ByteString.CopyFrom(entry.ToArray()),
        Code = code,
        Salt = ByteString.CopyFrom(FieldCommitment.NewSalt(entropy)),
    };

    /// <summary>Whether a refusal is well formed. Its code goes to the back office, so it is a code and nothing else.</summary>
    public static bool IsWellFormed(Refusal refusal) =>
        refusal.EntryId.Length == EntryId.Length && refusal.Salt.Length == FieldCommitment.SaltLength && CodeValue.IsCode(refusal.Code);
}
