using Settlement.Core.Participants;

namespace Settlement.Core.Machines;

/// <summary>What a machine asks of its host, performed only after the step's transaction is durable.</summary>
public abstract record Effect
{
    /// <summary>Send bytes to a participant's door. Sends to one destination keep their order; each is answered by
    /// <see cref="Input.Answered"/> or <see cref="Input.SendFailed"/> with the same token.</summary>
    public sealed record Send(Destination To, Door Door, long Token, byte[] Body) : Effect;

    /// <summary>Answer a call that came in with <paramref name="CallId"/>; the body's type belongs to the call.</summary>
    public sealed record Reply(long CallId, object Body) : Effect;

    /// <summary>An instruction reached a new status: whoever waits for it may look.</summary>
    public sealed record StatusChanged(string InstructionId) : Effect;

    /// <summary>The operator must hear of it: a stable code and an opaque subject, never a confidential value.</summary>
    /// <param name="Code">A stable code.</param>
    /// <param name="Subject">What it is about.</param>
    /// <param name="Party">Who brought it about: a participant, or one of <see cref="Alarms.AlarmParties"/>.</param>
    /// <param name="Times">How often since it was told last.</param>
    public sealed record Alarm(string Code, string Subject, string Party, long Times) : Effect;

    /// <summary>The participants this node knows changed; the doors authenticate against the new set.</summary>
    public sealed record DirectoryChanged : Effect;
}

/// <summary>Which of a node's doors a message is for.</summary>
public enum Door
{
    /// <summary>Messages between members and to observers; receipt is acknowledged, answers come as messages.</summary>
    Peer,

    /// <summary>The ledger's requests, answered in the reply.</summary>
    Ledger,

    /// <summary>The settlement agent's requests, answered in the reply.</summary>
    Agent,
}
