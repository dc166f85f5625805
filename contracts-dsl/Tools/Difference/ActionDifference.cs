namespace Settlement.Contracts;

/// <summary>Compares what can be done, by whom, with whose agreement, when, and what is told on purpose.</summary>
internal sealed class ActionDifference(Contract before, Contract after, FindingList findings)
{
    public void Run()
    {
        List<(ContractAction Old, ContractAction Fresh)> pairs = Pairs();
        foreach (ContractAction old in before.Actions.Where(a => pairs.TrueForAll(p => p.Old != a))) Removed(old);
        foreach (ContractAction fresh in after.Actions.Where(a => pairs.TrueForAll(p => p.Fresh != a))) Added(fresh);
        foreach (var (old, fresh) in pairs) Compare(PlainAction.Of(old), PlainAction.Of(fresh), Named(after, fresh));
    }

    /// <summary>Cases of one name: those that share a state come together, then the rest in their order.</summary>
    private List<(ContractAction Old, ContractAction Fresh)> Pairs()
    {
        List<(ContractAction, ContractAction)> pairs = [];
        foreach (string name in before.Actions.Select(a => a.Name).Distinct(StringComparer.Ordinal))
        {
            List<ContractAction> old = [.. before.Actions.Where(a => a.Name == name)], fresh = [.. after.Actions.Where(a => a.Name == name)];
            foreach (ContractAction one in old.ToList())
            {
                if (fresh.Find(f => Shares(one, f)) is { } same) Take(one, same);
            }

            while (old.Count > 0 && fresh.Count > 0) Take(old[0], fresh[0]);

            void Take(ContractAction one, ContractAction other)
            {
                pairs.Add((one, other));
                old.Remove(one);
                fresh.Remove(other);
            }
        }

        return pairs;
    }

    private static bool Shares(ContractAction a, ContractAction b) => (a.Creates && b.Creates) || a.When.Any(s => b.When.Any(t => t.Name == s.Name));

    /// <summary>The action's name, with its states where a contract has several cases of it.</summary>
    private static string Named(Contract contract, ContractAction action) => contract.Actions.Count(a => a.Name == action.Name) == 1 ? action.Name
        : action.Creates ? $"{action.Name} (of a new instance)" : $"{action.Name} (from {string.Join(", ", action.When.Select(s => s.Name))})";

    private void Added(ContractAction fresh)
    {
        findings.Widened(fresh.Name, $"{Named(after, fresh)} is new: {ActionSentences.Of(fresh)}");
        if (OfferedToAgent.Of(fresh) is { } offered) findings.Widened(fresh.Name, offered.Sentence);
    }

    private void Removed(ContractAction old)
    {
        if (old.By.IsNetwork) findings.Widened(old.Name, $"{Named(before, old)} no longer happens without anybody's decision.");
        else findings.Narrowed(old.Name, $"{Named(before, old)} can no longer be done.");
    }

    private void Compare(ContractAction old, ContractAction fresh, string name)
    {
        CompareActor(old.By, fresh.By, name);
        Sets(Names(old.AgreedBy), Names(fresh.AgreedBy), name, narrowsWhenAdded: true, "{0} no longer needs the agreement of {1}.", "{0} needs the agreement of {1} now.");
        if (old.Creates != fresh.Creates) findings.Widened(name, $"{name} {(fresh.Creates ? "makes a new instance now" : "no longer makes a new instance")}.");
        else CompareStates(old, fresh, name);
        Sets(Names(old.Outcomes), Names(fresh.Outcomes), name, narrowsWhenAdded: false, "{0} can no longer lead to {1}.", "{0} can lead to {1} now.");
        WindowDifference.Compare(old.Window, fresh.Window, name, old.By.IsNetwork, findings);
        FindingList.Pair(old.Parameters, fresh.Parameters, p => p.Name,
            p => findings.Narrowed(name, $"{name} no longer takes {p.Name}."),
            p => findings.Widened(name, $"{name} takes {p.Name} now: {DeclarationDifference.Readers(p)}."),
            (a, b) => new FieldDifference(a, b, $"{fresh.Name}({a.Name})", findings).Run());
        Sets(Disclosed(old), Disclosed(fresh), name, narrowsWhenAdded: false, "{0} no longer discloses {1}.", "{0} discloses {1} now.");
        Sets(Offered(old), Offered(fresh), name, narrowsWhenAdded: false, "{0} no longer offers {1} to the settlement agent.", "{0} offers {1} to the settlement agent now, which may be shown it, who pays it and who is paid while it waits for cover.");
        new BodyDifference(old, fresh, name, findings).Run();
        findings.Said(name, $"the action {name}", old.Doc, fresh.Doc);
    }

