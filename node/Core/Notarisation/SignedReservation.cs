using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Wire.Ledger;

namespace Settlement.Core.Notarisation;

/// <summary>That a channel has set its leg of a group aside, read from a record but not yet verified.</summary>
/// <param name="Group">The group.</param>
/// <param name="Channel">The channel's id.</param>
/// <param name="Head">The notarised head whose batch holds the leg.</param>
/// <param name="Signatures">One a member, in the order of the members.</param>
public sealed record SignedReservation(ChannelGroup Group, Digest Channel, Digest Head, IReadOnlyList<byte[]> Signatures)
{
    /// <summary>Reads the record's fields.</summary>
    /// <param name="code">The refusal; empty when there is something to verify.</param>
    public static bool TryRead(ReserveRecord record, string network, [NotNullWhen(true)] out SignedReservation? reservation, out string code)
    {
        reservation = null;
        if (!ChannelGroup.TryRead(record.GroupBody, network, out ChannelGroup? group, out code)) return false;
        code = LedgerCodes.Malformed;
        if (!Digest.TryRead(record.Channel.Span, out Digest channel) || !Digest.TryRead(record.Head.Span, out Digest head)) return false;
        if (record.Signatures.Count > OpenedChannel.MaximumMembers) return false;
        code = LedgerCodes.NotOfGroup;
        if (!group.Channels.Contains(channel)) return false;
        reservation = new SignedReservation(group, channel, head, [.. record.Signatures.Select(static signature => signature.ToByteArray())]);
        code = "";
        return true;
    }

    /// <summary>Whether each member signed exactly this reservation, in the order of <paramref name="members"/>.</summary>
    public bool IsSignedBy(string network, IReadOnlyList<VerifyingKey> members)
    {
        if (Signatures.Count != members.Count) return false;
        Digest signed = RecordHashes.Reservation(network, Group.Id, Channel, Head);
        for (int i = 0; i < members.Count; i++)
        {
            if (!members[i].Verify(signed, Signatures[i])) return false;
        }

        return true;
    }
}
