namespace Settlement.Host.Fuzz;

/// <summary>
/// Watches the case that runs. A case may take 5 seconds of the process's time; by the clock it may take a minute, since
/// the machine has other work too.
/// </summary>
internal sealed class CaseWatch(TimeProvider time)
{
    /// <summary>The most processor time of a case.</summary>
    public static readonly TimeSpan LongestWork = TimeSpan.FromSeconds(5);

    /// <summary>The most time of a case by the clock.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);
    private readonly Lock gate = new();
    private (string Target, ulong Seed, long Case, IReadOnlyList<byte[]> Inputs)? running;
    private long began;
    private TimeSpan work;

    /// <summary>A case begins.</summary>
    public void Begin(string target, ulong seed, long number, IReadOnlyList<byte[]> inputs)
    {
        lock (gate)
        {
            running = (target, seed, number, inputs);
            began = time.GetTimestamp();
            work = Environment.CpuUsage.TotalTime;
        }
    }

    /// <summary>It ended.</summary>
    public void End()
    {
        lock (gate) running = null;
    }

    /// <summary>Completes when a case has taken more time than it may, with what it is.</summary>
    public async Task<FuzzFinding> HangAsync(CancellationToken ct)
    {
        using PeriodicTimer timer = new(PollInterval, time);
        while (await timer.WaitForNextTickAsync(ct))
        {
            if (Hang() is { } hang) return hang;
        }

        throw new OperationCanceledException(ct);
    }

    private FuzzFinding? Hang()
    {
        lock (gate)
        {
            if (running is not { } one) return null;
            TimeSpan waited = time.GetElapsedTime(began), worked = Environment.CpuUsage.TotalTime - work;
            bool hangs = waited > LongestWait || (waited > LongestWork && worked > LongestWork);
            return hangs ? new FuzzFinding(FuzzCodes.CaseHung, one.Target, one.Seed, one.Case, $"the case has run for {waited}, with {worked} of work", [.. one.Inputs]) : null;
        }
    }
}
