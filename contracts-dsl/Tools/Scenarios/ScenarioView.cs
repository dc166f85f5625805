namespace Settlement.Contracts;

/// <summary>What one party reads of the entry that an accepted action makes.</summary>
/// <param name="values">The values within the party's audiences; null for a field that becomes absent.</param>
internal sealed class ScenarioView(IReadOnlyList<(Field Field, Value? Value)> values)
{
    private const string Nothing = "nothing";
    private const string Absent = "absent";

    /// <summary>
    /// All fields that are present for an action that creates, else those with a new value, and the parameters. Of what is
    /// refused nothing is written, so that nothing is read.
    /// </summary>
    /// <param name="contract">The contract.</param>
    /// <param name="reader">Who reads.</param>
    /// <param name="action">What was taken.</param>
    /// <param name="evaluation">What came of it.</param>
    /// <param name="after">The instance's fields afterwards.</param>
    /// <param name="arguments">The values of the parameters.</param>
    public static ScenarioView Of(Contract contract, Party reader, ContractAction action, Evaluation evaluation, IReadOnlyList<Value?> after, IReadOnlyList<Value?> arguments)
    {
        if (evaluation is not Evaluation.Accepted accepted) return new ScenarioView([]);
        IEnumerable<(Field Field, Value? Value)> written = action.Creates
            ? contract.Fields.Where(f => after[f.Index] is not null).Select(f => (f, after[f.Index]))
            : accepted.Updates.Select(u => (u.Field, u.Value));
        return new ScenarioView([.. written.Concat(action.Parameters.Select((p, i) => (Field: p, Value: arguments[i])).Where(p => p.Value is not null)).Where(v => v.Field.IsReadBy(reader))]);
    }

    /// <summary>As a scenario writes it.</summary>
    public string Written => values.Count == 0 ? Nothing : string.Join("; ", values.Select(v => $"{v.Field.Name} = {v.Value?.Written ?? Absent}"));

    /// <summary>
    /// True when a cell names exactly what is read, in any order: <c>field = value</c>, or <c>field</c> alone where the value does
    /// not matter, between semicolons; or <c>nothing</c>.
    /// </summary>
    public bool Is(string cell)
    {
        List<string> expected = cell == Nothing ? [] : ScenarioText.Pieces(cell, ';');
        return expected.Count == values.Count && values.All(v => expected.Count(e => Matches(e, v.Field, v.Value)) == 1);
    }

    private static bool Matches(string expected, Field field, Value? value)
    {
        int equals = expected.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0) return expected == field.Name;
        if (expected[..equals].TrimEnd() != field.Name) return false;
        string written = expected[(equals + 1)..].TrimStart();
        return value is null ? written == Absent : value.Equals(ScenarioValue.Read(written, field.Type));
    }
}
