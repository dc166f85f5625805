namespace Settlement.Contracts;

/// <summary>What an action comes to: accepted with its effects, or refused with one code. A closed hierarchy.</summary>
public abstract record Evaluation
{
    private Evaluation() { }

    /// <summary>The instance goes to <paramref name="NextState"/> and the movements take place, in their order.</summary>
    public sealed record Accepted(State NextState, IReadOnlyList<Movement> Movements) : Evaluation;

    /// <summary>
    /// Nothing happens. The code is the contract's own or one of <see cref="PlatformCodes"/>; the place names the
    /// action and what in it refused, and depends on nothing but the canonical form, never on a value or a line.
    /// </summary>
    public sealed record Refused(string Code, string Place) : Evaluation;
}

/// <summary>Money that an accepted action moves; the amount is above zero. A closed hierarchy.</summary>
public abstract record Movement
{
    private Movement(MoneyValue amount) => Amount = amount;

    /// <summary>What moves, above zero.</summary>
    public MoneyValue Amount { get; }

    /// <summary>From the position of one party, by its index, to that of another.</summary>
    public sealed record Move(int FromParty, int ToParty, MoneyValue Amount) : Movement(Amount);

    /// <summary>Money of the settlement agent enters the channel, citing the agent's posting, which serves once.</summary>
    public sealed record Issue(int ToParty, MoneyValue Amount, string Posting) : Movement(Amount);
}
