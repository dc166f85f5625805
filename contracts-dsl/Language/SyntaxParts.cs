namespace Settlement.Contracts.Language;

/// <summary>What a sentence is made of, for those who look for something in it.</summary>
internal static class SyntaxParts
{
    /// <summary>The expressions directly in one, from left to right.</summary>
    public static IReadOnlyList<ExpressionSyntax> Parts(this ExpressionSyntax expression) => expression switch
    {
        ExpressionSyntax.Call call => call.Arguments,
        ExpressionSyntax.CutOff cutOff => [cutOff.Day],
        ExpressionSyntax.Length length => [length.Count],
        ExpressionSyntax.Not not => [not.Operand],
        ExpressionSyntax.Parenthesised inner => [inner.Inner],
        ExpressionSyntax.Binary binary => [binary.Left, binary.Right],
        ExpressionSyntax.Convert { CurrencyOf: { } money } convert => [convert.Amount, convert.Rate, money],
        ExpressionSyntax.Convert convert => [convert.Amount, convert.Rate],
        ExpressionSyntax.Choice choice => [choice.Condition, choice.Then, choice.Otherwise],
        ExpressionSyntax.Quantified quantified => [quantified.Condition],
        _ => [],
    };

    /// <summary>It and all that is in it, each before its parts, from left to right; of a long sum in as many steps as it has parts.</summary>
    public static IEnumerable<ExpressionSyntax> Nodes(this ExpressionSyntax expression)
    {
        Stack<ExpressionSyntax> left = new([expression]);
        while (left.TryPop(out ExpressionSyntax? next))
        {
            yield return next;
            foreach (ExpressionSyntax part in next.Parts().Reverse()) left.Push(part);
        }
    }

    /// <summary>The expressions of a window, in the order in which they are bound.</summary>
    public static IReadOnlyList<ExpressionSyntax> Expressions(this WindowSyntax? window) => window switch
    {
        WindowSyntax.By by => [by.Moment],
        WindowSyntax.Within within => [within.Start, within.Length],
        WindowSyntax.After after => [after.Moment],
        _ => [],
    };

    /// <summary>The expressions of a statement itself; what stands in its blocks has its own.</summary>
    public static IReadOnlyList<ExpressionSyntax> Expressions(this StatementSyntax statement) => statement switch
    {
        StatementSyntax.Let let => [let.Value],
        StatementSyntax.Require require => [require.Condition],
        StatementSyntax.Set set => [set.Value],
        StatementSyntax.Move move => [move.Amount],
        StatementSyntax.Issue issue => [issue.Amount],
        StatementSyntax.Redeem redeem => [redeem.Amount],
        StatementSyntax.If branch => [branch.Condition],
        _ => [],
    };

    /// <summary>A statement and all that stands in its blocks, in the order of the source.</summary>
    public static IEnumerable<StatementSyntax> All(this StatementSyntax statement) => statement switch
    {
        StatementSyntax.If branch => branch.Then.Concat(branch.Otherwise ?? []).SelectMany(All).Prepend(statement),
        StatementSyntax.ForEach each => each.Body.SelectMany(All).Prepend(statement),
        _ => [statement],
    };
}
