using Google.Protobuf;
using Settlement.Contracts;
using Settlement.Core.Channels;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Instructions;
using Settlement.Core.Nodes;
using Settlement.Core.Store;

namespace Settlement.Core.Bank;

/// <summary>
/// The offsets that the agent has called this bank's channels for, until their payments are set aside. The sequencer puts all payments of both
/// members into one batch, once it has them and knows that the other member takes part; either endorses only what the agent called for, whole.
/// What is not set aside in time goes back to the queue.
/// </summary>
internal sealed class OffsetLegs(NodeContext node, PaymentQueue queue)
{
    private static readonly TimeSpan HandAgain = TimeSpan.FromSeconds(2);

    // What waits longer is forgotten, and handed over again.
    private static readonly TimeSpan FactLife = NodeContext.FactMemory / 2;

    private readonly Dictionary<(Digest Channel, Digest Group), Leg> legs = [];

    private sealed class Leg(OffsetLeg call)
    {
        /// <summary>The agent's call, with its net as soon as the agent has said it.</summary>
        public OffsetLeg Call { get; set; } = call;

        public List<Command.Own> Own { get; } = [];

        /// <summary>The other member's payments, and when each was handed over: facts were looked up then.</summary>
        public List<(OpenedEntry Entry, DateTimeOffset Since)> Theirs { get; } = [];

        /// <summary>Whether the other member takes part, as far as this one, the sequencer, knows.</summary>
        public bool IsJoined { get; set; }

        public DateTimeOffset HandAt { get; set; }
    }

    /// <summary>Called with an own payment of an offset that comes to nothing.</summary>
    public Action<ChannelSide, Command.Own> Returned { get; set; } = (_, _) => { };

    /// <summary>Whether a code says nothing against the payment that was refused with it, so that it waits on.</summary>
    public static bool IsNotItsOwn(string code) =>
        code is GroupCodes.Aborted or GroupCodes.OutOfTime or GroupCodes.LegRepeated or GroupCodes.TooManyLegs or OffsetCodes.Uncalled or OffsetCodes.Incomplete or QueueCodes.Withdrawn;

    /// <summary>Whether there is nothing to do for a call: it is followed, or has been.</summary>
    public bool Knows(ChannelSide channel, OffsetLeg call)
    {
        Digest group = call.Group.Id;
        if (channel.State.Legs.ContainsKey(group) || channel.State.Ended.ContainsKey(group)) return true;
        if (!legs.TryGetValue((channel.Id, group), out Leg? leg)) return false;
        // After a restart its payments are known before their call is.
        if (leg.Call.Call.LegBody == call.Call.LegBody && leg.Call.Net is null) leg.Call = call;
        return true;
    }

    /// <summary>Takes own payments out of the queue for an offset.</summary>
    public void Join(ChannelSide channel, OffsetLeg call, IEnumerable<QueuedPayment> own)
    {
        Leg leg = new(call);
        legs.Add((channel.Id, call.Group.Id), leg);
        foreach (QueuedPayment payment in own)
        {
            queue.TakeForOffset(payment, call);
            leg.Own.Add(payment.Command);
        }
    }

    /// <summary>Takes up an own payment that was on its way in an offset before a restart.</summary>
    public void Restore(ChannelSide channel, Command.Own own)
    {
        own.Offset = own.Entry!.Offset!;
        channel.Begin(own);
        if (!legs.TryGetValue((channel.Id, own.Offset.Group.Id), out Leg? leg)) legs.Add((channel.Id, own.Offset.Group.Id), leg = new Leg(own.Offset));
        leg.Own.Add(own);
    }

    /// <summary>What has been set aside is the ledger's to decide; what was not in time waits again.</summary>
    public void Sweep(ChannelBook channels)
    {
        foreach (((Digest id, Digest group), Leg leg) in legs.ToList())
        {
            if (!channels.TryGet(id, out ChannelSide? channel)) throw new InvalidOperationException("An offset is called for a channel that is not there.");
            foreach ((OpenedEntry entry, _) in leg.Theirs.FindAll(t => t.Since + FactLife < node.Now)) Drop(channel, leg, entry);
            bool isOver = channel.State.Legs.ContainsKey(group) || channel.State.Ended.ContainsKey(group);
            if (!isOver && (node.Now <= leg.Call.Group.ExpiresAt || IsInFlight(channel, group))) continue;
            if (isOver) legs.Remove((id, group));
            else Dissolve(channel, group, leg);
        }
    }

