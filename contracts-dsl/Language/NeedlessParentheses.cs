namespace Settlement.Contracts.Language;

/// <summary>
/// Leaves out the parentheses without which the same is meant: the tree stays as it is, but that and and or join the same from either
/// side. Those around the beginning of a product stay, since a chain of products is computed exactly and rounded once.
/// </summary>
internal static class NeedlessParentheses
{
    // What the grammar asks for at a place, from the loosest: an expression, and so on to what needs nothing around it.
    private const int Any = 0, Or = 1, And = 2, Not = 3, Comparison = 4, Sum = 5, Product = 6, Span = 7, Single = 8;

    /// <summary>Of an expression that stands alone.</summary>
    public static ExpressionSyntax Without(ExpressionSyntax expression) => Without(expression, Any);

    /// <summary>Of all of a contract.</summary>
    public static ContractSyntax Without(ContractSyntax contract) => contract with
    {
        Actions = [.. contract.Actions.Select(static a => a with { Statements = Without(a.Statements), Window = a.Window is { } window ? Without(window) : null })],
    };

    private static IReadOnlyList<StatementSyntax> Without(IReadOnlyList<StatementSyntax> block) => [.. block.Select(static s => Without(s) switch
    {
        StatementSyntax.If branch => branch with { Then = Without(branch.Then), Otherwise = branch.Otherwise is { } otherwise ? Without(otherwise) : null },
        StatementSyntax.ForEach each => each with { Body = Without(each.Body) },
        var simple => simple,
    })];

    /// <summary>Of a statement's own expressions; what stands in its blocks stays as it is.</summary>
    public static StatementSyntax Without(StatementSyntax statement) => statement switch
    {
        StatementSyntax.Let let => let with { Value = Without(let.Value) },
        StatementSyntax.Require require => require with { Condition = Without(require.Condition) },
        StatementSyntax.Set set => set with { Value = Without(set.Value) },
        StatementSyntax.Move move => move with { Amount = Without(move.Amount) },
        StatementSyntax.Issue issue => issue with { Amount = Without(issue.Amount) },
        StatementSyntax.Redeem redeem => redeem with { Amount = Without(redeem.Amount) },
        StatementSyntax.If branch => branch with { Condition = Without(branch.Condition) },
        _ => statement,
    };

    /// <summary>Of a window.</summary>
    public static WindowSyntax Without(WindowSyntax window) => window switch
    {
        WindowSyntax.By by => by with { Moment = Without(by.Moment) },
        // What is within is added to what it is of.
        WindowSyntax.Within within => within with { Length = Without(within.Length), Start = Without(within.Start) },
        WindowSyntax.After after => after with { Moment = Without(after.Moment) },
        _ => window,
    };

    private static ExpressionSyntax Without(ExpressionSyntax expression, int least) => expression switch
    {
        ExpressionSyntax.Parenthesised inner => Without(inner.Inner, Any) is var bare && Strength(bare) >= least ? bare : inner with { Inner = bare },
        ExpressionSyntax.Call call => call with { Arguments = [.. call.Arguments.Select(static a => Without(a))] },
        ExpressionSyntax.CutOff cutOff => cutOff with { Day = Without(cutOff.Day, Single) },
        ExpressionSyntax.Length length => length with { Count = Without(length.Count, Single) },
        ExpressionSyntax.Not not => not with { Operand = Without(not.Operand, Not) },
        ExpressionSyntax.Binary binary => Without(binary),
        ExpressionSyntax.Convert convert => convert with
        {
            Amount = Without(convert.Amount, Span),
            Rate = Without(convert.Rate, Span),
            CurrencyOf = convert.CurrencyOf is { } money ? Without(money, Single) : null,
        },
        ExpressionSyntax.Choice choice => choice with { Condition = Without(choice.Condition), Then = Without(choice.Then), Otherwise = Without(choice.Otherwise) },
        ExpressionSyntax.Quantified quantified => quantified with { Condition = Without(quantified.Condition) },
        _ => expression,
    };

    private static ExpressionSyntax.Binary Without(ExpressionSyntax.Binary binary)
    {
        var (left, right) = binary.Operator switch
        {
            BinaryOperator.Or => (Or, Or),
            BinaryOperator.And => (And, And),
            BinaryOperator.Add or BinaryOperator.Subtract => (Sum, Product),
            BinaryOperator.Multiply or BinaryOperator.Divide => (Span, Span),
            _ => (Sum, Sum),
        };
        return binary with { Left = Without(binary.Left, left), Right = Without(binary.Right, right) };
    }

    private static int Strength(ExpressionSyntax expression) => expression switch
    {
        ExpressionSyntax.Choice or ExpressionSyntax.Quantified => Any,
        ExpressionSyntax.Binary { Operator: BinaryOperator.Or } => Or,
        ExpressionSyntax.Binary { Operator: BinaryOperator.And } => And,
        ExpressionSyntax.Not => Not,
        ExpressionSyntax.Binary { Operator: BinaryOperator.Add or BinaryOperator.Subtract } => Sum,
        ExpressionSyntax.Binary { Operator: BinaryOperator.Multiply or BinaryOperator.Divide } or ExpressionSyntax.Convert => Product,
        ExpressionSyntax.Binary => Comparison,
        ExpressionSyntax.Length => Span,
        _ => Single,
    };
}
