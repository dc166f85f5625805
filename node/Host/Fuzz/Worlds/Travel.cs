using Settlement.Core.Identifiers;

namespace Settlement.Host.Fuzz.Worlds;

/// <summary>What passes between participants, by the door that it is for.</summary>
internal enum Travel
{
    /// <summary>A batch of messages between members, or to and from observers.</summary>
    PeerBatch,

    LedgerRequest,

    LedgerReply,

    AgentRequest,

    AgentReply,
}

/// <summary>Bytes on their way.</summary>
/// <param name="Kind">What they are.</param>
/// <param name="From">Who sends them.</param>
/// <param name="To">Who gets them.</param>
/// <param name="Body">The bytes.</param>
internal sealed record Traveller(Travel Kind, ParticipantId From, ParticipantId To, byte[] Body);
