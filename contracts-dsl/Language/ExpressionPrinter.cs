using System.Globalization;

namespace Settlement.Contracts.Language;

/// <summary>Prints expressions in the canonical form.</summary>
internal static class ExpressionPrinter
{
    public static string Print(ExpressionSyntax expression) => expression switch
    {
        ExpressionSyntax.Number number => Number(number.Value),
        ExpressionSyntax.Decimal @decimal => Decimal(@decimal),
        ExpressionSyntax.Ratio ratio => $"{Number(ratio.Numerator)}:{Number(ratio.Denominator)}",
        ExpressionSyntax.Money money => $"{money.Currency} {Number(money.MinorUnits)}",
        ExpressionSyntax.Truth truth => truth.Value ? "true" : "false",
        ExpressionSyntax.Date date => new DateValue(date.Value).Written,
        ExpressionSyntax.Text text => new TextValue(text.Value).Written,
        ExpressionSyntax.Now => "now",
        ExpressionSyntax.Today => "today",
        ExpressionSyntax.Reference reference => reference.Name.Text,
        ExpressionSyntax.Present present => $"present({present.Name.Text})",
        ExpressionSyntax.Call call => $"{call.Function.Text}({string.Join(", ", call.Arguments.Select(Print))})",
        ExpressionSyntax.CutOff cutOff => $"cut-off of {Print(cutOff.Day)}",
        ExpressionSyntax.Length length => $"{Print(length.Count)} {Written(length.Unit)}",
        ExpressionSyntax.Not not => $"not {Print(not.Operand)}",
        ExpressionSyntax.Parenthesised inner => $"({Print(inner.Inner)})",
        ExpressionSyntax.Binary binary => $"{Print(binary.Left)} {Written(binary.Operator)} {Print(binary.Right)}{Rounded(binary.Rounding)}",
        ExpressionSyntax.Convert convert =>
            $"{Print(convert.Amount)} at {Print(convert.Rate)} in {convert.Unit?.Text ?? $"currency of {Print(convert.CurrencyOf!)}"}{Rounded(convert.Rounding)}",
        ExpressionSyntax.Choice choice => $"if {Print(choice.Condition)} then {Print(choice.Then)} otherwise {Print(choice.Otherwise)}",
        ExpressionSyntax.Quantified quantified =>
            $"{(quantified.All ? "all" : "any")} {quantified.Element.Text} in {quantified.List.Text}: {Print(quantified.Condition)}",
        _ => throw new InvalidOperationException("Unknown syntax."),
    };

    /// <summary>What stands between the ands of a condition, each by itself; the condition alone where there are none.</summary>
    public static IEnumerable<string> Conjuncts(ExpressionSyntax condition)
    {
        Stack<ExpressionSyntax> left = new([condition]);
        while (left.TryPop(out ExpressionSyntax? next))
        {
            switch (next)
            {
                case ExpressionSyntax.Parenthesised inner: left.Push(inner.Inner); break;
                case ExpressionSyntax.Binary { Operator: BinaryOperator.And } both:
                    left.Push(both.Right);
                    left.Push(both.Left);
                    break;
                default: yield return Print(next); break;
            }
        }
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Decimal(ExpressionSyntax.Decimal value)
    {
        string digits = Number(value.Digits), sign = value.Digits < 0 ? "-" : "";
        digits = digits[sign.Length..].PadLeft(value.Scale + 1, '0');
        return $"{sign}{digits[..^value.Scale]}.{digits[^value.Scale..]}";
    }

    private static string Rounded(Rounding? rounding) => rounding is not { } given ? "" : given switch
    {
        Rounding.Up => " rounded up",
        Rounding.Down => " rounded down",
        Rounding.Ceiling => " rounded ceiling",
        Rounding.Floor => " rounded floor",
        Rounding.HalfUp => " rounded half up",
        Rounding.HalfDown => " rounded half down",
        _ => " rounded half even",
    };

    private static string Written(TimeUnit unit) => unit switch
    {
        TimeUnit.Seconds => "seconds",
        TimeUnit.Minutes => "minutes",
        TimeUnit.Hours => "hours",
        TimeUnit.Days => "days",
        TimeUnit.BusinessDays => "business days",
        TimeUnit.Weeks => "weeks",
        _ => "months",
    };

    private static string Written(BinaryOperator @operator) => @operator switch
    {
        BinaryOperator.Or => "or",
        BinaryOperator.And => "and",
        BinaryOperator.Equal => "=",
        BinaryOperator.NotEqual => "!=",
        BinaryOperator.Less => "<",
        BinaryOperator.LessOrEqual => "<=",
        BinaryOperator.Greater => ">",
        BinaryOperator.GreaterOrEqual => ">=",
        BinaryOperator.Add => "+",
        BinaryOperator.Subtract => "-",
        BinaryOperator.Multiply => "*",
        _ => "/",
    };
}
