using Google.Protobuf;
using Settlement.Core.Alarms;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Machines;
using Settlement.Core.Nodes;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Channels;

namespace Settlement.Core.Bank;

/// <summary>
/// The members' signatures that cuts are set aside. A bank gives the other member of a channel its own only once it has opened its sum, so that the
/// ledger commits no round of which some bank has not confirmed the list; and each gives it to the other, so that neither can keep the record
/// of both from the ledger.
/// </summary>
internal sealed class CutReservations(NodeContext node, ChannelBook channels, OpenedSums sums, GroupDesk groups)
{
    private readonly Dictionary<(Digest Channel, Digest Group), (LegReservation Own, Retry Retry)> given = [];
    private readonly HashSet<(Digest Channel, Digest Group)> blamed = [];

    /// <summary>Gives the other members what this bank owes them, again at a bounded rate until the leg has ended or nothing can be reserved any more.</summary>
    /// <param name="haveAllOpened">Whether the agent has said of a round that every bank has opened its sum.</param>
    public void Flush(Func<Digest, bool> haveAllOpened)
    {
        foreach ((Digest Channel, Digest Group) over in given.Keys.Where(key => !channels.TryGet(key.Channel, out ChannelSide? channel) || !channel.State.Legs.ContainsKey(key.Group)).ToList()) given.Remove(over);
        blamed.IntersectWith(given.Keys);
        foreach (ChannelSide channel in channels.All.Where(static channel => channel.CutProofs.Count > 0)) Give(channel, haveAllOpened);
    }

    /// <summary>The other member has opened its sum, too, and gives its signature.</summary>
    public void Hear(ChannelSide channel, LegReservations message)
    {
        // A channel holds one cut of a currency at a time.
        if (message.Reservations.Count == 0 || message.Reservations.Count > channel.Terms.Currencies.Count)
        {
            node.Alarm(ChannelCodes.MessageMalformed, channel.Id.ToString());
            return;
        }

        bool isLate = false, isHeard = false;
        foreach (LegReservation said in message.Reservations)
        {
            // The other member may have heard of the head, or of the leg's end, before this one has or after.
            if (!Digest.TryRead(said.Group.Span, out Digest group) || !channel.CutProofs.TryGetValue(group, out LegCut? cut)) isLate = true;
            else if (channel.OtherReservations.ContainsKey(group)) continue;
            else if (!Reservations.IsOf(channel, group, HeadOf(cut), said)) node.Alarm(CycleCodes.ReservationInvalid, channel.Id.ToString());
            else isHeard |= channel.OtherReservations.TryAdd(group, said.Signature);
        }

        if (isHeard) channel.WriteSnapshot(node);
        if (isLate) node.Note(ChannelCodes.Late, channel.Id.ToString());
    }

    private void Give(ChannelSide channel, Func<Digest, bool> haveAllOpened)
    {
        LegReservations message = new() { Channel = ByteString.CopyFrom(channel.Id.ToArray()) };
        foreach ((Digest group, LegCut cut) in channel.CutProofs)
        {
            if (!channel.State.Legs.TryGetValue(group, out HeldLeg? leg) || !sums.IsOpened(leg)) continue;
            if (leg.Group.ExpiresAt < node.Now)
            {
                if (haveAllOpened(group)) Blame(channel, leg);
                continue;
            }

            if (!given.TryGetValue((channel.Id, group), out (LegReservation Own, Retry Retry) own))
                given.Add((channel.Id, group), own = (Reservations.Sign(channel, group, HeadOf(cut)), node.NewRetry()));
            Complete(channel, leg, cut, own.Own);
            if (!own.Retry.IsDue(node.Now)) continue;
            own.Retry.Tried(node.Now);
            message.Reservations.Add(own.Own);
        }

        if (message.Reservations.Count > 0) channel.Tell(node, new PeerMessage { LegReservations = message });
    }

    /// <summary>With both signatures the ledger can be told; whichever member tells it first.</summary>
    private void Complete(ChannelSide channel, HeldLeg leg, LegCut cut, LegReservation own)
    {
        Digest group = leg.Group.Id;
        if (channel.Reserves.ContainsKey(group) || !channel.OtherReservations.TryGetValue(group, out ByteString? other)) return;
        channel.Reserves.Add(group, Reservations.Record(channel, leg.Group, HeadOf(cut), own.Signature, other));
        channel.WriteSnapshot(node);
        groups.LookAgain(group);
    }

    /// <summary>The round's time has passed, all have opened, and the other member never gave its signature. A network that was down does that, too.</summary>
    private void Blame(ChannelSide channel, HeldLeg leg)
    {
        if (!given.ContainsKey((channel.Id, leg.Group.Id)) || channel.OtherReservations.ContainsKey(leg.Group.Id) || !blamed.Add((channel.Id, leg.Group.Id))) return;
        node.NoteAbout(channel.Other.Id, CycleCodes.ReservationMissing, leg.Group.Id.ToString(), new EvidencePart("group", leg.Group.Body.ToByteArray));
    }

    private static Digest HeadOf(LegCut cut) => new(cut.Head.Head.Span);
}
