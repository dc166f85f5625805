namespace Settlement.Host.Running;

/// <summary>
/// Collects the garbage of a process that has little to do. Under load it is collected whenever a large budget is full, because that
/// is cheapest; a quiet node would fill the budget all the same, over hours, and hold without need what a load before left behind.
/// </summary>
internal sealed class QuietCollection
{
    /// <summary>How long a process is left alone that collects nothing by itself.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private int _before;
    private bool _whole = true;

    /// <summary>
    /// The oldest generation to collect at the end of an interval, or null when the process collects by itself. The first quiet
    /// interval after a busy one collects everything: only that gives back what outlived a collection under load. Those after it
    /// collect the youngest.
    /// </summary>
    /// <param name="collections">How many collections the process has made since its start.</param>
    public int? Due(int collections)
    {
        if (collections == _before) return _whole ? GC.MaxGeneration : 0;
        _before = collections;
        _whole = true;
        return null;
    }

    /// <summary>Notes that what was due is collected.</summary>
    /// <param name="collections">How many collections there are now: those that were asked for count as well, and are no work of the process.</param>
    public void Collected(int collections)
    {
        _before = collections;
        _whole = false;
    }

    /// <summary>Runs until it is cancelled; then it ends without an exception.</summary>
    public static Task RunAsync(TimeProvider time, CancellationToken ct) => RunAsync(time, static () => GC.CollectionCount(0), Collect, ct);

    /// <summary>The same on a process's own counting and collecting.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="count">How many collections the process has made since its start.</param>
    /// <param name="collect">Collects up to a generation.</param>
    /// <param name="ct">Ends it.</param>
    public static async Task RunAsync(TimeProvider time, Func<int> count, Action<int> collect, CancellationToken ct)
    {
        QuietCollection quiet = new();
        using PeriodicTimer timer = new(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(ct))
            {
                if (quiet.Due(count()) is not { } generation) continue;
                collect(generation);
                quiet.Collected(count());
            }
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
    }

    // A collection of everything also returns the freed memory to the system.
    private static void Collect(int generation)
    {
        if (generation == 0) GC.Collect(0);
        else GC.Collect(generation, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }
}