    /// <summary>
    /// What happens without anybody's decision protects somebody from the others: from where it no longer happens, those can do more.
    /// That a state is gone altogether takes nothing from anybody who stands in it.
    /// </summary>
    private void CompareStates(ContractAction old, ContractAction fresh, string name)
    {
        string[] lost = [.. Names(old.When).Except(Names(fresh.When), StringComparer.Ordinal).Where(s => old.By.IsNetwork && after.FindState(s) is not null && !HappensFrom(s, old.Name))];
        if (lost.Length > 0) findings.Widened(name, $"{name} no longer happens from {ActionSentences.And(lost)} without anybody's decision.");
        Sets([.. Names(old.When).Except(lost, StringComparer.Ordinal)], Names(fresh.When), name, narrowsWhenAdded: false, "{0} can no longer be done from {1}.", "{0} can be done from {1} now.");
    }

    /// <summary>Whether a case of the name happens from there without anybody's decision.</summary>
    private bool HappensFrom(string state, string action) => after.Actions.Any(a => a.Name == action && a.By.IsNetwork && a.When.Any(s => s.Name == state));

    private void CompareActor(Actor old, Actor fresh, string name)
    {
        if (old.Written == fresh.Written && old.Field is null == fresh.Field is null) return;
        string was = Written(old), now = Written(fresh);
        if (fresh.Party is not null && fresh.Party.Name == old.Party?.Name && old.Any) findings.Narrowed(name, $"{name} is done by {now}, and was by {was}.");
        else findings.Widened(name, $"{name} is done by {now}, and was by {was}.");
    }

    private static string Written(Actor actor) => actor.IsNetwork ? "nobody's decision" : actor.Field is { } field ? $"whoever {field.Name} names" : actor.Written;

    private static string[] Names(IEnumerable<Party> parties) => [.. parties.Select(p => p.Name)];

    private static string[] Names(IEnumerable<State> states) => [.. states.Select(s => s.Name)];

    private static string[] Disclosed(ContractAction action) => [.. action.Disclosures.SelectMany(d => d.Fields.SelectMany(f => d.Parties.Select(p => $"{f.Name} to {p.Name}")))];

    private static string[] Offered(ContractAction action) => action.Offered is { } amount ? [amount.Name] : [];

    private void Sets(string[] old, string[] fresh, string name, bool narrowsWhenAdded, string removed, string added)
    {
        string[] less = [.. old.Except(fresh, StringComparer.Ordinal)], more = [.. fresh.Except(old, StringComparer.Ordinal)];
        if (less.Length > 0) findings.Add(narrowsWhenAdded ? DifferenceKind.Widened : DifferenceKind.Narrowed, name, Sentence(removed, less));
        if (more.Length > 0) findings.Add(narrowsWhenAdded ? DifferenceKind.Narrowed : DifferenceKind.Widened, name, Sentence(added, more));

        string Sentence(string pattern, string[] names) => pattern.Replace("{0}", name, StringComparison.Ordinal).Replace("{1}", ActionSentences.And(names), StringComparison.Ordinal);
    }
}
