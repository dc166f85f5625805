using System.Diagnostics.CodeAnalysis;
using Settlement.Contracts;
using Settlement.Core.Cryptography;
using Settlement.Core.Instructions;
using Settlement.Core.Merkle;
using Settlement.Wire.Channels;

namespace Settlement.Core.Channels;

/// <summary>One place of a batch: an entry, or the refusal of one.</summary>
public abstract record BatchSlot
{
    /// <summary>An entry that stands, and where its contract goes.</summary>
    public sealed record Agreed(OpenedEntry Entry, State Next) : BatchSlot;

    /// <summary>A refusal as observers see it.</summary>
    public sealed record Concealed(RefusalLeaf Leaf) : BatchSlot;

    /// <summary>A refused entry; <see cref="Entry"/> is null where the proposer sent the refusal alone.</summary>
    public sealed record Refused(Refusal Refusal, OpenedEntry? Entry) : BatchSlot;
}

/// <summary>A batch that was run: its slots, the state after it, and the head.</summary>
/// <param name="Slots">Its places.</param>
/// <param name="State">The state after it.</param>
/// <param name="Head">The head.</param>
/// <param name="HeadHash">Its hash.</param>
/// <param name="Leaves">The leaves of its tree, one a place.</param>
public sealed record ExecutedBatch(IReadOnlyList<BatchSlot> Slots, ChannelState State, ChannelHead Head, Digest HeadHash, IReadOnlyList<Digest> Leaves);

/// <summary>
/// Runs the entries of a batch on a state. Proposer, endorser and observer run this same code; what differs is who may
/// decide. A decider refuses an entry that does not stand; without one, an entry that does not stand voids the batch.
/// </summary>
public sealed class BatchExecution
{
    /// <summary>Says why an entry is refused beyond what its contract says, or null.</summary>
    public delegate string? Objection(OpenedEntry entry);

    /// <summary>Whether the settlement agent made this posting. It is asked of every movement that brings money in, whatever the
    /// contract calls its action and fields.</summary>
    public delegate bool PostingCheck(AmountValue amount, string posting, int beneficiary);

    private readonly ChannelContext context;
    private readonly ChannelState.Draft draft;
    private readonly long timeUnixMs;
    private readonly Objection? objection;
    private readonly IEntropy? entropy;
    private readonly PostingCheck? isPosting;
    private readonly List<BatchSlot> slots = [];
    private readonly HashSet<Digest> ids = [];
    // The instances that entries of this batch acted on; most batches have none.
    private HashSet<Digest>? acted;
    private bool isVoid;

    /// <param name="context">The channel, as the participant that runs it sees it.</param>
    /// <param name="origin">The state before the batch.</param>
    /// <param name="timeUnixMs">The time of the head, which is the contracts' now.</param>
    /// <param name="objection">A decider's own reasons; null for one who only verifies.</param>
    /// <param name="entropy">Salts for a decider's refusals; null for one who only verifies.</param>
    /// <param name="isPosting">Null for one who repeats what was decided with it.</param>
    public BatchExecution(ChannelContext context, ChannelState origin, long timeUnixMs, Objection? objection, IEntropy? entropy, PostingCheck? isPosting)
    {
        this.isPosting = isPosting;
        this.timeUnixMs = timeUnixMs;
        this.context = context;
        this.objection = objection;
        this.entropy = entropy;
        draft = origin.Begin();
    }

    /// <summary>The places so far.</summary>
    public IReadOnlyList<BatchSlot> Slots => slots;

    /// <summary>Adds a refusal made by a member.</summary>
    public void Add(Refusal refusal, OpenedEntry? entry)
    {
        // An entry has one fate: refused and agreed in one batch, its owner would be told one thing and charged another.
        if (!BatchLeaf.IsWellFormed(refusal) || !ids.Add(new Digest(refusal.EntryId.Span))) isVoid = true;
        else if (entry is not null && !refusal.EntryId.Span.SequenceEqual(entry.Id.ToArray())) isVoid = true;
        slots.Add(new BatchSlot.Refused(refusal, entry));
    }

    /// <summary>Adds a refusal of which an observer knows only that it is one.</summary>
    public void Add(RefusalLeaf refusal)
    {
        if (!Digest.TryRead(refusal.EntryId.Span, out Digest id) || !ids.Add(id)) isVoid = true;
        slots.Add(new BatchSlot.Concealed(refusal));
    }

    /// <summary>Runs an entry.</summary>
    /// <returns>The refusal's code, or the empty string when the entry stands.</returns>
    public string Add(OpenedEntry entry)
    {
        string code = Run(entry, out State? next);
        if (code.Length == 0) slots.Add(new BatchSlot.Agreed(entry, next!));
        else if (entropy is not null) slots.Add(new BatchSlot.Refused(BatchLeaf.Refuse(entry.Id, code, entropy), entry));
        else isVoid = true;
        return code;
    }

    /// <summary>Computes roots and head. False when the batch is void.</summary>
    public bool TryFinish(long term, long sequence, Digest previous, PositionSalts salts, [NotNullWhen(true)] out ExecutedBatch? batch)
    {
        batch = null;
        if (isVoid) return false;
        ChannelState state = draft.Finish(salts);
        Digest[] leaves = [.. slots.Select(Leaf)];
        ChannelHead head = new(term, sequence, previous, Rfc6962.RootOf(leaves), state.Root(context.Terms.Network, context.Channel), timeUnixMs);
        batch = new ExecutedBatch(slots, state, head, head.Hash(context.Terms, context.Channel), leaves);
        return true;
    }

