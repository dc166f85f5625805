namespace Settlement.Host.Peers;

/// <summary>How many requests of strangers are read or worked on at once.</summary>
/// <param name="AtOnce">Those of all strangers together.</param>
/// <param name="PerAddress">The same, from one address.</param>
internal sealed record StrangerBounds(int AtOnce, int PerAddress)
{
    /// <summary>Those of a node that runs.</summary>
    public static StrangerBounds Default { get; } = new(PeerBounds.MaximumStrangersAtOnce, PeerBounds.MaximumStrangersAtOncePerAddress);
}
