namespace Settlement.Core.Machines;

/// <summary>When something unanswered is tried again: not before an answer can be expected, then after waits that double up to a bound. The tries are counted.</summary>
internal sealed class Retry
{
    // An answer is overdue when it has taken twice as long as others lately.
    private const int Overdue = 2;

    // A peer that is slow for other reasons must not make this node wait without end.
    private const int MostStretched = 5;

    private readonly TimeSpan first;
    private readonly TimeSpan longest;
    private readonly Pace pace;
    private TimeSpan wait;
    private DateTimeOffset since;

    /// <param name="first">The wait after the first try, where answers come as soon.</param>
    /// <param name="longest">The longest wait.</param>
    /// <param name="pace">How long answers took before this is made; null where nothing is known.</param>
    public Retry(TimeSpan first, TimeSpan longest, Pace? pace = null)
    {
        this.first = first;
        this.longest = longest;
        this.pace = pace ?? new Pace();
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
        if (Tries == 0)
        {
            since = now;
            wait = FirstWait();
        }

        Tries++;
        Due = now + wait;
        wait = Least(wait + wait, longest);
    }

    /// <summary>The other side answered what was first tried then: the next try is a first one again.</summary>
    public void Answered(DateTimeOffset now)
    {
        if (Tries > 0) pace.Took(now - since);
        Reset();
    }

    /// <summary>Things changed, and nothing was answered: the next try is a first one again.</summary>
    public void Reset()
    {
        Tries = 0;
        Due = DateTimeOffset.MinValue;
    }

    private TimeSpan FirstWait()
    {
        TimeSpan expected = Least(Overdue * pace.Lately, Least(MostStretched * first, longest));
        return expected > first ? expected : first;
    }

    private static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
