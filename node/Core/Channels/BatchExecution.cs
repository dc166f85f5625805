using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Settlement.Contracts;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Instructions;
using Settlement.Core.Merkle;
using Settlement.Core.Notarisation;
using Settlement.Wire.Channels;

namespace Settlement.Core.Channels;

/// <summary>
/// Runs the entries of a batch on a state. Proposer, endorser and observer run this same code; what differs is who may
/// decide. A decider refuses an entry that does not stand; without one, an entry that does not stand voids the batch.
/// </summary>
public sealed class BatchExecution
{
    /// <summary>Says why an entry is refused beyond what its contract says, or null.</summary>
    public delegate string? Objection(OpenedEntry entry);

    /// <summary>Whether the settlement agent made this posting. It is asked of every movement that brings money in, whatever the
    /// contract calls its action and fields. Who decides also knows here whether an earlier batch cited it: no state holds that, and
    /// who repeats a decision need not ask again.</summary>
    public delegate bool PostingCheck(AmountValue amount, string posting, int beneficiary);

    private readonly ChannelContext context;
    private readonly ChannelState.Draft draft;
    private readonly long timeUnixMs;
    private readonly Objection? objection;
    private readonly IEntropy? entropy;
    private readonly PostingCheck? isPosting;
    private readonly List<BatchSlot> slots = [];
    // What each place changes of positions; null for a refusal.
    private readonly List<PositionChanges?> changes = [];
    private readonly HashSet<Digest> ids = [];
    // The instances that entries of this batch acted on; most batches have none.
    private HashSet<Digest>? acted;
    // The postings that entries of this batch cite; most batches have none.
    private HashSet<string>? cited;
    private readonly BatchPositions positions;
    private readonly BatchLegs legs;
    private readonly List<(CycleRound Round, ByteString Commitment)> cuts = [];
    // The leaves of the limits that it changes.
    private readonly List<Digest> grants = [];
    private readonly BatchLegs.Objection? legObjection;
    private bool isVoid;

    /// <param name="context">The channel, as the participant that runs it sees it.</param>
    /// <param name="origin">The state before the batch.</param>
    /// <param name="timeUnixMs">The time of the head, which is the contracts' now.</param>
    /// <param name="objection">A decider's own reasons; null for one who only verifies.</param>
    /// <param name="entropy">Salts for a decider's refusals; null for one who only verifies.</param>
    /// <param name="isPosting">Null for one who repeats what was decided with it.</param>
    /// <param name="legObjection">A decider's own reasons against legs of groups; null for one who only verifies.</param>
    internal BatchExecution(ChannelContext context, ChannelState origin, long timeUnixMs, Objection? objection, IEntropy? entropy, PostingCheck? isPosting, BatchLegs.Objection? legObjection)
        : this(context, origin, timeUnixMs, objection, entropy, isPosting) => this.legObjection = legObjection;

    /// <summary>One that has nothing against legs of groups.</summary>
    public BatchExecution(ChannelContext context, ChannelState origin, long timeUnixMs, Objection? objection, IEntropy? entropy, PostingCheck? isPosting)
    {
        this.isPosting = isPosting;
        this.timeUnixMs = timeUnixMs;
        this.context = context;
        this.objection = objection;
        this.entropy = entropy;
        draft = origin.Begin(timeUnixMs);
        legs = new BatchLegs(context, draft, timeUnixMs);
        positions = new BatchPositions(context.Terms, draft);
    }

    /// <summary>The places so far.</summary>
    public IReadOnlyList<BatchSlot> Slots => slots;

    /// <summary>Ends a leg that the channel holds; before any entry is added.</summary>
    public void Add(LegOutcome outcome)
    {
        if (!Digest.TryRead(outcome.Group.Span, out Digest group) || slots.Count > 0 || cuts.Count > 0 || !legs.TryEnd(group, outcome.IsCommitted)) isVoid = true;
    }

    /// <summary>Cuts for a cycle; after the outcomes and before any entry is added. Whether its agent called for it is asked by who decides.</summary>
    public void Add(CutCall call)
    {
        if (slots.Count > 0 || !CycleRound.TryRead(call, context.Terms.Network, out CycleRound? round) || !legs.TryCut(round)) isVoid = true;
        else cuts.Add((round, call.Commitment));
    }

    /// <summary>Changes a limit; before any entry is added, since it holds for them. That its granter ordered it, only that one can tell.</summary>
    public void Add(LimitGrant grant)
    {
        if (slots.Count > 0 || !IsWellFormed(context.Terms, grant) || !draft.TryGrant((int)grant.Member, grant.Currency, new GrantedLimit(grant.MinorUnits, grant.Generation))) isVoid = true;
        else grants.Add(BatchLeaf.OfGrant(context.Terms.Network, context.Channel, grant));
    }

