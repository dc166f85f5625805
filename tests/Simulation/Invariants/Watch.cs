using Settlement.Contracts;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Machines;
using Settlement.Core.Merkle;
using Settlement.Core.Notarisation;
using Settlement.Core.Reading;
using Settlement.Core.Store;
using Settlement.Core.Vault;
using Settlement.Core.Vault.Records;
using Settlement.Tests.Simulation.Models;
using Settlement.Tests.Simulation.Workload;
using Settlement.Tests.Simulation.Worlds;
using Settlement.Wire.Channels;

namespace Settlement.Tests.Simulation.Invariants;

/// <summary>
/// Watches a world from outside. It sees what every node commits and sends, believes only what is durable, and compares it
/// with models that share no code with the machines.
/// </summary>
internal sealed class Watch(World world)
{
    private readonly Departures departures = new();
    private readonly Dictionary<(string Node, Digest Channel), ChannelContext> contexts = [];
    private readonly Dictionary<(string Node, Digest Channel), long> applied = [];
    private readonly Dictionary<string, InstructionStatus> statuses = new(StringComparer.Ordinal);

    /// <summary>The ledger's log.</summary>
    public LogModel Log { get; } = new();

    /// <summary>The channels' money.</summary>
    public Dictionary<Digest, ChannelBook> Books { get; } = [];

    /// <summary>The cycles.</summary>
    public CycleWatch Cycles { get; } = new(world);

    /// <summary>The plain model of the network.</summary>
    public PlainNetwork Plain { get; } = new(world, new PlainAgent(world));

    /// <summary>A ledger committed.</summary>
    public void OnNotarised(StoreTransaction commit)
    {
        Log.Add(commit);
        Cycles.OnNotarised();
    }

    /// <summary>A node committed.</summary>
    public void OnCommitted(MachineNode node, StoreTransaction commit)
    {
        if (node == world.Agent) Cycles.OnAgent(commit);
        if (!world.Banks.Contains(node)) return;
        foreach (PayloadWrite write in commit.Writes.Where(w => w.Kind == PayloadKind.Batches).OrderBy(w => BatchRow.Parser.ParseFrom(w.Body).Sequence))
            OnBatch(node, write, commit.Writes.First(w => w.Kind == PayloadKind.ContentKeys && w.Key.AsSpan().SequenceEqual(write.Key)).Body);
        foreach (PayloadWrite write in commit.Writes)
        {
            if (write.Kind == PayloadKind.Snapshots) OnSnapshot(node, write);
            else if (write.Kind == PayloadKind.Instructions) OnInstruction(node, write);
            else if (write.Kind == PayloadKind.Settings) Cycles.OnBank(node, write);
            else if (write.Kind == PayloadKind.InFlight) departures.OnInFlight(node, node.Rows.Open(write.Kind, write.Key, write.Body, InFlightRow.Parser));
        }
    }

    /// <summary>Something leaves a node.</summary>
    public void OnEffect(MachineNode node, Effect effect)
    {
        departures.Check(node, effect, Log);
        if (effect is Effect.Send { Door: Door.Agent } send) Cycles.OnSaid(node, send);
    }

    /// <summary>A back office got an answer.</summary>
    public void OnAnswered(Order order, SubmissionAnswer answer)
    {
        Violation.Unless(answer.Instructions.Count == order.Items.Count, "an answer covers its message", $"{order.Key}");
        if (order.Answer is { } earlier)
        {
            Violation.Unless(earlier.MessageId == answer.MessageId && earlier.Instructions.Select(i => i.Id).SequenceEqual(answer.Instructions.Select(i => i.Id)),
                "the same message gets the same answer", $"{order.Key}");
        }
    }

