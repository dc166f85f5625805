using Google.Protobuf;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Nodes;
using Settlement.Core.Store;
using Settlement.Core.Vault;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Channels;

namespace Settlement.Core.Bank;

/// <summary>The vault's row of a batch in flight: everything that a retry after a crash needs to send the same bytes.</summary>
internal static class InFlightRows
{
    /// <summary>Writes the rows of a batch that came into being in this step; there is one batch a channel. Its entries go where
    /// they stay when it is final, and the proposal has the rest of what was sent.</summary>
    public static void Begin(NodeContext node, ChannelSide channel, InFlight batch)
    {
        byte[] key = RowKeys.Batch(channel.Id, batch.Sequence);
        SealedEntry?[] kept = [.. batch.Slots.Select(static slot => slot is { Entry: { } entry, Refusal: null } ? KeptEntry.Of(entry) : null)];
        node.Write(new PayloadWrite(PayloadKind.Entries, key, BatchRows.WriteEntries(kept), PayloadWriteMode.Replace));
        ProposalRow proposal = new() { Claim = batch.Signed.ToClaim(), Rest = KeptEntry.Without(batch.Body, kept) };
        for (int i = 0; i < batch.Slots.Count; i++)
        {
            if (batch.Slots[i].Entry?.Before is { } before) proposal.Acts.Add(new ProposedAct { Item = (uint)i, Before = InstanceRows.Keep(before) });
        }

        node.Write(node.Rows.Replace(PayloadKind.Proposals, key, proposal));
        Write(node, channel, batch);
    }

    /// <summary>Writes what is signed now.</summary>
    public static void Write(NodeContext node, ChannelSide channel, InFlight batch)
    {
        InFlightRow row = new() { StreamVersion = channel.StreamVersion };
        row.Refusals.Add(batch.Refusals);
        row.Reservations.Add(batch.Reservations);
        row.Work.Add(batch.Taken.Select(t => new WorkOfEntry { Entry = ByteString.CopyFrom(t.Entry!.Id.ToArray()), Work = ByteString.CopyFrom(t.WorkKey) }));
        if (batch.Agreed is { } agreed) row.Head = ByteString.CopyFrom(agreed.HeadHash.ToArray());
        if (batch.Own is not null) row.Own = batch.Own;
        if (batch.Other is not null) row.Other = batch.Other;
        node.Write(node.Rows.Replace(PayloadKind.InFlight, channel.Id.ToArray(), row));
    }

    /// <summary>Removes the rows of a batch that is final; its entries stay.</summary>
    public static void End(NodeContext node, ChannelSide channel, InFlight batch)
    {
        node.Delete(PayloadKind.InFlight, channel.Id.ToArray());
        node.Delete(PayloadKind.Proposals, RowKeys.Batch(channel.Id, batch.Sequence));
    }

    /// <summary>Removes the rows of a batch that is dead.</summary>
    public static void Drop(NodeContext node, ChannelSide channel, InFlight batch)
    {
        End(node, channel, batch);
        node.Delete(PayloadKind.Entries, RowKeys.Batch(channel.Id, batch.Sequence));
    }