    /// <summary>Whether a grant can be of this channel.</summary>
    public static bool IsWellFormed(ChannelTerms terms, LimitGrant grant) => grant.Member < ChannelTerms.MemberCount && terms.Holdings.Contains(grant.Currency)
        && grant.MinorUnits >= 0 && grant.Generation > 0 && grant.Salt.Length == FieldCommitment.SaltLength;

    /// <summary>Adds a refusal made by a member.</summary>
    public void Add(Refusal refusal, OpenedEntry? entry)
    {
        // An entry has one fate: refused and agreed in one batch, its owner would be told one thing and charged another.
        if (!BatchLeaf.IsWellFormed(refusal) || !ids.Add(new Digest(refusal.EntryId.Span))) isVoid = true;
        else if (entry is not null && !refusal.EntryId.Span.SequenceEqual(entry.Id.ToArray())) isVoid = true;
        Add(new BatchSlot.Refused(refusal, entry), null);
    }

    /// <summary>Adds a refusal of which an observer knows only that it is one.</summary>
    public void Add(RefusalLeaf refusal)
    {
        if (!Digest.TryRead(refusal.EntryId.Span, out Digest id) || !ids.Add(id)) isVoid = true;
        Add(new BatchSlot.Concealed(refusal), null);
    }

    /// <summary>Runs an entry. Whether it is covered is judged at the end of the batch. One whose id has a place already gets none, because an
    /// id has one fate: a decider leaves it out, and who only verifies finds the batch void.</summary>
    /// <returns>The refusal's code, or the empty string when the entry stands.</returns>
    public string Add(OpenedEntry entry)
    {
        if (!ids.Add(entry.Id.Value))
        {
            isVoid |= entropy is null;
            return ChannelCodes.EntryRepeated;
        }

        string code = Run(entry, out State? next, out PositionChanges? moved);
        if (code.Length == 0) Add(new BatchSlot.Agreed(entry, next!), moved);
        else if (entropy is not null) Add(new BatchSlot.Refused(BatchLeaf.Refuse(entry.Id, code, entropy), entry), null);
        else isVoid = true;
        return code;
    }

    /// <summary>
    /// Refuses what a decider's batch does not cover: while a member has less than its limit allows, the last entry that takes of it. A
    /// batch becomes final at one moment, so only what it leaves counts, whatever the order of its entries: payments that cover
    /// each other settle together.
    /// </summary>
    /// <param name="waits">Whether an entry may wait for another batch: then it leaves this one, and is not refused.</param>
    /// <returns>The entries that were refused or left.</returns>
    public IReadOnlyList<OpenedEntry> RefuseUncovered(Func<OpenedEntry, bool> waits)
    {
        if (entropy is null) throw new InvalidOperationException("Who only verifies refuses nothing.");
        List<OpenedEntry> uncovered = [];
        HashSet<OpenedEntry> left = new(ReferenceEqualityComparer.Instance);
        PlacesByPosition places = new(changes);
        for (int last = positions.FindUncovered(places); last >= 0; last = positions.FindUncovered(places))
        {
            OpenedEntry entry = Undo(last);
            if (waits(entry)) left.Add(entry);
            else slots[last] = new BatchSlot.Refused(BatchLeaf.Refuse(entry.Id, ReasonCodes.InsufficientFunds, entropy), entry);
            uncovered.Add(entry);
        }

        CloseRanks(left);
        return uncovered;
    }

    /// <summary>Takes entries that stand out of a decider's batch. What they covered is judged afterwards.</summary>
    public void Leave(IReadOnlyCollection<OpenedEntry> entries)
    {
        HashSet<OpenedEntry> left = new(entries, ReferenceEqualityComparer.Instance);
        for (int place = 0; place < slots.Count && left.Count > 0; place++)
        {
            if (slots[place] is BatchSlot.Agreed agreed && left.Contains(agreed.Entry)) Undo(place);
        }

        CloseRanks(left);
    }

    private OpenedEntry Undo(int place)
    {
        OpenedEntry entry = ((BatchSlot.Agreed)slots[place]).Entry;
        positions.Undo(changes[place]!);
        if (entry.Group is not null) legs.Leave(entry);
        changes[place] = null;
        return entry;
    }

    /// <summary>Takes places away; the others close ranks.</summary>
    private void CloseRanks(HashSet<OpenedEntry> left)
    {
        if (left.Count == 0) return;
        List<PositionChanges?> stay = [];
        for (int place = 0; place < slots.Count; place++)
        {
            if (slots[place] is not BatchSlot.Agreed agreed || !left.Contains(agreed.Entry)) stay.Add(changes[place]);
        }

        slots.RemoveAll(slot => slot is BatchSlot.Agreed agreed && left.Contains(agreed.Entry));
        changes.Clear();
        changes.AddRange(stay);
        foreach (OpenedEntry entry in left) ids.Remove(entry.Id.Value);
    }

