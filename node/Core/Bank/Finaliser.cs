using Google.Protobuf;
using Settlement.Core.Channels;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Nodes;
using Settlement.Core.Notarisation;
using Settlement.Core.Store;
using Settlement.Core.Vault;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;

namespace Settlement.Core.Bank;

/// <summary>
/// Applies a batch at the moment of finality: the first checkpoint that covers its head. Positions move, content keys are
/// wrapped under the vault key and their transport wraps dropped, and own work learns its fate, all in one transaction.
/// </summary>
internal sealed class Finaliser(NodeContext node, IOwnWork work, LedgerDesk ledger, BusinessDay day)
{
    /// <summary>Called with each batch that became final here.</summary>
    public Action<ChannelSide, BatchRow, IReadOnlyList<byte[]>> Finalised { get; set; } = (_, _, _) => { };

    /// <summary>Called with a channel of which a batch changed limits.</summary>
    public Action<ChannelSide> LimitsChanged { get; set; } = _ => { };

    /// <summary>Called with each leg that ended here.</summary>
    public Action<ChannelSide, DecidedLeg> Ended { get; set; } = (_, _) => { };

    /// <summary>Called with the batch of a channel that became final, once own work has learnt its fate.</summary>
    public Action<ChannelSide, InFlight> Applied { get; set; } = (_, _) => { };

    /// <summary>Called with the id of each posting that an entry cited for good.</summary>
    public Action<ChannelSide, string> Cited { get; set; } = (_, _) => { };

    /// <summary>Applies the batch in flight if this leaf, which a verified checkpoint covers, notarises it.</summary>
    public bool TryFinalise(ChannelSide channel, Leaf leaf)
    {
        if (channel.InFlight is not { Agreed: { } agreed } batch || !Notarises(channel, agreed, leaf)) return false;
        ChannelContext context = channel.Context;
        List<byte[]> keys = [];
        BatchRow row = new()
        {
            Term = agreed.Head.Term,
            Sequence = agreed.Head.Sequence,
            PreviousHead = ByteString.CopyFrom(batch.Previous.ToArray()),
            TimeUnixMs = agreed.Head.TimeUnixMs,
            StateRoot = ByteString.CopyFrom(agreed.Head.StateRoot.ToArray()),
            Head = ByteString.CopyFrom(agreed.HeadHash.ToArray()),
            PositionSalts = batch.Body.PositionSalts.Ciphertext,
            LeafIndex = (long)leaf.Index,
            CheckpointSize = ledger.CheckpointSize,
        };
        foreach (BatchSlot slot in agreed.Slots) row.Items.Add(Keep(slot, keys));
        row.Outcomes.Add(batch.Body.Outcomes);
        row.Cuts.Add(batch.Body.Cuts.Zip(agreed.Cuts, static (call, leg) => new CutCall(call) { Commitment = ByteString.CopyFrom(leg.Cut!.Commitment!.ToArray()) }));
        row.Grants.Add(batch.Body.Grants);
        if (agreed.Slots.Any(static slot => slot is BatchSlot.Agreed { Entry.Action.Outcomes.Count: > 1 }))
            row.NextStates.Add(agreed.Slots.Select(static slot => slot is BatchSlot.Agreed stands ? (uint)stands.Next.Index : 0));
        keys.Add(node.Rows.Key.WrapContentKey(batch.SaltsKey, PositionSalts.Binding(context, batch.Sequence, batch.Previous).AssociatedData(), node.Entropy));

        channel.Advance(agreed, node.Now);
        // Only the sequencer has the other member's signatures; those of cuts come later.
        if (batch.Reservations.Count > 0) foreach ((Digest group, ReserveRecord record) in Reservations.Records(channel, agreed, batch.Reservations)) channel.Reserves.Add(group, record);
        channel.Notarised = leaf.Head;
        foreach ((int i, HeldLeg cut) in agreed.Cuts.Index()) channel.CutProofs.Add(cut.Group.Id, new LegCut { Proof = ShownCut.Of(channel, agreed, agreed.Leaves.Count - agreed.Cuts.Count + i), Head = leaf.Head });
        channel.InFlight = null;
        channel.StalledSince = null;
        byte[] rowKey = RowKeys.Batch(channel.Id, row.Sequence);
        node.Write(new PayloadWrite(PayloadKind.Batches, rowKey, BatchRows.Write(node.Rows, channel.Id, row), PayloadWriteMode.Insert));
        node.Write(new PayloadWrite(PayloadKind.ContentKeys, rowKey, ContentKeyRow.Write(keys), PayloadWriteMode.Insert));
        // Entries were written with the proposal; of one that the endorser refused nothing is kept.
        if (batch.Refusals.Count > 0) node.Write(new PayloadWrite(PayloadKind.Entries, rowKey, BatchRows.WriteEntries(row.Items.Select(static i => i.Entry)), PayloadWriteMode.Replace));
        foreach (ProposedSlot slot in batch.Slots)
        {
            if (slot.Entry is { } entry && entry.Actor != context.Own) channel.TakenIn.End(entry);
        }

        InFlightRows.End(node, channel, batch);
        channel.Note(node, "head_final", new { row.Sequence, row.Term, Head = agreed.HeadHash.ToString(), row.LeafIndex, row.CheckpointSize, Entries = row.Items.Count });
        channel.Applied = agreed;
        foreach (DecidedLeg decided in agreed.Decided)
        {
            End(channel, decided, row.Sequence);
            Ended(channel, decided);
        }

        foreach (BatchSlot slot in agreed.Slots) Apply(channel, slot, row.Sequence);
        channel.Applied = null;
        Applied(channel, batch);
        if (batch.Body.Grants.Count > 0) LimitsChanged(channel);
        foreach (string posting in agreed.Cited)
        {
            node.WriteFact(Objections.PostingFact(node, channel.Id, posting), RowKeys.Number(row.Sequence));
            Cited(channel, posting);
        }

        channel.WriteSnapshot(node);
        Finalised(channel, row, keys);
        return true;
    }

