using Settlement.Contracts.Language;

namespace Settlement.Contracts.Checking;

/// <summary>
/// Personal data stays where it is called so: a value that depends on it, also through a branch around or the state that a branch led
/// to, is stored in a field of the same exporter.
/// </summary>
internal sealed class ResidencyCheck(IReadOnlyList<Field> fields, IReadOnlyList<ContractAction> actions, DiagnosticBag diagnostics)
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
                Walk(action.Body, ToldBy(action), Personal, (statement, path) => grows |= statement is Statement.Outcome outcome && Learn(outcome.State, path));
        }

        foreach (ContractAction action in actions) Walk(action.Body, ToldBy(action), Personal, Check);
        new CopyCheck(fields, actions, diagnostics).Run();
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
    /// <param name="path">The fields on which it depends that the block runs, or how often.</param>
    /// <param name="reads">The fields of a condition that count.</param>
    /// <param name="visit">Is shown each statement, with what it depends on that it runs.</param>
    internal static void Walk(Block block, IReadOnlyList<Field> path, Func<Expression, IEnumerable<Field>> reads, Action<Statement, IReadOnlyList<Field>> visit)
    {
        foreach (Statement statement in block.Statements)
        {
            visit(statement, path);
            IReadOnlyList<Field> inside = statement switch
            {
                Statement.If branch => [.. path.Union(reads(branch.Condition))],
                Statement.ForEachValue each => [.. path.Union(reads(each.List))],
                _ => path,
            };
            foreach (Block inner in statement.Blocks) Walk(inner, inside, reads, visit);
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

    private static IEnumerable<Field> Personal(Expression expression) => expression.Sources.Where(f => f.PersonalOf is not null);
}