    private Digest Leaf(BatchSlot slot) => slot switch
    {
        BatchSlot.Concealed concealed => BatchLeaf.OfRefusal(concealed.Leaf),
        BatchSlot.Agreed agreed => BatchLeaf.OfEntry(agreed.Entry.Root),
        BatchSlot.Refused refused => BatchLeaf.OfRefusal(BatchLeaf.Conceal(context.Terms.Network, context.Channel, refused.Refusal)),
        _ => throw new InvalidOperationException("An unknown slot."),
    };

    private string Run(OpenedEntry entry, out State? next)
    {
        next = null;
        if (!ids.Add(entry.Id.Value)) return ChannelCodes.EntryRepeated;
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
                string code = Move(entry, accepted.Movements);
                if (code.Length > 0) return code;
                next = accepted.NextState;
                draft.AppendContractState(ContractStateLeaf(entry, next));
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
    private string Move(OpenedEntry entry, IReadOnlyList<Movement> movements)
    {
        Dictionary<(int Member, string Currency), (Int128 Units, Int128 Reserved)> after = [];
        List<string> postings = [];
        foreach (Movement movement in movements)
        {
            if (!context.Terms.Holdings.Contains(movement.Amount.Unit)) return ReasonCodes.CurrencyNotProcessable;
            string code = movement switch
            {
                Movement.Move move => Change(after, entry, move.From, move.Amount, -1, 0) is { Length: > 0 } refused ? refused : Change(after, entry, move.To, move.Amount, 1, 0),
                Movement.Reserve reserve => Change(after, entry, reserve.From, reserve.Amount, 0, 1),
                Movement.Release release => Change(after, entry, release.To, release.Amount, 0, -1),
                Movement.Issue issue => Cite(postings, entry, issue) is { Length: > 0 } refused ? refused : Change(after, entry, issue.To, issue.Amount, 1, 0),
                Movement.Redeem redeem => Redeem(after, entry, redeem),
                _ => throw new InvalidOperationException("There is no other movement."),
            };
            if (code.Length > 0) return code;
        }

        if (after.Values.Any(static v => v.Units > long.MaxValue || v.Units < long.MinValue || v.Reserved > long.MaxValue)) return PlatformCodes.Overflow;
        foreach (((int member, string currency), (Int128 units, Int128 reserved)) in after) draft.SetPosition(member, currency, (long)units, (long)reserved);
        foreach (string posting in postings) draft.AddPosting(posting);
        return "";
    }

    /// <summary>Changes what a party has, and what of it is set aside; whatever takes from it must be covered by what is left and the limit.</summary>
    private string Change(
        Dictionary<(int Member, string Currency), (Int128 Units, Int128 Reserved)> after, OpenedEntry entry, Seat seat, AmountValue amount, int units, int reserved,
        bool isOnLimit = true)
    {
        (int Member, string Currency) key = ((int)entry.Parties[seat.Party], amount.Unit);
        if (!after.TryGetValue(key, out (Int128 Units, Int128 Reserved) now)) now = draft.PositionOf(key.Member, key.Currency);
        now = (now.Units + units * (Int128)amount.Units, now.Reserved + reserved * (Int128)amount.Units);
        // A checked contract releases what it reserved, and nothing else.
        if (now.Reserved < 0) return ReasonCodes.InsufficientFunds;
        bool takes = units < 0 || reserved > 0;
        if (takes && now.Units - now.Reserved < (isOnLimit ? -(Int128)context.Terms.LimitOf(key.Member, key.Currency) : 0)) return ReasonCodes.InsufficientFunds;
        after[key] = now;
        return "";
    }

    /// <summary>Money that a bank owes is not its own to take out: no limit covers it. Nor is money that it is owed: positions sum to the
    /// pool, so where the other member is below zero, the pool has less than the position says.</summary>
    private string Redeem(Dictionary<(int Member, string Currency), (Int128 Units, Int128 Reserved)> after, OpenedEntry entry, Movement.Redeem redeem)
    {
        string code = Change(after, entry, redeem.From, redeem.Amount, -1, 0, isOnLimit: false);
        if (code.Length > 0) return code;
        Int128 pool = 0;
        for (int member = 0; member < ChannelTerms.MemberCount; member++)
        {
            pool += after.TryGetValue((member, redeem.Amount.Unit), out (Int128 Units, Int128 Reserved) now) ? now.Units : draft.PositionOf(member, redeem.Amount.Unit).MinorUnits;
        }

        return pool < 0 ? ReasonCodes.InsufficientFunds : "";
    }

    /// <summary>A posting serves once. It is known by its id: the same posting can be written in more than one way.</summary>
    private string Cite(List<string> postings, OpenedEntry entry, Movement.Issue issue)
    {
        if (!PostingText.TryRead(issue.Posting, out byte[]? id, out _)) return ChannelCodes.PostingRefused;
        string posting = Convert.ToHexStringLower(id);
        if (draft.HasPosting(posting) || postings.Contains(posting)) return ChannelCodes.PostingRefused;
        postings.Add(posting);
        return isPosting is null || isPosting(issue.Amount, issue.Posting, (int)entry.Parties[issue.To.Party]) ? "" : ChannelCodes.PostingRefused;
    }

    private Digest ContractStateLeaf(OpenedEntry entry, State state) => new HashWriter("settlement/contract-state")
        .Text(context.Terms.Network).Digest(context.Channel).Digest(entry.Instance.Value).Bytes(entry.Plan.Contract.Hash).UInt32((uint)state.Index).Digest(entry.Root).Finish();
}
