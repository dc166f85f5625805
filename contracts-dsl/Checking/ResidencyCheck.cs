using Settlement.Contracts.Language;

namespace Settlement.Contracts.Checking;

/// <summary>
/// Personal data stays where it is called so: a value that depends on it, also through a branch around or the state that a branch led
/// to, is stored in a field of the same exporter.
/// </summary>
internal sealed class ResidencyCheck(IReadOnlyList<Field> fields, IReadOnlyList<ContractAction> actions, Steps steps, DiagnosticBag diagnostics)
{
    /// <summary>By state: the personal fields on which it depends whether an instance is in it.</summary>
    private readonly Dictionary<State, HashSet<Field>> told = [];

    public void Run()
    {
        if (!IsAnyPersonal(fields, actions)) return;
        Spread();
        foreach (ContractAction action in actions) Walk(action.Body, ToldBy(action), Personal, steps, Check);
        new CopyCheck(fields, actions, steps, diagnostics).Run();
    }

    internal static bool IsAnyPersonal(IReadOnlyList<Field> fields, IReadOnlyList<ContractAction> actions) =>
        fields.Any(static f => f.PersonalOf is not null) || actions.Any(static a => a.Parameters.Any(static p => p.PersonalOf is not null));

    /// <summary>What an action tells by where it leads is told by all that comes after, too.</summary>
    private void Spread()
    {
        ILookup<State, ContractAction> from = actions.SelectMany(static a => a.When, static (a, s) => (Action: a, State: s)).ToLookup(static p => p.State, static p => p.Action);
        Queue<(State State, Field Field)> news = [];
        foreach (ContractAction action in actions)
        {
            Walk(action.Body, [], Personal, steps, (statement, path) =>
            {
                if (statement is Statement.Outcome outcome) Learn(outcome.State, path, news);
            });
        }

        while (!steps.AreSpent && news.TryDequeue(out (State State, Field Field) one))
        {
            foreach (State state in from[one.State].SelectMany(static a => a.Outcomes)) Learn(state, [one.Field], news);
        }
    }

    private List<Field> ToldBy(ContractAction action) => [.. action.When.SelectMany(s => told.GetValueOrDefault(s) ?? []).Distinct()];

    private void Learn(State state, IReadOnlyList<Field> path, Queue<(State, Field)> news)
    {
        steps.Take(1 + path.Count);
        if (!told.TryGetValue(state, out HashSet<Field>? known)) told.Add(state, known = []);
        foreach (Field field in path.Where(known.Add)) news.Enqueue((state, field));
    }

    /// <param name="block">Statements.</param>
    /// <param name="path">The fields on which it depends that the block runs, or how often.</param>
    /// <param name="reads">The fields of a condition that count.</param>
    /// <param name="steps">How much may be done; what is left when they are spent is not walked over.</param>
    /// <param name="visit">Is shown each statement, with what it depends on that it runs.</param>
    internal static void Walk(Block block, IReadOnlyList<Field> path, Func<Expression, IEnumerable<Field>> reads, Steps steps, Action<Statement, IReadOnlyList<Field>> visit)
    {
        foreach (Statement statement in block.Statements)
        {
            steps.Take(1 + path.Count);
            if (steps.AreSpent) return;
            visit(statement, path);
            IReadOnlyList<Field> inside = statement switch
            {
                Statement.If branch => [.. path.Union(reads(branch.Condition))],
                Statement.ForEachValue each => [.. path.Union(reads(each.List))],
                _ => path,
            };
            foreach (Block inner in statement.Blocks) Walk(inner, inside, reads, steps, visit);
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
