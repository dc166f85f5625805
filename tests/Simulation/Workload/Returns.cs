using System.Text;
using Settlement.Core.Bank;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Reading;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;
using Settlement.Tests.Simulation.Invariants;
using Settlement.Tests.Simulation.Worlds;
using Settlement.Wire.Channels;

namespace Settlement.Tests.Simulation.Workload;

/// <summary>
/// A bank's returns of payments: now and then the newest, an older one, one that it has returned, one that it paid itself, one that is
/// on its way. Orders are sent again until they are answered, and at times afterwards.
/// </summary>
internal sealed class Returns(World world, Day day, MachineNode bank)
{
    private const int Recent = 6;
    private readonly Chance chance = world.Chance.Fork("returns-" + bank.Name);
    private int unanswered;
    private bool isClosed;

    public List<ReturnOrder> Orders { get; } = [];

    /// <summary>Whether nothing new is ordered, and everything was answered.</summary>
    public bool IsDone => isClosed && unanswered == 0;

    public void Begin()
    {
        Next();
        world.After(world.Swarm.Storm - TimeSpan.FromSeconds(1), () => isClosed = true);
    }

    private void Next()
    {
        if (isClosed) return;
        world.After(chance.Between(TimeSpan.Zero, 6 * TimeSpan.FromMinutes(1) / world.Swarm.MessagesPerMinute), Next);
        if (Choose() is not { } act) return;
        ReturnOrder order = new(bank, $"return-{bank.Name}-{Orders.Count}", act);
        Orders.Add(order);
        unanswered++;
        Send(order);
        // Two at once, of which one at most may go through.
        if (!chance.Happens(150)) return;
        ReturnOrder twin = order with { Key = order.Key + "-twin" };
        Orders.Add(twin);
        unanswered++;
        Send(twin);
    }

    private ActOrder? Choose()
    {
        List<Digest> channels = [.. world.Invariants.Books.Keys.Where(c => world.Invariants.IsMember(bank, c)).Order()];
        if (channels.Count == 0) return null;
        Digest channel = chance.Pick(channels);
        if (chance.Happens(100) && InFlight(channel) is { } entry) return Order(channel, entry, 0);
        List<PaymentFacts> payments = [.. world.Invariants.Books[channel].Payments];
        if (payments.Count == 0) return null;
        PaymentFacts payment = chance.Pick(chance.Happens(700) ? [.. payments.TakeLast(Recent)] : payments);
        return Order(channel, payment.Entry, chance.Happens(500) ? payment.Sequence : 0);
    }

    private ActOrder Order(Digest channel, EntryId entry, long sequence)
    {
        Dictionary<string, string> values = new(StringComparer.Ordinal) { ["reason"] = "AC04" };
        return new ActOrder(channel, entry, null, "return", values, sequence);
    }

    /// <summary>An entry of a batch that is not final yet, as this bank's store has it.</summary>
    private EntryId? InFlight(Digest channel)
    {
        if (bank.Store.Scan(PayloadKind.Proposals).FirstOrDefault(r => VaultReader.SequenceOf(channel, r.Key) is not null) is not { } row) return null;
        SealedEntry? entry = EntriesRow.Parser.ParseFrom(bank.Store.Find(PayloadKind.Entries, row.Key)!).Entries.FirstOrDefault(e => e.Header.Length > 0);
        return entry is null ? null : new EntryId(new Digest(EntryHeader.Parser.ParseFrom(entry.Header).EntryId.Span));
    }

    private void Send(ReturnOrder order) => day.Ask<SubmissionAnswer>(bank, call => new BankInput.Act(call, order.Key, Encoding.UTF8.GetBytes(order.Order.Instance.ToString()!), order.Order), answer =>
    {
        if (order.Answer is null) unanswered--;
        // What is unknown now may be final a moment later; what was taken is taken.
        Violation.Unless(order.Answer is null or { Refusal: not null } || order.Answer.MessageId == answer.MessageId, "the same message gets the same answer", order.Key);
        order.Answer = answer;
        if (!isClosed && chance.Happens(100)) Again(order);
    }, () => Again(order));

    private void Again(ReturnOrder order) => world.After(chance.Between(TimeSpan.Zero, TimeSpan.FromSeconds(2)), () => Send(order));
}
