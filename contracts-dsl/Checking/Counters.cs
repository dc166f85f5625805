namespace Settlement.Contracts.Checking;

/// <summary>
/// Fields that only count: nobody supplies one, and every action that sets it sets a literal, or adds one to it or takes one away. No
/// instance lives long enough for such a field to leave its range, so that counting is not said to refuse.
/// </summary>
internal static class Counters
{
    private const long LargestStep = 1_000_000;

    /// <summary>A thousand million of the largest steps, which is more than an instance can have entries.</summary>
    public static readonly Bounds Range = new(-1_000_000_000_000_000, 1_000_000_000_000_000);

    public static IReadOnlySet<Field> Of(IReadOnlyList<Field> fields, IReadOnlyList<ContractAction> actions) =>
        fields.Where(f => f is { Type: IntegerType, Optional: false }
            && actions.Where(static a => a.Creates).All(a => a.IsSetAtCreation(f))
            && actions.SelectMany(static a => a.Body.All).OfType<Statement.Set>().Where(s => s.Field == f).All(s => Counts(f, s.Value))).ToHashSet();

    private static bool Counts(Field field, Expression value) => value switch
    {
        Expression.Constant => IsStep(value),
        Expression.Sum { Left: Expression.Read read } sum => read.Field == field && IsStep(sum.Right),
        _ => false,
    };

    private static bool IsStep(Expression expression) => Folding.Number(expression) is { } number && number is >= -LargestStep and <= LargestStep;
}
