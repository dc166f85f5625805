namespace Settlement.Contracts;

/// <summary>One value of a contract, as the matrix of readers lists it.</summary>
/// <param name="Field">The field or parameter.</param>
/// <param name="Action">The action of a parameter; null for a field.</param>
internal sealed record ReadingRow(Field Field, ContractAction? Action)
{
    /// <summary>All of a contract: its fields, then the parameters of its actions.</summary>
    public static IEnumerable<ReadingRow> Of(Contract contract) => contract.Fields.Select(f => new ReadingRow(f, null))
        .Concat(contract.Actions.SelectMany(a => a.Parameters.Select(p => new ReadingRow(p, a))));

    /// <summary>The field's name; a parameter's with its action.</summary>
    public string Name => Action is null ? Field.Name : $"{Action.Name}({Field.Name})";

    /// <summary>Its type as written.</summary>
    public string Type => Field.Optional ? $"{Field.Type.Written} optional" : Field.Type.Written;
}
