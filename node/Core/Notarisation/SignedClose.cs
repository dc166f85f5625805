using System.Diagnostics.CodeAnalysis;
using Settlement.Core.Cryptography;
using Settlement.Wire.Ledger;

namespace Settlement.Core.Notarisation;

/// <summary>That a member ends a channel, read from a record but not yet verified.</summary>
/// <param name="Channel">The channel's id.</param>
/// <param name="Term">The term at that time, from 1.</param>
/// <param name="Sequence">The newest head's place; 0 before the first.</param>
/// <param name="Head">The newest head; <see cref="Digest.Zero"/> before the first.</param>
/// <param name="Member">The index of the member that signs.</param>
/// <param name="Signature">64 bytes.</param>
public sealed record SignedClose(Digest Channel, long Term, long Sequence, Digest Head, int Member, byte[] Signature)
{
    /// <summary>Reads the record; false when a field has the wrong length or a number is out of range.</summary>
    public static bool TryRead(CloseRecord record, [NotNullWhen(true)] out SignedClose? close)
    {
        close = null;
        if (!Digest.TryRead(record.Channel.Span, out Digest channel) || !Digest.TryRead(record.Head.Span, out Digest head)) return false;
        if (record.Term is < TermOfOffice.First or > long.MaxValue || record.Sequence > long.MaxValue || record.Member >= OpenedChannel.MaximumMembers) return false;
        close = new SignedClose(channel, (long)record.Term, (long)record.Sequence, head, (int)record.Member, record.Signature.ToByteArray());
        return true;
    }

    /// <summary>Whether the member's key signed it.</summary>
    public bool IsSignedBy(string network, VerifyingKey member) => member.Verify(RecordHashes.Close(network, Channel, Term, Head, Sequence), Signature);
}
