using Settlement.Core.Identifiers;
using Settlement.Core.Monetary;

namespace Settlement.Host.Demo;

/// <summary>
/// What banks need to have for payments in one currency, by how the payments are settled. It is computed from the payments in their
/// order, as if nobody held anything before: what settling one by one takes, and what is left of it where they are offset.
/// </summary>
/// <param name="Paid">What is paid in all.</param>
/// <param name="InOrder">Needed where each payment settles by itself, in order: in each pair's channel a bank can use what it has been paid there before.</param>
/// <param name="PairsNetted">Needed where all payments of a pair settle together: bilateral offsetting at the end of the day.</param>
/// <param name="AllNetted">Needed where all payments of all banks settle together: a cycle.</param>
internal sealed record LiquidityNeed(Money Paid, Money InOrder, Money PairsNetted, Money AllNetted)
{
    /// <summary>By currency.</summary>
    /// <param name="payments">Payer, payee and amount, in order.</param>
    public static IReadOnlyList<LiquidityNeed> Of(IEnumerable<(ParticipantId Payer, ParticipantId Payee, Money Amount)> payments) =>
        [.. payments.GroupBy(static payment => payment.Amount.Currency).OrderBy(static group => group.Key).Select(static group => Of(group.Key, group))];

    private static LiquidityNeed Of(Currency currency, IEnumerable<(ParticipantId Payer, ParticipantId Payee, Money Amount)> payments)
    {
        // By pair in both directions: what the first pays the second beyond what it was paid, and the most that it ever was.
        Dictionary<(ParticipantId, ParticipantId), (Int128 Now, Int128 Most)> pairs = [];
        Dictionary<ParticipantId, Int128> banks = [];
        Int128 paid = 0;
        foreach ((ParticipantId payer, ParticipantId payee, Money amount) in payments)
        {
            paid += amount.MinorUnits;
            (Int128 now, Int128 most) = pairs.GetValueOrDefault((payer, payee));
            now += amount.MinorUnits;
            pairs[(payer, payee)] = (now, Int128.Max(now, most));
            (Int128 back, Int128 mostBack) = pairs.GetValueOrDefault((payee, payer));
            pairs[(payee, payer)] = (back - amount.MinorUnits, mostBack);
            banks[payer] = banks.GetValueOrDefault(payer) + amount.MinorUnits;
            banks[payee] = banks.GetValueOrDefault(payee) - amount.MinorUnits;
        }

        return new LiquidityNeed(Sum(currency, [paid]), Sum(currency, pairs.Values.Select(static pair => pair.Most)),
            Sum(currency, pairs.Values.Select(static pair => Int128.Max(0, pair.Now))), Sum(currency, banks.Values.Select(static owed => Int128.Max(0, owed))));
    }

    private static Money Sum(Currency currency, IEnumerable<Int128> amounts) => new(currency, checked((long)amounts.Aggregate(Int128.Zero, static (sum, amount) => sum + amount)));
}
