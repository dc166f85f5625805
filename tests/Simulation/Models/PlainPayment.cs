using Settlement.Core.Instructions;

namespace Settlement.Tests.Simulation.Models;

/// <summary>Where a payment stands.</summary>
internal enum Fate
{
    /// <summary>It waits in its bank's queue.</summary>
    Waits,

    /// <summary>It is on its way and takes of the cover.</summary>
    UnderWay,

    /// <summary>It is final.</summary>
    Settled,

    /// <summary>It was refused, with a reason.</summary>
    Rejected,
}

/// <summary>A payment as its bank's back office sees it.</summary>
/// <param name="id">The instruction.</param>
/// <param name="tag">What it says in its remittance; no other payment says it.</param>
/// <param name="amount">How much, in minor units.</param>
/// <param name="day">Its business day.</param>
internal sealed class PlainPayment(string id, string tag, long amount, int day)
{
    public string Id => id;

    public string Tag => tag;

    /// <summary>Its place in the queue among those of its priority: when it was taken in, or went on its way alone.</summary>
    public long Number { get; set; }

    public long Amount => amount;

    public int Day => day;

    public Priority Priority { get; set; }

    /// <summary>When it may go at the earliest, in Unix milliseconds; zero for at once.</summary>
    public long NotBefore { get; init; }

    /// <summary>When it is refused unless it is on its way; zero for never.</summary>
    public long NotAfter { get; init; }

    public bool IsHeld { get; set; }

    public Fate Fate { get; set; } = Fate.Waits;

    /// <summary>Why it waits, or was refused.</summary>
    public string Reason { get; set; } = "";

    /// <summary>Whether it is on its way together with what covers it.</summary>
    public bool IsOffset { get; set; }

    /// <summary>Whether it is on its way with others of many channels, over the accounts: then it takes of limits, and of no cover.</summary>
    public bool IsOverAccounts { get; set; }

    /// <summary>Whether it stands in the way of others: neither held nor before its time.</summary>
    public bool WaitsForCover(long now) => !IsHeld && NotBefore <= now;

    /// <summary>Whether its time has passed.</summary>
    public bool IsLate(long now) => NotAfter != 0 && NotAfter <= now;
}
