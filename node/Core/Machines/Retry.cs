namespace Settlement.Core.Machines;

/// <summary>When something unanswered is tried again: the wait doubles up to a bound, and the tries are counted.</summary>
internal sealed class Retry
{
    private readonly TimeSpan first;
    private readonly TimeSpan longest;
    private TimeSpan wait;

    /// <param name="first">The wait after the first try.</param>
    /// <param name="longest">The longest wait.</param>
    public Retry(TimeSpan first, TimeSpan longest)
    {
        this.first = first;
        this.longest = longest;
        wait = first;
    }

    /// <summary>Tries made so far.</summary>
    public int Tries { get; private set; }

    /// <summary>The moment of the next try; the earliest possible before the first.</summary>
    public DateTimeOffset Due { get; private set; } = DateTimeOffset.MinValue;

    /// <summary>Whether the time for a try has come.</summary>
    public bool IsDue(DateTimeOffset now) => now >= Due;

    /// <summary>Notes a try.</summary>
    public void Tried(DateTimeOffset now)
    {
        Tries++;
        Due = now + wait;
        wait = wait + wait > longest ? longest : wait + wait;
    }

    /// <summary>The other side answered: the next try is a first one again.</summary>
    public void Reset()
    {
        Tries = 0;
        wait = first;
        Due = DateTimeOffset.MinValue;
    }
}
