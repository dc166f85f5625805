namespace Settlement.Contracts;

/// <summary>Compares what a contract says of itself and its parts, and what else makes its hash another one.</summary>
internal sealed class WordDifference(Contract before, Contract after, FindingList findings)
{
    public void Run()
    {
        FindingList.Pair(before.Units, after.Units, u => u.Name, u => findings.Changed(u.Name, $"The unit {u.Name} is gone."), u => findings.Changed(u.Name, $"The unit {u.Name} is new."), static (_, _) => { });
        FindingList.Pair(before.CodeSets, after.CodeSets, s => s.Name, s => findings.Changed(s.Name, $"The codes {s.Name} are gone."), s => findings.Changed(s.Name, $"The codes {s.Name} are new."), static (_, _) => { });
        Dictionary<string, string?> old = Docs(before), fresh = Docs(after);
        foreach (var (subject, doc) in fresh)
        {
            if (old.TryGetValue(subject, out string? was)) findings.Said(subject, subject, was, doc);
        }

        if (findings.Count > 0) return;
        foreach (string sentence in WrittenDifference.Between(before, after)) findings.Changed(after.Name, sentence);
    }

    /// <summary>Fields, parameters and actions are told with what else they are.</summary>
    private static Dictionary<string, string?> Docs(Contract contract)
    {
        Dictionary<string, string?> docs = new(StringComparer.Ordinal) { ["the contract"] = contract.Doc };
        foreach (Party party in contract.Parties) docs[party.Name] = party.Doc;
        foreach (Unit unit in contract.Units) docs[unit.Name] = unit.Doc;
        foreach (CodeSet set in contract.CodeSets) docs[set.Name] = set.Doc;
        foreach (State state in contract.States) docs[state.Name] = state.Doc;
        return docs;
    }
}
