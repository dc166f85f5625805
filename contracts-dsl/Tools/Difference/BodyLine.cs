namespace Settlement.Contracts;

/// <summary>A statement of an action as it is written, with the conditions and loops around it.</summary>
/// <param name="Around">The blocks around it, with a space at the end; empty outside of blocks.</param>
/// <param name="Statement">The statement.</param>
/// <param name="Conditions">What decides whether and how often it runs: the blocks around it, and branches with an outcome before it.</param>
/// <param name="IsBehindOutcome">True when a branch before it may have ended the action.</param>
internal sealed record BodyLine(string Around, Statement Statement, IReadOnlyList<Expression> Conditions, bool IsBehindOutcome)
{
    public string Text => Around + Statement.Written;

    /// <summary>Of a require its condition; all else as it is.</summary>
    public string Meaning => Statement is Statement.Require require ? Around + require.Written["require ".Length..^$" else {require.Code}".Length] : Text;

    /// <summary>What it is about, so that one that goes and one that comes can be told as one that changed.</summary>
    public string Matter => Statement switch
    {
        Statement.Require require => $"require {require.Code}",
        Statement.Let let => $"let {let.Local.Name}",
        Statement.Set set => $"set {set.Field.Name}",
        Statement.Clear clear => $"set {clear.Field.Name}",
        _ => Statement.GetType().Name,
    };

    /// <summary>The field that it gives another value; null when it gives none.</summary>
    public Field? Target => Statement switch
    {
        Statement.Set set => set.Field,
        Statement.Clear clear => clear.Field,
        _ => null,
    };

    /// <summary>True for a name given to a value that always fits: alone it lets nobody do, read or conclude anything.</summary>
    public bool OnlyNames => Statement is Statement.Let { Value.MayRefuse: false };

    /// <summary>The fields that it depends on, also through names, and those that decide whether it runs.</summary>
    public IEnumerable<Field> Sources => Statement.Expressions.Concat(Conditions).SelectMany(e => e.Sources).Distinct();

    /// <summary>Who reads a value that it sets and not all that it comes from, as the end of a sentence; empty where nobody does.</summary>
    public string Spreads
    {
        get
        {
            if (Statement is not Statement.Set set) return ".";
            string[] spread =
            [
                .. set.Value.Sources.GroupBy(s => ActionSentences.And(set.Field.Audience.Where(p => !s.IsReadBy(p)).Select(static p => p.Name)), static s => s.Name, StringComparer.Ordinal)
                    .Where(static g => g.Key.Length > 0).Select(static g => $"{g.Key} may learn of {ActionSentences.And(g)}"),
            ];
            return spread.Length == 0 ? "." : $": by reading {set.Field.Name}, {ActionSentences.And(spread)}.";
        }
    }

    /// <summary>
    /// All of an action, in their order. A block stands in the lines inside it, and is a line itself where there are none.
    /// </summary>
    /// <param name="action">The action.</param>
    /// <param name="withOutcome">Whether an outcome outside of blocks is a line too.</param>
    public static IReadOnlyList<BodyLine> Of(ContractAction action, bool withOutcome)
    {
        List<BodyLine> lines = [];
        Add(lines, action.Body, "", [], isBehindOutcome: false, withOutcome);
        return lines;
    }

    private static void Add(List<BodyLine> lines, Block block, string around, IReadOnlyList<Expression> conditions, bool isBehindOutcome, bool withOutcome)
    {
        foreach (Statement statement in block.Statements)
        {
            int before = lines.Count;
            IReadOnlyList<Expression> inside = [.. conditions, .. statement.Expressions];
            switch (statement)
            {
                case Statement.If branch:
                    Add(lines, branch.Then, $"{around}{branch.Written}: ", inside, isBehindOutcome, withOutcome);
                    Add(lines, branch.Otherwise, $"{around}not {branch.Written}: ", inside, isBehindOutcome, withOutcome);
                    break;
                case Statement.ForEachPlayer or Statement.ForEachValue:
                    Add(lines, statement.Blocks.Single(), $"{around}{statement.Written}: ", inside, isBehindOutcome, withOutcome);
                    break;
                case Statement.Outcome when around.Length == 0 && !withOutcome:
                    continue;
            }

            if (lines.Count == before) lines.Add(new BodyLine(around, statement, conditions, isBehindOutcome));
            if (!statement.Blocks.Any() || !statement.All.Any(s => s is Statement.Outcome)) continue;
            // Whether anything behind such a branch runs depends on all that leads to the outcome.
            conditions = [.. conditions, .. statement.All.Where(s => s.Blocks.Any()).SelectMany(s => s.Expressions)];
            isBehindOutcome = true;
        }
    }
}
