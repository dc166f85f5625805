using Google.Protobuf;
using Settlement.Core.Agent;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Instructions;
using Settlement.Core.Machines;
using Settlement.Core.Notarisation;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;
using Settlement.Tests.Simulation.Worlds;
using Settlement.Wire.Agent;
using Settlement.Wire.Channels;

namespace Settlement.Tests.Simulation.Models;

/// <summary>
/// What the settlement agent settles over the accounts. The model hears what banks offer at the agent's door, tries all prefixes of their queues, and
/// each offset that the agent calls must be what it finds.
/// </summary>
internal sealed class PlainOffsets(World world, PlainAgent books)
{
    private const string Bank = "the bank agrees with the model";
    private const string Invariant = "an offset is what exhaustive search finds";
    private static readonly TimeSpan OfferLife = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan FirstRest = TimeSpan.FromMinutes(1);
    private readonly SortedDictionary<string, (DateTimeOffset At, List<OffsetQueue> Queues)> offers = new(StringComparer.Ordinal);
    private readonly Dictionary<Digest, OffsetRow> calls = [];
    private readonly HashSet<(Digest Group, Digest Channel, string Bank)> reports = [];
    private readonly Dictionary<Digest, (DateTimeOffset Until, TimeSpan Length)> rests = [];
    private readonly HashSet<(string Bank, ByteString Payment)> settled = [];
    private readonly HashSet<string> known = new(StringComparer.Ordinal);
    private int life;

    /// <summary>How many offsets were called, and of how many payments.</summary>
    public (int Offsets, int Payments) Called => (calls.Count, calls.Values.Sum(static c => PaymentsOf(c).Count()));

    /// <summary>The agent's step is durable.</summary>
    public void OnStep(MachineNode agent, DateTimeOffset now, IReadOnlyList<Input> inputs, StoreTransaction commit)
    {
        if (life != agent.Incarnation)
        {
            // What banks say is in the agent's memory alone.
            life = agent.Incarnation;
            offers.Clear();
            reports.Clear();
            rests.Clear();
        }

        foreach (Input input in inputs)
        {
            if (input is AgentInput.Credit credit) known.Add(credit.Bank.ToString());
            else if (input is AgentInput.Requested requested && known.Contains(requested.From.ToString()) && AgentRequest.Parser.ParseFrom(requested.Body).Offsets is { } said) Hear(requested.From.ToString(), now, said);
        }

        List<OffsetRow> rows = [.. commit.Writes.Where(static w => w.Kind == PayloadKind.InFlight).Select(w => agent.Rows.Open(w.Kind, w.Key, w.Body, OffsetRow.Parser))];
        foreach (OffsetRow row in rows.Where(static r => r.HasIsCommitted)) End(row, now);
        foreach (string bank in offers.Where(o => o.Value.At + OfferLife <= now).Select(static o => o.Key).ToList()) offers.Remove(bank);
        foreach (OffsetRow row in rows.Where(static r => !r.HasIsCommitted))
        {
            Judge(row, now);
            calls[GroupOf(row)] = row;
        }
    }

    /// <summary>Whatever settles together has been called for, but in channels that rest.</summary>
    public void CheckNothingLeft(DateTimeOffset now)
    {
        foreach (string currency in offers.Values.SelectMany(static o => o.Queues).Select(static q => q.Currency).Distinct().ToList())
        {
            if (Search(currency, now, static (_, _) => 0) is not { } found) continue;
            IReadOnlyList<OfferSeen> left = found.Search.Linked();
            Violation.Unless(left.Count == 0, "what settles together does not wait", $"{left.Count} payments in {currency}");
        }
    }

