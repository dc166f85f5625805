namespace Settlement.Contracts;

/// <summary>Personal data that one participant sends to another: a reader of the field other than the bank whose customer it is about.</summary>
/// <param name="Field">The field or parameter.</param>
/// <param name="Action">The action of a parameter; null for a field.</param>
/// <param name="Exporter">Who sends.</param>
/// <param name="Recipient">Who receives; the exporter's own party for the others of several.</param>
internal sealed record Transfer(Field Field, ContractAction? Action, Party Exporter, Party Recipient)
{
    /// <summary>What a channel whose members are in different jurisdictions needs for each transfer.</summary>
    public const string Basis = "Each is a transfer abroad where the two are in different jurisdictions. A channel then opens only with a basis for it: consent, standard contract, certification or security assessment.";

    /// <summary>All of a contract, fields first.</summary>
    public static IReadOnlyList<Transfer> Of(Contract contract) =>
    [
        .. contract.Fields.SelectMany(f => Of(f, null)),
        .. contract.Actions.SelectMany(a => a.Parameters.SelectMany(p => Of(p, a))),
    ];

    /// <summary>The field's name; a parameter's with its action.</summary>
    public string FieldName => Action is null ? Field.Name : $"{Action.Name}({Field.Name})";

    /// <summary>Who receives, in words.</summary>
    public string To => Recipient == Exporter ? $"each other {Recipient.Name}" : Recipient.IsSeveral ? $"each {Recipient.Name}" : Recipient.Name;

    private static IEnumerable<Transfer> Of(Field field, ContractAction? action) => field.PersonalOf is not { } exporter ? []
        : field.Audience.Where(reader => reader != exporter || exporter.IsSeveral).Select(reader => new Transfer(field, action, exporter, reader));
}
