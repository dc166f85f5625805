using Google.Protobuf;
using Settlement.Core.Cryptography;

namespace Settlement.Tests.Simulation.Models;

/// <summary>A payment that a bank offers: who pays whom, by their places, and the payer's name for it.</summary>
internal sealed record OfferSeen(int Payer, int Payee, Digest Channel, ByteString Name, long MinorUnits);

/// <summary>Offsetting of many queues as its definition says it: every vector of prefixes is tried, and the longest that is feasible is the one.</summary>
internal sealed class VectorSearch
{
    private readonly IReadOnlyList<IReadOnlyList<OfferSeen>> queues;
    private readonly IReadOnlyList<long> balances;
    private readonly IReadOnlyList<long?> rooms;
    private readonly long[][] roomFor;
    // By bank, length of its prefix and payee: what the prefix pays.
    private readonly long[][][] paid;
    private readonly int[] best;

    /// <summary>Searches.</summary>
    /// <param name="queues">By bank: what it offers, in order.</param>
    /// <param name="balances">By bank: what its account has.</param>
    /// <param name="rooms">By bank: how much more it may pay than it receives; null for any sum.</param>
    /// <param name="roomFor">The same of a bank for another one.</param>
    public VectorSearch(IReadOnlyList<IReadOnlyList<OfferSeen>> queues, IReadOnlyList<long> balances, IReadOnlyList<long?> rooms, Func<int, int, long?> roomFor)
    {
        (this.queues, this.balances, this.rooms) = (queues, balances, rooms);
        this.roomFor = [.. queues.Select((_, from) => queues.Select((_, to) => from == to ? long.MaxValue : roomFor(from, to) ?? long.MaxValue).ToArray())];
        paid = [.. queues.Select(queue => Sums(queue, queues.Count))];
        best = new int[queues.Count];
        Try(new int[queues.Count], 0);
    }

    /// <summary>What settles, but for what banks could pay alone: payments that nothing links to a bank that pays and is paid.</summary>
    public IReadOnlyList<OfferSeen> Linked()
    {
        List<OfferSeen> all = [.. queues.SelectMany((queue, bank) => queue.Take(best[bank]))];
        HashSet<int> linked = [.. all.Select(static p => p.Payer).Intersect(all.Select(static p => p.Payee))];
        while (true)
        {
            List<int> more = [.. all.Where(p => linked.Contains(p.Payer) != linked.Contains(p.Payee)).SelectMany(static p => new[] { p.Payer, p.Payee })];
            if (more.Count == 0) return [.. all.Where(p => linked.Contains(p.Payer))];
            linked.UnionWith(more);
        }
    }

    /// <summary>What a bank's account gets by what settles so; below zero what it pays.</summary>
    public long NetOf(int bank) => Linked().Sum(p => p.Payee == bank ? p.MinorUnits : p.Payer == bank ? -p.MinorUnits : 0);

    private static long[][] Sums(IReadOnlyList<OfferSeen> queue, int banks)
    {
        List<long[]> sums = [new long[banks]];
        foreach (OfferSeen payment in queue)
        {
            long[] next = [.. sums[^1]];
            next[payment.Payee] += payment.MinorUnits;
            sums.Add(next);
        }

        return [.. sums];
    }

    private void Try(int[] lengths, int bank)
    {
        if (bank == queues.Count)
        {
            if (lengths.Sum() > best.Sum() && Enumerable.Range(0, bank).All(b => lengths[b] == 0 || IsFeasible(lengths, b))) lengths.CopyTo(best, 0);
            return;
        }

        for (lengths[bank] = 0; lengths[bank] <= queues[bank].Count; lengths[bank]++) Try(lengths, bank + 1);
        lengths[bank] = 0;
    }

    private bool IsFeasible(int[] lengths, int bank)
    {
        long net = 0;
        for (int other = 0; other < lengths.Length; other++)
        {
            long less = paid[bank][lengths[bank]][other] - paid[other][lengths[other]][bank];
            if (less > roomFor[bank][other]) return false;
            net += less;
        }

        return net <= balances[bank] && net <= (rooms[bank] ?? long.MaxValue);
    }
}
