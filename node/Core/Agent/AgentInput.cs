using Settlement.Core.Identifiers;
using Settlement.Core.Machines;
using Settlement.Core.Monetary;

namespace Settlement.Core.Agent;

/// <summary>What reaches the settlement agent's machine.</summary>
public abstract record AgentInput : Input
{
    /// <summary>A participant's request at the agent's door; answered by <see cref="Effect.Reply"/> with the bytes of an AgentReply.</summary>
    public sealed record Requested(long CallId, ParticipantId From, byte[] Body) : AgentInput;

    /// <summary>The operator issues money to a bank's account; answered by <see cref="CreditResult"/>.</summary>
    public sealed record Credit(long CallId, string Reference, ParticipantId Bank, Money Amount) : AgentInput;

    /// <summary>Answered by <see cref="Books"/>.</summary>
    public sealed record ListBooks(long CallId) : AgentInput;
}

/// <summary>The answer to <see cref="AgentInput.Credit"/>; the same reference is credited once.</summary>
public sealed record CreditResult(Money Balance, string? Refusal);

/// <summary>The agent's books: accounts and pools always sum to what was issued.</summary>
public sealed record Books(IReadOnlyList<(ParticipantId Bank, Money Balance)> Accounts, IReadOnlyList<(string Channel, Money Balance)> Pools, IReadOnlyList<Money> Issued);
