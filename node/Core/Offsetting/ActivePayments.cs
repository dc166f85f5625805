namespace Settlement.Core.Offsetting;

/// <summary>The sums over the payments that are still in, kept up to date one payment at a time, and what they break.</summary>
internal sealed class ActivePayments
{
    private readonly OffsettingCase waiting;
    private readonly Int128[] netInflows;

    // Of pairs without a limit nothing is kept: there may be many of them.
    private readonly Dictionary<(int From, int To), int> limitOf;
    private readonly Int128[] netOutflows;
    private readonly int[] brokenLimits;

    /// <exception cref="ArgumentException">A limit below zero, or a bilateral one of nobody or given twice.</exception>
    public ActivePayments(OffsettingCase waiting)
    {
        this.waiting = waiting;
        int banks = waiting.Banks.Count;
        foreach (OffsettingBank bank in waiting.Banks)
            if (bank.Limit < 0) throw new ArgumentException($"No bank to offset for: {bank}.", nameof(waiting));
        netInflows = new Int128[banks];
        netOutflows = new Int128[waiting.BilateralLimits.Count];
        brokenLimits = new int[banks];
        limitOf = new Dictionary<(int, int), int>(waiting.BilateralLimits.Count);
        for (int index = 0; index < waiting.BilateralLimits.Count; index++)
        {
            BilateralLimit limit = waiting.BilateralLimits[index];
            bool isOne = (uint)limit.From < (uint)banks && (uint)limit.To < (uint)banks && limit.From != limit.To && limit.Limit >= 0;
            if (!isOne || !limitOf.TryAdd((limit.From, limit.To), index)) throw new ArgumentException($"No bilateral limit, or its second: {limit}.", nameof(waiting));
        }

        foreach (QueuedPayment payment in waiting.Payments) Count(payment, payment.Amount);
    }

    /// <summary>For each bank what comes in less what goes out.</summary>
    public IReadOnlyList<Int128> NetInflows => netInflows;

    /// <summary>Whether a bank breaks one of its constraints.</summary>
    public bool IsInBreach(int bank) => LacksLiquidity(bank, 0) || IsBeyondLimit(bank, 0) || brokenLimits[bank] > 0;

    /// <summary>Takes a payment out.</summary>
    public void Remove(int payment) => Count(waiting.Payments[payment], -(Int128)waiting.Payments[payment].Amount);

    /// <summary>The first constraint that a payment would break if it alone were added.</summary>
    public WaitReason WhyNot(int payment)
    {
        QueuedPayment added = waiting.Payments[payment];
        bool isBeyondPair = limitOf.TryGetValue((added.Payer, added.Payee), out int index) && netOutflows[index] + added.Amount > waiting.BilateralLimits[index].Limit;
        return isBeyondPair ? WaitReason.BilateralLimit
            : IsBeyondLimit(added.Payer, added.Amount) ? WaitReason.MultilateralLimit
            : WaitReason.Liquidity;
    }

    private bool LacksLiquidity(int bank, long added) => waiting.Banks[bank].Balance + netInflows[bank] - added < 0;

    private bool IsBeyondLimit(int bank, long added) => waiting.Banks[bank].Limit is { } limit && added - netInflows[bank] > limit;

    private void Count(QueuedPayment payment, Int128 amount)
    {
        netInflows[payment.Payer] -= amount;
        netInflows[payment.Payee] += amount;
        CountPair(payment.Payer, payment.Payee, amount);
        CountPair(payment.Payee, payment.Payer, -amount);
    }

    // How many of its limits a bank breaks is counted where one is crossed, so that nobody has to go through them all.
    private void CountPair(int from, int to, Int128 amount)
    {
        if (limitOf.Count == 0 || !limitOf.TryGetValue((from, to), out int index)) return;
        Int128 before = netOutflows[index], after = before + amount;
        long limit = waiting.BilateralLimits[index].Limit;
        netOutflows[index] = after;
        brokenLimits[from] += (after > limit ? 1 : 0) - (before > limit ? 1 : 0);
    }
}
