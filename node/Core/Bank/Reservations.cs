using Google.Protobuf;
using Settlement.Core.Channels;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Notarisation;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;

namespace Settlement.Core.Bank;

/// <summary>The members' signatures that a head sets legs of groups aside.</summary>
internal static class Reservations
{
    /// <summary>This member's, one a leg that an entry of the batch sets aside.</summary>
    public static IEnumerable<LegReservation> Of(ChannelSide channel, ExecutedBatch batch) => batch.Held.Select(group => Sign(channel, group.Id, batch.HeadHash));

    /// <summary>This member's, that a head sets the leg of a group aside.</summary>
    public static LegReservation Sign(ChannelSide channel, Digest group, Digest head) => new()
    {
        Group = ByteString.CopyFrom(group.ToArray()), Signature = UnsafeByteOperations.UnsafeWrap(channel.OwnKey.Sign(Signed(channel, group, head))),
    };

    /// <summary>Whether it is the other member's.</summary>
    public static bool IsOf(ChannelSide channel, Digest group, Digest head, LegReservation reservation) => channel.OtherKey.Verify(Signed(channel, group, head), reservation.Signature.Span);

    /// <summary>Whether these are the other member's, for each leg of the batch's entries and for nothing else.</summary>
    public static bool AreOf(ChannelSide channel, ExecutedBatch batch, IReadOnlyList<LegReservation> reservations)
    {
        ChannelGroup[] groups = [.. batch.Held];
        if (groups.Length != reservations.Count) return false;
        for (int i = 0; i < groups.Length; i++)
        {
            if (!reservations[i].Group.Span.SequenceEqual(groups[i].Id.ToArray()) || !IsOf(channel, groups[i].Id, batch.HeadHash, reservations[i])) return false;
        }

        return true;
    }

    /// <summary>The records for the ledger, by group, from the other member's signatures and this one's own.</summary>
    public static IEnumerable<(Digest Group, ReserveRecord Record)> Records(ChannelSide channel, ExecutedBatch batch, IReadOnlyList<LegReservation> others)
    {
        foreach ((ChannelGroup group, LegReservation own, LegReservation other) in batch.Held.Zip(Of(channel, batch), others)) yield return (group.Id, Record(channel, group, batch.HeadHash, own.Signature, other.Signature));
    }

    /// <summary>The record for the ledger.</summary>
    public static ReserveRecord Record(ChannelSide channel, ChannelGroup group, Digest head, ByteString own, ByteString other)
    {
        ReserveRecord record = new() { GroupBody = group.Body, Channel = ByteString.CopyFrom(channel.Id.ToArray()), Head = ByteString.CopyFrom(head.ToArray()) };
        record.Signatures.Add(channel.Context.Own == 0 ? own : other);
        record.Signatures.Add(channel.Context.Own == 0 ? other : own);
        return record;
    }

    private static Digest Signed(ChannelSide channel, Digest group, Digest head) => RecordHashes.Reservation(channel.Terms.Network, group, channel.Id, head);
}
