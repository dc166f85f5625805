using System.Globalization;
using Settlement.Core.Bank;
using Settlement.Core.Instructions;
using Settlement.Core.Monetary;
using Settlement.Core.Reading;

namespace Settlement.Tests.Bank;

/// <summary>
/// A day of one bank's queue, written down: commands with a semicolon between them.
/// <c>A 60</c> submits a payment named A; <c>A! 60</c> with high, <c>A!! 60</c> with urgent priority; <c>A 60 from 5</c> not before five
/// minutes after the start, <c>till 9</c> not after nine. <c>fund 100</c>, <c>get 40</c> (the other bank pays), <c>hold A</c>, <c>release A</c>, <c>cancel A</c>,
/// <c>raise A !</c>, <c>pass 3</c> (minutes), <c>day</c> (the next one opens), <c>restart</c>. Limits of the bank itself: <c>bilateral 50</c>,
/// <c>multilateral 50</c>, <c>cap 50</c>, <c>keep 50</c> for urgent payments, <c>keep! 50</c> for high and urgent ones; <c>none</c> in place of an amount, and
/// <c>from 1</c> behind it for one day after the first.
/// </summary>
internal sealed class QueueScript : IDisposable
{
    private readonly Dictionary<string, byte[]> payments = new(StringComparer.Ordinal);
    private readonly List<string> names = [];
    private DateOnly day = TwoBanks.Day;
    private readonly DateTimeOffset start;

    /// <param name="granted">How far below zero the other bank lets this one fall.</param>
    public QueueScript(long granted = 0)
    {
        World = granted == 0 ? new TwoBanks().Open() : new TwoBanks().Open((false, new Money(TwoBanks.Eur, granted)));
        World.Fund(World.Beta, 1_000_000);
        start = World.Now;
    }

    public TwoBanks World { get; }

    /// <summary>Runs commands; a change that is refused must be refused as one of what does not wait.</summary>
    public QueueScript Run(string script)
    {
        foreach (string command in script.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)) RunOne(command.Split(' '));
        return this;
    }

    /// <summary>Where each payment stands, in the order of submission: <c>A=ACSC B=PDNG/AM04</c>.</summary>
    public string Fates() => string.Join(' ', names.Select(name => World.StatusOf(World.Alpha, payments[name]) is var (status, reason) ? $"{name}={Code(status)}{(reason is null ? "" : "/" + reason)}" : ""));

    /// <summary>What waits, in order, with its reasons.</summary>
    public string Queue()
    {
        QueueList list = World.Ask<QueueList>(World.Alpha, call => new BankInput.ListQueue(call, World.Channel, 1_000));
        Assert.Equal(list.Waiting, list.Payments.Count);
        Assert.Equal(list.Waiting, World.View(World.Alpha).Queued);
        return string.Join(' ', list.Payments.Select(p => $"{NameOf(p.Instruction)}/{p.Reason}"));
    }

    /// <summary>The reports of all payments, in order, without those that the funding bank got.</summary>
    public string Reports() => string.Join(' ', World.Reports(World.Alpha).Select(r => $"{NameOf(r.Instruction)}={Code(r.Status)}{(r.Reason is null ? "" : "/" + r.Reason)}"));

    public long Position() => World.Position(World.Alpha);

    public void Dispose() => World.Dispose();

    private void RunOne(string[] words)
    {
        switch (words[0])
        {
            case "fund":
                World.Fund(World.Alpha, Number(words[1]));
                break;
            case "get":
                Assert.Equal(InstructionStatus.Accepted, Assert.Single(World.Submit(World.Beta, World.Transfer(World.Beta, Number(words[1])) with { SettlementDate = day }).Instructions).Status);
                break;
            case "hold":
                Change(words[1], new QueueChange.Hold());
                break;
            case "release":
                Change(words[1], new QueueChange.Release());
                break;
            case "cancel":
                Change(words[1], new QueueChange.Cancel());
                break;
            case "raise":
                Change(words[1], new QueueChange.Prioritise(PriorityOf(words.Length > 2 ? words[2] : "")));
                break;
            case "pass":
                World.Pass(TimeSpan.FromMinutes(Number(words[1])));
                break;
            case "day":
                day = day.AddDays(1);
                foreach (TestNode bank in new[] { World.Alpha, World.Beta }) Assert.Null(World.Ask<BusinessDayResult>(bank, call => new BankInput.OpenBusinessDay(call, day)).Refusal);
                break;
            case "bilateral":
                Limit(LimitKind.Bilateral, words);
                break;
            case "multilateral":
                Limit(LimitKind.Multilateral, words);
                break;
            case "cap":
                Limit(LimitKind.DebitCap, words);
                break;
            case "keep":
                Limit(LimitKind.UrgentReservation, words);
                break;
            case "keep!":
                Limit(LimitKind.HighReservation, words);
                break;
            case "restart":
                World.Alpha.Restart();
                World.Pass(TimeSpan.FromSeconds(1));
                break;
            default:
                Submit(words);
                break;
        }
    }

    private void Submit(string[] words)
    {
        string name = words[0].TrimEnd('!');
        CreditTransfer transfer = World.Transfer(World.Alpha, Number(words[1])) with { Priority = PriorityOf(words[0][name.Length..]), SettlementDate = day };
        for (int i = 2; i < words.Length; i += 2)
        {
            DateTimeOffset time = start.AddMinutes(Number(words[i + 1]));
            transfer = words[i] == "from" ? transfer with { NotBefore = time } : transfer with { NotAfter = time };
        }

        SubmittedInstruction entered = Assert.Single(World.Submit(World.Alpha, transfer).Instructions);
        names.Add(name);
        payments.Add(name, Convert.FromHexString(entered.Id));
    }

    private void Limit(LimitKind kind, string[] words)
    {
        LimitKey key = new(kind, kind is LimitKind.Multilateral or LimitKind.DebitCap ? null : World.Beta.Id, TwoBanks.Eur);
        long? amount = words[1] == "none" ? null : Number(words[1]);
        DateOnly? from = words.Length > 2 ? TwoBanks.Day.AddDays(Number(words[3])) : null;
        Assert.Null(World.Ask<LimitSet>(World.Alpha, call => new BankInput.SetLimit(call, key, amount, from)).Refusal);
    }

    private void Change(string name, QueueChange change)
    {
        InstructionStatus before = World.StatusOf(World.Alpha, payments[name]).Status;
        QueueChanged changed = World.Ask<QueueChanged>(World.Alpha, call => new BankInput.ChangeQueued(call, Convert.ToHexStringLower(payments[name]), change));
        Assert.Equal(before == InstructionStatus.Queued ? null : BankCodes.NotQueued, changed.Refusal);
    }

    private string NameOf(string instruction) => payments.First(p => Convert.ToHexStringLower(p.Value) == instruction).Key;

    private static Priority PriorityOf(string marks) => (Priority)marks.Length;

    private static string Code(InstructionStatus status) => status switch
    {
        InstructionStatus.Accepted => "ACTC",
        InstructionStatus.Queued => "PDNG",
        InstructionStatus.Settled => "ACSC",
        InstructionStatus.Rejected => "RJCT",
        _ => status.ToString(),
    };

    private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
