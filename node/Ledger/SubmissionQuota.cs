namespace Settlement.Ledger;

/// <summary>
/// Counts what each submitter had accepted in the last window. It lives in memory alone: leaves do not name their
/// submitters, so a restarted ledger starts counting anew.
/// </summary>
internal sealed class SubmissionQuota(TimeSpan window)
{
    private readonly Dictionary<string, Queue<DateTimeOffset>> accepted = new(StringComparer.Ordinal);

    /// <summary>Whether fewer than <paramref name="limit"/> places are taken.</summary>
    public bool HasRoom(string submitter, int limit, DateTimeOffset time)
    {
        if (!accepted.TryGetValue(submitter, out Queue<DateTimeOffset>? times)) return limit > 0;
        while (times.TryPeek(out DateTimeOffset oldest) && time - oldest >= window) times.Dequeue();
        return times.Count < limit;
    }

    /// <summary>Takes a place, of which there must be one.</summary>
    public void Take(string submitter, DateTimeOffset time)
    {
        if (!accepted.TryGetValue(submitter, out Queue<DateTimeOffset>? times)) accepted.Add(submitter, times = new Queue<DateTimeOffset>());
        times.Enqueue(time);
    }
}
