using Settlement.Host.Network;
using System.Globalization;
using System.Threading.Channels;
using Settlement.Client;
using Settlement.Core.Identifiers;

namespace Settlement.Host.Demo;

/// <summary>
/// Hands in every message of a plan, day by day, and waits until each transaction is answered. A request whose answer was
/// lost is sent again with its idempotency key, so that nodes may be killed meanwhile.
/// </summary>
internal sealed class DemoSettlement
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(25);

    // Answers to watch at one bank; beyond it, handing in waits.
    private const int MaximumWatched = 4_096;

    private readonly LocalNetwork network;
    private readonly DemoPlan plan;
    private readonly TimeSpan answerWithin;
    private readonly NetworkCalls calls;
    private readonly TimeProvider time;
    private readonly Action<DemoOutcome> heard;
    private readonly TaskCompletionSource[] answered;
    private readonly List<DemoOutcome> outcomes = [];

    /// <param name="network">A prepared network.</param>
    /// <param name="plan">What to settle; all of a plan, or some of its days in their order.</param>
    /// <param name="answerWithin">How long an answer may take, kills and restarts included.</param>
    /// <param name="time">What waiting is measured by.</param>
    /// <param name="heard">Hears of each answered transaction, from any thread.</param>
    public DemoSettlement(LocalNetwork network, DemoPlan plan, TimeSpan answerWithin, TimeProvider time, Action<DemoOutcome> heard)
    {
        this.network = network;
        this.plan = plan;
        this.answerWithin = answerWithin;
        calls = new NetworkCalls(network, answerWithin, time);
        this.time = time;
        this.heard = heard;
        answered = [.. Enumerable.Range(0, plan.Days.SelectMany(static day => day.Submissions).Max(static submission => submission.Index + 1))
            .Select(static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))];
    }

    /// <summary>Settles every day; returns the outcomes in the order of the plan.</summary>
    /// <exception cref="DemoException">DM006, DM007.</exception>
    public async Task<IReadOnlyList<DemoOutcome>> RunAsync(CancellationToken ct)
    {
        foreach (DayPlan day in plan.Days) await SettleDayAsync(day, ct);
        lock (outcomes) return [.. outcomes.OrderBy(static outcome => outcome.Submission.Index)];
    }

    private async Task SettleDayAsync(DayPlan day, CancellationToken ct)
    {
        await Task.WhenAll(network.Banks.Select(bank =>
            calls.AskAsync(bank, $"open the business day {day.Date:O}", client => client.OpenBusinessDayAsync(day.Date, ct), ct)));
        using CancellationTokenSource rest = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Task[] banks = [.. day.Submissions.GroupBy(static submission => submission.Bank).Select(group => SettleAtBankAsync(group.Key, group, rest.Token))];
        // One bank's failure must end the others, which may wait for its answers.
        await foreach (Task finished in Task.WhenEach(banks))
        {
            if (finished.IsFaulted) await rest.CancelAsync();
        }

        if (Array.Find(banks, static bank => bank.IsFaulted) is { } failed) await failed;
        await Task.WhenAll(banks);
    }

    private async Task SettleAtBankAsync(ParticipantId id, IEnumerable<Submission> submissions, CancellationToken ct)
    {
        LocalNode bank = network.Bank(id);
        Channel<(Submission Submission, string Instruction)> watched = Channel.CreateBounded<(Submission, string)>(MaximumWatched);
        await Task.WhenAll(HandInAsync(), WatchAsync());

        async Task HandInAsync()
        {
            try
            {
                foreach (Submission submission in submissions)
                {
                    foreach (int earlier in submission.After) await answered[earlier].Task.WaitAsync(ct);
                    IReadOnlyList<string> instructions = await SubmitAsync(bank, submission, ct);
                    foreach (string instruction in instructions) await watched.Writer.WriteAsync((submission, instruction), ct);
                    if (instructions.Count == 0) answered[submission.Index].TrySetResult();
                }
            }
            finally
            {
                watched.Writer.Complete();
            }
        }

        async Task WatchAsync()
        {
            Dictionary<int, int> open = [];
            await foreach ((Submission submission, string instruction) in watched.Reader.ReadAllAsync(ct))
            {
                await WatchInstructionAsync(bank, submission, instruction, ct);
                int seen = open[submission.Index] = open.GetValueOrDefault(submission.Index) + 1;
                if (seen == submission.Transactions) answered[submission.Index].TrySetResult();
            }
        }
    }

    /// <returns>The instructions; none when the document was refused as a whole.</returns>
    private async Task<IReadOnlyList<string>> SubmitAsync(LocalNode bank, Submission submission, CancellationToken ct)
    {
        string key = string.Create(CultureInfo.InvariantCulture, $"demo-{submission.Index:000000}");
        try
        {
            MessageReceipt receipt = await calls.RetryAsync(
                bank, client => client.SubmitAsync(submission.File.Bytes, submission.File.ContentType, key, TimeSpan.Zero, ct), ct);
            return receipt.Instructions.Count == submission.Transactions
                ? [.. receipt.Instructions.Select(static instruction => instruction.Id)]
                : throw new NetworkException(NetworkException.Refused, $"{bank.Name} took {receipt.Instructions.Count} of {submission.Transactions} transactions of {submission.File.Name}.");
        }
        catch (SettlementApiException refused) when (refused.Status is StatusCodes.Status400BadRequest or StatusCodes.Status413PayloadTooLarge)
        {
            Note(new DemoOutcome(submission, null, DemoOutcome.Rejected, refused.Code));
            return [];
        }
        catch (SettlementApiException refused)
        {
            throw new NetworkException(NetworkException.Refused, $"{bank.Name} refused to take {submission.File.Name}. {refused.Message}", refused);
        }
    }

    private async Task WatchInstructionAsync(LocalNode bank, Submission submission, string id, CancellationToken ct)
    {
        long began = time.GetTimestamp();
        while (true)
        {
            Instruction instruction = await calls.AskAsync(bank, $"tell of {id}", client => client.GetInstructionAsync(id, ct), ct);
            if (DemoOutcome.IsAnswer(instruction.Status))
            {
                Note(new DemoOutcome(submission, id, instruction.Status, instruction.Reason));
                return;
            }

            if (time.GetElapsedTime(began) > answerWithin)
            {
                throw new NetworkException(NetworkException.TimedOut,
                    $"{submission.File.Name} at {bank.Name} has no answer after {answerWithin.TotalSeconds} seconds: {instruction.Status}\n{bank.LogTail()}");
            }

            await Task.Delay(Poll, time, ct);
        }
    }

    private void Note(DemoOutcome outcome)
    {
        lock (outcomes) outcomes.Add(outcome);
        heard(outcome);
    }
}
