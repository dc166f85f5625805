using Settlement.Core.Instructions;

namespace Settlement.Core.Offsetting;

/// <summary>All banks' queues in one array, one after the other, each ordered by priority, then submission; the end of each may be taken away.</summary>
internal sealed class PaymentQueues
{
    private static readonly int Priorities = Enum.GetValues<Priority>().Length;

    private readonly int[] payments;
    private readonly int[] starts;
    private readonly int[] ends;

    /// <exception cref="ArgumentException">A payment that nobody can queue.</exception>
    public PaymentQueues(OffsettingCase waiting)
    {
        int banks = waiting.Banks.Count;
        // A counting sort, which keeps the order of submission within a payer and a priority: first how many, then where each begins.
        int[] places = new int[banks * Priorities + 1];
        foreach (QueuedPayment payment in waiting.Payments)
        {
            Check(payment, banks);
            places[Slot(payment) + 1]++;
        }

        for (int slot = 1; slot < places.Length; slot++) places[slot] += places[slot - 1];
        starts = new int[banks + 1];
        for (int bank = 0; bank <= banks; bank++) starts[bank] = places[bank * Priorities];
        ends = starts[1..];
        payments = new int[waiting.Payments.Count];
        for (int payment = 0; payment < payments.Length; payment++) payments[places[Slot(waiting.Payments[payment])]++] = payment;
    }

    /// <summary>Takes the last payment of a bank's queue away; false when none is left.</summary>
    public bool TryTakeLast(int bank, out int payment)
    {
        payment = -1;
        if (ends[bank] == starts[bank]) return false;
        payment = payments[--ends[bank]];
        return true;
    }

    /// <summary>What was taken away of a bank's queue, in its order.</summary>
    public ReadOnlySpan<int> Taken(int bank) => payments.AsSpan(ends[bank]..starts[bank + 1]);

    private static int Slot(QueuedPayment payment) => payment.Payer * Priorities + (int)Priority.Urgent - (int)payment.Priority;

    private static void Check(QueuedPayment payment, int banks)
    {
        bool isKnown = (uint)payment.Payer < (uint)banks && (uint)payment.Payee < (uint)banks;
        if (!isKnown || payment.Payer == payment.Payee || payment.Amount <= 0 || !Enum.IsDefined(payment.Priority)) throw new ArgumentException($"No payment to be queued: {payment}.", nameof(payment));
    }
}
