namespace Settlement.Contracts;

/// <summary>What an action tells a party about a field that it does not read, because the contract discloses it.</summary>
/// <param name="Action">The action.</param>
/// <param name="Field">The field.</param>
/// <param name="Party">Who is told.</param>
/// <param name="Through">The statements of the action that depend on the field, as written.</param>
internal sealed record ToldOnPurpose(ContractAction Action, Field Field, Party Party, IReadOnlyList<string> Through)
{
    /// <summary>All of a contract, in the order of its source.</summary>
    public static IReadOnlyList<ToldOnPurpose> Of(Contract contract) =>
        [.. contract.Actions.SelectMany(action => action.Disclosures.SelectMany(d => d.Fields.SelectMany(f => d.Parties.Select(p => new ToldOnPurpose(action, f, p, ThroughOf(action, f))))))];

    /// <summary>True for a member, which cannot check what it is told and takes it from those who can.</summary>
    public bool IsAssertion => !Party.Observes;

    /// <summary>The whole as a sentence.</summary>
    public string Sentence
    {
        get
        {
            string personal = Field.PersonalOf is { } owner ? $", personal data of {owner.Name}," : "";
            string asserted = IsAssertion ? $" It cannot check this, and takes it as the assertion of whoever proposes or agrees to the action and reads {Field.Name}." : "";
            string through = Through.Count == 0 ? "" : $" ({string.Join("; ", Through)})";
            return $"{Action.Name} tells {Party.Name} about {Field.Name}{personal} only what follows from how the action comes out{through}.{asserted}";
        }
    }

    private static List<string> ThroughOf(ContractAction action, Field field) =>
        [.. action.Body.All.Where(s => s.Expressions.Any(e => e.Sources.Contains(field))).Select(s => s.Written)];
}
