using System.Globalization;
using Npgsql;
using Settlement.Client;
using Settlement.Core.Cryptography;
using Settlement.Host.Network;
using StatusCodes = Settlement.Host.Iso20022.StatusCodes;

namespace Settlement.Host.Bench;

/// <summary>Measures a running network: slices of load and of pgbench in turn, then payments one at a time, then the proof.</summary>
internal sealed class BenchMeasure(
    LocalNetwork network, BenchPlan plan, BenchOptions options, BenchTally tally, BenchFollowing following, Pgbench pgbench, BenchScreen screen, IEntropy entropy,
    TimeProvider time)
{
    private const int FindingsShown = 10;
    private const int LonePayments = 100;
    private static readonly TimeSpan LoneWithin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LoneWait = TimeSpan.FromSeconds(30);

    /// <summary>How long what was handed in may take to be final everywhere once no more comes.</summary>
    private static readonly TimeSpan DrainedWithin = TimeSpan.FromSeconds(60);

    /// <summary>How long the load may take to flow, and a batch to follow the one before.</summary>
    private static readonly TimeSpan SettledWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(10);

    private readonly DateOnly date = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
    private readonly NetworkCalls calls = new(network, BenchLoad.AnsweredWithin, time);
    private IReadOnlyList<string> channels = [];
    private int drained;

    /// <summary>Does all of it.</summary>
    /// <exception cref="BenchException">BN005 to BN008.</exception>
    public async Task<BenchResult> RunAsync(CancellationToken ct)
    {
        channels = await new NetworkOpening(network, time, screen.Phase).PrepareAsync(plan.Channels, plan.Accounts(), ct);
        foreach (LocalNode bank in network.Banks) await calls.AskAsync(bank, "open the business day", client => client.OpenBusinessDayAsync(date, ct), ct);
        await screen.ShowAsync("pgbench prepared", null, null, pgbench.PrepareAsync(ct));
        IReadOnlyList<MeasuredSlice> slices = await TakeTurnsAsync(ct);
        PaymentMoments[] counted = BenchFigures.Counted(tally.Settled.Select(payment => following.MomentsOf(payment, channels[payment.Direction.Channel])), slices);
        if (counted.Length == 0)
            throw new BenchException(BenchException.NotFinal, "No payment became final everywhere within the time that is measured. Measure for longer, with --seconds.");
        IReadOnlyList<TimeSpan> lone = await LoneAsync(ct);
        long verified = await ProveAsync(ct);
        screen.Counts(tally.Count, counted.Length, lone.Count, verified, slices);
        return BenchFigures.Result(counted, slices, lone, Peaks(), pgbench.Runs, time);
    }

    private async Task<IReadOnlyList<MeasuredSlice>> TakeTurnsAsync(CancellationToken ct)
    {
        List<MeasuredSlice> slices = [];
        using BenchLoad load = new(network, plan, options.Rate, date, tally, entropy, time);
        await using NpgsqlConnection administration = new(await network.AdministratorConnectionAsync(network.Ledger, ct));
        await administration.OpenAsync(ct);
        CostReader costs = new(network, administration, new HashSet<int>(following.ServerProcesses) { administration.ProcessID }, time);
        foreach (TimeSpan slice in plan.Slices)
        {
            await PgbenchAsync(ct);
            slices.Add(await LoadAsync(load, costs, slices.Count == 0 ? plan.WarmUp : BenchPlan.Resumption, slice, ct));
        }

        await PgbenchAsync(ct);
        return slices;
    }

    private Task PgbenchAsync(CancellationToken ct) =>
        screen.ShowAsync("pgbench", plan.PgbenchSlice, () => "", pgbench.RunAsync(plan.PgbenchSlice, ct));

    private async Task<MeasuredSlice> LoadAsync(BenchLoad load, CostReader costs, TimeSpan warmUp, TimeSpan slice, CancellationToken ct)
    {
        using CancellationTokenSource halt = CancellationTokenSource.CreateLinkedTokenSource(ct);
        int before = tally.Count;
        Task<MeasuredSlice> measured = MeasureAsync();
        Task loading = load.RunAsync(halt.Token, ct);
        // The load ends by itself only when it fails.
        await Task.WhenAny(measured, loading);
        await halt.CancelAsync();
        await ((Task)measured).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await loading;
        MeasuredSlice result = await measured;
        await screen.ShowAsync("drained", null, null, DrainAsync(ct));
        return result;

        async Task<MeasuredSlice> MeasureAsync()
        {
            await screen.ShowAsync("warm-up", warmUp, Settled(), PassAsync(warmUp, before + load.PipelinePayments, halt.Token));
            Costs from = await costs.ReadAsync(ct);
            await screen.ShowAsync("load", slice, Settled(), PassAsync(slice, 0, halt.Token));
            return new MeasuredSlice(from, await costs.ReadAsync(ct));
        }
    }

    /// <summary>Lets at least so much time pass, until so many payments are settled, and on until the next batch is: batches of
    /// hundreds make a slice that began and ended anywhere among them count too many or too few.</summary>
    private async Task PassAsync(TimeSpan duration, int payments, CancellationToken ct)
    {
        await Task.Delay(duration, time, ct);
        long began = time.GetTimestamp();
        int before = tally.Count;
        while (tally.Count == before || tally.Count < payments)
        {
            if (time.GetElapsedTime(began) > SettledWithin)
                throw new BenchException(BenchException.NotFinal, $"In {SettledWithin.TotalSeconds} seconds of load, too few payments were settled: {tally.Count - before}.");
            await Task.Delay(Poll, time, ct);
        }
    }

    private Func<string> Settled()
    {
        int before = tally.Count;
        long began = time.GetTimestamp();
        return () => string.Create(CultureInfo.InvariantCulture, $"{(tally.Count - before) / Math.Max(time.GetElapsedTime(began).TotalSeconds, 0.1):0} settled a second");
    }

    /// <summary>Waits until all that was handed in is reported, and seen at both banks and at the regulator.</summary>
    private async Task DrainAsync(CancellationToken ct)
    {
        long began = time.GetTimestamp();
        while (true)
        {
            if (tally.Unanswered == 0)
            {
                IReadOnlyList<SettledPayment> settled = tally.Settled;
                if (settled.Skip(drained).All(payment => following.IsComplete(payment, channels[payment.Direction.Channel])))
                {
                    drained = settled.Count;
                    return;
                }
            }

            if (time.GetElapsedTime(began) > DrainedWithin)
            {
                throw new BenchException(BenchException.NotFinal,
                    $"{DrainedWithin.TotalSeconds} seconds after the last hand-in, {tally.Unanswered} payments are unanswered, or some are not final at both banks "
                    + $"or not held by the regulator.\n{network.Regulator.LogTail()}");
            }

            await Task.Delay(Poll, time, ct);
        }
    }

    /// <summary>Payments one at a time on an idle network, in every direction in turn.</summary>
    private async Task<IReadOnlyList<TimeSpan>> LoneAsync(CancellationToken ct)
    {
        MessageTemplate[] templates = [.. plan.Directions.Select(direction => new MessageTemplate(direction, date, 1, ushort.MaxValue - direction.Number, entropy))];
        List<TimeSpan> took = [];
        long began = time.GetTimestamp();
        await screen.ShowAsync("lone payments", null, null, PayAsync());
        return took;

        async Task PayAsync()
        {
            while (took.Count < LonePayments && (took.Count < plan.Directions.Count || time.GetElapsedTime(began) < LoneWithin))
            {
                Direction direction = plan.Directions[took.Count % plan.Directions.Count];
                ReadOnlyMemory<byte> message = templates[direction.Number].Write(took.Count);
                long sent = time.GetTimestamp();
                MessageReceipt receipt = await calls.AskAsync(network.Bank(direction.Payer), "take a lone payment",
                    client => client.SubmitAsync(message, "application/xml", $"lone-{took.Count}", LoneWait, ct), ct);
                took.Add(time.GetElapsedTime(sent));
                InstructionStatus end = receipt.Instructions[0];
                if (end.Status != StatusCodes.Settled)
                    throw new BenchException(BenchException.PaymentRefused, $"A lone payment from {direction.Payer} to {direction.Payee} ended with {end.Status} {end.Reason}.");
            }
        }
    }

    private async Task<long> ProveAsync(CancellationToken ct)
    {
        Task<NetworkVerdict> audit = new NetworkProof(network, time).AuditAsync(channels, ct);
        await screen.ShowAsync("the regulator's verdicts", null, null, audit);
        NetworkVerdict verdict = await audit;
        if (verdict is { Complete: true, ReExecuted: true }) return verdict.Entries;
        IEnumerable<string> findings = verdict.Findings.Take(FindingsShown).Select(static finding => $"\n  {finding}");
        throw new BenchException(BenchException.NotVerified, $"The regulator cannot prove all of it:{string.Concat(findings)}");
    }

    private PeakRssMb Peaks() => new(
        BenchFigures.Megabytes(network.Banks.Max(static bank => bank.ReadPeakMemory())), BenchFigures.Megabytes(network.Ledger.ReadPeakMemory()),
        BenchFigures.Megabytes(network.Agent.ReadPeakMemory()), BenchFigures.Megabytes(network.Regulator.ReadPeakMemory()));
}
