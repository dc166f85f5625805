using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Machines;
using Settlement.Core.Nodes;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Channels;

namespace Settlement.Core.Bank;

/// <summary>Rebuilds a bank's memory from its vault: channels from their snapshots, then the work that was under way.</summary>
internal static class BankRecovery
{
    public static void Run(NodeContext node, RecoveredRows rows, ChannelBook channels, Openings openings, Intake intake, PaymentQueue queue, Funding funding, Defunding defunding, GroupOrders orders, OffsetLegs offsets)
    {
        foreach (StoredPayload row in rows.Of(PayloadKind.Channels))
            openings.Restore(node.Rows.Open(PayloadKind.Channels, row.Key, row.Body, OpeningRow.Parser), channels.Add);
        foreach (StoredPayload row in rows.Of(PayloadKind.Snapshots))
        {
            if (channels.TryGet(new Digest(row.Key), out ChannelSide? channel)) channel.Restore(node.Rows.Open(PayloadKind.Snapshots, row.Key, row.Body, SnapshotRow.Parser));
        }

        Dictionary<string, Command.Own> works = Works(node, rows, channels, intake, queue, funding, defunding, orders, offsets);
        Dictionary<Digest, StoredProposal> proposals = Proposals(node, rows);
        foreach (StoredPayload row in rows.Of(PayloadKind.InFlight))
        {
            if (!channels.TryGet(new Digest(row.Key), out ChannelSide? channel)) throw new InvalidOperationException("A batch is in flight in a channel that is not there.");
            if (!proposals.TryGetValue(channel.Id, out StoredProposal? proposal)) throw new InvalidOperationException("A batch is in flight without its proposal.");
            InFlightRows.Restore(node, channel, node.Rows.Open(PayloadKind.InFlight, row.Key, row.Body, InFlightRow.Parser), proposal.Signed, proposal.Body, proposal.Acts, works);
        }
    }

    private sealed record StoredProposal(SignedProposal Signed, ProposalBody Body, IReadOnlyList<ProposedAct> Acts);

    private static Dictionary<Digest, StoredProposal> Proposals(NodeContext node, RecoveredRows rows)
    {
        Dictionary<string, EntriesRow> kept = rows.Of(PayloadKind.Entries).ToDictionary(static r => Convert.ToHexString(r.Key), static r => EntriesRow.Parser.ParseFrom(r.Body), StringComparer.Ordinal);
        return rows.Of(PayloadKind.Proposals).ToDictionary(
            static r => new Digest(r.Key.AsSpan(0, Digest.Length)),
            r =>
            {
                if (!kept.TryGetValue(Convert.ToHexString(r.Key), out EntriesRow? entries)) throw new InvalidOperationException("A proposal is in the vault without its entries.");
                ProposalRow row = node.Rows.Open(PayloadKind.Proposals, r.Key, r.Body, ProposalRow.Parser);
                if (!SignedProposal.TryRead(row.Claim, out SignedProposal? signed)) throw new InvalidOperationException("A proposal is in the vault without what was signed of it.");
                return new StoredProposal(signed, KeptEntry.With(row.Rest, entries.Entries), row.Acts);
            });
    }

    private static Dictionary<string, Command.Own> Works(NodeContext node, RecoveredRows rows, ChannelBook channels, Intake intake, PaymentQueue queue, Funding funding, Defunding defunding, GroupOrders orders, OffsetLegs offsets)
    {
        Dictionary<string, byte[]> instructions = rows.Of(PayloadKind.Instructions).ToDictionary(r => Convert.ToHexString(r.Key), r => r.Body, StringComparer.Ordinal);
        Dictionary<string, Command.Own> works = new(StringComparer.Ordinal);
        // The mailbox has the order of acceptance again, not that of the rows' random keys.
        foreach ((StoredPayload row, WaitingRow waiting) in rows.Of(PayloadKind.Waiting)
            .Select(r => (Row: r, Waiting: WaitingRows.Read(r.Body))).OrderBy(r => r.Waiting.Order))
        {
            node.RestoreOrder(waiting.Order);
            if (!channels.TryGet(new Digest(waiting.Channel.Span), out ChannelSide? channel)) throw new InvalidOperationException("Work waits for a channel that is not there.");
            if (Rebuild(node, row.Key, waiting, channel, instructions, intake, funding, defunding, orders) is not { } own) continue;
            if (waiting.SealedEntry.Length > 0)
            {
                if (!EntryOpener.TryOpen(channel.Context, Wire.Channels.SealedEntry.Parser.ParseFrom(waiting.SealedEntry), out OpenedEntry? entry, out string code))
                    throw new InvalidOperationException($"An own sealed entry does not open: {code}.");
                own.Entry = entry;
                entry.Before = own.Before;
                channel.NoteSealed(own);
            }

            if (waiting.IsQueued)
            {
                own.Order = waiting.Order;
                queue.Restore(channel, own, intake.Restored(row.Key));
                continue;
            }

            // A leg that is set aside waits for the ledger, in no mailbox.
            if (own is { Group: { } group, Entry: { } held } && channel.State.Legs.TryGetValue(group.Id, out HeldLeg? leg) && leg.Entry?.Id == held.Id) continue;
            own.IsOffset = waiting.IsOffset;
            if (own.Entry?.Offset is { } offset)
            {
                own.Order = waiting.Order;
                if (channel.State.Legs.ContainsKey(offset.Group.Id)) Hold(channel, own, offset);
                else offsets.Restore(channel, own);
                works[Convert.ToHexString(row.Key)] = own;
                continue;
            }

            if (own.Before is { } before) own.IsOvertaken = Overtakes(rows, channel, before);

            own.Order = waiting.Order;
            channel.Enqueue(own);
            works[Convert.ToHexString(row.Key)] = own;
        }

        return works;
    }

    /// <summary>A payment that its offset has set aside waits for the ledger, and is on its way still.</summary>
    private static void Hold(ChannelSide channel, Command.Own own, OffsetLeg offset)
    {
        own.Offset = offset;
        channel.Begin(own);
    }

    private static bool Overtakes(RecoveredRows rows, ChannelSide channel, Instance before)
    {
        byte[] key = InstanceRows.Key(channel.Id, before.Id).Key;
        return rows.Of(PayloadKind.Facts).FirstOrDefault(r => r.Key.AsSpan().SequenceEqual(key)) is { } row
            && !InstanceRow.Parser.ParseFrom(row.Body).Newest.Span.SequenceEqual(before.Newest.ToArray());
    }

    private static Command.Own? Rebuild(NodeContext node, byte[] key, WaitingRow waiting, ChannelSide channel, Dictionary<string, byte[]> instructions, Intake intake, Funding funding, Defunding defunding, GroupOrders orders)
    {
        if (WaitingRows.FundingOf(node.Rows, key, waiting) is { } row) return funding.Restore(key, channel, row);
        if (WaitingRows.RedemptionOf(node.Rows, key, waiting) is { } redemption) return defunding.Restore(key, channel, redemption);
        if (!instructions.TryGetValue(Convert.ToHexString(key), out byte[]? body)) throw new InvalidOperationException("An instruction that waits is not in the vault.");
        InstructionRow instruction = node.Rows.Open(PayloadKind.Instructions, key, body, InstructionRow.Parser);
        intake.Restore(Convert.ToHexStringLower(key), instruction);
        if (WaitingRows.ActOf(node.Rows, key, waiting) is { } act)
        {
            Command.Own own = Acts.Rebuild(key, act, channel);
            orders.Restore(channel, own, act);
            return own;
        }

        return Intake.Rebuild(key, instruction, channel);
    }
}
