using System.Diagnostics.CodeAnalysis;
using Settlement.Core.Cryptography;
using Settlement.Wire.Ledger;

namespace Settlement.Core.Notarisation;

/// <summary>A head and what its members signed, read from a record but not yet verified.</summary>
/// <param name="Fields">The head.</param>
/// <param name="Endorsements">One a member, in the order of the members.</param>
public sealed record EndorsedHead(HeadFields Fields, IReadOnlyList<(DateTimeOffset NotAfter, byte[] Signature)> Endorsements)
{
    /// <summary>The most signatures that verifying it takes.</summary>
    public int Signatures => Endorsements.Count;

    /// <summary>Reads the record; false when a field has the wrong length or a number is out of range.</summary>
    public static bool TryRead(HeadRecord record, [NotNullWhen(true)] out EndorsedHead? head)
    {
        head = null;
        if (!Digest.TryRead(record.Channel.Span, out Digest channel) || !Digest.TryRead(record.PreviousHead.Span, out Digest previous)
            || !Digest.TryRead(record.Head.Span, out Digest hash)) return false;
        if (record.Term is < 1 or > long.MaxValue || record.Sequence is < 1 or > long.MaxValue) return false;
        if (hash == Digest.Zero || record.Endorsements.Count > OpenedChannel.MaximumMembers) return false;
        List<(DateTimeOffset, byte[])> endorsements = [];
        foreach (Endorsement endorsement in record.Endorsements)
        {
            if (!UnixTime.TryRead(endorsement.NotAfterUnixMs, out DateTimeOffset notAfter)) return false;
            endorsements.Add((notAfter, endorsement.Signature.ToByteArray()));
        }

        head = new EndorsedHead(new HeadFields(channel, (long)record.Term, (long)record.Sequence, previous, hash), endorsements);
        return true;
    }

    /// <summary>Whether each member signed exactly this head, in the order of <paramref name="members"/>.</summary>
    public bool IsEndorsedBy(string network, IReadOnlyList<VerifyingKey> members)
    {
        if (Endorsements.Count != members.Count) return false;
        for (int i = 0; i < members.Count; i++)
        {
            if (!IsEndorsedBy(network, i, members[i])) return false;
        }

        return true;
    }

    /// <summary>Whether the member of this number signed exactly this head.</summary>
    public bool IsEndorsedBy(string network, int member, VerifyingKey key)
    {
        if (member >= Endorsements.Count) return false;
        (DateTimeOffset notAfter, byte[] signature) = Endorsements[member];
        return key.Verify(RecordHashes.Endorsement(network, Fields, notAfter), signature);
    }

    /// <summary>Whether any endorsement's time had passed at <paramref name="time"/>.</summary>
    public bool IsExpiredAt(DateTimeOffset time)
    {
        foreach ((DateTimeOffset notAfter, _) in Endorsements)
            if (time > notAfter) return true;
        return false;
    }
}
