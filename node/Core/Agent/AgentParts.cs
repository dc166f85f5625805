using Settlement.Contracts;
using Settlement.Core.Cryptography;
using Settlement.Core.Nodes;
using Settlement.Core.Participants;

namespace Settlement.Core.Agent;

/// <summary>What a settlement agent's machine is made of.</summary>
/// <param name="Node">What every node has.</param>
/// <param name="Posting">Signs postings.</param>
/// <param name="Supervisors">A channel is funded only with the acknowledgement of one of them.</param>
public sealed record AgentParts(NodeParts Node, SigningKey Posting, IReadOnlyList<ParticipantPin> Supervisors)
{
    /// <summary>The contracts, known by their hashes, whose redemptions it pays: what an entry of another contract does the agent cannot tell.</summary>
    public IReadOnlyList<Contract> Contracts { get; init; } = [ContractLibrary.Load("PoolFunding")];

    /// <summary>How often it looks, at most, whether what banks offer settles together.</summary>
    public TimeSpan OffsetInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long channels have to set their payments of an offset aside.</summary>
    public TimeSpan OffsetLife { get; init; } = TimeSpan.FromSeconds(30);
}
