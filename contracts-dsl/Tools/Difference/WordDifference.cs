namespace Settlement.Contracts;

/// <summary>Compares what a contract says of itself and its parts, and what else makes its hash another one.</summary>
internal sealed class WordDifference(Contract before, Contract after, FindingList findings)
{
    public void Run()
    {
        FindingList.Pair(before.Units, after.Units, u => u.Name, u => findings.Changed(u.Name, $"The unit {u.Name} is gone."), u => findings.Changed(u.Name, $"The unit {u.Name} is new."), static (_, _) => { });
        FindingList.Pair(before.CodeSets, after.CodeSets, s => s.Name, s => findings.Changed(s.Name, $"The codes {s.Name} are gone."), s => findings.Changed(s.Name, $"The codes {s.Name} are new."), static (_, _) => { });
        Dictionary<string, string?> old = Docs(before), fresh = Docs(after);
        foreach (string subject in fresh.Keys.Where(s => old.TryGetValue(s, out string? doc) && doc != fresh[s]))
            findings.Changed(subject, fresh[subject] is { } words ? $"Of {subject} it says now: {words}" : $"Of {subject} it says nothing any more.");
        if (findings.Count == 0) findings.Changed(after.Name, Rest());
    }

    /// <summary>What is left where nothing that either says is another thing.</summary>
    private string Rest()
    {
        string[] old = Lines(before), fresh = Lines(after);
        return old.SequenceEqual(fresh, StringComparer.Ordinal) ? "Only the number of the version differs."
            : old.Order(StringComparer.Ordinal).SequenceEqual(fresh.Order(StringComparer.Ordinal), StringComparer.Ordinal) ? "Only the order differs in which things are declared."
            : "Only the order differs in which things are declared or named, or parentheses do.";
    }

    /// <summary>All but the first, which has the version.</summary>
    private static string[] Lines(Contract contract) => contract.CanonicalText.Split('\n')[1..];

    private static Dictionary<string, string?> Docs(Contract contract)
    {
        Dictionary<string, string?> docs = new(StringComparer.Ordinal) { ["the contract"] = contract.Doc };
        foreach (Party party in contract.Parties) docs[party.Name] = party.Doc;
        foreach (Unit unit in contract.Units) docs[unit.Name] = unit.Doc;
        foreach (CodeSet set in contract.CodeSets) docs[set.Name] = set.Doc;
        foreach (State state in contract.States) docs[state.Name] = state.Doc;
        foreach (ReadingRow row in ReadingRow.Of(contract)) docs[row.Name] = row.Field.Doc;
        foreach (IGrouping<string, ContractAction> cases in contract.Actions.GroupBy(a => a.Name, StringComparer.Ordinal)) docs[$"the action {cases.Key}"] = string.Join(" / ", cases.Select(a => a.Doc)) is { Length: > 0 } doc ? doc : null;
        return docs;
    }
}