    /// <summary>A batch became final: an offset of it that is not set aside is over here, and whoever asks the agent again takes part again if it still can.</summary>
    public void OnFinal(ChannelSide channel, InFlight batch)
    {
        HashSet<Digest> tried = [.. batch.Slots.Select(static slot => slot.Entry?.Offset?.Group.Id).OfType<Digest>()];
        foreach (((Digest id, Digest group), Leg leg) in legs.ToList())
        {
            if (id != channel.Id || channel.State.Legs.ContainsKey(group)) continue;
            // Of what the sequencer refused itself, the other member sees the ids alone, and by them that its own payments are no more on their way.
            if (tried.Contains(group) || leg.Own.Exists(own => !IsOnItsWay(channel, own, group))) Dissolve(channel, group, leg);
        }
    }

    /// <summary>The offsets that can be set aside now, as entries.</summary>
    public IEnumerable<(OpenedEntry Entry, Command.Own? Own)> Due(ChannelSide channel, long timeUnixMs)
    {
        foreach (((Digest id, Digest group), Leg leg) in legs)
        {
            if (id != channel.Id || !leg.IsJoined || leg.Call.Group.ExpiresAt.ToUnixTimeMilliseconds() <= timeUnixMs || channel.State.Legs.ContainsKey(group)) continue;
            if (leg.Own.Exists(own => !IsOnItsWay(channel, own, group)) || !IsWhole(channel, leg, leg.Own.Select(static own => own.Entry!).Concat(leg.Theirs.Select(static t => t.Entry)))) continue;
            foreach (Command.Own own in leg.Own) yield return (own.Entry!, own);
            foreach ((OpenedEntry entry, _) in leg.Theirs) yield return (entry, null);
        }
    }

    /// <summary>Whether there is one.</summary>
    public bool HasDue(ChannelSide channel) => legs.Count > 0 && Due(channel, Math.Max(node.NowUnixMs, channel.TimeUnixMs)).Any();

    /// <summary>What this member, which is not the sequencer, hands over: its payments, and in which offsets it takes part.</summary>
    public IReadOnlyList<(Digest Group, IReadOnlyList<OpenedEntry> Entries)> ToHandOver(ChannelSide channel, bool again)
    {
        List<(Digest, IReadOnlyList<OpenedEntry>)> due = [];
        foreach (((Digest id, Digest group), Leg leg) in legs)
        {
            // Without the net it could not judge the batch.
            if (id != channel.Id || leg.Call.Net is null || (leg.HandAt > node.Now && !again) || IsInFlight(channel, group)) continue;
            leg.HandAt = node.Now + HandAgain;
            due.Add((group, [.. leg.Own.Select(static own => own.Entry!)]));
        }

        return due;
    }

    /// <summary>Whether there is something to hand over.</summary>
    public bool HasToHandOver(ChannelSide channel) => legs.Any(l => l.Key.Channel == channel.Id && l.Value.Call.Net is not null && l.Value.HandAt <= node.Now && !IsInFlight(channel, l.Key.Group));

    /// <summary>The other member takes part in these offsets. Of those that this member does not know yet, it says so again.</summary>
    public void HearGroups(ChannelSide channel, IEnumerable<ByteString> groups)
    {
        foreach (ByteString group in groups.Take(OffsetLeg.MaximumChannels))
        {
            if (Digest.TryRead(group.Span, out Digest id) && legs.TryGetValue((channel.Id, id), out Leg? leg)) leg.IsJoined = true;
        }
    }

    /// <summary>A payment of the other member for an offset; false where the agent has not called for it here, or not yet.</summary>
    public bool TryHear(ChannelSide channel, OpenedEntry entry)
    {
        if (!legs.TryGetValue((channel.Id, entry.Offset!.Group.Id), out Leg? leg) || leg.Call.Call.LegBody != entry.Offset.Call.LegBody) return false;
        if (leg.Theirs.Count >= leg.Call.Payments[entry.Actor] || leg.Theirs.Exists(t => t.Entry.Id == entry.Id)) return false;
        leg.Theirs.Add((entry, node.Now));
        return true;
    }

