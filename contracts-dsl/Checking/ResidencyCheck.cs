using Settlement.Contracts.Language;

namespace Settlement.Contracts.Checking;

/// <summary>
/// Personal data stays where it is called so: a value that depends on it, also through a branch around, is stored in a field of
/// the same exporter.
/// </summary>
internal sealed class ResidencyCheck(DiagnosticBag diagnostics)
{
    public void Run(ContractAction action) => Walk(action.Body, []);

    /// <param name="block">Statements.</param>
    /// <param name="path">The personal fields on which it depends that the block runs, or how often.</param>
    private void Walk(Block block, IReadOnlyList<Field> path)
    {
        foreach (Statement statement in block.Statements)
        {
            if (statement is Statement.Set set) Check(set.Field, set.Span, Personal(set.Value).Concat(path));
            else if (statement is Statement.Clear clear) Check(clear.Field, clear.Span, path);
            IReadOnlyList<Field> inside = statement switch
            {
                Statement.If branch => [.. path, .. Personal(branch.Condition)],
                Statement.ForEachValue each => [.. path, .. Personal(each.List)],
                _ => path,
            };
            foreach (Block inner in statement.Blocks) Walk(inner, inside);
            // A branch that has an outcome decides whether what stands behind it runs at all.
            if (statement is Statement.If && statement.All.Any(s => s is Statement.Outcome)) path = inside;
        }
    }

    private void Check(Field stored, TextSpan span, IEnumerable<Field> sources)
    {
        if (sources.FirstOrDefault(f => f.PersonalOf != stored.PersonalOf) is not { } source) return;
        diagnostics.Report(Rules.PersonalLeaves, span, $"'{stored.Name}' would tell something of '{source.Name}', which is personal of {source.PersonalOf!.Name}, and is not so itself",
            $"declare {stored.Name} as personal of {source.PersonalOf.Name}");
    }

    private static IEnumerable<Field> Personal(Expression expression) => expression.Sources.Where(f => f.PersonalOf is not null);
}
