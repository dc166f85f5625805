using Settlement.Contracts.Language;

namespace Settlement.Contracts.Checking;

/// <summary>
/// Personal data stays where it is called so: a value that depends on it, also through a branch around or the state that a branch led
/// to, is stored in a field of the same exporter, and so is a value that is required to be equal to it.
/// </summary>
internal sealed class ResidencyCheck(IReadOnlyList<ContractAction> actions, DiagnosticBag diagnostics)
{
    /// <summary>By state: the personal fields on which it depends whether an instance is in it.</summary>
    private readonly Dictionary<State, HashSet<Field>> told = [];

    public void Run()
    {
        bool grows = true;
        while (grows)
        {
            grows = false;
            foreach (ContractAction action in actions)
                Walk(action.Body, ToldBy(action), (statement, path) => grows |= statement is Statement.Outcome outcome && Learn(outcome.State, path));
        }

        foreach (ContractAction action in actions)
        {
            Walk(action.Body, ToldBy(action), Check);
            CheckEqual(action);
        }
    }

    private List<Field> ToldBy(ContractAction action) => [.. action.When.SelectMany(s => told.GetValueOrDefault(s) ?? []).Distinct()];

    private bool Learn(State state, IReadOnlyList<Field> path)
    {
        if (!told.TryGetValue(state, out HashSet<Field>? known)) told.Add(state, known = []);
        int before = known.Count;
        known.UnionWith(path);
        return known.Count > before;
    }

    /// <param name="block">Statements.</param>
    /// <param name="path">The personal fields on which it depends that the block runs, or how often.</param>
    /// <param name="visit">Is shown each statement, with what it depends on that it runs.</param>
    private static void Walk(Block block, IReadOnlyList<Field> path, Action<Statement, IReadOnlyList<Field>> visit)
    {
        foreach (Statement statement in block.Statements)
        {
            visit(statement, path);
            IReadOnlyList<Field> inside = statement switch
            {
                Statement.If branch => [.. path, .. Personal(branch.Condition)],
                Statement.ForEachValue each => [.. path, .. Personal(each.List)],
                _ => path,
            };
            foreach (Block inner in statement.Blocks) Walk(inner, inside, visit);
            // A branch that has an outcome decides whether what stands behind it runs at all.
            if (statement is Statement.If && statement.All.Any(s => s is Statement.Outcome)) path = inside;
        }
    }

    private void Check(Statement statement, IReadOnlyList<Field> path)
    {
        if (statement is Statement.Set set) CheckStored(set.Field, set.Span, Personal(set.Value).Concat(path));
        else if (statement is Statement.Clear clear) CheckStored(clear.Field, clear.Span, path);
    }

    private void CheckStored(Field stored, TextSpan span, IEnumerable<Field> sources)
    {
        if (sources.FirstOrDefault(f => f.PersonalOf != stored.PersonalOf) is not { } source) return;
        diagnostics.Report(Rules.PersonalLeaves, span, $"'{stored.Name}' would tell something of '{source.Name}', which is personal of {source.PersonalOf!.Name}, and is not so itself",
            $"declare {stored.Name} as personal of {source.PersonalOf.Name}");
    }

    /// <summary>What is equal to personal data or the action is refused is a copy of it.</summary>
    private void CheckEqual(ContractAction action)
    {
        HashSet<Statement.Require> reported = [];
        foreach ((Expression left, Expression right, Statement.Require by) in new Equalities(action).All)
        {
            Field[] sources = [.. left.Sources.Union(right.Sources)];
            // Of two banks' data each may be compared with the other's; only what is nobody's must become somebody's.
            if (sources.FirstOrDefault(f => f.PersonalOf is not null) is not { } source || sources.FirstOrDefault(f => f.PersonalOf is null) is not { } copy || !reported.Add(by)) continue;
            diagnostics.Report(Rules.PersonalLeaves, by.ConditionSpan, $"'{copy.Name}' must be what '{source.Name}' says, which is personal of {source.PersonalOf!.Name}, and is not so itself",
                $"declare {copy.Name} as personal of {source.PersonalOf.Name}");
        }
    }

    private static IEnumerable<Field> Personal(Expression expression) => expression.Sources.Where(f => f.PersonalOf is not null);
}
