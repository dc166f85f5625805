using Settlement.Contracts;
using Settlement.Core.Instructions;

namespace Settlement.Core.Channels;

/// <summary>What the entries of one batch make of positions. A batch becomes final at one moment, so whether it is covered is judged by what all of it
/// leaves.</summary>
internal sealed class BatchPositions(ChannelTerms terms, ChannelState.Draft draft)
{
    // The positions of which some entry takes.
    private readonly HashSet<PositionKey> taken = [];
    // How many entries redeem each position.
    private readonly Dictionary<PositionKey, int> redeemed = [];

    /// <summary>Makes an entry's changes; none of them where one does not fit.</summary>
    /// <returns>The refusal's code, or the empty string.</returns>
    public string TryApply(PositionChanges moved)
    {
        foreach ((PositionKey key, Int128 units, Int128 reserved) in moved.All)
        {
            (Int128 before, Int128 set) = draft.PositionOf(key.Member, key.Currency);
            // A checked contract releases what it reserved, and nothing else.
            if (set + reserved < 0) return ReasonCodes.InsufficientFunds;
            if (!Fits(before + units + draft.IncomingOf(key.Member, key.Currency)) || !Fits(set + reserved)) return PlatformCodes.Overflow;
        }

        Change(moved, 1);
        taken.UnionWith(moved.Taken);
        if (moved.Redeemed is { } redeems) redeemed[redeems] = redeemed.GetValueOrDefault(redeems) + 1;
        return "";
    }

    /// <summary>The entry of these changes leaves the batch.</summary>
    public void Undo(PositionChanges moved)
    {
        Change(moved, -1);
        if (moved.Redeemed is { } key) redeemed[key]--;
    }

    /// <summary>The last entry that takes of a position which is not covered by what is left and the limit; -1 when all of them are. What
    /// entries that left made room for may have grown beyond what a position counts: then the last that changes it.</summary>
    public int FindUncovered(PlacesByPosition places)
    {
        foreach (PositionKey key in taken)
        {
            (Int128 units, Int128 reserved) = draft.PositionOf(key.Member, key.Currency);
            // Money that a bank owes is not its own to take out: where something is redeemed, no limit covers.
            Int128 limit = redeemed.GetValueOrDefault(key) > 0 ? 0 : draft.LimitOf(terms, key.Member, key.Currency);
            if (units - reserved >= -limit) continue;
            if (places.LastThatTakes(key) is var last and >= 0) return last;
        }

        int redemption = -1;
        foreach (PositionKey key in redeemed.Keys)
        {
            if (PoolOf(key.Currency) < 0) redemption = Math.Max(redemption, places.LastThatRedeems(key));
        }

        if (redemption >= 0) return redemption;
        return draft.TryFindBeyond(Fits, out int member, out string? currency) ? places.LastThatTouches(new PositionKey(member, currency)) : -1;
    }

    private void Change(PositionChanges moved, int sign)
    {
        foreach ((PositionKey key, Int128 units, Int128 reserved) in moved.All)
        {
            (Int128 before, Int128 set) = draft.PositionOf(key.Member, key.Currency);
            draft.SetPosition(key.Member, key.Currency, before + sign * units, set + sign * reserved);
        }
    }

    /// <summary>Positions sum to the pool, so where a member is below zero, the pool has less than the other's position says.</summary>
    private Int128 PoolOf(string currency)
    {
        Int128 pool = 0;
        for (int member = 0; member < ChannelTerms.MemberCount; member++) pool += draft.PositionOf(member, currency).MinorUnits;
        return pool;
    }

    private static bool Fits(Int128 units) => units <= long.MaxValue && units >= long.MinValue;
}
