namespace Settlement.Host.Running;

/// <summary>
/// Collects the garbage of a process that has little to do. Under load it is collected whenever a large budget is full, because that
/// is cheapest; a quiet node would fill the budget all the same, over hours, and hold it without need.
/// </summary>
internal static class QuietCollection
{
    /// <summary>How long a process is left alone that collects nothing by itself.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>Runs until it is cancelled; then it ends without an exception.</summary>
    public static async Task RunAsync(TimeProvider time, CancellationToken ct)
    {
        using PeriodicTimer timer = new(Interval, time);
        int before = GC.CollectionCount(0);
        try
        {
            while (await timer.WaitForNextTickAsync(ct))
            {
                if (GC.CollectionCount(0) == before) GC.Collect(0);
                before = GC.CollectionCount(0);
            }
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
    }
}
