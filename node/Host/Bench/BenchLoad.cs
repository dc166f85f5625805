using System.Globalization;
using Settlement.Client;
using Settlement.Core.Cryptography;
using Settlement.Host.Network;

namespace Settlement.Host.Bench;

/// <summary>
/// Hands in messages in every direction at once, through the banks' own doors: either as many as find room in the window of
/// unanswered messages, or at a rate.
/// </summary>
internal sealed class BenchLoad : IDisposable
{
    /// <summary>Payments of one message.</summary>
    public const int PaymentsPerMessage = 100;

    /// <summary>Payments of one direction that may be unanswered: nearly what goes on in one batch, so that the next one never waits
    /// for the load, and far fewer than a bank's mailbox holds. It is the same however many directions there are, because batches
    /// that are fuller in one network than in another would be compared otherwise.</summary>
    public const int PaymentsUnanswered = 800;

    // Requests of one direction at once. A bank answers when the message is durable, so that one at a time would leave it idle.
    private const int Writers = 4;

    // At a rate, messages are as small as it takes for so many a second in each direction.
    private const int MessagesPerSecond = 20;

    /// <summary>How long a bank may say that it is busy.</summary>
    public static readonly TimeSpan AnsweredWithin = TimeSpan.FromSeconds(60);

    private readonly LocalNetwork network;
    private readonly NetworkCalls calls;
    private readonly BenchTally tally;
    private readonly TimeProvider time;
    private readonly List<Lane> lanes = [];

    public BenchLoad(LocalNetwork network, BenchPlan plan, int? rate, DateOnly date, BenchTally tally, IEntropy entropy, TimeProvider time)
    {
        this.network = network;
        calls = new NetworkCalls(network, AnsweredWithin, time);
        this.tally = tally;
        this.time = time;
        int payments = rate is { } wanted ? Math.Clamp(wanted / (MessagesPerSecond * plan.Directions.Count), 1, PaymentsPerMessage) : PaymentsPerMessage;
        int unanswered = PaymentsUnanswered / payments;
        long interval = rate is { } offered ? (long)((double)time.TimestampFrequency * payments * plan.Directions.Count / offered) : 0;
        // Without a rate the window is always full, so that what was handed in first has settled once as much as it holds has.
        PipelinePayments = plan.Directions.Count * payments * (rate is null ? unanswered : 1);
        foreach (Direction direction in plan.Directions)
        {
            lanes.Add(new Lane(direction, payments, unanswered, interval,
                [.. Enumerable.Range(0, Writers).Select(writer => new MessageTemplate(direction, date, payments, (direction.Number * Writers) + writer, entropy))]));
        }
    }

    /// <summary>After so many payments the load flows as it will go on.</summary>
    public int PipelinePayments { get; }

    /// <summary>Hands in messages until it is halted; what is under way then is finished.</summary>
    public async Task RunAsync(CancellationToken halt, CancellationToken ct)
    {
        long now = time.GetTimestamp();
        foreach (Lane lane in lanes) lane.Begin(now);
        await Task.WhenAll(lanes.SelectMany(lane => lane.Templates.Select(template => WriteAsync(lane, template, halt, ct))));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Lane lane in lanes) lane.Dispose();
    }

    private async Task WriteAsync(Lane lane, MessageTemplate template, CancellationToken halt, CancellationToken ct)
    {
        while (await lane.TakeTurnAsync(time, halt) is { } due)
        {
            long number = lane.NextNumber();
            // A message that is late because there was no room counts from when it was due: what waits outside is waiting, too.
            long sent = due > 0 ? due : time.GetTimestamp();
            MessageReceipt receipt = await SubmitAsync(lane.Direction, template.Write(number), number, ct);
            tally.HandedIn(lane.Direction, sent, receipt, lane.Window);
        }
    }

    private async Task<MessageReceipt> SubmitAsync(Direction direction, ReadOnlyMemory<byte> body, long number, CancellationToken ct)
    {
        string key = string.Create(CultureInfo.InvariantCulture, $"bench-{direction.Number}-{number}");
        try
        {
            // A bank that holds as much as it may says that it is busy, and gets the same message again.
            return await calls.RetryAsync(network.Bank(direction.Payer), client => client.SubmitAsync(body, "application/xml", key, TimeSpan.Zero, ct), ct);
        }
        catch (SettlementApiException refused)
        {
            throw new BenchException(BenchException.PaymentRefused, $"{direction.Payer} refused to take a message of the load. {refused.Message}", refused);
        }
    }

    /// <summary>One direction's writers, window and schedule.</summary>
    private sealed class Lane(Direction direction, int payments, int unanswered, long interval, IReadOnlyList<MessageTemplate> templates) : IDisposable
    {
        private long number;
        private long due;

        public Direction Direction => direction;

        public IReadOnlyList<MessageTemplate> Templates => templates;

        public SemaphoreSlim Window { get; } = new(unanswered);

        public void Begin(long now) => Interlocked.Exchange(ref due, now);

        /// <summary>Waits until the next message is due and there is room for it. Returns when it was due, zero without a rate,
        /// and null once the load is halted.</summary>
        public async Task<long?> TakeTurnAsync(TimeProvider time, CancellationToken halt)
        {
            try
            {
                long turn = interval == 0 ? 0 : Interlocked.Add(ref due, interval);
                TimeSpan early = turn == 0 ? TimeSpan.Zero : time.GetElapsedTime(time.GetTimestamp(), turn);
                if (early > TimeSpan.Zero) await Task.Delay(early, time, halt);
                await Window.WaitAsync(halt);
                return turn;
            }
            catch (OperationCanceledException)
            {
                return null;
            }
        }

        /// <summary>The number of the first payment of a message.</summary>
        public long NextNumber() => Interlocked.Add(ref number, payments) - payments;

        public void Dispose() => Window.Dispose();
    }
}