    /// <summary>What still moves; null when the world is at rest.</summary>
    public string? Restlessness()
    {
        foreach (MachineNode bank in world.Banks)
        {
            int waiting = bank.Store.Scan(PayloadKind.Waiting).Count;
            int inFlight = bank.Store.Scan(PayloadKind.InFlight).Count;
            if (bank.Store.Scan(PayloadKind.Settings).Any(static r => System.Text.Encoding.UTF8.GetString(r.Key).StartsWith("grant/", StringComparison.Ordinal))) return $"{bank.Name} has a limit to grant";
            if (waiting + inFlight > 0) return $"{bank.Name} has {waiting} waiting and {inFlight} in flight";
        }

        if (Behind() is { } behind) return behind;
        if (Cycles.Restlessness() is { } netting) return netting;
        if (Books.Values.Any(static b => b.Legs.Values.Any(static l => l.IsApplied is null) || b.Offsets.Any(static o => o.Any(static p => p.IsApplied is null)) || b.Cuts.Values.Any(static c => c.IsApplied is null))) return "a leg is set aside";
        if (Log.Groups.Values.Any(static g => g.IsCommitted is null)) return "a group is not decided";
        return Supervision.Restlessness(world);
    }

    /// <summary>Which bank has not applied what the log has; null when all have.</summary>
    public string? Behind()
    {
        foreach ((string name, Digest channel) in contexts.Keys)
        {
            long sequence = applied.GetValueOrDefault((name, channel));
            if (sequence != Log.SequenceOf(channel)) return $"{name} is at {sequence} of {Log.SequenceOf(channel)}";
        }

        return null;
    }

    /// <summary>The world came to rest.</summary>
    public void OnRest() => Rest.Check(world);

    /// <summary>In numbers.</summary>
    public string Summary() =>
        $"{Log.Count} leaves, {Log.Chains.Count} channels, {Log.Chains.Values.Sum(c => c.Heads.Count)} heads, {Log.Takeovers} takeovers, "
        + $"{statuses.Values.Count(s => s == InstructionStatus.Settled)} settled, {statuses.Values.Count(s => s == InstructionStatus.Rejected)} rejected, "
        + $"{Books.Values.Sum(static b => b.Batches.Sum(static f => f.Grants.Count))} limits changed, {Books.Values.Sum(b => b.Payments.Count(p => p.Returned is not null))} returned, {Books.Values.Sum(b => b.Escrows.Count)} escrows with {Books.Values.Sum(b => b.Escrows.Sum(e => e.Generation - 1))} actions on them, {Books.Values.Sum(b => b.Redeemed.Count)} redeemed, "
        + $"{Log.Groups.Values.Count(static g => g.IsCommitted == true)} groups committed, {Log.Groups.Values.Count(static g => g.IsCommitted == false)} aborted, {Books.Values.Sum(static b => b.Legs.Count)} legs, {Books.Values.Sum(static b => b.Offsets.Sum(static o => o.Count(static p => p.IsApplied == true)))} of {Books.Values.Sum(static b => b.Offsets.Sum(static o => o.Count()))} offset, "
        + $"{Cycles.Summary()}, {world.Nodes.Sum(n => n.Incarnation - 1)} crashes";

    /// <summary>The member of this number in a channel that a bank has applied a batch of.</summary>
    public string MemberOf(Digest channel, int number) => contexts.Values.First(c => c.Channel == channel).Terms.Participants[number].Id.ToString();

    /// <summary>Whether a bank is in a channel, as far as it has applied a batch of it.</summary>
    public bool IsMember(MachineNode node, Digest channel) => contexts.ContainsKey((node.Name, channel)) && applied.ContainsKey((node.Name, channel));

    /// <summary>The newest batch that is final for a bank; null before the first.</summary>
    public BatchFacts? BatchAt(MachineNode node, Digest channel) =>
        applied.GetValueOrDefault((node.Name, channel)) is var sequence and > 0 ? Books[channel].Batches[(int)sequence - 1] : null;