    /// <summary>The ledger has decided a leg of a channel that is closed: its decision is the leg's finality, though no batch of the channel says so.</summary>
    public void EndAfterClose(ChannelSide channel, DecidedLeg decided)
    {
        channel.EndAfterClose(decided);
        End(channel, decided, channel.Sequence);
        Ended(channel, decided);
        channel.WriteSnapshot(node);
    }

    private bool Notarises(ChannelSide channel, ExecutedBatch agreed, Leaf leaf)
    {
        if (leaf.RecordCase != Leaf.RecordOneofCase.Head || !EndorsedHead.TryRead(leaf.Head, out EndorsedHead? head)
            || head.Fields != new HeadFields(channel.Id, agreed.Head.Term, agreed.Head.Sequence, agreed.Head.Previous, agreed.HeadHash)) return false;
        // The ledger checks endorsements too, and is not believed: nothing is final without the other member's own signature.
        if (head.IsEndorsedBy(channel.Terms.Network, channel.Other.Number, channel.OtherKey)) return true;
        node.Alarm(ChannelCodes.EndorsementInvalid, channel.Id.ToString());
        return false;
    }

    /// <summary>The slot as it is kept: without transport wraps, its content keys under the vault key.</summary>
    private BatchItem Keep(BatchSlot slot, List<byte[]> keys)
    {
        if (slot is BatchSlot.Refused refused) return new BatchItem { Refusal = refused.Refusal };
        OpenedEntry entry = ((BatchSlot.Agreed)slot).Entry;
        keys.AddRange(entry.ContentKeys.OfType<ContentKey>().Select(key => node.Rows.Key.WrapContentKey(key.Secret, key.Binding, node.Entropy)));
        return new BatchItem { Entry = KeptEntry.Of(entry) };
    }

