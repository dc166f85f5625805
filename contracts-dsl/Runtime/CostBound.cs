namespace Settlement.Contracts;

/// <summary>The most that one run of an action can need.</summary>
/// <param name="Steps">Statements, operators, functions and rounds of loops.</param>
/// <param name="Bytes">Of the canonical values of its fields and parameters.</param>
public sealed record CostBound(long Steps, long Bytes)
{
    /// <summary>The most steps that a contract's action may need.</summary>
    public const long MaxSteps = 20_000;

    /// <summary>The most bytes that its values may have.</summary>
    public const long MaxBytes = 64 * 1024;

    /// <summary>Computes the bound. It stops counting where it is far past what any contract may need.</summary>
    internal static CostBound Of(IReadOnlyList<Field> fields, ContractAction action) => new(
        Math.Min(StepsOf(action.Body) + (action.Window is { } window ? 1 + StepsOf(window.Moment) : 0), long.MaxValue / 2),
        fields.Concat(action.Parameters).Sum(f => (long)f.Type.MaxCanonicalLength));

    private static long StepsOf(Block block) => block.Statements.Sum(StepsOf);

    private static long StepsOf(Statement statement) => 1 + statement.Expressions.Sum(StepsOf) + statement switch
    {
        Statement.If branch => Math.Max(StepsOf(branch.Then), StepsOf(branch.Otherwise)),
        Statement.ForEachPlayer each => each.Party.Most * Bounded(1 + StepsOf(each.Body)),
        Statement.ForEachValue each => LengthOf(each.List) * Bounded(1 + StepsOf(each.Body)),
        _ => 0,
    };

    private static long StepsOf(Expression expression) => 1 + expression switch
    {
        Expression.Quantified quantified => StepsOf(quantified.List) + LengthOf(quantified.List) * Bounded(1 + StepsOf(quantified.Condition)),
        Expression.Call { Function: Function.Sum } call => StepsOf(call.First) + LengthOf(call.First),
        // The first operator is counted already.
        Expression.Chain chain => chain.Children.Sum(StepsOf) + chain.Factors.Count - 1,
        Expression.Choice choice => StepsOf(choice.Condition) + Math.Max(StepsOf(choice.Then), StepsOf(choice.Otherwise)),
        _ => expression.Children.Sum(StepsOf),
    };

    private static long LengthOf(Expression list) => list switch
    {
        Expression.Read { Field.Type: ListType type } => type.Most,
        Expression.Read { Field.Type: EachType type } => type.Party.Most,
        Expression.Named { Local.Type: ListType type } => type.Most,
        Expression.Named { Local.Type: EachType type } => type.Party.Most,
        Expression.Choice choice => Math.Max(LengthOf(choice.Then), LengthOf(choice.Otherwise)),
        _ => throw new InvalidOperationException("The expression is no list."),
    };

    /// <summary>Loops in loops multiply; past this bound nothing more needs to be known.</summary>
    private static long Bounded(long steps) => Math.Min(steps, int.MaxValue);
}