    /// <summary>The agent's calls are followed, each for a channel's payments as the model of the agent has them, all or none.</summary>
    public void TakeCalled(MachineNode node, PlainBank bank, StepFacts facts, long now)
    {
        List<(PlainPayment Payment, PlainLine Line, Digest Group)> called = [.. facts.Payments.Where(static p => p.Value.Status == (int)InstructionStatus.Accepted)
            .Select(p => (Known: bank.Find(p.Key), Group: facts.OffsetOf(p.Key))).Where(static p => p is { Known.Payment.Fate: Fate.Waits, Group: not null })
            .Select(static p => (p.Known!.Value.Payment, p.Known.Value.Line, p.Group!.Value))];
        foreach (IGrouping<(Digest Group, PlainLine Line), PlainPayment> leg in called.GroupBy(static c => (c.Group, c.Line), static c => c.Payment))
        {
            IReadOnlyList<ByteString>? names = CalledOf(leg.Key.Group, leg.Key.Line.Channel, node.Id.ToString());
            Violation.Unless(names is not null && names.Select(static n => Convert.ToHexStringLower(n.Span)).ToHashSet().SetEquals(leg.Select(static p => p.Id)), Bank, $"{bank.Name} takes {leg.Count()} of {names?.Count} payments that are called for");
            foreach (PlainPayment payment in leg)
            {
                Violation.Unless(payment.WaitsForCover(now), Bank, $"{bank.Name} has {payment.Tag} settle over its account, which does not wait for cover");
                bank.TakeOverAccounts(leg.Key.Line, payment);
            }
        }
    }

    /// <summary>What was not set aside in time, or was refused with the others, waits again as its back office is told, or its day is over.</summary>
    public static void TakeBack(PlainBank bank, StepFacts facts)
    {
        bool IsOver(InstructionRow row) => row is { Status: (int)InstructionStatus.Rejected, Reason: ReasonCodes.InsufficientFunds, Sequence: 0 };
        foreach (string id in facts.Waits.Where(w => bank.Waits.GetValueOrDefault(w.Key) < w.Value).Select(static w => w.Key).Concat(facts.Payments.Where(p => IsOver(p.Value)).Select(static p => p.Key)))
        {
            if (bank.Find(id) is ({ Fate: Fate.UnderWay, IsOverAccounts: true } payment, var line)) bank.Return(line, payment);
        }
    }

    /// <summary>The payments of a bank in a channel that the agent has called for; null where it has called for none.</summary>
    private IReadOnlyList<ByteString>? CalledOf(Digest group, Digest channel, string bank) => !calls.TryGetValue(group, out OffsetRow? row) ? null
        : row.Legs.FirstOrDefault(l => ChannelOf(l) == channel)?.Members.FirstOrDefault(m => m.Bank == bank)?.Payments;

    private void Hear(string bank, DateTimeOffset now, OffsetOffers said)
    {
        offers[bank] = (now, [.. said.Queues]);
        foreach (OffsetReport report in said.Reports)
        {
            if (calls.TryGetValue(new Digest(report.Group.Span), out OffsetRow? row) && !row.HasIsCommitted) reports.Add((new Digest(report.Group.Span), new Digest(report.Channel.Span), bank));
        }
    }

    /// <summary>The ledger has decided. What its banks had offered is no longer so, and channels that came to nothing rest.</summary>
    private void End(OffsetRow row, DateTimeOffset now)
    {
        Digest group = GroupOf(row);
        calls[group] = row;
        foreach (OffsetBankRow bank in row.Banks)
            if (offers.TryGetValue(bank.Bank, out (DateTimeOffset At, List<OffsetQueue> Queues) said)) said.Queues.RemoveAll(q => q.Currency == row.Currency);
        if (row.IsCommitted) settled.UnionWith(PaymentsOf(row));
        foreach (OffsetLegRow leg in row.Legs)
        {
            Digest channel = ChannelOf(leg);
            if (row.IsCommitted) rests.Remove(channel);
            else if (leg.Members.Any(m => !reports.Contains((group, channel, m.Bank))))
            {
                TimeSpan length = rests.TryGetValue(channel, out (DateTimeOffset Until, TimeSpan Length) before) ? before.Length * 2 : FirstRest;
                rests[channel] = (now + length, length);
            }
        }
    }

