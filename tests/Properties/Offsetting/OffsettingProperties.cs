using FsCheck;
using FsCheck.Fluent;
using Settlement.Core.Instructions;
using Settlement.Core.Offsetting;
using Settlement.Tests.Properties.Cryptography;

namespace Settlement.Tests.Properties.Offsetting;

/// <summary>Small cases, full of ties and of banks without money, against a search that tries everything; larger ones against what must always hold.</summary>
public sealed class OffsettingProperties
{
    private const int SmallCases = 5_000, LargeCases = 300;

    private static Gen<OffsettingCase> Small => Cases(4, 8, 4);

    private static Gen<OffsettingCase> Large => Cases(12, 120, 40);

    [Fact]
    public void It_finds_what_an_exhaustive_search_finds() => Samples.ForAll(
        Small,
        static waiting =>
        {
            HashSet<int> settled = Settled(waiting);
            List<HashSet<int>> feasible = ExhaustiveSearch.FeasibleSets(waiting);
            Assert.Contains(feasible, settled.SetEquals);
            // The largest by inclusion, and so also by number and by value.
            Assert.All(feasible, set => Assert.Subset(settled, set));
        },
        SmallCases);

    [Fact]
    public void The_first_that_waits_in_a_queue_breaks_the_constraint_that_is_told() => Samples.ForAll(
        Small,
        static waiting =>
        {
            OffsettingResult result = MultilateralOffsetting.Settle(waiting);
            HashSet<int> settled = Settled(waiting);
            for (int bank = 0; bank < waiting.Banks.Count; bank++)
            {
                int[] waits = [.. ExhaustiveSearch.Queue(waiting, bank).Where(p => !settled.Contains(p))];
                Assert.All(waits.Skip(1), p => Assert.Equal(WaitReason.Queue, result.Waits[p]));
                if (waits.Length == 0) continue;
                HashSet<int> more = [.. settled, waits[0]];
                Assert.False(ExhaustiveSearch.IsFeasible(waiting, more));
                // Once the constraint that is told is lifted, and those told after it, the payment fits.
                WaitReason reason = result.Waits[waits[0]];
                OffsettingCase Lifted(bool pair, bool limit, bool balance) => waiting with
                {
                    BilateralLimits = [.. waiting.BilateralLimits.Where(l => !pair || l.From != bank)],
                    Banks = [.. waiting.Banks.Select((b, i) => i != bank ? b : new OffsettingBank(balance ? 1_000_000 : b.Balance, limit ? null : b.Limit))],
                };
                Assert.Equal(reason == WaitReason.BilateralLimit, !ExhaustiveSearch.IsFeasible(Lifted(false, true, true), more));
                Assert.Equal(reason == WaitReason.Liquidity, ExhaustiveSearch.IsFeasible(Lifted(false, false, true), more));
            }
        },
        SmallCases / 5);

    [Fact]
    public void Neither_the_order_of_banks_nor_how_payers_interleave_matters() => Samples.ForAll(
        from waiting in Large
        from bankKeys in Gen.Choose(0, 1_000).ArrayOf(waiting.Banks.Count)
        from payerKeys in Gen.Choose(0, 3).ArrayOf(waiting.Payments.Count)
        select (waiting, bankKeys, payerKeys),
        static sample =>
        {
            (OffsettingCase waiting, int[] bankKeys, int[] payerKeys) = sample;
            int[] banks = [.. Enumerable.Range(0, bankKeys.Length).OrderBy(b => bankKeys[b])];
            int[] place = new int[banks.Length];
            for (int i = 0; i < banks.Length; i++) place[banks[i]] = i;
            int[] payments = Interleaved(waiting, payerKeys);
            OffsettingCase other = new(
                [.. banks.Select(b => waiting.Banks[b])],
                [.. waiting.BilateralLimits.Reverse().Select(l => new BilateralLimit(place[l.From], place[l.To], l.Limit))],
                [.. payments.Select(p => waiting.Payments[p] with { Payer = place[waiting.Payments[p].Payer], Payee = place[waiting.Payments[p].Payee] })]);
            OffsettingResult first = MultilateralOffsetting.Settle(waiting), second = MultilateralOffsetting.Settle(other);
            for (int i = 0; i < payments.Length; i++) Assert.Equal(first.Waits[payments[i]], second.Waits[i]);
            for (int i = 0; i < banks.Length; i++) Assert.Equal(first.NetInflows[banks[i]], second.NetInflows[i]);
        },
        LargeCases);

