using Google.Protobuf;
using Settlement.Core.Alarms;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Machines;
using Settlement.Core.Nodes;
using Settlement.Core.Notarisation;
using Settlement.Core.Participants;
using Settlement.Core.Reading;
using Settlement.Core.Store;
using Settlement.Core.Vault;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;

namespace Settlement.Core.Regulator;

/// <summary>Holds what members deliver against the heads that the log shows: a batch is kept once it leads to the head of its place, in the
/// order of the channel, and what is missing is asked for.</summary>
internal sealed class ObservedBatches(NodeContext node, RegulatorSettings settings, LogFollower follower, IReadOnlyDictionary<Digest, ObservedSide> channels)
{
    /// <summary>Takes up a head that was read before the channel was known here. Each batch that comes looks for the head after
    /// it, so that one leads to the next until everything on the ledger is asked for.</summary>
    public void SeeHead(ObservedSide channel, long sequence)
    {
        if (node.Find(HeadKey(channel.Context.Channel, sequence)) is not { } body) return;
        NotarisedRow row = NotarisedRow.Parser.ParseFrom(body);
        if (row.Unproven is { } record && !(EndorsedHead.TryRead(record, out EndorsedHead? endorsed) && IsEndorsed(channel, endorsed, EvidencePart.Of("head in the log", record)))) return;
        if (!Digest.TryRead(row.Head.Span, out Digest head)) return;
        KeepHead(channel, sequence, head);
        if (sequence <= channel.Notarised) return;
        channel.Notarised = sequence;
        channel.Write(node);
    }

    /// <summary>Takes up the next head of a channel that was read before the channel was known here. When there is none, what the log shows from
    /// then on can be held against the rule that it skips no place.</summary>
    public void CatchUp(ObservedSide channel)
    {
        if (channel.HasCaughtUp) return;
        long next = channel.Notarised + 1;
        SeeHead(channel, next);
        channel.HasCaughtUp = channel.Notarised < next;
    }

    /// <summary>The row of a head that the log shows.</summary>
    public static PayloadKey HeadKey(Digest channel, long sequence) => new(PayloadKind.Heads, RowKeys.Batch(channel, sequence));

    /// <summary>A leaf of the log was read.</summary>
    public void OnLeaf(Leaf leaf)
    {
        // What became of a group, and of what that follows: the audit compares with it how the channels ended their legs.
        if (leaf.RecordCase == Leaf.RecordOneofCase.Decided && DecidedGroup.TryRead(leaf.Decided, node.Network, out DecidedGroup? decided, out _)) Mark(VaultReader.DecisionKey(decided.Group, decided.IsCommitted));
        if (leaf.RecordCase == Leaf.RecordOneofCase.Reserve && SignedReservation.TryRead(leaf.Reserve, node.Network, out SignedReservation? reserved, out _))
            Mark(VaultReader.ReservationKey(reserved.Group.Id, reserved.Channel));
        if (leaf.RecordCase == Leaf.RecordOneofCase.Close && SignedClose.TryRead(leaf.Close, out SignedClose? close)) OnClose(close, leaf);
        if (leaf.RecordCase != Leaf.RecordOneofCase.Head || !EndorsedHead.TryRead(leaf.Head, out EndorsedHead? head)) return;
        bool isKnown = channels.TryGetValue(head.Fields.Channel, out ObservedSide? channel);
        if (isKnown && !IsEndorsed(channel!, head, EvidencePart.Of("leaf", leaf))) return;
        if (channel is { HasCaughtUp: true } && IsAgainstRules(channel, head.Fields))
        {
            node.AlarmAbout(node.Parts.Ledger.Destination.Participant, LedgerCodes.LeafAgainstRules, head.Fields.Channel.ToString(), EvidencePart.Of("leaf", leaf));
            return;
        }

        // Heads of channels whose opening notice is still on its way are kept too: they are found when it comes.
        NotarisedRow row = new() { Head = leaf.Head.Head, LeafIndex = (long)leaf.Index };
        if (!isKnown) row.Unproven = leaf.Head;
        node.Write(new PayloadWrite(PayloadKind.Heads, RowKeys.Batch(head.Fields.Channel, head.Fields.Sequence), row.ToByteArray(), PayloadWriteMode.Replace));
        if (channel is null) return;
        // Where heads between are still to be found in the vault, this one is found there after them.
        if (head.Fields.Sequence - 1 == channel.Notarised) channel.Notarised++;
        KeepHead(channel, head.Fields.Sequence, head.Fields.Head);
        channel.Write(node);
        HoldWhatFits(channel);
    }