    /// <summary>The office changed hands: the other member hands over again, or this one does.</summary>
    public void OnTakeover(ChannelSide channel)
    {
        foreach (((Digest id, _), Leg leg) in legs)
        {
            if (id != channel.Id) continue;
            leg.Theirs.Clear();
            leg.IsJoined = false;
            leg.HandAt = DateTimeOffset.MinValue;
        }
    }

    /// <summary>The channel is closed: its offsets that are not set aside are over.</summary>
    /// <returns>The own payments that were on their way in them.</returns>
    public IReadOnlyList<Command.Own> OnClosed(ChannelSide channel)
    {
        List<Command.Own> own = [];
        foreach (((Digest id, Digest group), Leg leg) in legs.Where(l => l.Key.Channel == channel.Id).ToList())
        {
            legs.Remove((id, group));
            if (!channel.State.Legs.ContainsKey(group)) own.AddRange(leg.Own.Where(o => IsOnItsWay(channel, o, group)));
        }

        return own;
    }

    /// <summary>What this member has against a payment of an offset: the agent has not called for it here, or it is one of those that are not whole.</summary>
    public string? Against(ChannelSide channel, OpenedEntry entry, IReadOnlySet<Digest> broken)
    {
        OffsetLeg offset = entry.Offset!;
        if (broken.Contains(offset.Group.Id)) return OffsetCodes.Incomplete;
        return legs.TryGetValue((channel.Id, offset.Group.Id), out Leg? leg) && leg.Call.Call.LegBody == offset.Call.LegBody && leg.Call.Net is not null ? null : OffsetCodes.Uncalled;
    }

    /// <summary>The offsets of a batch of which not exactly those payments stand that the agent counted and summed.</summary>
    public IReadOnlySet<Digest> Broken(ChannelSide channel, IReadOnlyList<BatchSlot> slots)
    {
        HashSet<Digest> broken = [];
        foreach (IGrouping<Digest, OpenedEntry> offset in slots.OfType<BatchSlot.Agreed>().Select(static slot => slot.Entry).Where(static entry => entry.Offset is not null).GroupBy(static entry => entry.Offset!.Group.Id))
        {
            if (!legs.TryGetValue((channel.Id, offset.Key), out Leg? leg) || !IsWhole(channel, leg, offset)) broken.Add(offset.Key);
        }

        return broken;
    }

    private void Dissolve(ChannelSide channel, Digest group, Leg leg)
    {
        legs.Remove((channel.Id, group));
        foreach (Command.Own own in leg.Own.Where(own => IsOnItsWay(channel, own, group))) Returned(channel, own);
        foreach ((OpenedEntry entry, _) in leg.Theirs) channel.TakenIn.Drop(entry);
    }

    private static void Drop(ChannelSide channel, Leg leg, OpenedEntry entry)
    {
        if (IsInFlight(channel, leg.Call.Group.Id)) return;
        leg.Theirs.RemoveAll(t => t.Entry == entry);
        channel.TakenIn.Drop(entry);
    }

    private static bool IsWhole(ChannelSide channel, Leg leg, IEnumerable<OpenedEntry> entries)
    {
        int[] counts = new int[ChannelTerms.MemberCount];
        Int128 net = 0;
        foreach (OpenedEntry entry in entries)
        {
            if (PaymentContract.AmountOf(channel.Terms, entry) is not { } amount || amount.Unit != leg.Call.Currency) return false;
            counts[entry.Actor]++;
            net += entry.Actor == 0 ? amount.Units : -(Int128)amount.Units;
        }

        return counts.SequenceEqual(leg.Call.Payments) && leg.Call.Net is { } called && called == net;
    }

    /// <summary>Whether a payment is in the offset still, and has not been refused or gone back to the queue.</summary>
    private static bool IsOnItsWay(ChannelSide channel, Command.Own own, Digest group) =>
        own.Offset?.Group.Id == group && own.Entry is { } entry && channel.OwnSealed.ContainsKey(entry.Id.Value);

    // Also where the sequencer refused it itself: until the batch has its end, it is not another one's.
    private static bool IsInFlight(ChannelSide channel, Digest group) => channel.InFlight is { } batch
        && (batch.Taken.Any(own => own.Offset?.Group.Id == group) || batch.Slots.Any(slot => slot is { Refusal: null, Entry.Offset: { } offset } && offset.Group.Id == group));
}
