using Settlement.Contracts;
using Settlement.Core.Bank;
using Settlement.Core.Cryptography;

namespace Settlement.Core.Channels;

/// <summary>
/// The legs of groups in one batch: which it sets aside, and which of those that the channel holds it ends. Setting aside takes
/// nothing but what payers have free; applying adds to others what was set aside, and so can never lack cover.
/// </summary>
internal sealed class BatchLegs(ChannelTerms terms, ChannelState.Draft draft, long timeUnixMs)
{
    private readonly List<DecidedLeg> decided = [];

    /// <summary>Says why a leg that takes these positions is not agreed to, or null.</summary>
    public delegate string? Objection(OpenedEntry entry, IReadOnlyList<LegMovement> movements);

    /// <summary>Whether a code says that a leg cannot be set aside, whoever judges it: it follows from the leg and the channel's state alone.</summary>
    public static bool IsRefusal(string code) => code is GroupCodes.OutOfTime or GroupCodes.LegRepeated or GroupCodes.TooManyLegs or GroupCodes.NotMovable;

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
        if (draft.Legs.ContainsKey(entry.Group.Id) || draft.HasEnded(entry.Group.Id)) return GroupCodes.LegRepeated;
        if (draft.Legs.Values.Count(l => l.Actor == entry.Actor) >= HeldLeg.MaximumOfMember) return GroupCodes.TooManyLegs;
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
        draft.AddLeg(new HeldLeg(entry.Group, entry.GroupBody, entry.Id, 0, entry.Plan, entry.Action, entry.Actor, next, entry.Fields, committed, changes,
            PaymentContract.PaidByActor(terms, entry) is not null));
        return "";
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
