using Settlement.Contracts;
using Settlement.Core.Bank;
using Settlement.Core.Cryptography;

namespace Settlement.Core.Channels;

/// <summary>
/// The legs of groups in one batch: which it sets aside, and which of those that the channel holds it ends. Setting aside takes
/// nothing but what payers have free; applying adds to others what was set aside, and so can never lack cover.
/// </summary>
internal sealed class BatchLegs(ChannelContext context, ChannelState.Draft draft, long timeUnixMs)
{
    private readonly List<DecidedLeg> decided = [];
    // The calls of the offsets that the batch sets aside; most batches have none.
    private readonly Dictionary<Digest, OffsetLeg> offsets = [];

    /// <summary>Says why a leg that takes these positions is not agreed to, or null.</summary>
    public delegate string? Objection(OpenedEntry entry, IReadOnlyList<LegMovement> movements);

    /// <summary>Whether a code says that a leg cannot be set aside, whoever judges it: it follows from the leg and the channel's state alone.</summary>
    public static bool IsRefusal(string code) => code is GroupCodes.OutOfTime or GroupCodes.LegRepeated or GroupCodes.TooManyLegs or GroupCodes.NotMovable or OffsetCodes.NotOffered;

    /// <summary>The legs that the batch ends, in order.</summary>
    public IReadOnlyList<DecidedLeg> Decided => decided;

    /// <summary>Sets a leg aside.</summary>
    /// <param name="entry">Its entry.</param>
    /// <param name="next">Where it leads.</param>
    /// <param name="movements">What its contract moves.</param>
    /// <param name="moved">The same by position.</param>
    /// <param name="committed">The leaf that it becomes.</param>
    /// <param name="objection">A decider's own reasons; null for one who only verifies.</param>
    /// <param name="held">What it changes now.</param>
    /// <returns>The refusal's code, or the empty string.</returns>
    public string TryHold(OpenedEntry entry, State next, IReadOnlyList<Movement> movements, PositionChanges moved, Digest committed, Objection? objection, out PositionChanges held)
    {
        held = new PositionChanges();
        if (!movements.All(static m => m is Movement.Move)) return GroupCodes.NotMovable;
        long endsUnixMs = entry.Group!.ExpiresAt.ToUnixTimeMilliseconds();
        if (endsUnixMs <= timeUnixMs || endsUnixMs - timeUnixMs > (long)HeldLeg.LongestHold.TotalMilliseconds) return GroupCodes.OutOfTime;
        if (draft.Legs.ContainsKey(entry.Group.Id) || draft.Ended.ContainsKey(entry.Group.Id)) return GroupCodes.LegRepeated;
        if (draft.Legs.Values.Count(leg => leg.Actor == entry.Actor) >= HeldLeg.MaximumOfMember || Kept(entry.Actor, draft.Legs, draft.Ended, timeUnixMs) >= HeldLeg.MaximumKept) return GroupCodes.TooManyLegs;
        List<LegMovement> changes = [];
        foreach ((PositionKey key, Int128 units, _) in moved.All)
        {
            if (units > long.MaxValue || units < -long.MaxValue) return PlatformCodes.Overflow;
            if (units == 0) continue;
            changes.Add(new LegMovement(key.Member, key.Currency, (long)units));
            if (units < 0) held.AddReserved(key, -units);
        }

        foreach (LegMovement change in changes.Where(static c => c.Units > 0))
        {
            if (draft.PositionOf(change.Member, change.Currency).MinorUnits + draft.IncomingOf(change.Member, change.Currency) + change.Units > long.MaxValue) return PlatformCodes.Overflow;
        }

        if (objection?.Invoke(entry, changes) is { } reason) return reason;
        draft.AddLeg(new HeldLeg(entry.Group, 0, committed, changes)
        {
            Entry = new LegEntry(entry.Id, entry.Plan, entry.Action, entry.Actor, next, entry.Fields, PaymentContract.PaidByActor(context.Terms, entry) is not null),
        });
        return "";
    }

    /// <summary>Adds a payment to the leg of its offset. No position moves, neither now nor later, so only the payment itself is set aside.</summary>
    /// <returns>The refusal's code, or the empty string.</returns>
    public string TryHoldOffset(OpenedEntry entry, State next, IReadOnlyList<Movement> movements, Digest committed, Objection? objection)
    {
        OffsetLeg offset = entry.Offset!;
        if (entry.Action.Offered is null || movements is not [Movement.Move move] || move.Amount is not MoneyValue || move.Amount.Unit != offset.Currency) return OffsetCodes.NotOffered;
        long endsUnixMs = offset.Group.ExpiresAt.ToUnixTimeMilliseconds();
        if (endsUnixMs <= timeUnixMs || endsUnixMs - timeUnixMs > (long)HeldLeg.LongestHold.TotalMilliseconds) return GroupCodes.OutOfTime;
        if (!draft.Legs.TryGetValue(offset.Group.Id, out HeldLeg? leg))
        {
            if (draft.Ended.ContainsKey(offset.Group.Id)) return GroupCodes.LegRepeated;
            if (Kept(null, draft.Legs, draft.Ended, timeUnixMs) >= HeldLeg.MaximumKept) return GroupCodes.TooManyLegs;
        }
        // One call for all of them, and all of them in one batch.
        else if (!offsets.TryGetValue(offset.Group.Id, out OffsetLeg? known) || known.Call.LegBody != offset.Call.LegBody)
        {
            return GroupCodes.LegRepeated;
        }

        IReadOnlyList<OffsetPayment> payments = leg?.Offset ?? [];
        if (payments.Count(p => p.Entry.Actor == entry.Actor) >= offset.Payments[entry.Actor]) return OffsetCodes.Incomplete;
        if (objection?.Invoke(entry, []) is { } reason) return reason;
        if (leg is not null) draft.RemoveLeg(offset.Group.Id);
        LegEntry held = new(entry.Id, entry.Plan, entry.Action, entry.Actor, next, entry.Fields, IsPayment: true);
        draft.AddLeg(new HeldLeg(offset.Group, 0, default, []) { Offset = [.. payments, new OffsetPayment(held, move.Amount, committed)] });
        offsets[offset.Group.Id] = offset;
        return "";
    }

