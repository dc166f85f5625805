namespace Settlement.Contracts;

/// <summary>What an action comes to: accepted with its effects, or refused with one code. A closed hierarchy.</summary>
public abstract record Evaluation
{
    private Evaluation() { }

    /// <summary>The instance goes to <paramref name="NextState"/>, and movements and updates take place, in their order.</summary>
    /// <param name="NextState">Where the instance is afterwards.</param>
    /// <param name="Movements">What moves.</param>
    /// <param name="Updates">Fields that have another value afterwards, by index, each once.</param>
    public sealed record Accepted(State NextState, IReadOnlyList<Movement> Movements, IReadOnlyList<FieldUpdate> Updates) : Evaluation;

    /// <summary>
    /// Nothing happens. The code is the contract's own or one of <see cref="PlatformCodes"/>; the place names the
    /// action and what in it refused, and depends on nothing but the canonical form, never on a value or a line.
    /// </summary>
    public sealed record Refused(string Code, string Place) : Evaluation;
}

/// <summary>A field's value after an action.</summary>
/// <param name="Field">The field.</param>
/// <param name="Value">Its new value; null when it is absent from now on.</param>
/// <param name="IsAsserted">True when the one who ran the action could not compute it and took what others say.</param>
public sealed record FieldUpdate(Field Field, Value? Value, bool IsAsserted = false);

/// <summary>Something that an accepted action does with an amount, which is above zero. A closed hierarchy.</summary>
public abstract record Movement
{
    private Movement(AmountValue amount) => Amount = amount;

    /// <summary>How much, above zero.</summary>
    public AmountValue Amount { get; }

    /// <summary>From the position of one participant to that of another.</summary>
    public sealed record Move(Seat From, Seat To, AmountValue Amount) : Movement(Amount);

    /// <summary>A part of a position is set aside for the instance.</summary>
    public sealed record Reserve(Seat From, AmountValue Amount) : Movement(Amount);

    /// <summary>What was set aside is free again.</summary>
    public sealed record Release(Seat To, AmountValue Amount) : Movement(Amount);

    /// <summary>Money of the settlement agent enters the channel, citing the agent's posting, which serves once.</summary>
    public sealed record Issue(Seat To, AmountValue Amount, string Posting) : Movement(Amount);

    /// <summary>Money leaves the channel and is the settlement agent's again.</summary>
    public sealed record Redeem(Seat From, AmountValue Amount) : Movement(Amount);
}
