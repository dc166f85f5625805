using System.Globalization;
using Settlement.Contracts.Checking;

namespace Settlement.Contracts.Language;

/// <summary>
/// Parses an expression by recursive descent: or, and, not, one comparison, + and -, then a single thing. Depth and
/// size are bounded, so that everything which later walks the tree is too. Null means that it has complained.
/// </summary>
internal sealed class ExpressionParser(TokenCursor cursor)
{
    /// <summary>How deep parentheses and 'not' may nest.</summary>
    public const int MaxDepth = 32;

    /// <summary>How many operators, parentheses and operands one expression may have.</summary>
    public const int MaxSize = 256;

    private int depth;
    private int parentheses;
    private int size;

    public ExpressionSyntax? Parse()
    {
        depth = parentheses = size = 0;
        return Or();
    }

    private ExpressionSyntax? Or() => Chain(And, () => cursor.AtWord("or") ? BinaryOperator.Or : null);

    private ExpressionSyntax? And() => Chain(Not, () => cursor.AtWord("and") ? BinaryOperator.And : null);

    private ExpressionSyntax? Not()
    {
        if (!cursor.AtWord("not")) return Comparison();
        TextSpan start = cursor.Take().Span;
        if (!Deeper(start)) return null;
        cursor.ContinueLine();
        ExpressionSyntax? operand = Not();
        depth--;
        return operand is null ? null : new ExpressionSyntax.Not(start.To(operand.Span), operand);
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

    private ExpressionSyntax? Sum() => Chain(Single, () => cursor.Current.Kind switch
    {
        TokenKind.Plus => BinaryOperator.Add,
        TokenKind.Minus => BinaryOperator.Subtract,
        _ => null,
    });

    private ExpressionSyntax? Chain(Func<ExpressionSyntax?> operand, Func<BinaryOperator?> operatorHere)
    {
        ExpressionSyntax? left = operand();
        while (left is not null && Here(operatorHere) is { } @operator)
        {
            if (!Larger(cursor.Take().Span)) return null;
            cursor.ContinueLine();
            left = operand() is { } right ? new ExpressionSyntax.Binary(left, @operator, right) : null;
        }

        return left;
    }

    private BinaryOperator? AtComparison() => Here(() => cursor.Current.Kind switch
    {
        TokenKind.Equal => BinaryOperator.Equal,
        TokenKind.NotEqual => BinaryOperator.NotEqual,
        TokenKind.Less => BinaryOperator.Less,
        TokenKind.LessOrEqual => BinaryOperator.LessOrEqual,
        TokenKind.Greater => BinaryOperator.Greater,
        TokenKind.GreaterOrEqual => BinaryOperator.GreaterOrEqual,
        _ => null,
    });

    /// <summary>Inside parentheses an operator may begin the next line.</summary>
    private BinaryOperator? Here(Func<BinaryOperator?> operatorHere)
    {
        if (parentheses > 0) cursor.ContinueLine();
        return operatorHere();
    }

    private ExpressionSyntax? Single()
    {
        Token token = cursor.Current;
        if (!Larger(token.Span)) return null;
        switch (token.Kind)
        {
            case TokenKind.Number or TokenKind.Minus:
                return Number();
            case TokenKind.Date:
                cursor.Take();
                return DateValue.TryParse(token.Text, out DateOnly date) ? new ExpressionSyntax.Date(token.Span, date) : null;
            case TokenKind.Text:
                cursor.Take();
                return new ExpressionSyntax.Text(token.Span, token.Text);
            case TokenKind.Open:
                return Parenthesised();
            case TokenKind.Word when token.Text == "present":
                return Present();
            default:
                return cursor.TakeName("a field, a parameter or a value") is { } name ? new ExpressionSyntax.Reference(name) : null;
        }
    }

    private ExpressionSyntax.Number? Number()
    {
        TextSpan start = cursor.Current.Span;
        string sign = cursor.TryTake(TokenKind.Minus) ? "-" : "";
        Token digits = cursor.Current;
        if (!cursor.Expect(TokenKind.Number, "a number")) return null;
        TextSpan span = start.To(digits.Span);
        if (sign.Length > 0 && digits.Text == "0")
        {
            cursor.Diagnostics.Report(Rules.BadNumber, span, "nought has no sign", "write 0");
            return null;
        }

        if (long.TryParse(sign + digits.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value))
            return new ExpressionSyntax.Number(span, value);
        cursor.Diagnostics.Report(Rules.BadNumber, span, "this number does not fit 64 bits", $"the largest is {long.MaxValue.ToString(CultureInfo.InvariantCulture)}");
        return null;
    }

    private ExpressionSyntax.Parenthesised? Parenthesised()
    {
        TextSpan start = cursor.Take().Span;
        if (!Deeper(start)) return null;
        parentheses++;
        cursor.ContinueLine();
        ExpressionSyntax? inner = Or();
        if (inner is not null) cursor.ContinueLine();
        bool closed = inner is not null && cursor.Expect(TokenKind.Close, "')'");
        parentheses--;
        depth--;
        return closed ? new ExpressionSyntax.Parenthesised(start.To(cursor.Previous.Span), inner!) : null;
    }

    private ExpressionSyntax.Present? Present()
    {
        TextSpan start = cursor.Take().Span;
        if (!cursor.Expect(TokenKind.Open, "'(' after 'present'")) return null;
        if (cursor.TakeName("an optional field or parameter") is not { } name) return null;
        if (!cursor.Expect(TokenKind.Close, "')'")) return null;
        return new ExpressionSyntax.Present(start.To(cursor.Previous.Span), name);
    }

    private bool Deeper(TextSpan span)
    {
        if (++depth <= MaxDepth) return true;
        cursor.Diagnostics.Report(Rules.TooComplex, span, $"this nests deeper than {MaxDepth} levels", "split it into several requires");
        return false;
    }

    private bool Larger(TextSpan span)
    {
        if (++size <= MaxSize) return true;
        cursor.Diagnostics.Report(Rules.TooComplex, span, $"this expression has more than {MaxSize} parts", "split it into several requires");
        return false;
    }
}