    [Fact]
    public void No_money_comes_or_goes_and_no_limit_is_broken() => Samples.ForAll(
        Large,
        static waiting =>
        {
            OffsettingResult result = MultilateralOffsetting.Settle(waiting);
            HashSet<int> settled = Settled(waiting);
            Assert.True(ExhaustiveSearch.IsFeasible(waiting, settled));
            Assert.Equal(Int128.Zero, result.NetInflows.Aggregate(Int128.Zero, static (sum, net) => sum + net));
            for (int bank = 0; bank < waiting.Banks.Count; bank++)
            {
                Int128 net = settled.Select(p => waiting.Payments[p]).Aggregate(Int128.Zero, (sum, p) => sum + (p.Payee == bank ? p.Amount : 0) - (p.Payer == bank ? p.Amount : 0));
                Assert.Equal(net, result.NetInflows[bank]);
                int[] queue = ExhaustiveSearch.Queue(waiting, bank);
                int length = queue.Count(settled.Contains);
                Assert.All(queue[..length], p => Assert.Contains(p, settled));
            }
        },
        LargeCases);

    [Fact]
    public void More_balance_or_room_never_settles_less() => Samples.ForAll(
        from waiting in Large
        from bank in Gen.Choose(0, waiting.Banks.Count - 1)
        from more in Gen.Choose(1, 30)
        from raisesLimits in Gen.Elements(true, false)
        select (waiting, bank, more, raisesLimits),
        static sample =>
        {
            (OffsettingCase waiting, int bank, int more, bool raisesLimits) = sample;
            OffsettingCase richer = waiting with
            {
                Banks = [.. waiting.Banks.Select((b, i) => i != bank ? b : new OffsettingBank(b.Balance + more, raisesLimits ? b.Limit + more : b.Limit))],
                BilateralLimits = [.. waiting.BilateralLimits.Select(l => raisesLimits && l.From == bank ? l with { Limit = l.Limit + more } : l)],
            };
            Assert.Subset(Settled(richer), Settled(waiting));
        },
        LargeCases);

    private static HashSet<int> Settled(OffsettingCase waiting)
    {
        OffsettingResult result = MultilateralOffsetting.Settle(waiting);
        return [.. Enumerable.Range(0, waiting.Payments.Count).Where(result.Settles)];
    }

    // Each payer's own payments keep their order; whose turn it is the keys decide.
    private static int[] Interleaved(OffsettingCase waiting, int[] keys)
    {
        List<Queue<int>> queues = [.. Enumerable.Range(0, waiting.Payments.Count).GroupBy(p => waiting.Payments[p].Payer).Select(static own => new Queue<int>(own))];
        List<int> order = [];
        while (queues.Count > 0)
        {
            Queue<int> turn = queues[keys[order.Count] % queues.Count];
            order.Add(turn.Dequeue());
            if (turn.Count == 0) queues.Remove(turn);
        }

        return [.. order];
    }

    // Few different amounts, so that sums meet limits exactly; half of the banks have nothing, some less.
    private static Gen<OffsettingCase> Cases(int mostBanks, int mostPayments, int mostLimits) =>
        from count in Gen.Choose(2, mostBanks)
        from banks in Bank.ArrayOf(count)
        from payments in Gen.Choose(0, mostPayments).SelectMany(length => Payment(count).ArrayOf(length))
        from limits in Gen.Choose(0, mostLimits).SelectMany(length => Limit(count).ArrayOf(length))
        select new OffsettingCase(banks, [.. limits.DistinctBy(static l => (l.From, l.To))], payments);

    private static Gen<OffsettingBank> Bank =>
        from balance in Gen.Frequency((5, Gen.Constant(0)), (4, Gen.Choose(0, 12)), (1, Gen.Choose(-6, -1)))
        from limit in Gen.Frequency((2, Gen.Constant<int?>(null)), (1, Gen.Choose(0, 10).Select(static most => (int?)most)))
        select new OffsettingBank(balance, limit);

    private static Gen<QueuedPayment> Payment(int banks) =>
        from pair in Pair(banks)
        from amount in Gen.Choose(1, 6)
        from priority in Gen.Elements(Priority.Normal, Priority.Normal, Priority.High, Priority.Urgent)
        select new QueuedPayment(pair.From, pair.To, amount, priority);

    private static Gen<BilateralLimit> Limit(int banks) => from pair in Pair(banks) from most in Gen.Choose(0, 8) select new BilateralLimit(pair.From, pair.To, most);

    private static Gen<(int From, int To)> Pair(int banks) =>
        from first in Gen.Choose(0, banks - 1) from step in Gen.Choose(1, banks - 1) select (first, (first + step) % banks);
}
