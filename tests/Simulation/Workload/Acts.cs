using System.Globalization;
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
/// A bank's actions on contracts. Returns of payments: the newest, an older one, one that it has returned, one that it paid itself, one
/// that is on its way. Escrows: it funds some, with deadlines of seconds, and accepts, refuses, extends and ends whatever there is, in time
/// or not. Orders are sent again until they are answered, and at times afterwards.
/// </summary>
internal sealed class Acts(World world, Day day, MachineNode bank)
{
    private const int Recent = 6;
    // Of its own, so that worlds without groups keep their runs.
    private readonly Chance leaping = world.Chance.Fork("leaping-" + bank.Name);
    private readonly Chance chance = world.Chance.Fork("acts-" + bank.Name);
    private int unanswered;
    private bool isClosed;

    public List<ActRequest> Orders { get; } = [];

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
        ActRequest order = new(bank, $"act-{bank.Name}-{Orders.Count}", act);
        Orders.Add(order);
        unanswered++;
        Send(order);
        // Two at once, of which one at most may go through.
        if (!chance.Happens(150)) return;
        ActRequest twin = order with { Key = order.Key + "-twin" };
        Orders.Add(twin);
        unanswered++;
        Send(twin);
    }

    private ActOrder? Choose()
    {
        List<Digest> channels = [.. world.Invariants.Books.Keys.Where(c => world.Invariants.IsMember(bank, c)).Order()];
        if (channels.Count == 0) return null;
        Digest channel = chance.Pick(channels);
        if (chance.Happens(400)) return Escrow(channel);
        if (chance.Happens(100) && InFlight(channel) is { } entry) return Order(channel, entry, 0);
        List<PaymentFacts> payments = [.. world.Invariants.Books[channel].Payments];
        if (leaping.Happens(100) && world.Invariants.Books[channel].Legs.Values.FirstOrDefault(static l => l.IsApplied != true) is { } leg) return Order(channel, leg.Entry, leg.Sequence);
        if (payments.Count == 0) return null;
        PaymentFacts payment = chance.Pick(chance.Happens(700) ? [.. payments.TakeLast(Recent)] : payments);
        return Order(channel, payment.Entry, chance.Happens(500) ? payment.Sequence : 0);
    }

    private static ActOrder Order(Digest channel, EntryId entry, long sequence)
    {
        Dictionary<string, string> values = new(StringComparer.Ordinal) { ["reason"] = "AC04" };
        return new ActOrder(channel, entry, null, "return", values, sequence);
    }

    private ActOrder Escrow(Digest channel)
    {
        EscrowFacts[] escrows = [.. world.Invariants.Books[channel].Escrows];
        Dictionary<string, string> values = new(StringComparer.Ordinal);
        if (escrows.Length == 0 || chance.Happens(400))
        {
            values["amount"] = string.Create(CultureInfo.InvariantCulture, $"{chance.From(1, 90)}.{chance.From(10, 99)} {chance.Pick(Currencies(channel))}");
            values["deadline"] = In(chance.From(-2, 30));
            values["order"] = "O";
            values["goods"] = "a ship";
            values[Library.Note] = "F";
            return new ActOrder(channel, null, "Escrow", "fund", values);
        }

        EscrowFacts escrow = chance.Pick(chance.Happens(700) ? [.. escrows.TakeLast(Recent)] : escrows.ToList());
        string action = chance.Pick<string>(["accept", "refuse", "expire", "extend"]);
        if (action == "refuse") values["reason"] = "OTHER";
        if (action is "accept" or "refuse") values[Library.Note] = action;
        if (action == "extend") values["new_deadline"] = In(chance.From(0, 60));
        return new ActOrder(channel, escrow.Entry, null, action, values, escrow.Sequence);
    }

    private List<string> Currencies(Digest channel) => [.. world.Invariants.Books[channel].Terms.Currencies.Select(static c => c.Code)];

    private string In(int seconds) => (world.Now + TimeSpan.FromSeconds(seconds)).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    /// <summary>An entry of a batch that is not final yet, as this bank's store has it.</summary>
    private EntryId? InFlight(Digest channel)
    {
        if (bank.Store.Scan(PayloadKind.Proposals).FirstOrDefault(r => VaultReader.SequenceOf(channel, r.Key) is not null) is not { } row) return null;
        SealedEntry? entry = EntriesRow.Parser.ParseFrom(bank.Store.Find(PayloadKind.Entries, row.Key)!).Entries.FirstOrDefault(e => e.Header.Length > 0);
        return entry is null ? null : new EntryId(new Digest(EntryHeader.Parser.ParseFrom(entry.Header).EntryId.Span));
    }

    private void Send(ActRequest order) => day.Ask<SubmissionAnswer>(bank, call => new BankInput.Act(call, order.Key, Encoding.UTF8.GetBytes(order.Key), order.Order), answer =>
    {
        if (order.Answer is null) unanswered--;
        // What is unknown now may be final a moment later; what was taken is taken.
        Violation.Unless(order.Answer is null or { Refusal: not null } || order.Answer.MessageId == answer.MessageId, "the same message gets the same answer", order.Key);
        order.Answer = answer;
        if (!isClosed && chance.Happens(100)) Again(order);
    }, () => Again(order));

    private void Again(ActRequest order) => world.After(chance.Between(TimeSpan.Zero, TimeSpan.FromSeconds(2)), () => Send(order));
}
