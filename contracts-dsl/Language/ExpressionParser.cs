using Settlement.Contracts.Checking;

namespace Settlement.Contracts.Language;

/// <summary>
/// Parses an expression by recursive descent: a choice or a test of all values, or, and, not, one comparison, + and -,
/// * and / and conversions, lengths of time, then a single thing. Depth and size are bounded, so that everything which
/// later walks the tree is too. Null means that it has complained.
/// </summary>
internal sealed class ExpressionParser
{
    /// <summary>How deep parentheses, 'not', choices and calls may nest.</summary>
    public const int MaxDepth = 32;

    /// <summary>How many operators, parentheses and operands one expression may have.</summary>
    public const int MaxSize = 256;

    private static readonly Dictionary<string, TimeUnit> Units = new(StringComparer.Ordinal)
    {
        ["seconds"] = TimeUnit.Seconds, ["minutes"] = TimeUnit.Minutes, ["hours"] = TimeUnit.Hours, ["days"] = TimeUnit.Days,
        ["weeks"] = TimeUnit.Weeks, ["months"] = TimeUnit.Months,
    };

    private readonly TokenCursor cursor;
    private readonly OperandParser operands;
    private int depth;
    private int size;

    public ExpressionParser(TokenCursor cursor)
    {
        this.cursor = cursor;
        operands = new OperandParser(cursor, this);
    }

    public ExpressionSyntax? Parse()
    {
        depth = size = 0;
        return Expression();
    }

    /// <summary>An expression within another one.</summary>
    public ExpressionSyntax? Inner(TextSpan start) => Nested(start, Expression);

    /// <summary>A single thing within another one.</summary>
    public ExpressionSyntax? InnerSingle(TextSpan start) => Nested(start, Single);

    private ExpressionSyntax? Expression()
    {
        if (cursor.AtWord("if")) return Choice();
        if (cursor.AtWord("all") || cursor.AtWord("any")) return Quantified();
        return Or();
    }

    private ExpressionSyntax.Choice? Choice()
    {
        TextSpan start = cursor.Take().Span;
        if (!Larger(start) || Inner(start) is not { } condition || !cursor.ExpectWord("then")) return null;
        cursor.ContinueLine();
        if (Inner(start) is not { } then || !cursor.ExpectWord("otherwise")) return null;
        cursor.ContinueLine();
        return Inner(start) is { } otherwise ? new ExpressionSyntax.Choice(start.To(otherwise.Span), condition, then, otherwise) : null;
    }

    private ExpressionSyntax.Quantified? Quantified()
    {
        Token word = cursor.Take();
        if (!Larger(word.Span) || cursor.TakeNewName("a value") is not { } element) return null;
        if (!cursor.ExpectWord("in") || cursor.TakeName("a list") is not { } list || !cursor.Expect(TokenKind.Colon, "':'")) return null;
        cursor.ContinueLine();
        return Inner(word.Span) is { } condition
            ? new ExpressionSyntax.Quantified(word.Span.To(condition.Span), word.Text == "all", element, list, condition) : null;
    }

    private ExpressionSyntax? Or() => Chain(And, () => cursor.AtWord("or") ? BinaryOperator.Or : null);

    private ExpressionSyntax? And() => Chain(Not, () => cursor.AtWord("and") ? BinaryOperator.And : null);

    private ExpressionSyntax? Not()
    {
        if (!cursor.AtWord("not")) return Comparison();
        TextSpan start = cursor.Take().Span;
        cursor.ContinueLine();
        return Nested(start, Not) is { } operand ? new ExpressionSyntax.Not(start.To(operand.Span), operand) : null;
    }

    private ExpressionSyntax? Comparison()
    {
        if (Sum() is not { } left) return null;
        if (AtComparison() is not { } comparison) return left;
        cursor.Take();
        cursor.ContinueLine();
        if (Sum() is not { } right) return null;
        if (AtComparison() is null) return new ExpressionSyntax.Binary(left, comparison, right);
        cursor.Expected("one comparison", "join two comparisons with 'and'");
        return null;
    }

    private BinaryOperator? AtComparison() => cursor.Current.Kind switch
    {
        TokenKind.Equal => BinaryOperator.Equal,
        TokenKind.NotEqual => BinaryOperator.NotEqual,
        TokenKind.Less => BinaryOperator.Less,
        TokenKind.LessOrEqual => BinaryOperator.LessOrEqual,
        TokenKind.Greater => BinaryOperator.Greater,
        TokenKind.GreaterOrEqual => BinaryOperator.GreaterOrEqual,
        _ => null,
    };

