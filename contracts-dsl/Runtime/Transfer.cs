namespace Settlement.Contracts;

/// <summary>Personal data that one participant sends to another than the bank whose customer it is about: to a reader of the field, or to
/// whom an action discloses something of it.</summary>
/// <param name="Field">The field or parameter.</param>
/// <param name="Action">The action of a parameter, or the one that discloses; null for a field.</param>
/// <param name="Exporter">Who sends.</param>
/// <param name="Recipient">Who receives; the exporter's own party for the others of several.</param>
/// <param name="IsDisclosed">True where the recipient does not read it, and an action discloses something of it.</param>
public sealed record Transfer(Field Field, ContractAction? Action, Party Exporter, Party Recipient, bool IsDisclosed)
{
    /// <summary>What a channel whose members are in different jurisdictions needs for each transfer.</summary>
    internal const string Basis = "Each is a transfer abroad where the two are in different jurisdictions. A channel then opens only with a basis for it: consent, standard contract, certification or security assessment.";

    /// <summary>All of a contract: of fields, of parameters, and what actions disclose.</summary>
    public static IReadOnlyList<Transfer> Of(Contract contract) =>
    [
        .. contract.Fields.SelectMany(f => Read(f, null)),
        .. contract.Actions.SelectMany(a => a.Parameters.SelectMany(p => Read(p, a))),
        .. contract.Actions.SelectMany(a => a.Disclosures.SelectMany(d => d.Fields.SelectMany(f => Disclosed(f, a, d.Parties)))).Distinct(),
    ];

    /// <summary>The field's name; a parameter's with its action.</summary>
    internal string FieldName => IsDisclosed ? $"{Field.Name}, as {Action!.Name} discloses it" : Action is null ? Field.Name : $"{Action.Name}({Field.Name})";

    /// <summary>Who receives, in words.</summary>
    internal string To => Recipient == Exporter ? $"each other {Recipient.Name}" : Recipient.IsSeveral ? $"each {Recipient.Name}" : Recipient.Name;

    private static IEnumerable<Transfer> Read(Field field, ContractAction? action) =>
        field.PersonalOf is { } exporter ? Recipients(field.Audience, exporter).Select(to => new Transfer(field, action, exporter, to, IsDisclosed: false)) : [];

    private static IEnumerable<Transfer> Disclosed(Field field, ContractAction action, IEnumerable<Party> parties) =>
        field.PersonalOf is { } exporter ? Recipients(parties, exporter).Where(to => !field.IsReadBy(to)).Select(to => new Transfer(field, action, exporter, to, IsDisclosed: true)) : [];

    private static IEnumerable<Party> Recipients(IEnumerable<Party> parties, Party exporter) => parties.Where(to => to != exporter || exporter.IsSeveral);
}