    /// <summary>Sets aside what a member owes the other in the currency of a cycle: what it is below zero, as far as the other has it free.
    /// It follows from where the channel stands, so there is nothing to agree on but that the channel cuts here.</summary>
    /// <returns>False where it cannot: out of time, repeated, while what another round cut in that currency is set aside, or where the channel keeps
    /// as many as it may.</returns>
    public bool TryCut(CycleRound round)
    {
        if (!CanCut(round, context, draft.Legs, draft.Ended, timeUnixMs)) return false;
        Int128 first = draft.PositionOf(0, round.Currency).MinorUnits;
        int debtor = first < 0 ? 0 : 1, creditor = 1 - debtor;
        (Int128 has, Int128 reserved) = draft.PositionOf(creditor, round.Currency);
        Int128 owed = Int128.Min(-draft.PositionOf(debtor, round.Currency).MinorUnits, has - reserved);
        List<LegMovement> changes = [];
        // What else is set aside for the debtor must still fit its position once all of it applies.
        owed = Int128.Min(owed, long.MaxValue - draft.PositionOf(debtor, round.Currency).MinorUnits - draft.IncomingOf(debtor, round.Currency));
        if (owed > 0)
        {
            changes.AddRange([new LegMovement(creditor, round.Currency, -(long)owed), new LegMovement(debtor, round.Currency, (long)owed)]);
            draft.SetPosition(creditor, round.Currency, has, reserved + owed);
        }

        draft.AddLeg(new HeldLeg(round.Group, 0, default, changes) { Cut = new NetCut(round.Currency, changes.Count == 0 ? 0 : debtor == 0 ? (long)owed : -(long)owed) });
        return true;
    }

    /// <summary>Whether a channel can cut for a round at a time.</summary>
    /// <param name="round">The round.</param>
    /// <param name="context">The channel.</param>
    /// <param name="legs">The legs that it holds.</param>
    /// <param name="ended">Those that it remembers to have ended.</param>
    /// <param name="timeUnixMs">The time.</param>
    /// <param name="others">For how many other rounds it cuts in the same batch, beside the legs that it holds.</param>
    public static bool CanCut(CycleRound round, ChannelContext context, IReadOnlyDictionary<Digest, HeldLeg> legs, IReadOnlyDictionary<Digest, EndedLeg> ended, long timeUnixMs, int others = 0)
    {
        long endsUnixMs = round.Group.ExpiresAt.ToUnixTimeMilliseconds();
        return endsUnixMs > timeUnixMs && endsUnixMs - timeUnixMs <= (long)HeldLeg.LongestHold.TotalMilliseconds
            && round.Group.Channels.Contains(context.Channel) && round.AgentChannel != context.Channel && context.Terms.Currencies.Any(c => c.Code == round.Currency)
            && !legs.ContainsKey(round.Group.Id) && !ended.ContainsKey(round.Group.Id) && !legs.Values.Any(leg => leg.Cut?.Currency == round.Currency)
            && others + Kept(null, legs, ended, timeUnixMs) < HeldLeg.MaximumKept;
    }

    /// <summary>How many legs of a member, or cuts, a channel keeps at a time, held and remembered.</summary>
    private static int Kept(int? actor, IReadOnlyDictionary<Digest, HeldLeg> legs, IReadOnlyDictionary<Digest, EndedLeg> ended, long timeUnixMs) =>
        legs.Values.Count(leg => leg.Actor == actor) + ended.Values.Count(leg => leg.Actor == actor && leg.UntilUnixMs > timeUnixMs);

    /// <summary>Commits to what was cut in this batch, with what the batch's salts give.</summary>
    /// <returns>The cuts, in order.</returns>
    public IReadOnlyList<HeldLeg> Commit(IReadOnlyList<CycleRound> rounds, PositionSalts salts)
    {
        List<HeldLeg> cuts = [];
        foreach (CycleRound round in rounds)
        {
            HeldLeg leg = draft.Legs[round.Group.Id];
            NetCut cut = leg.Cut!.Commit(salts.Blinding(round.Group.Id));
            leg = leg with { Cut = cut, Committed = new HashWriter("settlement/cut").Digest(round.Group.Id).Bytes(cut.Commitment!.ToArray()).Finish() };
            draft.RemoveLeg(round.Group.Id);
            draft.AddLeg(leg);
            cuts.Add(leg);
        }

        return cuts;
    }

    /// <summary>The leg leaves the batch.</summary>
    public void Leave(OpenedEntry entry) => draft.RemoveLeg(entry.Group!.Id);

    /// <summary>Ends a leg that the channel held before this batch. False when it holds none of that group.</summary>
    public bool TryEnd(Digest group, bool isCommitted)
    {
        if (!draft.Legs.TryGetValue(group, out HeldLeg? leg) || leg.Sequence == 0) return false;
        foreach (LegMovement change in leg.Changes)
        {
            (Int128 units, Int128 reserved) = draft.PositionOf(change.Member, change.Currency);
            draft.SetPosition(change.Member, change.Currency, isCommitted ? units + change.Units : units, reserved + Int128.Min(change.Units, 0));
        }

        draft.EndLeg(leg, timeUnixMs);
        decided.Add(new DecidedLeg(leg, isCommitted));
        return true;
    }
}