    private ExpressionSyntax? Sum() => Chain(Product, () => cursor.Current.Kind switch
    {
        TokenKind.Plus => BinaryOperator.Add,
        TokenKind.Minus => BinaryOperator.Subtract,
        _ => null,
    });

    private ExpressionSyntax? Chain(Func<ExpressionSyntax?> operand, Func<BinaryOperator?> operatorHere)
    {
        ExpressionSyntax? left = operand();
        while (left is not null && operatorHere() is { } @operator)
        {
            if (!Larger(cursor.Take().Span)) return null;
            cursor.ContinueLine();
            left = operand() is { } right ? new ExpressionSyntax.Binary(left, @operator, right) : null;
        }

        return left;
    }

    private ExpressionSyntax? Product()
    {
        ExpressionSyntax? left = Span();
        while (left is not null && (cursor.At(TokenKind.Times) || cursor.At(TokenKind.Over) || cursor.AtWord("at")))
        {
            Token @operator = cursor.Take();
            if (!Larger(@operator.Span)) return null;
            cursor.ContinueLine();
            if (Span() is not { } right) return null;
            left = @operator.Kind == TokenKind.Word ? Conversion(left, right)
                : Rounded(new ExpressionSyntax.Binary(left, @operator.Kind == TokenKind.Times ? BinaryOperator.Multiply : BinaryOperator.Divide, right));
        }

        if (left is null || !cursor.AtWord("rounded")) return left;
        cursor.Expected("'rounded' directly behind a product, a quotient or a conversion", "it belongs to the one * or / or 'at' before it; nothing else needs rounding");
        return null;
    }

    private ExpressionSyntax.Binary? Rounded(ExpressionSyntax.Binary product)
    {
        if (!cursor.TryTakeWord("rounded")) return product;
        return operands.Rounding() is { } rounding ? product with { Rounding = rounding } : null;
    }

    private ExpressionSyntax.Convert? Conversion(ExpressionSyntax amount, ExpressionSyntax rate)
    {
        if (!cursor.ExpectWord("in")) return null;
        TextSpan start = cursor.Current.Span;
        ExpressionSyntax? currencyOf = null;
        Name? unit = cursor.TakeName("a unit, or 'currency of' an amount");
        if (unit is null) return null;
        if (unit.Text == "currency" && cursor.TryTakeWord("of"))
        {
            unit = null;
            if ((currencyOf = InnerSingle(start)) is null) return null;
        }

        Rounding? rounding = null;
        if (cursor.TryTakeWord("rounded") && (rounding = operands.Rounding()) is null) return null;
        return new ExpressionSyntax.Convert(amount, rate, currencyOf, unit, rounding, amount.Span.To(cursor.LastSpan));
    }

    private ExpressionSyntax? Span()
    {
        if (Single() is not { } single) return null;
        if (cursor.TryTakeWord("business"))
            return cursor.ExpectWord("days") ? new ExpressionSyntax.Length(single.Span.To(cursor.LastSpan), single, TimeUnit.BusinessDays) : null;
        if (!cursor.At(TokenKind.Word) || !Units.TryGetValue(cursor.Current.Text, out TimeUnit unit)) return single;
        return new ExpressionSyntax.Length(single.Span.To(cursor.Take().Span), single, unit);
    }

    private ExpressionSyntax? Single() => Larger(cursor.Current.Span) ? operands.Single() : null;

    private ExpressionSyntax? Nested(TextSpan start, Func<ExpressionSyntax?> inner)
    {
        if (++depth > MaxDepth)
        {
            cursor.Diagnostics.Report(Rules.TooComplex, start, $"this nests deeper than {MaxDepth} levels", "give a part of it a name with 'let'");
            return null;
        }

        ExpressionSyntax? result = inner();
        depth--;
        return result;
    }

    private bool Larger(TextSpan span)
    {
        if (++size <= MaxSize) return true;
        cursor.Diagnostics.Report(Rules.TooComplex, span, $"this expression has more than {MaxSize} parts", "give a part of it a name with 'let'");
        return false;
    }
}
