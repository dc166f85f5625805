using System.Diagnostics.CodeAnalysis;
using Settlement.Core.Cryptography;
using Settlement.Wire.Ledger;

namespace Settlement.Core.Notarisation;

/// <summary>A takeover, read from a record but not yet verified.</summary>
/// <param name="Channel">The channel's id.</param>
/// <param name="Head">The head it happens at; <see cref="Digest.Zero"/> before the first.</param>
/// <param name="NewTerm">The term it begins, from 2.</param>
/// <param name="Member">The index of the member that signs.</param>
/// <param name="Signature">64 bytes.</param>
public sealed record SignedTakeover(Digest Channel, Digest Head, long NewTerm, int Member, byte[] Signature)
{
    /// <summary>Reads the record; false when a field has the wrong length or a number is out of range.</summary>
    public static bool TryRead(TakeoverRecord record, [NotNullWhen(true)] out SignedTakeover? takeover)
    {
        takeover = null;
        if (!Digest.TryRead(record.Channel.Span, out Digest channel) || !Digest.TryRead(record.Head.Span, out Digest head)) return false;
        if (record.NewTerm is <= TermOfOffice.First or > long.MaxValue || record.Member >= OpenedChannel.MaximumMembers) return false;
        takeover = new SignedTakeover(channel, head, (long)record.NewTerm, (int)record.Member, record.Signature.ToByteArray());
        return true;
    }

    /// <summary>Whether the member's key signed it.</summary>
    public bool IsSignedBy(string network, VerifyingKey member) =>
        member.Verify(RecordHashes.Takeover(network, Channel, Head, NewTerm), Signature);
}
