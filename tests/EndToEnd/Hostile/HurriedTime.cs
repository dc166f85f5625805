namespace Settlement.Tests.EndToEnd.Hostile;

/// <summary>
/// The clock of running nodes, on which a test lets the wait of one length run out at once: whoever waits so long for somebody
/// who never comes is woken, and nothing else changes.
/// </summary>
/// <param name="length">The length of the waits that can be ended.</param>
internal sealed class HurriedTime(TimeSpan length) : TimeProvider
{
    private readonly Lock gate = new();
    private readonly HashSet<Wait> waits = [];

    /// <summary>The waits that are under way.</summary>
    public IReadOnlyCollection<object> Waits
    {
        get
        {
            lock (gate) return [.. waits];
        }
    }

    /// <summary>Ends those of the waits that are still under way.</summary>
    public void End(IReadOnlyCollection<object> some)
    {
        List<Wait> ended;
        lock (gate) ended = [.. waits.Where(some.Contains)];
        foreach (Wait wait in ended) wait.Fire();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime != length) return base.CreateTimer(callback, state, dueTime, period);
        Wait wait = new(this, () => callback(state), base.CreateTimer(callback, state, dueTime, period));
        lock (gate) waits.Add(wait);
        return wait;
    }

    private void Forget(Wait wait)
    {
        lock (gate) waits.Remove(wait);
    }

    private sealed class Wait(HurriedTime owner, Action fire, ITimer inner) : ITimer
    {
        public void Fire()
        {
            owner.Forget(this);
            fire();
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            owner.Forget(this);
            return inner.Change(dueTime, period);
        }

        public void Dispose()
        {
            owner.Forget(this);
            inner.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            owner.Forget(this);
            return inner.DisposeAsync();
        }
    }
}
