using Settlement.Client;
using StatusCodes = Settlement.Host.Iso20022.StatusCodes;

namespace Settlement.Host.Bench;

/// <summary>A payment that its payer reported as settled.</summary>
/// <param name="Direction">Who paid whom.</param>
/// <param name="HandedIn">When its message was sent.</param>
/// <param name="Sequence">The batch that settled it.</param>
internal readonly record struct SettledPayment(Direction Direction, long HandedIn, long Sequence);

/// <summary>
/// Matches what was handed in with what the banks report, and makes room in the window of unanswered messages: for one, once
/// the last payment of one before it is reported. Safe for use from several threads.
/// </summary>
internal sealed class BenchTally(TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, Message> open = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ReportItem> early = new(StringComparer.Ordinal);
    private readonly List<SettledPayment> settled = [];
    private long lastLatency;

    /// <summary>Payments that were settled, in the order of their reports.</summary>
    public IReadOnlyList<SettledPayment> Settled
    {
        get
        {
            lock (gate) return [.. settled];
        }
    }

    /// <summary>How many payments were settled.</summary>
    public int Count
    {
        get
        {
            lock (gate) return settled.Count;
        }
    }

    /// <summary>Payments that are handed in and not reported.</summary>
    public int Unanswered
    {
        get
        {
            lock (gate) return open.Count;
        }
    }

    /// <summary>How long the payment that was reported last took from its hand-in.</summary>
    public TimeSpan LastLatency => time.GetElapsedTime(0, Interlocked.Read(ref lastLatency));

    /// <summary>A message was taken by its bank.</summary>
    /// <exception cref="BenchException">BN006.</exception>
    public void HandedIn(Direction direction, long sent, MessageReceipt receipt, SemaphoreSlim window)
    {
        Message message = new(direction, sent, window) { Open = receipt.Instructions.Count };
        if (receipt.Instructions.FirstOrDefault(static one => one.Status == StatusCodes.Rejected) is { } refused)
            throw new BenchException(BenchException.PaymentRefused, $"{direction.Payer} refused a payment of the load at once: {refused.Reason} {refused.Place}");
        lock (gate)
        {
            foreach (InstructionStatus instruction in receipt.Instructions)
            {
                if (early.Remove(instruction.Id, out ReportItem? report)) End(message, report);
                else open.Add(instruction.Id, message);
            }
        }
    }

    /// <summary>A bank reported ends of payments; of some before the answer to their message came.</summary>
    /// <exception cref="BenchException">BN006.</exception>
    public void Reported(IReadOnlyList<ReportItem> reports)
    {
        lock (gate)
        {
            foreach (ReportItem report in reports)
            {
                if (open.Remove(report.Instruction, out Message? message)) End(message, report);
                else early.Add(report.Instruction, report);
            }
        }
    }

    private void End(Message message, ReportItem report)
    {
        if (report.Status != StatusCodes.Settled || report.Sequence is not { } sequence)
        {
            throw new BenchException(BenchException.PaymentRefused,
                $"A payment from {message.Direction.Payer} to {message.Direction.Payee} ended with {report.Status} {report.Reason}; all of a load must settle.");
        }

        settled.Add(new SettledPayment(message.Direction, message.Sent, (long)sequence));
        Interlocked.Exchange(ref lastLatency, time.GetTimestamp() - message.Sent);
        if (--message.Open == 0) message.Window.Release();
    }

    private sealed class Message(Direction direction, long sent, SemaphoreSlim window)
    {
        public Direction Direction => direction;

        public long Sent => sent;

        public SemaphoreSlim Window => window;

        public int Open { get; set; }
    }
}