    /// <summary>The ledger takes no head but the next, whoever has endorsed it, and none of a channel that it has closed. Heads that are known come
    /// again where the log is read from its beginning.</summary>
    private static bool IsAgainstRules(ObservedSide channel, HeadFields head) =>
        head.Sequence > channel.Notarised + (channel.Closed is null ? 1 : 0)
        || (head.Sequence == channel.Held && head.Head != channel.HeldHead)
        || (channel.Heads.TryGetValue(head.Sequence, out Digest known) && known != head.Head);

    /// <summary>A member has closed an observed channel: no head follows.</summary>
    private void OnClose(SignedClose close, Leaf leaf)
    {
        if (!channels.TryGetValue(close.Channel, out ObservedSide? channel) || channel.Closed is not null) return;
        if (close.Member >= channel.Members.Count || !close.IsSignedBy(node.Network, channel.Members[close.Member]))
        {
            node.AlarmAbout(node.Parts.Ledger.Destination.Participant, LedgerCodes.CloseSignature, close.Channel.ToString(), EvidencePart.Of("leaf", leaf));
            return;
        }

        channel.Closed = ((long)leaf.Index, leaf.TimeUnixMs);
        channel.Write(node);
    }

    private void KeepHead(ObservedSide channel, long sequence, Digest head)
    {
        if (sequence > channel.Held && sequence - channel.Held <= settings.MaxPending) channel.Heads[sequence] = head;
    }

    private void Mark(PayloadKey key) => node.Write(new PayloadWrite(key.Kind, key.Key, [], PayloadWriteMode.Replace));

    /// <summary>A member delivers a batch.</summary>
    public void OnDelivery(ParticipantId from, Delivery delivery)
    {
        if (!Digest.TryRead(delivery.Channel.Span, out Digest id) || !channels.TryGetValue(id, out ObservedSide? channel)
            || !channel.Context.Terms.TryFind(from, out PinnedParticipant? member) || member.Number >= ChannelTerms.MemberCount || !member.IsIn(node.Parts.Directory))
        {
            node.Alarm(ChannelCodes.ChannelUnknown, from.ToString());
            return;
        }

        if ((long)delivery.Sequence <= channel.Held || (long)delivery.Sequence > channel.Held + settings.MaxPending)
        {
            // Only the member that sent it is behind.
            node.Note(ChannelCodes.Late, id.ToString());
            channel.OwesProgress.Add(member.Number);
            return;
        }

        // Nothing is opened twice, nor what there is no room for: opening is what a delivery costs.
        if (channel.Pending.Contains(delivery)) return;
        if (channel.Refused.TryGetValue(from, out (Digest Delivery, string Code) refused) && refused.Delivery == Digest.Of(delivery.ToByteArray()))
        {
            node.Alarm(refused.Code, id.ToString());
            return;
        }

        long sequence = (long)delivery.Sequence;
        SeeHead(channel, sequence);
        SeeHead(channel, sequence + 1);
        // What can be judged at once waits for nothing.
        bool isNext = sequence == channel.Held + 1 && channel.Heads.ContainsKey(sequence) && !channel.IsFrozen;
        if (!isNext && !channel.Pending.HasRoom(sequence, delivery.CalculateSize(), from))
        {
            node.Note(ChannelCodes.TooOften, id.ToString());
            return;
        }

        if (!DeliveredBatch.TryRead(channel.Context, delivery, out DeliveredBatch? batch, out string code))
        {
            channel.Refused[from] = (Digest.Of(delivery.ToByteArray()), code);
            node.Alarm(code, id.ToString());
            return;
        }

        if (isNext) TryHold(channel, batch, from);
        else if (!channel.Pending.TryAdd(batch, from)) node.Note(ChannelCodes.TooOften, id.ToString());
        HoldWhatFits(channel);
    }

