using Settlement.Contracts;

namespace Settlement.Core.Channels;

/// <summary>One member's position in one currency or unit.</summary>
internal readonly record struct PositionKey(int Member, string Currency);

/// <summary>What one entry of a batch changes of positions, and of which of them it takes on its way.</summary>
internal sealed class PositionChanges
{
    // Most entries change two.
    private readonly List<(PositionKey Key, Int128 Units, Int128 Reserved)> all = new(2);
    private readonly List<PositionKey> taken = new(1);
    private List<string>? cited;

    /// <summary>Each position once.</summary>
    public IReadOnlyList<(PositionKey Key, Int128 Units, Int128 Reserved)> All => all;

    /// <summary>The positions of which something is paid or set aside, also where as much comes back.</summary>
    public IReadOnlyList<PositionKey> Taken => taken;

    /// <summary>The postings that are cited for what comes in; most entries cite none.</summary>
    public IReadOnlyList<string> Cited => (IReadOnlyList<string>?)cited ?? [];

    /// <summary>The position that goes back to the settlement agent; null where none does.</summary>
    public PositionKey? Redeemed { get; private set; }

    /// <summary>Adds a movement's part; <paramref name="units"/> and <paramref name="reserved"/> are its signs.</summary>
    public void Add(OpenedEntry entry, Seat seat, AmountValue amount, int units, int reserved)
    {
        PositionKey key = new((int)entry.Parties[seat.Party], amount.Unit);
        int at = all.FindIndex(c => c.Key == key);
        (Int128 before, Int128 set) = at < 0 ? default : (all[at].Units, all[at].Reserved);
        (PositionKey, Int128, Int128) after = (key, before + units * (Int128)amount.Units, set + reserved * (Int128)amount.Units);
        if (at < 0) all.Add(after);
        else all[at] = after;
        if ((units < 0 || reserved > 0) && !taken.Contains(key)) taken.Add(key);
    }

    /// <summary>Adds a posting that is cited.</summary>
    public void Cite(string posting) => (cited ??= []).Add(posting);

    /// <summary>Adds what a leg sets aside of a position.</summary>
    public void AddReserved(PositionKey key, Int128 units)
    {
        all.Add((key, 0, units));
        taken.Add(key);
    }

    /// <summary>Adds what is redeemed; nothing else stands in such an action.</summary>
    public void AddRedemption(OpenedEntry entry, Seat seat, AmountValue amount)
    {
        Add(entry, seat, amount, -1, 0);
        Redeemed = taken[^1];
    }
}
