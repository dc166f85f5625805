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
    /// <summary>This member's, one a leg that the batch sets aside.</summary>
    public static IEnumerable<LegReservation> Of(ChannelSide channel, ExecutedBatch batch) => batch.Held.Select(group => new LegReservation
    {
        Group = ByteString.CopyFrom(group.Id.ToArray()), Signature = UnsafeByteOperations.UnsafeWrap(channel.OwnKey.Sign(Signed(channel, batch, group))),
    });

    /// <summary>Whether these are the other member's, for each leg of the batch and for nothing else.</summary>
    public static bool AreOf(ChannelSide channel, ExecutedBatch batch, IReadOnlyList<LegReservation> reservations)
    {
        ChannelGroup[] groups = [.. batch.Held];
        if (groups.Length != reservations.Count) return false;
        for (int i = 0; i < groups.Length; i++)
        {
            if (!reservations[i].Group.Span.SequenceEqual(groups[i].Id.ToArray()) || !channel.OtherKey.Verify(Signed(channel, batch, groups[i]), reservations[i].Signature.Span)) return false;
        }

        return true;
    }

    /// <summary>The records for the ledger, by group, from the other member's signatures and this one's own.</summary>
    public static IEnumerable<(Digest Group, ReserveRecord Record)> Records(ChannelSide channel, ExecutedBatch batch, IReadOnlyList<LegReservation> others)
    {
        foreach ((ChannelGroup group, LegReservation own, LegReservation other) in batch.Held.Zip(Of(channel, batch), others))
        {
            ReserveRecord record = new() { GroupBody = group.Body, Channel = ByteString.CopyFrom(channel.Id.ToArray()), Head = ByteString.CopyFrom(batch.HeadHash.ToArray()) };
            record.Signatures.Add(channel.Context.Own == 0 ? own.Signature : other.Signature);
            record.Signatures.Add(channel.Context.Own == 0 ? other.Signature : own.Signature);
            yield return (group.Id, record);
        }
    }

    private static Digest Signed(ChannelSide channel, ExecutedBatch batch, ChannelGroup group) =>
        RecordHashes.Reservation(channel.Terms.Network, group.Id, channel.Id, batch.HeadHash);
}
