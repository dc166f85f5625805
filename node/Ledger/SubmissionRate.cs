namespace Settlement.Ledger;

/// <summary>
/// Holds each submitter to a rate, with a burst. It keeps one time a submitter, however much is submitted; like
/// <see cref="SubmissionQuota"/> it lives in memory alone.
/// </summary>
internal sealed class SubmissionRate(int perSecond, int burst)
{
    private readonly TimeSpan interval = TimeSpan.FromTicks(Math.Max(1, TimeSpan.TicksPerSecond / perSecond));
    private readonly Dictionary<string, DateTimeOffset> paidUntil = new(StringComparer.Ordinal);

    /// <summary>Takes one; false when the submitter has used its burst and goes faster than the rate.</summary>
    public bool TryTake(string submitter, DateTimeOffset time)
    {
        DateTimeOffset until = paidUntil.GetValueOrDefault(submitter);
        if (until < time) until = time;
        if (until - time >= burst * interval) return false;
        paidUntil[submitter] = until + interval;
        return true;
    }
}
