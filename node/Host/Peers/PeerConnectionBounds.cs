namespace Settlement.Host.Peers;

/// <summary>How many connections the peer door holds at once, and of whom.</summary>
/// <param name="Total">All of them.</param>
/// <param name="Unknown">Of those, the ones whose caller has not shown itself to be a listed participant.</param>
/// <param name="UnknownPerAddress">The same, from one address.</param>
/// <param name="PerParticipant">Those of one listed participant, from wherever they come.</param>
internal sealed record PeerConnectionBounds(int Total, int Unknown, int UnknownPerAddress, int PerParticipant)
{
    /// <summary>Those of a node that runs.</summary>
    public static PeerConnectionBounds Default { get; } = new(
        PeerBounds.MaximumConnections, PeerBounds.MaximumUnknownConnections, PeerBounds.MaximumConnectionsPerAddress, PeerBounds.MaximumConnectionsPerParticipant);
}
