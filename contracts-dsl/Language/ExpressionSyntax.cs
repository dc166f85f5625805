namespace Settlement.Contracts.Language;

/// <summary>An expression as written. A closed hierarchy.</summary>
internal abstract record ExpressionSyntax(TextSpan Span)
{
    public sealed record Number(TextSpan Span, long Value) : ExpressionSyntax(Span);

    /// <summary>The digits without the point, and how many of them stand after it: 0.050 is 50 and 3.</summary>
    public sealed record Decimal(TextSpan Span, long Digits, int Scale) : ExpressionSyntax(Span);

    public sealed record Ratio(TextSpan Span, long Numerator, long Denominator) : ExpressionSyntax(Span);

    public sealed record Money(TextSpan Span, string Currency, long MinorUnits) : ExpressionSyntax(Span);

    public sealed record Truth(TextSpan Span, bool Value) : ExpressionSyntax(Span);

    public sealed record Date(TextSpan Span, DateOnly Value) : ExpressionSyntax(Span);

    public sealed record Text(TextSpan Span, string Value) : ExpressionSyntax(Span);

    /// <summary>The head's time.</summary>
    public sealed record Now(TextSpan Span) : ExpressionSyntax(Span);

    /// <summary>The head's day.</summary>
    public sealed record Today(TextSpan Span) : ExpressionSyntax(Span);

    public sealed record Reference(Name Name) : ExpressionSyntax(Name.Span);

    public sealed record Present(TextSpan Span, Name Name) : ExpressionSyntax(Span);

    public sealed record Call(TextSpan Span, Name Function, IReadOnlyList<ExpressionSyntax> Arguments) : ExpressionSyntax(Span);

    /// <summary>'cut-off of' a day.</summary>
    public sealed record CutOff(TextSpan Span, ExpressionSyntax Day) : ExpressionSyntax(Span);

    /// <summary>A length of time.</summary>
    public sealed record Length(TextSpan Span, ExpressionSyntax Count, TimeUnit Unit) : ExpressionSyntax(Span);

    public sealed record Not(TextSpan Span, ExpressionSyntax Operand) : ExpressionSyntax(Span);

    public sealed record Parenthesised(TextSpan Span, ExpressionSyntax Inner) : ExpressionSyntax(Span);

    /// <param name="Left">The left operand.</param>
    /// <param name="Operator">Between them.</param>
    /// <param name="Right">The right operand.</param>
    /// <param name="Rounding">Null without a 'rounded'; only Multiply and Divide have one.</param>
    public sealed record Binary(ExpressionSyntax Left, BinaryOperator Operator, ExpressionSyntax Right, Rounding? Rounding = null)
        : ExpressionSyntax(Left.Span.To(Right.Span));

    /// <param name="Amount">What is converted.</param>
    /// <param name="Rate">A rate or a ratio.</param>
    /// <param name="CurrencyOf">Money whose currency the result has; null for a unit.</param>
    /// <param name="Unit">The unit of the result; null for money.</param>
    /// <param name="Rounding">Null without a 'rounded'.</param>
    /// <param name="Span">All of it.</param>
    public sealed record Convert(
        ExpressionSyntax Amount, ExpressionSyntax Rate, ExpressionSyntax? CurrencyOf, Name? Unit, Rounding? Rounding, TextSpan Span)
        : ExpressionSyntax(Span);

    /// <summary>'if C then x otherwise y'.</summary>
    public sealed record Choice(TextSpan Span, ExpressionSyntax Condition, ExpressionSyntax Then, ExpressionSyntax Otherwise) : ExpressionSyntax(Span);

    /// <summary>'all x in list: C', or 'any'.</summary>
    public sealed record Quantified(TextSpan Span, bool All, Name Element, Name List, ExpressionSyntax Condition) : ExpressionSyntax(Span);
}

internal enum BinaryOperator { Or, And, Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual, Add, Subtract, Multiply, Divide }

internal enum TimeUnit { Seconds, Minutes, Hours, Days, BusinessDays, Weeks, Months }
