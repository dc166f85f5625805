namespace Settlement.Host.Peers;

/// <summary>How many connections the peer door holds at once, and of whom.</summary>
/// <param name="Known">Those of listed participants. Whatever these do together, there is room for others to show who they are.</param>
/// <param name="Unknown">Those whose caller has not shown itself to be a listed participant.</param>
/// <param name="UnknownPerAddress">The same, from one address.</param>
/// <param name="PerParticipant">Those of one listed participant, from wherever they come.</param>
internal sealed record PeerConnectionBounds(int Known, int Unknown, int UnknownPerAddress, int PerParticipant)
{
    /// <summary>Those of a node that runs.</summary>
    public static PeerConnectionBounds Default { get; } = new(
        PeerBounds.MaximumKnownConnections, PeerBounds.MaximumUnknownConnections, PeerBounds.MaximumConnectionsPerAddress, PeerBounds.MaximumConnectionsPerParticipant);
}
