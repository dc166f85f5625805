using System.Globalization;

namespace Settlement.Host.Fuzz;

/// <summary>What a run came to.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="Elapsed">How long it took.</param>
/// <param name="Cases">Cases by target.</param>
/// <param name="MemoryAtStart">Managed bytes in use once every target had run.</param>
/// <param name="MemoryAtEnd">Managed bytes in use at the end.</param>
/// <param name="Findings">What failed, and the files that say how.</param>
internal sealed record FuzzReport(
    ulong Seed, TimeSpan Elapsed, IReadOnlyDictionary<string, long> Cases, long MemoryAtStart, long MemoryAtEnd, IReadOnlyList<(FuzzFinding Finding, string File)> Findings);

/// <summary>
/// Runs targets in turns until the time is over and the round is finished. One failure a target is enough: the target rests then, and the others go on.
/// A case that hangs ends the run, because nothing can end the case.
/// </summary>
/// <param name="targets">The targets that take turns.</param>
/// <param name="seed">What every case is drawn from.</param>
/// <param name="folder">Where findings go.</param>
/// <param name="time">What the run is measured by.</param>
/// <param name="say">Takes a line for the operator.</param>
internal sealed class FuzzRun(IReadOnlyList<FuzzTarget> targets, ulong seed, string folder, TimeProvider time, Action<string> say)
{
    /// <summary>How much more managed memory may be in use at the end than once every target had run.</summary>
    public const long MaximumGrowth = 64L * 1024 * 1024;

    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(2);
    private readonly CaseWatch watch = new(time);
    private readonly Dictionary<string, long> cases = targets.ToDictionary(static target => target.Name, static _ => 0L, StringComparer.Ordinal);
    private readonly Dictionary<string, long> sessions = targets.ToDictionary(static target => target.Name, static _ => 0L, StringComparer.Ordinal);
    private readonly List<(FuzzFinding Finding, string File)> findings = [];
    private long memoryAtStart;
    private long memoryAtEnd;

    /// <summary>Runs for so long.</summary>
    public Task<FuzzReport> RunAsync(TimeSpan length, CancellationToken ct) => WatchedAsync(stop => TurnsAsync(length, stop), ct);

    /// <summary>Runs the session of one case, up to that case.</summary>
    public Task<FuzzReport> RunCaseAsync(FuzzTarget target, long number, CancellationToken ct) => WatchedAsync(
        async stop => await KeepAsync(target, runner => runner.RunSessionAsync(runner.SessionOf(number), number, stop)), ct);

    /// <summary>Feeds the inputs of a finding again.</summary>
    public Task<FuzzReport> ReplayAsync(FuzzTarget target, FuzzFinding finding, CancellationToken ct) => WatchedAsync(
        async stop => await KeepAsync(target, runner => runner.ReplayAsync(finding, stop)), ct);

    private async Task<FuzzReport> WatchedAsync(Func<CancellationToken, Task> run, CancellationToken ct)
    {
        long began = time.GetTimestamp();
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Task<FuzzFinding> hang = watch.HangAsync(stop.Token);
        Task running = Task.Run(() => run(stop.Token), CancellationToken.None);
        if (await Task.WhenAny(hang, running) == hang && hang.IsCompletedSuccessfully) Keep(await hang);
        else await running;
        await stop.CancelAsync();
        return new FuzzReport(seed, time.GetElapsedTime(began), cases, memoryAtStart, memoryAtEnd, findings);
    }

    private async Task TurnsAsync(TimeSpan length, CancellationToken ct)
    {
        long began = time.GetTimestamp();
        for (int round = 0; !IsOver() && Awake().Any(); round++)
        {
            // A round is finished even when the time is over: memory is compared at the same place of a round, because the platform
            // keeps buffers of the target before, and gives them back only later.
            foreach (FuzzTarget target in Awake().ToList()) await TakeTurnAsync(target, ct);

            memoryAtEnd = GC.GetTotalMemory(forceFullCollection: true);
            // In the first round code is compiled and corpora are read.
            if (round == 1) memoryAtStart = memoryAtEnd;
            say(string.Create(CultureInfo.InvariantCulture, $"{time.GetElapsedTime(began):hh\\:mm\\:ss}  {cases.Values.Sum()} cases, {findings.Count} findings, {memoryAtEnd / 1024 / 1024} MiB"));
        }

        if (memoryAtStart == 0) memoryAtStart = memoryAtEnd;
        long grown = memoryAtEnd - memoryAtStart;
        if (grown > MaximumGrowth)
            Keep(new FuzzFinding(FuzzCodes.MemoryGrew, targets[^1].Name, seed, 0, string.Create(CultureInfo.InvariantCulture, $"managed memory grew from {memoryAtStart} to {memoryAtEnd} bytes"), []));

        bool IsOver() => time.GetElapsedTime(began) >= length || ct.IsCancellationRequested;
        IEnumerable<FuzzTarget> Awake() => targets.Where(target => !findings.Exists(found => found.Finding.Target == target.Name));
    }

    private async Task TakeTurnAsync(FuzzTarget target, CancellationToken ct)
    {
        for (long turn = time.GetTimestamp(); time.GetElapsedTime(turn) < Turn && !ct.IsCancellationRequested;)
        {
            long session = sessions[target.Name]++;
            if (await KeepAsync(target, runner => runner.RunSessionAsync(session, long.MaxValue, ct))) return;
        }
    }

    private async Task<bool> KeepAsync(FuzzTarget target, Func<CaseRunner, ValueTask<FuzzFinding?>> run)
    {
        CaseRunner runner = new(target, seed) { Begun = (number, inputs) => watch.Begin(target.Name, seed, number, inputs), Ended = watch.End };
        FuzzFinding? finding = null;
        try
        {
            finding = await run(runner);
        }
        catch (OperationCanceledException)
        {
            // The run was stopped; its cases count all the same.
        }

        cases[target.Name] += runner.Cases;
        if (finding is not null) Keep(finding);
        return finding is not null;
    }

    private void Keep(FuzzFinding finding)
    {
        string file = finding.Write(folder);
        findings.Add((finding, file));
        say($"{finding.Code} {finding.Target}: {finding.Fault}");
        say($"  again: {finding.Command}");
        say($"  input: {file}");
    }
}
