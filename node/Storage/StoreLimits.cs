namespace Settlement.Storage;

/// <summary>Bounds that every vault keeps, so that no single request can exhaust memory or break an index.</summary>
public static class StoreLimits
{
    /// <summary>A key's longest form: what an index page of the database holds, with room to spare.</summary>
    public const int MaximumKeyBytes = 512;

    /// <summary>A payload's largest body.</summary>
    public const int MaximumBodyBytes = 64 * 1024 * 1024;

    /// <summary>The bodies of one transaction together: what one message to the database holds, with room to spare.</summary>
    public const long MaximumBodyBytesPerTransaction = 256L * 1024 * 1024;

    /// <summary>A stream name's longest form.</summary>
    public const int MaximumStreamNameLength = 256;

    /// <summary>An event type's longest form, the width of its column.</summary>
    public const int MaximumEventTypeLength = 500;

    /// <summary>Events, writes and deletes of one transaction together.</summary>
    public const int MaximumRowsPerTransaction = 500_000;

    /// <summary>Rows that one read may ask for.</summary>
    public const int MaximumRowsPerRead = 100_000;

    internal static void CheckRead(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaximumRowsPerRead);
    }
}
