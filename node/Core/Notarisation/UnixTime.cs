namespace Settlement.Core.Notarisation;

/// <summary>Times on the wire are whole milliseconds since 1970, and come from strangers.</summary>
public static class UnixTime
{
    private static readonly long First = DateTimeOffset.MinValue.ToUnixTimeMilliseconds();
    private static readonly long Last = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    /// <summary>Reads a time; false when no calendar has it.</summary>
    public static bool TryRead(long milliseconds, out DateTimeOffset time)
    {
        bool valid = milliseconds >= First && milliseconds <= Last;
        time = valid ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : default;
        return valid;
    }
}