    /// <summary>What is on the ledger and not here is asked of one member, then of the other.</summary>
    public void AskForMissing(ObservedSide channel)
    {
        if (channel.IsFrozen || channel.Held >= channel.Notarised || !channel.Retry.IsDue(node.Now)) return;
        channel.Retry.Tried(node.Now);
        if (channel.Retry.Tries == 1) return;
        TellProgress(channel, [channel.NextAsked]);
        channel.NextAsked = (channel.NextAsked + 1) % ChannelTerms.MemberCount;
    }

    /// <summary>Tells members how far everything is held.</summary>
    public void TellProgress(ObservedSide channel, IEnumerable<int> members)
    {
        channel.OwesProgress.Clear();
        foreach (int member in members)
        {
            node.Peers.Send(channel.Context.Terms.Participants[member], new PeerMessage
            {
                Progress = new DeliveryProgress { Channel = ByteString.CopyFrom(channel.Context.Channel.ToArray()), Sequence = (ulong)channel.Held },
            });
        }
    }

    /// <summary>The ledger checks endorsements too, and is not believed.</summary>
    private bool IsEndorsed(ObservedSide channel, EndorsedHead head, EvidencePart shown)
    {
        bool isEndorsed = head.IsEndorsedBy(node.Network, channel.Members);
        if (!isEndorsed) node.AlarmAbout(node.Parts.Ledger.Destination.Participant, ChannelCodes.EndorsementInvalid, channel.Context.Channel.ToString(), shown);
        return isEndorsed;
    }

    /// <summary>Holds the batches that follow what is held, as far as the log shows their heads. One that leads to another head
    /// is dropped and reported; the member that sent it, or the other, is asked again.</summary>
    private void HoldWhatFits(ObservedSide channel)
    {
        while (!channel.IsFrozen && channel.Pending.Contains(channel.Held + 1))
        {
            if (!channel.Heads.ContainsKey(channel.Held + 1))
            {
                follower.Hurry();
                return;
            }

            if (!channel.Pending.TryTake(channel.Held + 1, out DeliveredBatch? batch, out ParticipantId from) || !TryHold(channel, batch, from)) return;
        }
    }

    /// <summary>Holds the batch after those that are held, when it leads to the head that the log shows.</summary>
    private bool TryHold(ObservedSide channel, DeliveredBatch batch, ParticipantId from)
    {
        Digest head = channel.Heads[batch.Sequence];
        if (head != batch.HeadHash || batch.Previous != channel.HeldHead)
        {
            // The log may have shown it long after the delivery came: it is about the member that delivered.
            channel.Refused[from] = (Digest.Of(batch.Delivery.ToByteArray()), ChannelCodes.DeliveryMismatch);
            node.AlarmAbout(from, ChannelCodes.DeliveryMismatch, channel.Context.Channel.ToString(), EvidencePart.Of("delivery", batch.Delivery), EvidencePart.Of("head in the log", head.ToString()));
            return false;
        }

        Hold(channel, batch);
        channel.Heads.Remove(batch.Sequence);
        channel.OwesProgress.UnionWith(Enumerable.Range(0, ChannelTerms.MemberCount));
        return true;
    }

    private void Hold(ObservedSide channel, DeliveredBatch batch)
    {
        byte[] key = RowKeys.Batch(channel.Context.Channel, batch.Sequence);
        (Delivery kept, byte[] keys) = batch.Keep(node.Rows.Key, node.Entropy);
        node.Write(new PayloadWrite(PayloadKind.Batches, key, kept.ToByteArray(), PayloadWriteMode.Replace));
        node.Write(new PayloadWrite(PayloadKind.ContentKeys, key, keys, PayloadWriteMode.Replace));
        channel.Held = batch.Sequence;
        channel.HeldHead = batch.HeadHash;
        channel.Notarised = Math.Max(channel.Notarised, batch.Sequence);
        channel.Retry.Reset();
        channel.StreamVersion = node.Append("channel-" + channel.Context.Channel, "channel", channel.StreamVersion, Events.Of("batch_held",
            new { batch.Sequence, Head = batch.HeadHash.ToString(), Entries = batch.EntryIds }, node.Now, node.Entropy));
        channel.Write(node);
    }
}
