namespace Settlement.Contracts;

/// <summary>The order and the blocks in which the lines of an action stand that its other version has, too.</summary>
internal static class BodyOutline
{
    /// <param name="action">The action.</param>
    /// <param name="lines">Its lines.</param>
    /// <param name="without">Those of them that the other version has not.</param>
    public static IEnumerable<string> Of(ContractAction action, IEnumerable<BodyLine> lines, IEnumerable<BodyLine> without)
    {
        // By identity: two statements that read alike are two lines.
        Dictionary<Statement, BodyLine> all = new(ReferenceEqualityComparer.Instance);
        foreach (BodyLine line in lines) all.Add(line.Statement, line);
        HashSet<Statement> left = new(without.Select(l => l.Statement), ReferenceEqualityComparer.Instance);
        return Of(action.Body, all, left);
    }

    private static IEnumerable<string> Of(Block block, Dictionary<Statement, BodyLine> lines, HashSet<Statement> left)
    {
        foreach (Statement statement in block.Statements)
        {
            if (lines.TryGetValue(statement, out BodyLine? line))
            {
                if (!left.Contains(statement)) yield return line.Meaning;
                continue;
            }

            // A block of nothing but what is left out is left out with it; an outcome that is no line counts as little.
            if (!statement.All.Any(s => lines.ContainsKey(s) && !left.Contains(s))) continue;
            yield return statement.Written;
            foreach (Block inside in statement.Blocks)
            {
                foreach (string token in Of(inside, lines, left)) yield return token;
                yield return "end";
            }
        }
    }
}
