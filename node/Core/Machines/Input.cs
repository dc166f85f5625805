using Settlement.Core.Identifiers;

namespace Settlement.Core.Machines;

/// <summary>What a machine is told. A role adds its own inputs: instructions, operator commands, calls it must answer.</summary>
public abstract record Input
{
    /// <summary>Time has passed: retries and timeouts are looked at.</summary>
    public sealed record Tick : Input;

    /// <summary>Bytes that a participant, authenticated by TLS, sent to the peer door.</summary>
    public sealed record PeerReceived(ParticipantId From, byte[] Body) : Input;

    /// <summary>The answer to a <see cref="Effect.Send"/>; empty where the other side only acknowledges receipt.</summary>
    public sealed record Answered(long Token, byte[] Body) : Input;

    /// <summary>A <see cref="Effect.Send"/> that could not be delivered, or whose outcome is unknown.</summary>
    public sealed record SendFailed(long Token) : Input;

    /// <summary>Somebody presented a TLS key that the directory, as this node last saw it, does not list.</summary>
    public sealed record StrangerKnocked : Input;
}