    /// <summary>Computes roots and head. False when the batch is void.</summary>
    public bool TryFinish(long term, long sequence, Digest previous, PositionSalts salts, [NotNullWhen(true)] out ExecutedBatch? batch)
    {
        batch = null;
        if (isVoid || positions.FindUncovered(new PlacesByPosition(changes)) >= 0) return false;
        foreach (DecidedLeg decided in legs.Decided)
        {
            foreach (Digest leaf in decided.Leg.Leaves) draft.AppendContractState(decided.IsCommitted ? leaf : LegLeaf("settlement/leg-released", leaf));
        }

        IReadOnlyList<HeldLeg> cut = legs.Commit([.. cuts.Select(static c => c.Round)], salts);
        foreach ((HeldLeg leg, ByteString said) in cut.Zip(cuts.Select(static c => c.Commitment)))
        {
            if (!said.IsEmpty && !said.Span.SequenceEqual(leg.Cut!.Commitment!.ToArray())) return false;
            draft.AppendContractState(LegLeaf("settlement/leg-held", leg.Committed));
        }

        foreach (BatchSlot.Agreed agreed in slots.OfType<BatchSlot.Agreed>())
        {
            Digest leaf = ContractStateLeaf(agreed.Entry, agreed.Next);
            draft.AppendContractState(agreed.Entry.Group is null ? leaf : LegLeaf("settlement/leg-held", leaf));
        }

        ChannelState state = draft.Finish(salts, sequence);
        Digest[] leaves = [.. slots.Select(Leaf), .. legs.Decided.Select(static d => BatchLeaf.OfOutcome(d.Leg.Group.Id, d.IsCommitted)), .. grants,
            .. cut.Select(static leg => BatchLeaf.OfCut(leg.Group.Id, leg.Cut!.Commitment!.ToArray()))];
        ChannelHead head = new(term, sequence, previous, Rfc6962.RootOf(leaves), state.Root(context.Terms.Network, context.Channel), timeUnixMs);
        batch = new ExecutedBatch(slots, state, head, head.Hash(context.Terms, context.Channel), leaves, legs.Decided, cut,
            [.. changes.OfType<PositionChanges>().SelectMany(static moved => moved.Cited)]);
        return true;
    }

    private Digest Leaf(BatchSlot slot) => slot switch
    {
        BatchSlot.Concealed concealed => BatchLeaf.OfRefusal(concealed.Leaf),
        BatchSlot.Agreed agreed => BatchLeaf.OfEntry(agreed.Entry.Root),
        BatchSlot.Refused refused => BatchLeaf.OfRefusal(BatchLeaf.Conceal(context.Terms.Network, context.Channel, refused.Refusal)),
        _ => throw new InvalidOperationException("An unknown slot."),
    };

    private void Add(BatchSlot slot, PositionChanges? moved)
    {
        slots.Add(slot);
        changes.Add(moved);
    }

    private string Run(OpenedEntry entry, out State? next, out PositionChanges? moved)
    {
        next = null;
        moved = null;
        if (objection?.Invoke(entry) is { } reason) return reason;
        if (!entry.Action.Creates && Stands(entry) is { } wrong) return wrong;
        Contract contract = entry.Plan.Contract;
        Party self = contract.Parties.First(p => entry.Parties[p.Index] == context.Own);
        IReadOnlyList<Value?> after = entry.Fields;
        IReadOnlyList<Value?> given = entry.Before?.Fields ?? Supplied(entry.Action, after);
        switch (contract.ReExecute(self, entry.Action, entry.Before?.State, given, entry.Arguments, ContractPlan.Occasion(entry.Seat, timeUnixMs), after))
        {
            case Evaluation.Refused refused:
                return refused.Code;
            case Evaluation.Accepted accepted:
                if (!ReferenceEquals(given, after) && !Follow(after, given, accepted.Updates, self, contract)) return ChannelCodes.InstanceDiffers;
                string code = Move(entry, accepted, out moved);
                if (code.Length > 0) return code;
                next = accepted.NextState;
                if (entry.Link is not null) (acted ??= []).Add(entry.Instance.Value);
                return "";
            default:
                throw new InvalidOperationException("An unknown evaluation.");
        }
    }

    /// <summary>Why there is nothing that the entry could act on, or null. One entry of a batch at most acts on an instance, and none
    /// on one that the batch creates: what is not final is not there yet.</summary>
    private string? Stands(OpenedEntry entry) => entry.Before is not { } before ? ChannelCodes.InstanceUnknown
        : acted is not null && acted.Contains(entry.Instance.Value) ? ChannelCodes.InstanceBusy
        : before.IsBefore(entry) ? null : ChannelCodes.InstanceDiffers;

