namespace Settlement.Host.Fuzz.Worlds;

/// <summary>
/// A clock that runs faster than the machine's, timers included, so that what a node waits for is over sooner. It begins at a
/// moment of its own.
/// </summary>
/// <param name="time">The machine's time.</param>
/// <param name="start">What this clock shows first.</param>
/// <param name="pace">How many of its seconds pass in one of the machine's.</param>
internal sealed class HurriedTime(TimeProvider time, DateTimeOffset start, int pace) : TimeProvider
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);
    private readonly long began = time.GetTimestamp();

    /// <inheritdoc/>
    public override long TimestampFrequency => time.TimestampFrequency;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => start + pace * time.GetElapsedTime(began);

    /// <inheritdoc/>
    public override long GetTimestamp() => checked(pace * (time.GetTimestamp() - began));

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new HurriedTimer(this, time.CreateTimer(callback, state, Hurry(dueTime), Hurry(period)));

    private TimeSpan Hurry(TimeSpan length) => length <= TimeSpan.Zero ? length : TimeSpan.FromTicks(Math.Max(Shortest.Ticks, length.Ticks / pace));

    private sealed class HurriedTimer(HurriedTime owner, ITimer timer) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(owner.Hurry(dueTime), owner.Hurry(period));

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
