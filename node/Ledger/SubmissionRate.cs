namespace Settlement.Ledger;

/// <summary>
/// Holds each submitter to a rate, with a burst. It keeps one time a submitter, however much is submitted; like
/// <see cref="SubmissionQuota"/> it lives in memory alone.
/// </summary>
internal sealed class SubmissionRate(int perSecond, int burst)
{
    private readonly TimeSpan interval = TimeSpan.FromTicks(Math.Max(1, TimeSpan.TicksPerSecond / perSecond));
    private readonly Dictionary<string, DateTimeOffset> paidUntil = new(StringComparer.Ordinal);

    /// <summary>Whether the submitter has any of its burst left.</summary>
    public bool HasRoom(string submitter, DateTimeOffset time) =>
        paidUntil.GetValueOrDefault(submitter) - time < burst * interval;

    /// <summary>Takes some, of which there must be one: what goes beyond the burst is waited for later.</summary>
    public void Take(string submitter, int count, DateTimeOffset time)
    {
        DateTimeOffset until = paidUntil.GetValueOrDefault(submitter);
        paidUntil[submitter] = (until < time ? time : until) + count * interval;
    }
}
