using Settlement.Core.Instructions;
using Settlement.Core.Offsetting;

namespace Settlement.Tests.Properties.Offsetting;

/// <summary>Offsetting as its definition says it, by trying everything; shares no code with the product.</summary>
internal static class ExhaustiveSearch
{
    /// <summary>All sets of payments that may settle together.</summary>
    public static List<HashSet<int>> FeasibleSets(OffsettingCase waiting)
    {
        List<int[]> queues = [.. Enumerable.Range(0, waiting.Banks.Count).Select(bank => Queue(waiting, bank))];
        List<HashSet<int>> prefixes = [[]];
        foreach (int[] queue in queues)
            prefixes = [.. prefixes.SelectMany(chosen => Enumerable.Range(0, queue.Length + 1).Select(length => chosen.Concat(queue.Take(length)).ToHashSet()))];
        return [.. prefixes.Where(set => IsFeasible(waiting, set))];
    }

    /// <summary>A bank's queue: urgent, high, normal; within one in the order of submission.</summary>
    public static int[] Queue(OffsettingCase waiting, int bank) =>
    [
        .. new[] { Priority.Urgent, Priority.High, Priority.Normal }.SelectMany(priority =>
            Enumerable.Range(0, waiting.Payments.Count).Where(p => waiting.Payments[p].Payer == bank && waiting.Payments[p].Priority == priority)),
    ];

    /// <summary>Whether every bank that pays anything in the set keeps its constraints.</summary>
    public static bool IsFeasible(OffsettingCase waiting, IReadOnlySet<int> set) =>
        Enumerable.Range(0, waiting.Banks.Count).All(bank => !set.Any(p => waiting.Payments[p].Payer == bank) || KeepsConstraints(waiting, set, bank));

    private static bool KeepsConstraints(OffsettingCase waiting, IReadOnlySet<int> set, int bank)
    {
        decimal Paid(int from, int to) => set.Select(p => waiting.Payments[p]).Where(p => p.Payer == from && p.Payee == to).Sum(p => (decimal)p.Amount);
        decimal net = Enumerable.Range(0, waiting.Banks.Count).Sum(other => Paid(other, bank) - Paid(bank, other));
        return waiting.Banks[bank].Balance + net >= 0
            && (waiting.Banks[bank].Limit is not { } limit || -net <= limit)
            && waiting.BilateralLimits.Where(l => l.From == bank).All(l => Paid(bank, l.To) - Paid(l.To, bank) <= l.Limit);
    }
}
