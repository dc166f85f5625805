using Google.Protobuf;
using Settlement.Contracts;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Participants;
using Settlement.Core.Reading;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Channels;

namespace Settlement.Core.Regulator;

/// <summary>What is wrong in one place of a channel.</summary>
/// <param name="Sequence">The batch; 0 for the log as a whole.</param>
/// <param name="Entries">The ids of the entries concerned, in hexadecimal, as far as they are known.</param>
/// <param name="Code">A stable code.</param>
public sealed record AuditFault(long Sequence, IReadOnlyList<string> Entries, string Code);

/// <summary>The three verdicts on a channel, each with what stands against it.</summary>
/// <param name="Entries">Entries and refusals held.</param>
/// <param name="Delivered">No leaf of a notarised head is missing.</param>
/// <param name="Authentic">Every opening that this observer was granted matches its commitment.</param>
/// <param name="ReExecuted">It ran the contracts itself and got the same states; null where it does not read all that they depend on, or does
/// not know the agent's key yet, which a fault then says.</param>
public sealed record ChannelVerdict(
    Digest Channel, long NotarisedSequence, long Entries, bool Delivered, bool Authentic, bool? ReExecuted,
    IReadOnlyList<AuditFault> NotDelivered, IReadOnlyList<AuditFault> NotAuthentic, IReadOnlyList<AuditFault> NotReExecuted)
{
    /// <summary>The positions that it came to by running the contracts; none where it could not.</summary>
    public IReadOnlyList<Position> Positions { get; init; } = [];

    /// <summary>Delivered and authentic.</summary>
    public bool IsComplete => Delivered && Authentic;
}

/// <summary>
/// Goes through a channel batch by batch, from what lies in the vault alone. It believes neither its own earlier checks nor
/// the members: heads come from the ledger's log, everything else is recomputed.
/// </summary>
public sealed class ChannelAudit
{
    /// <summary>Faults that one verdict names; more are counted in it only as a verdict.</summary>
    public const int MaxFaults = 100;

    private static readonly Dictionary<long, IReadOnlyList<string>> NothingKnown = [];

    private readonly ChannelContext context;
    private readonly VaultKey vault;
    private readonly ParticipantDirectory directory;
    private readonly List<AuditFault> notDelivered = [];
    private readonly List<AuditFault> notAuthentic = [];
    private readonly List<AuditFault> notReExecuted = [];
    private readonly bool canReExecute;
    private bool isAgentUnknown;
    private readonly ObservedInstances instances;
    // By group: the legs that the channel holds.
    private readonly Dictionary<Digest, List<BatchSlot.Agreed>> legs = [];
    // The postings that were cited: one that serves twice is money out of nothing, whatever the members agreed to.
    private readonly HashSet<string> cited = new(StringComparer.Ordinal);
    private ChannelState? state = ChannelState.Empty;
    // The head before; null after a sequence whose head is not known.
    private Digest? previous = Digest.Zero;
    private long sequence;
    private long entries;

    /// <param name="context">The channel, as <see cref="VaultReader.ReadChannel"/> gives it.</param>
    /// <param name="vault">The observer's vault key.</param>
    /// <param name="directory">Where the settlement agent's posting key is found.</param>
    public ChannelAudit(ChannelContext context, VaultKey vault, ParticipantDirectory directory)
    {
        this.context = context;
        this.vault = vault;
        this.directory = directory;
        canReExecute = context.Terms.PositionReaders.Contains(context.Own);
        instances = new ObservedInstances(context.Terms);
    }

    /// <summary>The newest sequence taken.</summary>
    public long Taken => sequence;

    /// <summary>Where the instances stand that an action can still take elsewhere, as far as the channel was run again.</summary>
    internal ObservedInstances Instances => instances;

    /// <summary>Takes note that the log that the heads come from is not the one that the ledger signed: nothing that rests on it
    /// is proven.</summary>
    /// <param name="code">What is wrong with it.</param>
    public void TakeLogFault(string code) => Add(notDelivered, new AuditFault(0, [], code));

    /// <summary>Takes the next sequence, whose notarised head is not in the vault although the log has one: the ledger never
    /// skips, so this node's copy of the log was tampered with.</summary>
    /// <param name="known">The ids of the batch's entries, as the node's own event history names them.</param>
    public void TakeMissing(IReadOnlyList<string> known)
    {
        sequence++;
        Miss(sequence, known, ChannelCodes.DeliveryMismatch);
        previous = null;
    }

    /// <summary>The same of every sequence up to one. A gap costs no more than the faults that a verdict names, however wide it is.</summary>
    /// <param name="last">The last that is missing.</param>
    /// <param name="known">The ids of a batch's entries by its sequence, as far as the node's own event history names them.</param>
    public void TakeMissing(long last, IReadOnlyDictionary<long, IReadOnlyList<string>> known)
    {
        while (sequence < last && notDelivered.Count < MaxFaults) TakeMissing(known.GetValueOrDefault(sequence + 1) ?? []);
        if (sequence >= last) return;
        sequence = last - 1;
        TakeMissing([]);
    }