    /// <summary>The channel as a bank has it.</summary>
    public ChannelContext ContextOf(MachineNode node, Digest channel)
    {
        if (contexts.TryGetValue((node.Name, channel), out ChannelContext? context)) return context;
        VaultReader reader = new(World.Network, node.Id, node.VaultKey);
        foreach (StoredPayload row in node.Store.Scan(PayloadKind.Channels))
        {
            if (reader.ReadChannel(row) is { } read) contexts.TryAdd((node.Name, read.Channel), read);
        }

        return contexts[(node.Name, channel)];
    }

    private ChannelBook BookOf(ChannelContext context)
    {
        if (!Books.TryGetValue(context.Channel, out ChannelBook? book)) Books[context.Channel] = book = new ChannelBook(context.Terms);
        return book;
    }

    private void OnBatch(MachineNode node, PayloadWrite write, byte[] keys)
    {
        Digest channel = new(write.Key.AsSpan(0, Digest.Length));
        BatchRow row = BatchRows.Read(node.Rows, channel, write.Body, node.Store.Find(PayloadKind.Entries, write.Key));
        ChannelContext context = ContextOf(node, channel);
        Violation.Unless(Log.Has(channel, row.Sequence, new Digest(row.Head.Span), row.LeafIndex), "final is what the ledger has", $"{node.Name} finalises {row.Sequence}");
        long before = applied.GetValueOrDefault((node.Name, channel));
        Violation.Unless(row.Sequence == before + 1, "members apply every batch once", $"{node.Name} finalises {row.Sequence} after {before}");
        applied[(node.Name, channel)] = row.Sequence;
        foreach (LegOutcome outcome in row.Outcomes)
        {
            Violation.Unless(Log.Groups.TryGetValue(new Digest(outcome.Group.Span), out LogModel.Group? group) && group.IsCommitted == outcome.IsCommitted,
                "a leg ends as the ledger decided", $"{node.Name} at {row.Sequence}");
        }

        BookOf(context).Take(context, row, new KeptEntries(context, node.VaultKey, keys), node.Name);
    }

    private void OnSnapshot(MachineNode node, PayloadWrite write)
    {
        SnapshotRow row = node.Rows.Open(write.Kind, write.Key, write.Body, SnapshotRow.Parser);
        Digest channel = new(write.Key);
        ChannelContext context = ContextOf(node, channel);
        Violation.Unless(row.Sequence == applied.GetValueOrDefault((node.Name, channel)), "a snapshot is where the member stands", $"{node.Name} at {row.Sequence}");
        if (row.Sequence == 0) return;
        BatchFacts facts = BookOf(context).Batches[(int)row.Sequence - 1];
        foreach (PositionRow position in row.Positions)
        {
            Violation.Unless(row.Sequence < BookOf(context).Batches.Count || position.LimitGeneration == BookOf(context).LimitOf((int)position.Member, position.Currency).Generation, "limits follow from the grants", $"{node.Name} at {row.Sequence}");
            long expected = facts.Positions.GetValueOrDefault(((int)position.Member, position.Currency));
            Violation.Unless(position.Reserved == facts.Reserved.GetValueOrDefault(((int)position.Member, position.Currency)), "what is set aside follows from the entries", $"{node.Name} has {position.Reserved} {position.Currency} set aside");
            Violation.Unless(position.MinorUnits == expected, "positions follow from the entries", $"{node.Name} has {position.MinorUnits} for {expected} {position.Currency}");
        }

        Violation.Unless(row.Legs.Select(static l => RecordHashes.Group(l.GroupBody.Span)).ToHashSet().SetEquals(facts.Held)
            && row.Legs.All(l => l.Offset.Count > 0 || (l.Cut is not null ? IsCut(l, BookOf(context)) : BookOf(context).Legs[RecordHashes.Group(l.GroupBody.Span)] is var leg && leg.Entry.Value == new Digest(l.Entry.Span) && leg.Sequence == l.Sequence)),
            "members agree on every leg", $"{node.Name} holds others at {row.Sequence}");
        Violation.Unless(row.EndedLegs.All(e => e.UntilUnixMs > row.TimeUnixMs), "a leg that ended is remembered until its time", $"{node.Name} at {row.Sequence}");
        CompactRange.TryRestore(row.ContractCount, [.. row.ContractFrontier.Select(n => new Digest(n.Span))], out CompactRange? contracts);
        ChannelState state = ChannelState.Restore(row.Positions.Select(PositionRows.Restore), contracts!, row.Legs.Select(leg => LegRows.Restore(context.Terms, leg)), []);
        Violation.Unless(state.Root(World.Network, channel) == facts.StateRoot, "a snapshot has the agreed state root", $"{node.Name} at {row.Sequence}");
    }

