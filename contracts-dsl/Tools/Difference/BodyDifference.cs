namespace Settlement.Contracts;

/// <summary>
/// Compares what an action requires and does, statement by statement as they are written, each with the conditions and loops
/// around it. Requires that come are narrower; all else that is not the same may let somebody do more.
/// </summary>
internal sealed class BodyDifference(ContractAction old, ContractAction fresh, string name, FindingList findings)
{
    /// <param name="Around">The blocks around it, with a space at the end; empty outside of blocks.</param>
    /// <param name="Statement">The statement.</param>
    private sealed record Line(string Around, Statement Statement)
    {
        public string Text => Around + Statement.Written;

        /// <summary>Of a require its condition; all else as it is.</summary>
        public string Meaning => Statement is Statement.Require require ? Around + Condition(require) : Text;

        /// <summary>What it is about, so that one that goes and one that comes can be told as one that changed.</summary>
        public string Matter => Statement switch
        {
            Statement.Require require => $"require {require.Code}",
            Statement.Let let => $"let {let.Local.Name}",
            Statement.Set set => $"set {set.Field.Name}",
            Statement.Clear clear => $"set {clear.Field.Name}",
            _ => Statement.GetType().Name,
        };
    }

    public void Run()
    {
        List<Line> before = [.. Lines(old.Body, "")], after = [.. Lines(fresh.Body, "")];
        if (before.Select(l => l.Text).SequenceEqual(after.Select(l => l.Text), StringComparer.Ordinal)) return;
        List<Line> gone = [.. before], come = [];
        foreach (Line line in after)
        {
            if (gone.Find(g => g.Meaning == line.Meaning) is not { } same)
            {
                come.Add(line);
                continue;
            }

            gone.Remove(same);
            if (same.Text != line.Text) findings.Changed(name, $"{name} is refused with {((Statement.Require)line.Statement).Code} and no longer with {((Statement.Require)same.Statement).Code} unless {line.Meaning}.");
        }

        foreach (Line line in gone)
        {
            if (come.Find(c => c.Matter == line.Matter) is { } instead)
            {
                come.Remove(instead);
                Changed(line, instead);
            }
            else
            {
                Gone(line);
            }
        }

        foreach (Line line in come) Come(line);
        if (gone.Count == 0 && come.Count == 0) Reordered(before, after);
    }

    private static string Condition(Statement.Require require) => require.Written["require ".Length..^$" else {require.Code}".Length];

    /// <summary>
    /// All but the blocks themselves, whose conditions stand with the statements in them, and an outcome outside of blocks, which
    /// is compared before.
    /// </summary>
    private static IEnumerable<Line> Lines(Block block, string around)
    {
        foreach (Statement statement in block.Statements)
        {
            IEnumerable<Line> lines = statement switch
            {
                Statement.Outcome when around.Length == 0 => [],
                Statement.If branch => Lines(branch.Then, $"{around}{branch.Written}: ").Concat(Lines(branch.Otherwise, $"{around}not {branch.Written}: ")),
                Statement.ForEachPlayer or Statement.ForEachValue => statement.Blocks.SelectMany(b => Lines(b, $"{around}{statement.Written}: ")),
                _ => [new Line(around, statement)],
            };
            foreach (Line line in lines) yield return line;
        }
    }

    private void Changed(Line before, Line after) => findings.Widened(name, before.Statement is Statement.Require require
        ? $"{name} now requires {after.Meaning} (else {require.Code}), and required {before.Meaning}."
        : $"{name} now says '{after.Text}', and said '{before.Text}'.");

    private void Gone(Line line)
    {
        switch (line.Statement)
        {
            case Statement.Require require: findings.Widened(name, $"{name} no longer requires {line.Meaning} (else {require.Code})."); break;
            case Statement.Let { Value.MayRefuse: false }: findings.Changed(name, $"{name} no longer says '{line.Text}'."); break;
            default: findings.Widened(name, $"{name} no longer says '{line.Text}': what followed from it does not happen."); break;
        }
    }

    private void Come(Line line)
    {
        switch (line.Statement)
        {
            case Statement.Require require: findings.Narrowed(name, $"{name} now requires {line.Meaning} (else {require.Code})."); break;
            case Statement.Let: findings.Changed(name, $"{name} now says '{line.Text}'."); break;
            default: findings.Widened(name, $"{name} now says '{line.Text}'."); break;
        }
    }

    /// <summary>Requires and movements come to the same in any order; a value that is set counts from there on.</summary>
    private void Reordered(List<Line> before, List<Line> after)
    {
        if (before.Select(l => l.Meaning).SequenceEqual(after.Select(l => l.Meaning), StringComparer.Ordinal)) return;
        string sentence = $"{name} does the same in another order";
        if (before.Exists(l => l.Statement is Statement.Set or Statement.Clear)) findings.Widened(name, $"{sentence}, and a value that is set counts from there on.");
        else findings.Changed(name, $"{sentence}.");
    }
}