    /// <summary>
    /// Rebuilds the batch after a restart. What it reads is this node's own: it wrote all of it in one transaction, after it had itself
    /// run the proposal to the head that the row names, so nothing that a peer says makes it differ. Where it does, the code computes
    /// something else than when it signed, or the vault is damaged. Either stops the node and not the channel alone: a node that went
    /// on without the batch would sign a second head for its place, and that cannot be taken back, while a vault can be restored.
    /// </summary>
    /// <param name="node">The node.</param>
    /// <param name="channel">The channel, restored from its snapshot.</param>
    /// <param name="row">What was signed.</param>
    /// <param name="signed">What the sequencer signed.</param>
    /// <param name="body">The proposal's body.</param>
    /// <param name="acts">Where the instances stood that its entries act on.</param>
    /// <param name="works">Own commands by work key, as the vault's waiting rows gave them.</param>
    public static void Restore(NodeContext node, ChannelSide channel, InFlightRow row, SignedProposal signed, ProposalBody body, IEnumerable<ProposedAct> acts, IReadOnlyDictionary<string, Command.Own> works)
    {
        channel.StreamVersion = Math.Max(channel.StreamVersion, row.StreamVersion);
        if (signed.Sequence != channel.Sequence + 1 || signed.PreviousHead != channel.Head || signed.Term != channel.Term) return;
        // Only the sequencer sends it again; the other member knows by the root what it was sent, whatever wrote those bytes.
        if (channel.IsSequencer && ProposalTree.RootOf(body.ToByteArray()) != signed.Body) throw new InvalidOperationException("A stored proposal is not the one that was signed.");
        if (!PositionSalts.TryOpen(channel.Context, signed.Sequence, signed.PreviousHead, body.PositionSalts, out PositionSalts? salts, out byte[]? saltsKey))
            throw new InvalidOperationException("The salts of a stored proposal do not open.");
        List<ProposedSlot> slots = [.. body.Items.Select(i => ReadSlot(channel.Context, i, channel.OwnHeaders))];
        foreach (ProposedAct act in acts)
        {
            if (slots[(int)act.Item].Entry is { } entry) entry.Before ??= InstanceRows.Restore(channel.Terms, act.Before);
        }

        InFlight batch = new(signed, body, slots, salts, saltsKey, node.NewRetry(channel.Pace), node.Now) { Refusals = [.. row.Refusals], Own = row.Own, Other = row.Other, Reservations = [.. row.Reservations] };
        foreach (WorkOfEntry work in row.Work)
        {
            if (!works.TryGetValue(Convert.ToHexString(work.Work.Span), out Command.Own? own)) continue;
            // Else this member refused it itself, and its bytes lie beside the work.
            own.Entry = slots.FirstOrDefault(s => s.Entry is { } e && work.Entry.Span.SequenceEqual(e.Id.ToArray()))?.Entry ?? own.Entry
                ?? throw new InvalidOperationException("An own entry of a proposal is not in the vault.");
            channel.NoteSealed(own);
            batch.Taken.Add(own);
            channel.Mailbox.Remove(own);
        }

        if (row.Head.Length > 0)
        {
            batch.Agreed = Proposer.Recompute(channel.Context, channel.State, batch, batch.Refusals);
            if (batch.Agreed is null || !row.Head.Span.SequenceEqual(batch.Agreed.HeadHash.ToArray()))
                throw new InvalidOperationException("A stored proposal does not lead to the head that was signed.");
        }

        foreach (ProposedSlot slot in slots)
        {
            if (slot.Entry is { } entry && entry.Actor != channel.Context.Own) channel.TakenIn.Begin(entry);
        }

        channel.InFlight = batch;
        if (!channel.IsSequencer) channel.Proposed = signed;
    }

    /// <summary>An item of a proposal. An entry that does not open is a slot without one.</summary>
    public static ProposedSlot ReadSlot(ChannelContext context, BatchItem item, IReadOnlyDictionary<ByteString, OpenedEntry> own)
    {
        if (item.ItemCase == BatchItem.ItemOneofCase.Refusal) return new ProposedSlot(null, item.Refusal);
        // What this member sealed itself comes back to it in the sequencer's proposal as it was shared: it needs no second opening, and
        // the member goes on with its own copy, which has what it did not share.
        if (item.Entry is { } known && own.TryGetValue(known.Header, out OpenedEntry? same) && same.Shared.Equals(known)) return new ProposedSlot(same, null);
        string fault = ChannelCodes.EntryMalformed;
        return item.Entry is { } entry && EntryOpener.TryOpen(context, entry, out OpenedEntry? opened, out fault) ? new ProposedSlot(opened, null) : new ProposedSlot(null, null, fault);
    }
}