    /// <summary>Takes the next notarised head and what the vault holds for it.</summary>
    /// <param name="at">Its sequence; they come in order.</param>
    /// <param name="head">The row of <see cref="PayloadKind.Heads"/>.</param>
    /// <param name="batch">The row of batches, or null.</param>
    /// <param name="keys">The row of content keys, or null.</param>
    /// <param name="known">The ids of the batch's entries, as the node's own event history names them.</param>
    /// <param name="decisions">Those that there are of the rows of <see cref="DecisionKeys"/>.</param>
    public void Take(long at, byte[] head, byte[]? batch, byte[]? keys, IReadOnlyList<string> known, IReadOnlyDictionary<PayloadKey, byte[]> decisions)
    {
        TakeMissing(at - 1, NothingKnown);
        if (!Parsing.TryParse(NotarisedRow.Parser, head, out NotarisedRow? row) || !Digest.TryRead(row.Head.Span, out Digest notarised))
        {
            TakeMissing(known);
            return;
        }

        sequence = at;
        if (batch is null || !Parsing.TryParse(Delivery.Parser, batch, out Delivery? delivery))
        {
            Miss(at, known, ChannelCodes.DeliveryMissing);
            previous = notarised;
            return;
        }

        if (!DeliveredBatch.TryOpenGrants(vault, context.Channel, at, delivery, out LimitGrants grants)
            || !DeliveredBatch.TryHead(context, delivery, out Digest computed) || computed != notarised || (long)delivery.Sequence != at
            || !delivery.Channel.Span.SequenceEqual(context.Channel.ToArray())
            || (previous is { } before && !delivery.PreviousHead.Span.SequenceEqual(before.ToArray())))
        {
            // Where nothing is missing, something of the batch was changed, and nobody can say any more what.
            List<string> missing = Missing(delivery, known);
            Miss(at, missing.Count > 0 ? missing : known, ChannelCodes.DeliveryMismatch);
            previous = notarised;
            return;
        }

        entries += delivery.Items.Count;
        KeptEntries kept = new(context, vault, keys ?? []);
        List<BatchSlot?> slots = [.. delivery.Items.Select(i => Open(at, i, kept))];
        ReExecute(at, delivery, grants, slots, kept, decisions);
        previous = computed;
    }

    /// <summary>The verdicts on everything taken.</summary>
    public ChannelVerdict Finish() => new(context.Channel, sequence, entries, notDelivered.Count == 0, notAuthentic.Count == 0,
        canReExecute && !(isAgentUnknown && notDelivered.Count == 0) ? notReExecuted.Count == 0 && notDelivered.Count == 0 : null,
        notDelivered, notAuthentic, notReExecuted)
    {
        Positions = canReExecute && state is not null ? [.. state.Positions] : [],
    };

    private BatchSlot? Open(long at, DeliveryItem item, KeptEntries kept)
    {
        if (item.ItemCase == DeliveryItem.ItemOneofCase.Refusal) return new BatchSlot.Concealed(item.Refusal);
        (OpenedEntry? entry, string code) = kept.Open(item.Entry);
        // Where it leads is found by running it.
        if (entry is not null) return new BatchSlot.Agreed(entry, entry.Action.Outcomes[0]);
        Add(notAuthentic, new AuditFault(at, [IdOf(item)], code));
        return null;
    }

