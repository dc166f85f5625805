namespace Settlement.Host.Peers;

/// <summary>What whoever answers at a participant's address did that no honest node does.</summary>
/// <param name="Code">A stable code.</param>
/// <param name="Detail">What was seen of it: sizes, times and fingerprints, never content.</param>
internal sealed record PeerOffence(string Code, string Detail);