    /// <summary>The payments of a call are those that settle of all that the agent knows.</summary>
    private void Judge(OffsetRow row, DateTimeOffset now)
    {
        Violation.Unless(!calls.Values.Any(c => c.Currency == row.Currency && !c.HasIsCommitted), "one offset of a currency is under way", row.Currency);
        Violation.Unless(!world.Invariants.Cycles.IsConfirmed(row.Currency), "no offset takes what was confirmed to a cycle", row.Currency);
        string holder = $"offset/{GroupOf(row)}";
        if (Search(row.Currency, now, (bank, currency) => books.SetAside(bank, holder, currency)) is not { } found) return;
        (string[] banks, VectorSearch search) = found;
        HashSet<(string, ByteString)> expected = [.. search.Linked().Select(p => (banks[p.Payer], p.Name))];
        Violation.Unless(expected.Count > 0 && expected.SetEquals(PaymentsOf(row)), Invariant, $"{PaymentsOf(row).Count()} payments in {row.Currency} are called for, and {expected.Count} settle");
        foreach (OffsetBankRow bank in row.Banks)
            Violation.Unless(bank.NetMinorUnits == search.NetOf(Array.IndexOf(banks, bank.Bank)), Invariant, $"{bank.Bank} gets {bank.NetMinorUnits}");
    }

    /// <summary>Tries what settles of all that is offered; null where that goes beyond the bounds of one offset, and is cut down, which is not for this search to say.</summary>
    private (string[] Banks, VectorSearch Search)? Search(string currency, DateTimeOffset now, Func<string, string, long> setAside)
    {
        string[] banks = [.. offers.Keys];
        Dictionary<Digest, int[]> members = Members(banks, currency, now);
        List<OfferSeen>[] queues = [.. banks.Select((bank, place) => Queue(bank, place, currency, members))];
        if (queues.SelectMany(static q => q).GroupBy(static p => p.Channel).Any(static c => c.Count() > OffsetLeg.MaximumPayments)) return null;
        OffsetQueue?[] said = [.. banks.Select(bank => QueueOf(bank, currency))];
        long? RoomFor(int from, int to) => said[from]?.Channels
            .Where(c => c.HasRoomMinorUnits && members.TryGetValue(RecordHashes.Channel(c.OpeningBody.Span), out int[]? both) && both.Contains(to)).Select(static c => (long?)c.RoomMinorUnits).Min();
        return (banks, new VectorSearch(queues, [.. banks.Select(bank => books.BalanceOf(bank, currency) + setAside(bank, currency))],
            [.. said.Select(static q => q is { HasRoomMinorUnits: true } ? q.RoomMinorUnits : (long?)null)], RoomFor));
    }

    /// <summary>The channels that both of their members name, with the places of these in their order.</summary>
    private Dictionary<Digest, int[]> Members(string[] banks, string currency, DateTimeOffset now)
    {
        IEnumerable<(Digest Channel, int Place)> named = banks.SelectMany((bank, place) => QueueOf(bank, currency)?.Channels.Select(c => (RecordHashes.Channel(c.OpeningBody.Span), place)) ?? []);
        return named.GroupBy(static n => n.Channel, static n => n.Place).Where(c => c.Count() == 2 && !(rests.TryGetValue(c.Key, out (DateTimeOffset Until, TimeSpan) rest) && now < rest.Until))
            .ToDictionary(static c => c.Key, static c => c.ToArray());
    }

    /// <summary>What counts of a bank's queue, in the order in which it would have it settle.</summary>
    private List<OfferSeen> Queue(string bank, int place, string currency, Dictionary<Digest, int[]> members)
    {
        if (QueueOf(bank, currency) is not { } queue) return [];
        return [.. queue.Payments.Select(p => (Said: p, Channel: RecordHashes.Channel(queue.Channels[(int)p.Channel].OpeningBody.Span)))
            .Where(p => members.ContainsKey(p.Channel) && !settled.Contains((bank, p.Said.Payment))).OrderByDescending(static p => p.Said.Priority)
            .Select(p => new OfferSeen(place, members[p.Channel].First(m => m != place), p.Channel, p.Said.Payment, p.Said.MinorUnits))];
    }

    private OffsetQueue? QueueOf(string bank, string currency) => offers[bank].Queues.Find(q => q.Currency == currency);

    private static Digest GroupOf(OffsetRow row) => RecordHashes.Group(row.GroupBody.Span);

    private static Digest ChannelOf(OffsetLegRow leg) => new(OffsetLegBody.Parser.ParseFrom(leg.Call.LegBody).Channel.Span);

    private static IEnumerable<(string Bank, ByteString Payment)> PaymentsOf(OffsetRow row) => row.Legs.SelectMany(static l => l.Members).SelectMany(static m => m.Payments.Select(p => (m.Bank, p)));
}
