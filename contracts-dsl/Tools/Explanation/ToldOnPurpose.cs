namespace Settlement.Contracts;

/// <summary>What an action tells a party about a field that it does not read, because the contract discloses it.</summary>
/// <param name="Action">The action.</param>
/// <param name="Field">The field.</param>
/// <param name="Party">Who is told.</param>
/// <param name="Through">The statements of the action that depend on the field, as written.</param>
/// <param name="Origins">What else the field tells of where the action sets it: fields that the party does not read either.</param>
internal sealed record ToldOnPurpose(ContractAction Action, Field Field, Party Party, IReadOnlyList<string> Through, IReadOnlyList<Field> Origins)
{
    /// <summary>All of a contract, in the order of its source.</summary>
    public static IReadOnlyList<ToldOnPurpose> Of(Contract contract) =>
        [.. contract.Actions.SelectMany(action => action.Disclosures.SelectMany(d => d.Fields.SelectMany(f => d.Parties.Select(p => new ToldOnPurpose(action, f, p, ThroughOf(action, f), OriginsOf(action, f, p))))))];

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
            string origins = Origins.Count == 0 ? "" : $" and {ActionSentences.And(Origins.Select(static f => f.Name))}, from which it is set here,";
            return $"{Action.Name} tells {Party.Name} about {Field.Name}{personal}{origins} only what follows from how the action comes out{through}.{asserted}";
        }
    }

    private static List<string> ThroughOf(ContractAction action, Field field) =>
        [.. action.Body.All.Where(s => s is Statement.Set set && set.Field == field || s.Expressions.Any(e => e.Sources.Contains(field))).Select(s => s.Written)];

    private static List<Field> OriginsOf(ContractAction action, Field field, Party party)
    {
        HashSet<Field> origins = [];
        Queue<Field> toVisit = new([field]);
        while (toVisit.TryDequeue(out Field? told))
        {
            foreach (Field source in action.Body.All.OfType<Statement.Set>().Where(s => s.Field == told).SelectMany(static s => s.Value.Sources))
            {
                if (source != field && !source.IsReadBy(party) && origins.Add(source)) toVisit.Enqueue(source);
            }
        }

        return [.. origins.OrderBy(static f => f.Index)];
    }
}
