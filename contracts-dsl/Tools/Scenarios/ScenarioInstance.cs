namespace Settlement.Contracts;

/// <summary>Where one instance stands between the rows of a story; outside of stories each row has its own.</summary>
/// <param name="contract">The contract.</param>
/// <param name="state">Its state; null when there is none yet.</param>
/// <param name="fields">The values of its fields.</param>
/// <param name="moment">The time of its last entry.</param>
internal sealed class ScenarioInstance(Contract contract, State? state, IReadOnlyList<Value?> fields, DateTimeOffset moment)
{
    public State? State { get; private set; } = state;

    public IReadOnlyList<Value?> Fields { get; private set; } = fields;

    public DateTimeOffset Moment { get; private set; } = moment;

    public ScenarioPositions Positions { get; } = new(contract);

    /// <summary>Takes an action at a moment; what is refused changes nothing but the time.</summary>
    public Evaluation Take(ContractAction action, IReadOnlyList<Value?> supplied, IReadOnlyList<Value?> arguments, Occasion occasion)
    {
        IReadOnlyList<Value?> before = action.Creates && State is null ? supplied : Fields;
        Evaluation evaluation = contract.Evaluate(action, State, before, arguments, occasion);
        Moment = occasion.Now;
        if (evaluation is not Evaluation.Accepted accepted) return evaluation;
        State = accepted.NextState;
        Value?[] after = [.. before];
        foreach (FieldUpdate update in accepted.Updates) after[update.Field.Index] = update.Value;
        Fields = after;
        Positions.Apply(accepted.Movements);
        return evaluation;
    }
}
