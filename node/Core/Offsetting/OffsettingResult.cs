namespace Settlement.Core.Offsetting;

/// <summary>What settles at once as one group, and why the rest waits.</summary>
/// <param name="Waits">For each payment why it waits; <see cref="WaitReason.None"/> for one that settles.</param>
/// <param name="NetInflows">For each bank what it receives less what it pays; they sum to zero.</param>
public sealed record OffsettingResult(IReadOnlyList<WaitReason> Waits, IReadOnlyList<Int128> NetInflows)
{
    /// <summary>Whether a payment settles.</summary>
    public bool Settles(int payment) => Waits[payment] == WaitReason.None;
}

/// <summary>
/// Why a payment waits. Where it would break several constraints, the first of these is told: no money that comes in lifts a
/// limit that somebody set, and what a limit keeps back is often what others then lack. The first payment that waits in a queue
/// always has a constraint as its reason: one that broke none would belong to a larger feasible set.
/// </summary>
public enum WaitReason
{
    /// <summary>It does not wait.</summary>
    None,

    /// <summary>Its payer would pay its payee more than the bilateral limit.</summary>
    BilateralLimit,

    /// <summary>Its payer would pay out more than its multilateral limit.</summary>
    MultilateralLimit,

    /// <summary>Its payer's balance and what comes in do not cover it.</summary>
    Liquidity,

    /// <summary>One of equal or higher priority waits before it in its payer's queue.</summary>
    Queue,
}
