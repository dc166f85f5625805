using System.Text;
using Settlement.Core.Bank;
using Settlement.Core.Identifiers;
using Settlement.Core.Instructions;
using Settlement.Core.Monetary;
using Settlement.Tests.Simulation.Worlds;

namespace Settlement.Tests.Simulation.Workload;

/// <summary>
/// A bank's back office. It sends messages with an idempotency key again until they are answered, and now and then
/// afterwards; it makes mistakes: wrong days, references that were used, amounts beyond its position.
/// </summary>
internal sealed class BackOffice(World world, Day day, MachineNode bank)
{
    private readonly Chance chance = world.Chance.Fork("office-" + bank.Name);
    // Of its own, so that runs of seeds that are known keep their payments.
    private readonly Chance queueing = world.Chance.Fork("queueing-" + bank.Name);
    private readonly SeededEntropy entropy = new(unchecked((long)Chance.SeedOf(world.Seed, "office-" + bank.Name, 0)));
    private const int RecentReferences = 4;
    private const int TransfersOfMessage = 50;
    private static readonly TimeSpan Opening = TimeSpan.FromSeconds(20);
    private int unanswered;
    private bool isClosed;

    public MachineNode Bank => bank;

    /// <summary>The business day, as the bank said; null before the first.</summary>
    public DateOnly? Date { get; set; }

    public List<Order> Orders { get; } = [];

    /// <summary>Whether it sends nothing new, and what can be sent again was answered.</summary>
    public bool IsDone => isClosed && unanswered == 0;

    public void Begin()
    {
        Next();
        world.After(world.Swarm.Storm - TimeSpan.FromSeconds(1), () => isClosed = true);
    }

    private void Next()
    {
        if (isClosed) return;
        if (world.Swarm.Payments > 0)
        {
            Generate();
            return;
        }

        world.After(chance.Between(TimeSpan.Zero, 2 * TimeSpan.FromMinutes(1) / world.Swarm.MessagesPerMinute), Next);
        if (Date is not { } date) return;
        Order order = Write(date);
        Orders.Add(order);
        if (order.Key is not null) unanswered++;
        Send(order);
        if (queueing.Happens(200)) ChangeOne();
    }

    /// <summary>Writes the next message of a generated day, at even intervals once the channels are open.</summary>
    private void Generate()
    {
        int messages = world.Swarm.Payments / world.Banks.Count / TransfersOfMessage;
        TimeSpan interval = (world.Swarm.Storm - Opening - TimeSpan.FromSeconds(2)) / messages;
        world.After(world.Elapsed < Opening ? Opening - world.Elapsed : interval, Next);
        if (world.Elapsed < Opening || Date is not { } date || Orders.Count == messages) return;
        string name = $"{bank.Name}-{Orders.Count}";
        string[] tags = [.. Enumerable.Range(0, TransfersOfMessage).Select(i => $"{name}-{i}")];
        Order order = new(bank, name, Encoding.UTF8.GetBytes(name), [.. tags.Select(tag => Transfer(name, tag, date))], tags);
        Orders.Add(order);
        unanswered++;
        Send(order);
        if (queueing.Happens(200)) ChangeOne();
    }

    /// <summary>Changes how some earlier instruction waits, if it does.</summary>
    private void ChangeOne()
    {
        if (Orders.Where(static o => o.Answer is { Refusal: null }).ToList() is not { Count: > 0 } answered) return;
        Order order = queueing.Pick(answered);
        string instruction = queueing.Pick(order.Answer!.Instructions).Id;
        QueueChange change = queueing.Below(6) switch
        {
            0 => new QueueChange.Cancel(),
            1 => new QueueChange.Hold(),
            < 4 => new QueueChange.Release(),
            _ => new QueueChange.Prioritise((Priority)queueing.Below(3)),
        };
        day.Ask<QueueChanged>(bank, call => new BankInput.ChangeQueued(call, instruction, change),
            answer => Violation.Unless(answer.Refusal is null or BankCodes.NotQueued, "a change of the queue is made or refused", $"{instruction}: {answer.Refusal}"), static () => { });
    }

