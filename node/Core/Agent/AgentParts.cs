using Settlement.Contracts;
using Settlement.Core.Channels;
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

    /// <summary>Where nothing else is said.</summary>
    public static readonly TimeSpan UsualOffsetInterval = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan UsualOffsetLife = TimeSpan.FromSeconds(30);

    /// <summary>What channels set aside for an offset they hold no longer.</summary>
    public static readonly TimeSpan LongestOffsetLife = HeldLeg.LongestHold - TimeSpan.FromMinutes(1);

    /// <summary>How often it looks, at most, whether what banks offer settles together.</summary>
    public TimeSpan OffsetInterval { get; init; } = UsualOffsetInterval;

    /// <summary>How long channels have to set their payments of an offset aside; at most <see cref="LongestOffsetLife"/>.</summary>
    public TimeSpan OffsetLife { get; init; } = UsualOffsetLife;
}
