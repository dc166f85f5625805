namespace Settlement.Contracts;

/// <summary>Whether a party can run the contract's actions again, and what it cannot check.</summary>
/// <param name="Party">The party.</param>
/// <param name="Missing">What it does not read of all that an outcome depends on, with the action; empty when it can.</param>
/// <param name="Asserted">Requires and new values that it takes from others, as written, with the action.</param>
internal sealed record Verification(Party Party, IReadOnlyList<(ContractAction Action, Field Field)> Missing, IReadOnlyList<(ContractAction Action, string Statement)> Asserted)
{
    /// <summary>Of every party of a contract, in their order.</summary>
    public static IReadOnlyList<Verification> Of(Contract contract) =>
        [.. contract.Parties.Select(p => new Verification(p, [.. contract.HiddenDependencies(p)], [.. contract.Actions.SelectMany(a => AssertedIn(a, p).Select(s => (a, s.Written)))]))];

    /// <summary>True when it comes to every result itself.</summary>
    public bool CanRunAgain => Missing.Count == 0;

    /// <summary>The whole as a sentence.</summary>
    public string Sentence
    {
        get
        {
            if (!CanRunAgain)
            {
                IEnumerable<string> missing = Missing.GroupBy(m => m.Field).Select(g => $"{g.Key.Name} (in {ActionSentences.And(g.Select(m => m.Action.Name).Distinct())})");
                return $"{Party.Name} cannot run every action again: it does not read {ActionSentences.And(missing)}.";
            }

            if (!Party.Observes)
            {
                return Asserted.Count == 0 ? $"{Party.Name} runs every action and checks all of it."
                    : $"{Party.Name} runs every action, and takes from those who can check it: {string.Join("; ", Asserted.Select(a => $"{a.Statement} (in {a.Action.Name})"))}.";
            }

            string values = Asserted.Count == 0 ? "" : $" It takes new values from others: {string.Join("; ", Asserted.Select(a => $"{a.Statement} (in {a.Action.Name})"))}.";
            return $"{Party.Name} reads all that the outcome depends on, and can run every action again: where that holds for every contract of a channel, it thereby reads the positions of all members.{values}";
        }
    }

    private static IEnumerable<Statement> AssertedIn(ContractAction action, Party party) => action.Body.All.Where(s => s switch
    {
        Statement.Require require => !party.Observes && !require.Readers.Contains(party.Index),
        Statement.Set set => set.Field.IsReadBy(party) && !set.Readers.Contains(party.Index),
        _ => false,
    });
}
