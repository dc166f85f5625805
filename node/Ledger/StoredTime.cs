namespace Settlement.Ledger;

/// <summary>
/// A time as PostgreSQL stores it: microseconds since the start of the year 2000 in UTC. Every bit pattern is one, also those
/// that stand for infinity or a year that no other type knows, so that whatever was put into a column can be compared.
/// </summary>
/// <param name="Microseconds">The stored value.</param>
public readonly record struct StoredTime(long Microseconds)
{
    private static readonly DateTimeOffset Zero = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>How a time is stored; what is finer than a microsecond is dropped.</summary>
    public static StoredTime Of(DateTimeOffset time) => new((time.UtcTicks / TimeSpan.TicksPerMicrosecond) - (Zero.UtcTicks / TimeSpan.TicksPerMicrosecond));
}