    private void ReExecute(long at, Delivery delivery, LimitGrants grants, List<BatchSlot?> slots, KeptEntries kept, IReadOnlyDictionary<PayloadKey, byte[]> decisions)
    {
        if (!canReExecute || state is null) return;
        if (!Objections.KnowsAgent(directory, context))
        {
            isAgentUnknown = true;
            Add(notReExecuted, new AuditFault(at, [], ChannelCodes.AgentNotKnown));
            GiveUp();
            return;
        }

        Digest before = new(delivery.PreviousHead.Span);
        PositionSalts? salts = delivery.PositionSalts is { } envelope ? kept.Salts(at, before, envelope.Ciphertext.Span) : null;
        BatchExecution execution = new(context, state, delivery.TimeUnixMs, null, null, IsPosting);
        foreach (LegOutcome outcome in delivery.Outcomes) execution.Add(outcome);
        foreach (CutCall cut in delivery.Cuts) execution.Add(cut);
        foreach (LimitGrant grant in grants.Grants) execution.Add(grant);
        List<string> refused = [.. delivery.Outcomes.Where(o => !IsDecided(o, decisions)).Select(static o => Convert.ToHexStringLower(o.Group.Span))];
        refused.AddRange(delivery.Cuts.Where(cut => Objections.Round(directory, context, cut) is null).Select(static cut => Convert.ToHexStringLower(Digest.Of(cut.RoundBody.Span).ToArray())));
        HashSet<ByteString> called = [];
        foreach (BatchSlot? slot in slots)
        {
            if (slot is BatchSlot.Concealed concealed) execution.Add(concealed.Leaf);
            else if (slot is BatchSlot.Agreed agreed)
            {
                agreed.Entry.Before = instances.Before(agreed.Entry);
                // All payments of an offset have one call, and its signature with it.
                bool isCalled = agreed.Entry.Offset is not { } offset || called.Contains(offset.Call.ToByteString()) || (Objections.IsCalled(directory, context, offset) && called.Add(offset.Call.ToByteString()));
                if (execution.Add(agreed.Entry).Length > 0 || !isCalled) refused.Add(agreed.Entry.Id.ToString());
            }
        }

        if (slots.Contains(null) || salts is null || refused.Count > 0
            || !execution.TryFinish((long)delivery.Term, at, before, salts, out ExecutedBatch? executed)
            || !delivery.StateRoot.Span.SequenceEqual(executed.Head.StateRoot.ToArray()))
        {
            // Without this state the following ones cannot be judged either.
            Add(notReExecuted, new AuditFault(at, refused, ChannelCodes.ReExecutionDiffers));
            GiveUp();
            return;
        }

        state = executed.State;
        cited.UnionWith(executed.Cited);
        foreach (DecidedLeg decided in executed.Decided)
        {
            if (!legs.Remove(decided.Leg.Group.Id, out List<BatchSlot.Agreed>? held) || !decided.IsCommitted) continue;
            foreach (BatchSlot.Agreed slot in held) instances.Take(slot.Entry, slot.Next, decided.Leg.Sequence);
        }

        foreach (BatchSlot.Agreed agreed in executed.Slots.OfType<BatchSlot.Agreed>())
        {
            if (agreed.Entry.Group is not { } group) instances.Take(agreed.Entry, agreed.Next, at);
            else if (legs.TryGetValue(group.Id, out List<BatchSlot.Agreed>? held)) held.Add(agreed);
            else legs.Add(group.Id, [agreed]);
        }
    }

    private bool IsPosting(AmountValue amount, string posting, int beneficiary) =>
        PostingText.TryRead(posting, out byte[]? id, out _) && !cited.Contains(Convert.ToHexStringLower(id)) && Objections.IsPosting(directory, context, amount, posting, beneficiary);

    /// <summary>The rows that a batch depends on beside its own: of the groups whose legs it ends, what the log decided, and which channels had
    /// reserved.</summary>
    /// <param name="batch">The row of batches of the sequence that comes next.</param>
    public IReadOnlyList<PayloadKey> DecisionKeys(byte[] batch)
    {
        if (!Parsing.TryParse(Delivery.Parser, batch, out Delivery? delivery)) return [];
        List<PayloadKey> keys = [];
        foreach (LegOutcome outcome in delivery.Outcomes)
        {
            if (!Digest.TryRead(outcome.Group.Span, out Digest group) || state?.Legs.GetValueOrDefault(group) is not { } leg) continue;
            keys.AddRange([VaultReader.DecisionKey(group, isCommitted: true), VaultReader.DecisionKey(group, isCommitted: false)]);
            keys.AddRange(leg.Group.Channels.Select(channel => VaultReader.ReservationKey(group, channel)));
        }

        return keys;
    }

    /// <summary>Whether the log says of the group what the members made of its leg, and nothing else; and, of a commitment, that every channel had
    /// reserved.</summary>
    private bool IsDecided(LegOutcome outcome, IReadOnlyDictionary<PayloadKey, byte[]> decisions) => Digest.TryRead(outcome.Group.Span, out Digest group)
        && decisions.ContainsKey(VaultReader.DecisionKey(group, outcome.IsCommitted)) && !decisions.ContainsKey(VaultReader.DecisionKey(group, !outcome.IsCommitted))
        && (!outcome.IsCommitted || (state?.Legs.GetValueOrDefault(group) is { } leg && leg.Group.Channels.All(channel => decisions.ContainsKey(VaultReader.ReservationKey(group, channel)))));

    private void Miss(long at, IReadOnlyList<string> ids, string code)
    {
        Add(notDelivered, new AuditFault(at, ids, code));
        GiveUp();
    }

    private void GiveUp()
    {
        state = null;
        instances.Clear();
        legs.Clear();
        cited.Clear();
    }

    private static List<string> Missing(Delivery delivery, IReadOnlyList<string> known)
    {
        HashSet<string> present = [.. delivery.Items.Select(IdOf)];
        return [.. known.Where(k => !present.Contains(k))];
    }

    /// <summary>Empty where the row was so changed that no name is left.</summary>
    private static string IdOf(DeliveryItem item) => item.ItemCase switch
    {
        DeliveryItem.ItemOneofCase.Refusal => Convert.ToHexStringLower(item.Refusal.EntryId.Span),
        DeliveryItem.ItemOneofCase.Entry when Parsing.TryParse(EntryHeader.Parser, item.Entry.Header.Span, out EntryHeader? header) => Convert.ToHexStringLower(header.EntryId.Span),
        _ => "",
    };

    private static void Add(List<AuditFault> faults, AuditFault fault)
    {
        if (faults.Count < MaxFaults) faults.Add(fault);
    }
}
