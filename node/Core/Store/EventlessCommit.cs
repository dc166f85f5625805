using Settlement.Core.Cryptography;

namespace Settlement.Core.Store;

/// <summary>
/// The name of a commit without events. One with events is named by its last event, which explains the name to whoever
/// verifies the database; this one explains itself: 8 random bytes, and 8 of a hash over them and the commit's time.
/// </summary>
public static class EventlessCommit
{
    /// <summary>The random bytes of a name.</summary>
    public const int DrawnLength = sizeof(long);

    private const int NameLength = 2 * DrawnLength;

    /// <summary>A name.</summary>
    /// <param name="drawn">8 random bytes.</param>
    /// <param name="microseconds">The commit's time, in microseconds since the start of the year 2000, as it is stored.</param>
    public static Guid Name(ReadOnlySpan<byte> drawn, long microseconds)
    {
        Span<byte> name = stackalloc byte[NameLength];
        drawn[..DrawnLength].CopyTo(name);
        new HashWriter("settlement/commit").Bytes(drawn[..DrawnLength]).Int64(microseconds).Finish().ToArray().AsSpan(0, DrawnLength).CopyTo(name[DrawnLength..]);
        return new Guid(name, bigEndian: true);
    }

    /// <summary>Whether a commit of this time can have this name.</summary>
    public static bool IsNameOf(Guid name, long microseconds)
    {
        Span<byte> bytes = stackalloc byte[NameLength];
        name.TryWriteBytes(bytes, bigEndian: true, out _);
        return Name(bytes, microseconds) == name;
    }
}