    /// <summary>What was supplied of a new instance: everything but what its action sets, which it sets alone.</summary>
    private static IReadOnlyList<Value?> Supplied(ContractAction action, IReadOnlyList<Value?> after)
    {
        if (action.Updates.Count == 0) return after;
        Value?[] supplied = [.. after];
        foreach (Field field in action.Updates) supplied[field.Index] = null;
        return supplied;
    }

    /// <summary>Whether every value that the reader can judge is the one before, or what the action sets.</summary>
    private static bool Follow(IReadOnlyList<Value?> after, IReadOnlyList<Value?> before, IReadOnlyList<FieldUpdate> updates, Party reader, Contract contract)
    {
        foreach (Field field in contract.Fields)
        {
            if (!field.IsReadBy(reader)) continue;
            FieldUpdate? update = updates.FirstOrDefault(u => u.Field.Index == field.Index);
            if (update is { IsAsserted: true }) continue;
            if (!Equals(after[field.Index], update is null ? before[field.Index] : update.Value)) return false;
        }

        return true;
    }

    /// <summary>Checks every movement before it makes any, so a refused entry leaves nothing behind.</summary>
    private string Move(OpenedEntry entry, Evaluation.Accepted accepted, out PositionChanges? moved)
    {
        moved = new PositionChanges();
        foreach (Movement movement in accepted.Movements)
        {
            if (!context.Terms.Holdings.Contains(movement.Amount.Unit)) return ReasonCodes.CurrencyNotProcessable;
            switch (movement)
            {
                case Movement.Move move:
                    moved.Add(entry, move.From, move.Amount, -1, 0);
                    moved.Add(entry, move.To, move.Amount, 1, 0);
                    break;
                case Movement.Reserve reserve:
                    moved.Add(entry, reserve.From, reserve.Amount, 0, 1);
                    break;
                case Movement.Release release:
                    moved.Add(entry, release.To, release.Amount, 0, -1);
                    break;
                case Movement.Issue issue:
                    if (Cite(moved, entry, issue) is { Length: > 0 } refused) return refused;
                    moved.Add(entry, issue.To, issue.Amount, 1, 0);
                    break;
                case Movement.Redeem redeem:
                    moved.AddRedemption(entry, redeem.From, redeem.Amount);
                    break;
                default:
                    throw new InvalidOperationException("There is no other movement.");
            }
        }

        string code = entry.Group is null ? positions.TryApply(moved) : Hold(entry, accepted, ref moved);
        if (code.Length > 0) return code;
        if (moved.Cited.Count > 0) (cited ??= new(StringComparer.Ordinal)).UnionWith(moved.Cited);
        return "";
    }

    private string Hold(OpenedEntry entry, Evaluation.Accepted accepted, ref PositionChanges moved)
    {
        if (entry.Offset is not null)
        {
            moved = new PositionChanges();
            return legs.TryHoldOffset(entry, accepted.NextState, accepted.Movements, ContractStateLeaf(entry, accepted.NextState), legObjection);
        }

        string code = legs.TryHold(entry, accepted.NextState, accepted.Movements, moved, ContractStateLeaf(entry, accepted.NextState), legObjection, out PositionChanges held);
        if (code.Length > 0) return code;
        moved = held;
        code = positions.TryApply(held);
        if (code.Length > 0) legs.Leave(entry);
        return code;
    }

    /// <summary>A posting serves once. It is known by its id: the same posting can be written in more than one way.</summary>
    private string Cite(PositionChanges moved, OpenedEntry entry, Movement.Issue issue)
    {
        if (!PostingText.TryRead(issue.Posting, out byte[]? id, out _)) return ChannelCodes.PostingRefused;
        string posting = Convert.ToHexStringLower(id);
        if (!entry.Cited.Contains(posting) || moved.Cited.Contains(posting) || cited?.Contains(posting) == true) return ChannelCodes.PostingRefused;
        moved.Cite(posting);
        return isPosting is null || isPosting(issue.Amount, issue.Posting, (int)entry.Parties[issue.To.Party]) ? "" : ChannelCodes.PostingRefused;
    }

    /// <summary>While a leg is held, or once it is released, its leaf is none that an instance has.</summary>
    private static Digest LegLeaf(string domain, Digest committed) => new HashWriter(domain).Digest(committed).Finish();

    private Digest ContractStateLeaf(OpenedEntry entry, State state) => new HashWriter("settlement/contract-state")
        .Text(context.Terms.Network).Digest(context.Channel).Digest(entry.Instance.Value).Bytes(entry.Plan.Contract.Hash).UInt32((uint)state.Index).Digest(entry.Root).Finish();
}
