using Settlement.Core.Identifiers;

namespace Settlement.Core.Machines;

/// <summary>What a machine is told. A role adds its own inputs: instructions, operator commands, calls it must answer.</summary>
public abstract record Input
{
    /// <summary>How much of a step it takes, in items that leave rows of their own; the host gathers inputs up to a bound of it.</summary>
    public virtual int Weight => 1;

    /// <summary>Time has passed: retries and timeouts are looked at.</summary>
    public sealed record Tick : Input;

    /// <summary>Bytes that a participant, authenticated by TLS, sent to the peer door.</summary>
    public sealed record PeerReceived(ParticipantId From, byte[] Body) : Input;

    /// <summary>The answer to a <see cref="Effect.Send"/>; empty where the other side only acknowledges receipt.</summary>
    public sealed record Answered(long Token, byte[] Body) : Input;

    /// <summary>A <see cref="Effect.Send"/> that could not be delivered, or whose outcome is unknown.</summary>
    public sealed record SendFailed(long Token) : Input;

    /// <summary>Somebody presented a TLS key that the directory, as this node last saw it, does not list.</summary>
    /// <param name="Times">How often since it was told last.</param>
    public sealed record StrangerKnocked(long Times = 1) : Input;

    /// <summary>The host refused what a participant, authenticated by TLS, sent, because it is no message, too large, or too slow; or
    /// whoever answers at a participant's address, because it is not that participant.</summary>
    /// <param name="From">Who.</param>
    /// <param name="Code">The door's code.</param>
    /// <param name="Detail">What the door saw of it: sizes, never content.</param>
    public sealed record DoorRefused(ParticipantId From, string Code, string Detail) : Input;
}
