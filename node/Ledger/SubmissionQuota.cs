namespace Settlement.Ledger;

/// <summary>
/// Counts what each submitter had accepted in the last window. It lives in memory alone: leaves do not name their
/// submitters, so a restarted ledger starts counting anew.
/// </summary>
internal sealed class SubmissionQuota(TimeSpan window)
{
    private readonly Dictionary<string, Queue<DateTimeOffset>> accepted = new(StringComparer.Ordinal);

    /// <summary>Takes one of at most <paramref name="limit"/> places; false when none is free.</summary>
    public bool TryTake(string submitter, int limit, DateTimeOffset time)
    {
        if (!accepted.TryGetValue(submitter, out Queue<DateTimeOffset>? times)) accepted.Add(submitter, times = new Queue<DateTimeOffset>());
        while (times.TryPeek(out DateTimeOffset oldest) && time - oldest >= window) times.Dequeue();
        if (times.Count >= limit) return false;
        times.Enqueue(time);
        return true;
    }
}
