using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Instructions;
using Settlement.Tests.Simulation.Invariants;
using Settlement.Tests.Simulation.Worlds;

namespace Settlement.Tests.Simulation.Models;

/// <summary>
/// Judges payments that a sequencer put together so that they cover each other. Its own are a prefix of what waits at it, and what it heard
/// of the other queue covers them; where nothing was lost on the way, both prefixes are the greatest that exhaustive search finds.
/// </summary>
internal static class OffsetCheck
{
    private const string Invariant = "what settles together covers itself";

    public static void Judge(World world, PlainNetwork network, MachineNode node, PlainBank bank, PlainLine line, IReadOnlyCollection<PlainPayment> set, StepFacts facts, long now)
    {
        List<PlainPayment> waiting = [.. line.InOrder().Where(p => p.WaitsForCover(now)).Take(Most(world))];
        Priority least = set.Min(static p => p.Priority);
        PlainPayment[] prefix = [.. waiting.Where(p => p.Priority >= least).Take(set.Count)];
        Violation.Unless(set.All(prefix.Contains), Invariant, $"{bank.Name} takes {string.Join(' ', set.Select(static p => p.Tag))} where {string.Join(' ', prefix.Select(static p => p.Tag))} come first");
        // Where the batch must wait, or is full, what the other pays is not all to be seen yet; and what is no payment may bring money, too.
        if (!facts.Proposed.TryGetValue(line.Channel, out List<Digest>? proposed) || proposed.Count >= world.Swarm.Bank.MaxBatchEntries || proposed.Exists(e => network.PaymentOf(e) is not { } id || !world.Banks.Any(b => network.BankOf(b).Find(id) is not null))) return;
        MachineNode other = world.Banks.First(b => b.Id.ToString() == line.Counterparty);
        List<PlainPayment> paid = [.. proposed.Select(e => network.PaymentOf(e) is { } id ? network.BankOf(other).Find(id) : null)
            .Where(p => p?.Line.Currency == line.Currency).Select(static p => p!.Value.Payment)];
        Violation.Unless(bank.RoomOf(line).Of(least) + paid.Sum(static p => p.Amount) >= set.Sum(static p => p.Amount), Invariant, $"{bank.Name} has no room for {string.Join(' ', set.Select(static p => $"{p.Tag}:{p.Amount}:{p.Priority}"))}: {bank.RoomOf(line)}, paid {string.Join(' ', paid.Select(static p => $"{p.Tag}:{p.Amount}"))}");
        // What the other has handed over beside its offers takes of its cover when it is in a batch, which is not for this check to say.
        if (world.Swarm.IsCalm && network.Offers.HandedTo(node, line.Channel).Count == 0) JudgeGreatest(world, network, node, bank, line, set, waiting);
    }

    /// <summary>Looks in the queues of a network at rest for payments that cover each other and still wait.</summary>
    public static void CheckNothingLeft(World world, PlainNetwork network, MachineNode node, PlainLine line, long now)
    {
        PlainBank bank = network.BankOf(node), other = network.BankOf(world.Banks.First(b => b.Id.ToString() == line.Counterparty));
        if (other.LinesOf(line.Channel).FirstOrDefault(l => l.Currency == line.Currency) is not { } theirs) return;
        // Limits of its own it tells nobody; it offers what they bind no closer than its cover.
        List<PlainPayment> own = [.. line.InOrder().Where(p => p.WaitsForCover(now)).Take(Most(world))];
        int lines = other.LinesOf(line.Channel).Count(l => Offered(other, l, now).Count > 0);
        List<PlainPayment> offered = [.. Offered(other, theirs, now).Take(Math.Max(1, BilateralOffsetting.MaxOffers / Math.Max(1, lines))).Take(Most(world))];
        foreach (Priority least in own.Select(static p => p.Priority).Distinct())
        {
            PlainPayment[] some = [.. own.Where(p => p.Priority >= least)];
            (int mine, int ofThem) = PrefixSearch.Greatest(bank.RoomOf(line).Of(least), [.. some.Select(static p => p.Amount)], theirs.Cover, [.. offered.Select(static p => p.Amount)]);
            Violation.Unless(mine == 0, "what covers each other does not wait", $"{mine} payments of {bank.Name} from {some.FirstOrDefault()?.Tag} on, and {ofThem} of {other.Name} from {offered.FirstOrDefault()?.Tag} on, {line.Currency}");
        }
    }

    /// <summary>The payments of each queue that are looked at: as many as fit a batch together.</summary>
    private static int Most(World world) => Math.Min(BilateralOffsetting.MaxOffers, world.Swarm.Bank.MaxBatchEntries / 2);

    private static List<PlainPayment> Offered(PlainBank bank, PlainLine line, long now) =>
        [.. line.InOrder().Where(p => p.WaitsForCover(now) && bank.RoomOf(line).Of(p.Priority) >= line.Cover)];

    private static void JudgeGreatest(World world, PlainNetwork network, MachineNode node, PlainBank bank, PlainLine line, IReadOnlyCollection<PlainPayment> set, List<PlainPayment> waiting)
    {
        MachineNode other = world.Banks.First(b => b.Id.ToString() == line.Counterparty);
        PlainBank theirs = network.BankOf(other);
        List<PlainPayment> Payments(IEnumerable<Digest> entries) => [.. entries.Select(e => network.PaymentOf(e) is { } id ? theirs.Find(id) : null)
            .Where(p => p?.Line.Currency == line.Currency).Select(static p => p!.Value.Payment)];
        ChannelContext context = world.Invariants.ContextOf(node, line.Channel);
        BatchFacts? batch = world.Invariants.BatchAt(node, line.Channel);
        (int, string) key = (1 - context.Own, line.Currency);
        long cover = (batch?.Positions.GetValueOrDefault(key) ?? 0) - (batch?.Reserved.GetValueOrDefault(key) ?? 0) + context.Terms.LimitOf(1 - context.Own, line.Currency);
        (int own, int ofThem) = PrefixSearch.Greatest(bank.RoomOf(line).Of(Priority.Normal), [.. waiting.Select(static p => p.Amount)], cover, [.. Payments(network.Offers.Of(node, line.Channel)).Take(Most(world)).Select(static p => p.Amount)]);
        Violation.Unless(own == set.Count, "an offset is the greatest",
            $"{bank.Name} takes {set.Count} of its own where {own} settle with {ofThem}: room {bank.RoomOf(line)}, cover {cover}, {network.Offers.Of(node, line.Channel).Count} offers, {world.Invariants.Log.Takeovers} takeovers");
    }
}
