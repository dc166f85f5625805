namespace Settlement.Contracts;

/// <summary>
/// Compares what an action requires and does, statement by statement as they are written, each with the conditions and loops
/// around it, and each thing that is required by itself. Requires that come are narrower; all else that is not the same may let somebody
/// do more. What is told on purpose by the same statements is compared beside it.
/// </summary>
internal sealed class BodyDifference
{
    private readonly ContractAction old, fresh;
    private readonly string name;
    private readonly FindingList findings;
    private readonly IReadOnlyList<BodyLine> before, after;
    private readonly ToldDifference told;

    public BodyDifference(ContractAction old, ContractAction fresh, string name, FindingList findings)
    {
        old = LetRenaming.Of(old, fresh, name, findings);
        (this.old, this.fresh, this.name, this.findings) = (old, fresh, name, findings);
        // The only outcome there is stands among the outcomes that are compared; of several it matters which comes when.
        bool withOutcome = old.Outcomes.Count > 1 || fresh.Outcomes.Count > 1;
        before = BodyLine.Of(old, withOutcome);
        after = BodyLine.Of(fresh, withOutcome);
        told = new ToldDifference(old, fresh, name, findings, before, after);
    }

    public void Run()
    {
        List<BodyLine> gone = [.. before], come = [.. after];
        foreach (BodyLine line in after)
        {
            if (gone.Find(g => g.Text == line.Text) is { } same) Meet(same, line);
        }

        foreach (BodyLine line in come.ToList())
        {
            if (gone.Find(g => g.Meaning == line.Meaning) is not { } same) continue;
            Meet(same, line);
            if (!told.Splits(same)) findings.Changed(name, $"{name} is refused with {Code(line)} and no longer with {Code(same)} unless {line.Meaning}.");
        }

        CompareOrder(gone, come);
        foreach (BodyLine line in gone)
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

        foreach (BodyLine line in come) Come(line);
        told.CompareWindow();
        told.CompareValues();

        void Meet(BodyLine was, BodyLine now)
        {
            gone.Remove(was);
            come.Remove(now);
        }
    }

    private static string Code(BodyLine line) => ((Statement.Require)line.Statement).Code;

    private void Changed(BodyLine was, BodyLine now)
    {
        findings.Widened(name, was.Statement is Statement.Require require
            ? $"{name} now requires {now.Meaning} (else {require.Code}), and required {was.Meaning}."
            : $"{name} now says '{now.Text}', and said '{was.Text}'{now.Spreads}");
        told.Come(now);
    }

    private void Gone(BodyLine line)
    {
        switch (line.Statement)
        {
            case Statement.Require require: findings.Widened(name, $"{name} no longer requires {line.Meaning} (else {require.Code})."); break;
            case Statement.Let when line.OnlyNames: findings.Changed(name, $"{name} no longer says '{line.Text}'."); break;
            default: findings.Widened(name, $"{name} no longer says '{line.Text}': what followed from it does not happen."); break;
        }
    }

    private void Come(BodyLine line)
    {
        switch (line.Statement)
        {
            case Statement.Require require: findings.Narrowed(name, $"{name} now requires {line.Meaning} (else {require.Code})."); break;
            // Statements that read the same and meant a field would mean the name now.
            case Statement.Let let when old.Expressions.Any(e => e.FieldsRead.Any(f => f.Name == let.Local.Name)): findings.Widened(name, $"{name} now says '{line.Text}', and {let.Local.Name} was given."); break;
            case Statement.Let: findings.Changed(name, $"{name} now says '{line.Text}'."); break;
            default: findings.Widened(name, $"{name} now says '{line.Text}'{line.Spreads}"); break;
        }

        told.Come(line);
    }

    /// <summary>
    /// Requires and movements come to the same in any order, unless a branch may end the action between them; a value that is set
    /// counts from there on; and who is told about a value that others read is told nothing where another refusal comes first.
    /// </summary>
    private void CompareOrder(List<BodyLine> gone, List<BodyLine> come)
    {
        if (BodyOutline.Of(old, before, gone).SequenceEqual(BodyOutline.Of(fresh, after, come), StringComparer.Ordinal)) return;
        string sentence = $"{name} does {(gone.Count == 0 && come.Count == 0 ? "the same" : "the rest")} in another order";
        BodyLine[] all = [.. before, .. after];
        if (all.Any(l => l.Target is not null)) findings.Widened(name, $"{sentence}, and a value that is set counts from there on.");
        else if (all.Any(l => l.IsBehindOutcome && (l.Around.Length > 0 || l.Statement is not Statement.Outcome))) findings.Widened(name, $"{sentence}, and what stands behind an outcome may not be reached.");
        else if (told.Any is not { } words) findings.Changed(name, $"{sentence}.");
        else findings.Widened(name, $"{sentence}, and may tell {words}.");
    }
}
