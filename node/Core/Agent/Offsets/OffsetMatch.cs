using Settlement.Core.Identifiers;
using Settlement.Core.Offsetting;

namespace Settlement.Core.Agent.Offsets;

/// <summary>What of the payments that wait at banks settles together over their accounts.</summary>
/// <param name="Waiting">The payments that were looked at.</param>
/// <param name="Case">What offsetting was asked.</param>
/// <param name="Settling">What settles, bank by bank, each bank's in the order in which offsetting took them.</param>
/// <param name="IsCut">Whether more would settle than one offset may have.</param>
internal sealed record OffsetMatch(WaitingPayments Waiting, OffsettingCase Case, IReadOnlyList<WaitingPayment> Settling, bool IsCut)
{
    /// <summary>Finds it.</summary>
    /// <param name="offered">What counts of what banks offer.</param>
    /// <param name="balanceOf">What a bank's account has.</param>
    /// <param name="turn">Where to begin if all of it is too much for one offset.</param>
    public static OffsetMatch Of(WaitingPayments offered, Func<ParticipantId, long> balanceOf, int turn)
    {
        WaitingPayments waiting = OffsetBounds.WithinLegs(offered);
        (OffsettingCase asked, WaitingPayments settling) = Settle(waiting, balanceOf);
        // What settles of fewer payments is no more than what settles of all of them.
        WaitingPayments within = OffsetBounds.WithinChannels(settling, turn);
        bool isCut = !ReferenceEquals(within, settling);
        if (isCut) (asked, settling) = Settle(waiting = within, balanceOf);
        return new OffsetMatch(waiting, asked, WithReceipts(settling), isCut);
    }

    /// <summary>What a bank's account gets, below zero what it pays, by the place of the bank.</summary>
    public IReadOnlyDictionary<int, long> Nets
    {
        get
        {
            SortedDictionary<int, Int128> nets = [];
            foreach (WaitingPayment payment in Settling)
            {
                nets[payment.Payer] = nets.GetValueOrDefault(payment.Payer) - payment.MinorUnits;
                nets[payment.Payee] = nets.GetValueOrDefault(payment.Payee) + payment.MinorUnits;
            }

            // No account pays more than it has, and what all have was issued, which fits.
            return nets.ToDictionary(static net => net.Key, static net => checked((long)net.Value));
        }
    }

    private static (OffsettingCase Case, WaitingPayments Settling) Settle(WaitingPayments waiting, Func<ParticipantId, long> balanceOf)
    {
        OffsettingCase asked = waiting.Case(balanceOf);
        OffsettingResult result = MultilateralOffsetting.Settle(asked);
        int next = 0;
        List<List<WaitingPayment>> settling = [];
        foreach (IReadOnlyList<WaitingPayment> queue in waiting.Queues) settling.Add([.. queue.Where(_ => result.Settles(next++))]);
        return (asked, waiting.With(settling));
    }

    /// <summary>
    /// Leaves out what banks could pay alone: payments which nothing links to a bank that pays and is paid. Banks that nothing links have no influence on
    /// each other, so what is left settles without the rest.
    /// </summary>
    private static List<WaitingPayment> WithReceipts(WaitingPayments settling)
    {
        List<WaitingPayment> all = [.. settling.All];
        int[] parts = [.. Enumerable.Range(0, settling.Queues.Count)];
        foreach (WaitingPayment payment in all) parts[Part(payment.Payer)] = Part(payment.Payee);
        HashSet<int> paying = [.. all.Select(static p => p.Payer)];
        HashSet<int> kept = [.. all.Where(p => paying.Contains(p.Payee)).Select(p => Part(p.Payer))];
        return [.. all.Where(p => kept.Contains(Part(p.Payer)))];

        int Part(int bank)
        {
            while (parts[bank] != bank) bank = parts[bank] = parts[parts[bank]];
            return bank;
        }
    }
}