    private void Send(Order order) => day.Ask<SubmissionAnswer>(bank, call => new BankInput.Submit(call, order.Key, order.Body, order.Items), answer =>
    {
        if (answer.Refusal == BankCodes.NoBusinessDay)
        {
            Again(order);
            return;
        }

        Violation.Unless(answer.Refusal is null, "a message is accepted", $"{order.Key}: {answer.Refusal}");
        world.Invariants.OnAnswered(order, answer);
        if (order.Answer is null && order.Key is not null) unanswered--;
        order.Answer ??= answer;
        if (order.Key is null || isClosed) return;
        if (chance.Happens(60)) Again(order);
        if (chance.Happens(30)) SendOtherBody(order);
    }, () => Again(order));

    private void Again(Order order)
    {
        if (order.Key is not null) world.After(chance.Between(TimeSpan.Zero, TimeSpan.FromSeconds(2)), () => Send(order));
    }

    private void SendOtherBody(Order order) => day.Ask<SubmissionAnswer>(bank, call => new BankInput.Submit(call, order.Key, [.. order.Body, 0], order.Items),
        answer => Violation.Unless(answer.Refusal == BankCodes.KeyOfAnotherBody, "a key serves one body", $"{order.Key} was taken with another body"), static () => { });

    private Order Write(DateOnly date)
    {
        string name = $"{bank.Name}-{Orders.Count}";
        int count = chance.Happens(700) ? 1 : chance.From(2, 5);
        List<SubmittedTransfer> items = [];
        List<string> tags = [];
        for (int i = 0; i < count; i++)
        {
            tags.Add($"{name}-{i}");
            items.Add(Transfer(name, tags[i], date));
        }

        return new Order(bank, chance.Happens(900) ? name : null, Encoding.UTF8.GetBytes(name), items, tags);
    }

    private SubmittedTransfer Transfer(string message, string tag, DateOnly date)
    {
        List<MachineNode> others = [.. world.Banks.Where(b => b != bank)];
        Uetr? uetr = Reference();
        Currency currency = chance.Pick(day.Currencies);
        long amount = chance.Below(10) switch
        {
            < 6 => chance.From(1, 500),
            < 9 => chance.From(500, 20_000),
            _ => chance.From(20_000, 500_000),
        };
        DateOnly settlement = world.Swarm.Payments == 0 && chance.Happens(40) ? date.AddDays(chance.Happens(500) ? 1 : -1) : date;
        string transaction = world.Swarm.Payments == 0 && chance.Happens(30) ? "same" : tag;
        CreditTransfer transfer = new("pacs.008.001.08", message, tag, tag, transaction, uetr, new Money(currency, amount), settlement, Urgency(), bank.Id, chance.Pick(others).Id,
            new TransferParty("Debtor", null), new TransferParty("Creditor", null), tag)
        {
            NotBefore = Time(-3, 20), NotAfter = Time(-1, 40),
        };
        return new SubmittedTransfer(transfer, new TransferIdentification(message, transfer.MessageType, tag, tag, transaction, uetr?.ToString()), null, null);
    }

    /// <summary>Mostly none; one in some worlds alone, so that runs of seeds that are known keep their payments.</summary>
    private DateTimeOffset? Time(int soonest, int latest) => world.Swarm.HasTreasuries && queueing.Happens(150) ? world.Now + TimeSpan.FromSeconds(queueing.From(soonest, latest)) : null;

    private Priority Urgency() => queueing.Below(10) switch { 0 => Priority.Urgent, < 3 => Priority.High, _ => Priority.Normal };

    /// <summary>Mostly a fresh one; at times none, or one that somebody used.</summary>
    private Uetr? Reference()
    {
        if (chance.Happens(150)) return null;
        if (day.References.Count > 0 && world.Swarm.Payments == 0 && chance.Happens(100)) return chance.Pick(day.References.TakeLast(RecentReferences).ToList());
        Uetr fresh = Uetr.Create(entropy);
        day.References.Add(fresh);
        return fresh;
    }
}