    private void Apply(ChannelSide channel, BatchSlot slot, long sequence)
    {
        if (slot is BatchSlot.Refused refused)
        {
            Digest id = new(refused.Refusal.EntryId.Span);
            if (TakeOwn(channel, id) is { } rejected) work.Refused(channel, rejected, refused.Refusal.Code, sequence);
            // A late copy of what the other member handed over is known for late after a restart, too: proposed again, it would be nobody's entry.
            else if (channel.IsSequencer && refused.Refusal.Code != ChannelCodes.EntryRepeated) node.WriteFact(Objections.EntryFact(new EntryId(id)), []);
            return;
        }

        (OpenedEntry entry, Contracts.State next) = (BatchSlot.Agreed)slot;
        if (entry.Group is not null)
        {
            Hold(channel, entry);
            return;
        }

        if (PaymentContract.PaidByActor(channel.Terms, entry) is { } paid) channel.NotePaid(day.Number, paid, entry.Actor == channel.Context.Own);
        if (TakeOwn(channel, entry.Id.Value) is { } own) work.Settled(channel, own, sequence);
        if (entry.Link is not null)
        {
            InstanceRows.Write(node, channel.Id, entry, next, sequence);
            channel.Overtake(entry.Instance);
        }

        // Own entries are known by the work they stand for, and their references since they were instructed; of one that this member
        // can act on, it is kept where it lies.
        if (entry.Actor == channel.Context.Own && (entry.Link is not null || !entry.CanBeLeftBy(channel.Context.Own, next))) return;
        node.WriteFact(Objections.EntryFact(entry.Id), RowKeys.Number(sequence));
        if (entry.Actor == channel.Context.Own) return;
        if (Objections.Reference(node, channel, entry) is { } reference) node.WriteFact(reference, entry.Id.ToArray());
    }

    /// <summary>A leg is set aside: nothing has come of it yet, and its entry is no instance.</summary>
    private void Hold(ChannelSide channel, OpenedEntry entry)
    {
        node.WriteFact(Objections.EntryFact(entry.Id), []);
        if (channel.OwnSealed.TryGetValue(entry.Id.Value, out Command.Own? own))
        {
            // From now on it is the channel's state that sets aside what it takes. What an offset sets aside is the payment alone, which is on its way still.
            if (own.Offset is null) channel.Unreserve(own);
            // It waits for the ledger: handed over or proposed again it would be refused, and reported so while it may still apply.
            channel.Mailbox.Remove(own);
            WaitingRows.WriteSealed(node, channel, own);
        }
        else if (Objections.Reference(node, channel, entry) is { } reference)
        {
            node.WriteFact(reference, entry.Id.ToArray());
        }
    }

    /// <summary>The ledger's decision is in the channel's history: the leg's instance is there, or never will be.</summary>
    private void End(ChannelSide channel, DecidedLeg decided, long sequence)
    {
        HeldLeg leg = decided.Leg;
        foreach (OffsetPayment payment in leg.Offset) End(channel, leg, payment, decided.IsCommitted, sequence);
        if (leg.Offset.Count > 0) return;
        if (leg.Entry is not { } entry)
        {
            channel.Note(node, decided.IsCommitted ? "cut_applied" : "cut_released", new { Group = leg.Group.Id.ToString() });
            return;
        }

        Command.Own? own = TakeOwn(channel, entry.Id.Value);
        if (!decided.IsCommitted)
        {
            if (own is not null) work.Refused(channel, own, GroupCodes.Aborted, sequence);
            return;
        }

        node.WriteFact(Objections.EntryFact(entry.Id), RowKeys.Number(leg.Sequence));
        foreach (LegMovement change in leg.Changes.Where(c => entry.IsPayment && c.Member == channel.Context.Own))
            channel.NotePaid(day.Number, KeptValues.Amount(change.Currency, Math.Abs(change.Units)), change.Units < 0);
        if (own is not null) work.Settled(channel, own, leg.Sequence);
    }

    /// <summary>A payment of an offset settles, or waits on under another entry.</summary>
    private void End(ChannelSide channel, HeldLeg leg, OffsetPayment payment, bool isCommitted, long sequence)
    {
        LegEntry entry = payment.Entry;
        bool isOwn = entry.Actor == channel.Context.Own;
        Command.Own? own = TakeOwn(channel, entry.Id.Value);
        if (!isCommitted)
        {
            if (own is not null) work.Refused(channel, own, GroupCodes.Aborted, sequence);
            else if (!isOwn && Objections.Reference(node, channel, entry) is { } reference) node.DeleteFact(reference);
            return;
        }

        node.WriteFact(Objections.EntryFact(entry.Id), RowKeys.Number(leg.Sequence));
        channel.NotePaid(day.Number, payment.Amount, isOwn);
        if (own is not null) work.Settled(channel, own, leg.Sequence);
    }

    private static Command.Own? TakeOwn(ChannelSide channel, Digest entry)
    {
        if (!channel.OwnSealed.TryGetValue(entry, out Command.Own? own)) return null;
        channel.Release(own);
        channel.Mailbox.Remove(own);
        return own;
    }
}