    private void OnInstruction(MachineNode node, PayloadWrite write)
    {
        InstructionRow row = node.Rows.Open(write.Kind, write.Key, write.Body, InstructionRow.Parser);
        InstructionStatus status = (InstructionStatus)row.Status;
        string id = node.Name + Convert.ToHexString(write.Key);
        if (statuses.TryGetValue(id, out InstructionStatus before))
            Violation.Unless(CanBecome(before, status), "an instruction ends once", $"{row.Remittance}: {before} then {status}");
        statuses[id] = status;
        if (status != InstructionStatus.Settled && row.Sequence == 0) return;
        Digest channel = new(row.Channel.Span);
        Violation.Unless(row.Sequence >= 1 && row.Sequence <= Log.SequenceOf(channel) && row.Sequence <= Books[channel].Batches.Count, "settled is final", $"{row.Remittance} at {row.Sequence}");
        BatchFacts facts = Books[channel].Batches[(int)row.Sequence - 1];
        Digest entry = new(row.Entry.Span);
        if (Books[channel].Legs.Values.FirstOrDefault(l => l.Entry.Value == entry) is { } leg)
        {
            Violation.Unless(status == InstructionStatus.Settled ? leg.IsApplied == true && leg.Sequence == row.Sequence
                : leg.IsApplied == false && row.Reason == GroupCodes.Aborted && facts.Outcomes.Contains((leg.Group, false)), "a status follows from the leg", $"{leg.Tag} is {status} {row.Reason} at {row.Sequence}; applied {leg.IsApplied} at {leg.Sequence}");
            return;
        }

        if (status == InstructionStatus.Settled && Books[channel].Offsets.SelectMany(static o => o).FirstOrDefault(o => o.Entry.Value == entry) is { } offset)
        {
            Violation.Unless(offset.IsApplied == true && offset.Sequence == row.Sequence, "a status follows from the leg", $"{offset.Tag} is settled at {row.Sequence}; applied {offset.IsApplied} at {offset.Sequence}");
            return;
        }

        bool isRight = row.Action.Length > 0 && status == InstructionStatus.Settled
            ? facts.Items.Any(i => i.Entry == entry && i.Refusal is null)
            : status == InstructionStatus.Settled
            ? facts.Tags.TryGetValue(entry, out string? tag) && tag == row.Remittance
            : facts.Items.Any(i => i.Entry == entry && i.Refusal == row.Reason);
        Violation.Unless(isRight, "a status follows from the entry", $"{row.Remittance} is {status}");
    }

    private static bool IsCut(LegRow row, ChannelBook book) => book.Cuts[RecordHashes.Group(row.GroupBody.Span)] is var cut && cut.Sequence == row.Sequence
        && cut.Currency == row.Cut.Currency && -cut.NetOf(0) == row.Cut.Owed && row.Cut.Commitment.Span.SequenceEqual(cut.Commitment);

    private static bool CanBecome(InstructionStatus before, InstructionStatus after) => before switch
    {
        InstructionStatus.Queued => after is InstructionStatus.Queued or InstructionStatus.Accepted or InstructionStatus.Rejected,
        // What was to settle with others may wait again, and go on again in the same transaction.
        InstructionStatus.Accepted => after != InstructionStatus.Received,
        _ => false,
    };
}
