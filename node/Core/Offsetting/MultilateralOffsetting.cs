namespace Settlement.Core.Offsetting;

/// <summary>
/// Settles of many queues as much as can be settled at once (Bech and Soramäki, "Gridlock resolution in interbank payment
/// systems", 2001), here with multilateral and bilateral limits. Each bank's queue is ordered by priority, then submission, and
/// what settles of it is a prefix. A vector of prefixes is feasible when no bank whose prefix holds a payment is in breach: when,
/// counting the payments of all prefixes, balance + in − out is not below zero, out − in is not above its multilateral limit, and
/// for no counterparty is what it pays less what it receives above the bilateral limit.
/// <para>
/// There is one greatest feasible vector. A bank's own prefix only ever worsens its own constraints, and the prefixes of others
/// only ever ease them. So let z be the longer prefix of each bank out of two feasible vectors x and y, and say bank i has its
/// prefix from x: in z it pays what it pays in x and receives no less from anybody, so it is not in breach in z either. The
/// feasible vectors are closed under this join, and the empty one is feasible; their join is the greatest.
/// </para>
/// <para>
/// Taking the last payment from a bank in breach, in any order until no bank with a payment left is, ends there. It begins with
/// all payments, which is no less than the greatest vector g. While the vector a is no less than g and bank i in breach in a, its
/// prefix is longer than in g: were it the same and not empty, i would pay in a what it pays in g, receive no less, and so be in
/// breach in g. So a without that payment is no less than g either. What is left at the end is feasible, hence no more than g.
/// The result therefore depends neither on the order of banks nor on how the payments of different payers interleave.
/// </para>
/// <para>
/// Every payment is taken away at most once, at constant cost: time and memory are O(banks + limits + payments). Two banks make
/// it bilateral offsetting. Sums are 128 bits wide, more than as many 64-bit amounts as a list holds can fill.
/// </para>
/// </summary>
public static class MultilateralOffsetting
{
    /// <summary>Finds the greatest feasible set of prefixes.</summary>
    /// <exception cref="ArgumentException">A place that no bank has, a payment to the payer itself or of nothing, a limit below zero, or a bilateral one given twice.</exception>
    public static OffsettingResult Settle(OffsettingCase waiting)
    {
        ArgumentNullException.ThrowIfNull(waiting);
        PaymentQueues queues = new(waiting);
        ActivePayments active = new(waiting);
        // A bank is looked at again only when it lost an incoming payment; one that stands here already is not added twice.
        Stack<int> worklist = new(waiting.Banks.Count);
        bool[] isListed = new bool[waiting.Banks.Count];
        for (int bank = waiting.Banks.Count - 1; bank >= 0; bank--) List(bank);
        while (worklist.TryPop(out int bank))
        {
            isListed[bank] = false;
            while (active.IsInBreach(bank) && queues.TryTakeLast(bank, out int payment))
            {
                active.Remove(payment);
                List(waiting.Payments[payment].Payee);
            }
        }

        return new OffsettingResult(Explain(waiting, queues, active), active.NetInflows);

        void List(int bank)
        {
            if (isListed[bank]) return;
            isListed[bank] = true;
            worklist.Push(bank);
        }
    }

    private static WaitReason[] Explain(OffsettingCase waiting, PaymentQueues queues, ActivePayments active)
    {
        WaitReason[] reasons = new WaitReason[waiting.Payments.Count];
        for (int bank = 0; bank < waiting.Banks.Count; bank++)
        {
            ReadOnlySpan<int> waits = queues.Taken(bank);
            foreach (int payment in waits) reasons[payment] = WaitReason.Queue;
            if (waits.Length > 0) reasons[waits[0]] = active.WhyNot(waits[0]);
        }

        return reasons;
    }
}
