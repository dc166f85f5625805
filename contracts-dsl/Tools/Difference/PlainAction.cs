namespace Settlement.Contracts;

/// <summary>
/// An action in the form in which it is compared: without needless parentheses, and with a require of its own for each thing that is
/// required. How it is written makes no difference to what it means.
/// </summary>
internal static class PlainAction
{
    public static ContractAction Of(ContractAction action) => action.With(action.Window is { } window ? window with { Written = window.Plain } : null, Of(action.Body));

    private static Block Of(Block block) => new([.. block.Statements.SelectMany(Of)]);

    private static IEnumerable<Statement> Of(Statement statement) => statement switch
    {
        Statement.Require require => Parts(require),
        Statement.If branch => [branch with { Written = branch.Plain, Then = Of(branch.Then), Otherwise = Of(branch.Otherwise) }],
        Statement.ForEachPlayer each => [each with { Body = Of(each.Body) }],
        Statement.ForEachValue each => [each with { Body = Of(each.Body) }],
        _ => [statement with { Written = statement.Plain }],
    };

    private static IEnumerable<Statement> Parts(Statement.Require require)
    {
        List<Expression> parts = [];
        Stack<Expression> left = new([require.Condition]);
        while (left.TryPop(out Expression? next))
        {
            if (next is not Expression.And both)
            {
                parts.Add(next);
                continue;
            }

            left.Push(both.Right);
            left.Push(both.Left);
        }

        return require.Conjuncts.Zip(parts, (written, part) => new Statement.Require(require.Span, part, require.Code, require.Ordinal)
        {
            Written = $"require {written} else {require.Code}",
            Plain = $"require {written} else {require.Code}",
            ConditionSpan = require.ConditionSpan,
            Conjuncts = [written],
        });
    }
}
