using Settlement.Core.Channels;
using Settlement.Core.Cryptography;

namespace Settlement.Core.Agent.Offsets;

/// <summary>Cuts queues down to what one offset may have. Always the end of a queue is dropped, so that payments settle in their order.</summary>
internal static class OffsetBounds
{
    /// <summary>Channels of an offset without the agent's own.</summary>
    public const int MaxChannels = OffsetLeg.MaximumChannels - 1;

    /// <summary>As many payments a channel as one leg holds, of both members in turn; and no more than can be summed.</summary>
    public static WaitingPayments WithinLegs(WaitingPayments waiting)
    {
        Dictionary<Digest, (int Count, long Sum)> legs = [];
        List<WaitingPayment>[] taken = [.. waiting.Queues.Select(static _ => new List<WaitingPayment>())];
        HashSet<int> going = [.. Enumerable.Range(0, waiting.Queues.Count)];
        for (int rank = 0; going.Count > 0; rank++)
        {
            foreach (int bank in going.Order().ToList())
            {
                if (rank < waiting.Queues[bank].Count && TryAdd(legs, waiting.Queues[bank][rank])) taken[bank].Add(waiting.Queues[bank][rank]);
                else going.Remove(bank);
            }
        }

        return waiting.With(taken);
    }

    /// <summary>
    /// As many banks, linked by what they pay each other, as have no more channels among them than an offset. Which bank is the first of them changes from
    /// one look to the next, so that all come to their turn.
    /// </summary>
    public static WaitingPayments WithinChannels(WaitingPayments waiting, int turn)
    {
        if (waiting.All.Select(static p => p.Channel).Distinct().Count() <= MaxChannels) return waiting;
        HashSet<int> chosen = [];
        HashSet<Digest> channels = [];
        foreach (int bank in Linked(waiting, turn))
        {
            List<Digest> more = [.. waiting.All.Where(p => (p.Payer == bank && chosen.Contains(p.Payee)) || (p.Payee == bank && chosen.Contains(p.Payer))).Select(static p => p.Channel).Distinct()];
            if (channels.Count + more.Count > MaxChannels) continue;
            chosen.Add(bank);
            channels.UnionWith(more);
        }

        return waiting.With([.. waiting.Queues.Select((queue, bank) => chosen.Contains(bank) ? queue.TakeWhile(p => chosen.Contains(p.Payee)).ToList() : [])]);
    }

    /// <summary>The banks, each followed by those that it pays or is paid by.</summary>
    private static IEnumerable<int> Linked(WaitingPayments waiting, int turn)
    {
        ILookup<int, int> links = waiting.All.SelectMany(static p => new[] { (p.Payer, p.Payee), (p.Payee, p.Payer) }).Distinct().ToLookup(static l => l.Item1, static l => l.Item2);
        int count = waiting.Queues.Count;
        HashSet<int> seen = [];
        Queue<int> next = [];
        for (int i = 0; i < count; i++)
        {
            Add((turn + i) % count);
            while (next.TryDequeue(out int bank))
            {
                yield return bank;
                foreach (int other in links[bank].Order()) Add(other);
            }
        }

        void Add(int bank)
        {
            if (seen.Add(bank)) next.Enqueue(bank);
        }
    }

    private static bool TryAdd(Dictionary<Digest, (int Count, long Sum)> legs, WaitingPayment payment)
    {
        (int count, long sum) = legs.GetValueOrDefault(payment.Channel);
        if (count == OffsetLeg.MaximumPayments || sum > long.MaxValue - payment.MinorUnits) return false;
        legs[payment.Channel] = (count + 1, sum + payment.MinorUnits);
        return true;
    }
}
