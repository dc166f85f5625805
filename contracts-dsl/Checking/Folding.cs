namespace Settlement.Contracts.Checking;

/// <summary>What an expression comes to whatever the values are: literals, and what is made of them. It solves nothing: a &lt; a is not folded.</summary>
internal static class Folding
{
    /// <summary>The truth of a condition; null where it depends on values, or would be refused.</summary>
    public static bool? Truth(Expression condition) => condition switch
    {
        Expression.Constant { Value: BooleanValue value } => value.Truth,
        Expression.Not not => !Truth(not.Operand),
        Expression.And and => (Truth(and.Left), Truth(and.Right)) switch
        {
            (false, _) or (_, false) => false,
            (true, true) => true,
            _ => null,
        },
        Expression.Or or => (Truth(or.Left), Truth(or.Right)) switch
        {
            (true, _) or (_, true) => true,
            (false, false) => false,
            _ => null,
        },
        Expression.Choice choice => Truth(choice.Condition) is { } chosen ? Truth(chosen ? choice.Then : choice.Otherwise) : null,
        Expression.Compare compare => Compared(compare),
        _ => null,
    };

    /// <summary>The number that it is, in whole units, seconds or digits; null where it depends on values or does not fit.</summary>
    public static long? Number(Expression expression) => expression switch
    {
        Expression.Constant constant => NumberOf(constant.Value),
        // Money of two currencies is refused, not added.
        Expression.Sum sum when !sum.IsMoney => Number(sum.Left) is { } left && Number(sum.Right) is { } right ? Arithmetic.Add(left, right, sum.Subtract) : null,
        Expression.Product { Rounding: null } product => Number(product.Left) is { } left && Number(product.Factor) is { } right ? Arithmetic.Multiply(left, right) : null,
        Expression.Length length => Number(length.Count) is { } count ? Arithmetic.Multiply(count, length.SecondsEach) : null,
        _ => null,
    };

    private static long? NumberOf(Value value) => value switch
    {
        IntegerValue integer => integer.Number,
        AmountValue amount => amount.Units,
        RateValue rate => rate.Digits,
        DurationValue duration => duration.Seconds,
        DateValue date => date.Date.DayNumber,
        _ => null,
    };

    private static bool? Compared(Expression.Compare compare)
    {
        if (compare is { Left: Expression.Constant { Value: var a }, Right: Expression.Constant { Value: var b }, Comparator: Comparator.Equal or Comparator.NotEqual }
            && a is TextValue or CodeValue or BooleanValue && a.GetType() == b.GetType())
            return a.Equals(b) == (compare.Comparator == Comparator.Equal);
        if (compare.Left is Expression.Constant { Value: AmountValue one } && compare.Right is Expression.Constant { Value: AmountValue other } && one.Unit != other.Unit) return null;
        if (Number(compare.Left) is not { } left || Number(compare.Right) is not { } right) return null;
        return compare.Comparator switch
        {
            Comparator.Equal => left == right,
            Comparator.NotEqual => left != right,
            Comparator.Less => left < right,
            Comparator.LessOrEqual => left <= right,
            Comparator.Greater => left > right,
            Comparator.GreaterOrEqual => left >= right,
            _ => throw new InvalidOperationException("An unknown comparison."),
        };
    }
}
