using Settlement.Core.Instructions;

namespace Settlement.Core.Offsetting;

/// <summary>What offsetting is asked: banks and payments are named by their places in the lists; all amounts are minor units of one currency.</summary>
/// <param name="Banks">Who pays and is paid.</param>
/// <param name="BilateralLimits">At most one for a pair in a direction.</param>
/// <param name="Payments">What waits, in the order of submission.</param>
public sealed record OffsettingCase(IReadOnlyList<OffsettingBank> Banks, IReadOnlyList<BilateralLimit> BilateralLimits, IReadOnlyList<QueuedPayment> Payments);

/// <summary>One bank's liquidity.</summary>
/// <param name="Balance">What it may spend before anything comes in; may lie below zero, and then it settles only what incoming payments cover too.</param>
/// <param name="Limit">The multilateral limit: the most that it may pay out, less what it receives, not below zero; null for none.</param>
public readonly record struct OffsettingBank(long Balance, long? Limit);

/// <summary>The most that one bank may pay another, less what it receives from that one.</summary>
/// <param name="From">The place of the bank whose payments it limits.</param>
/// <param name="To">The place of the other.</param>
/// <param name="Limit">The most, not below zero.</param>
public readonly record struct BilateralLimit(int From, int To, long Limit);

/// <summary>One payment that waits.</summary>
/// <param name="Payer">The place of the bank that pays.</param>
/// <param name="Payee">The place of another bank.</param>
/// <param name="Amount">Above zero.</param>
/// <param name="Priority">A higher one goes first; within one, what was submitted first.</param>
public readonly record struct QueuedPayment(int Payer, int Payee, long Amount, Priority Priority);
