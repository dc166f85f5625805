using System.Globalization;
using Settlement.Contracts.Checking;

namespace Settlement.Contracts.Language;

/// <summary>Parses what stands between the operators of an expression. Null means that it has complained.</summary>
internal sealed class OperandParser(TokenCursor cursor, ExpressionParser expressions)
{
    private static readonly Dictionary<string, Rounding> Roundings = new(StringComparer.Ordinal)
    {
        ["up"] = Contracts.Rounding.Up, ["down"] = Contracts.Rounding.Down, ["ceiling"] = Contracts.Rounding.Ceiling, ["floor"] = Contracts.Rounding.Floor,
    };

    private static readonly Dictionary<string, Rounding> Halves = new(StringComparer.Ordinal)
    {
        ["up"] = Contracts.Rounding.HalfUp, ["down"] = Contracts.Rounding.HalfDown, ["even"] = Contracts.Rounding.HalfEven,
    };

    public ExpressionSyntax? Single()
    {
        Token token = cursor.Current;
        switch (token.Kind)
        {
            case TokenKind.Number when cursor.Ahead(1).Kind == TokenKind.Colon:
                return Ratio();
            case TokenKind.Number or TokenKind.Decimal when cursor.Ahead(1) is { Kind: TokenKind.Word } currency && MoneyValue.IsCurrency(currency.Text):
                return CurrencyBehind();
            case TokenKind.Number or TokenKind.Decimal or TokenKind.Minus:
                return Number();
            case TokenKind.Date:
                cursor.Take();
                return DateValue.TryParse(token.Text, out DateOnly date) ? new ExpressionSyntax.Date(token.Span, date) : null;
            case TokenKind.Text:
                cursor.Take();
                return new ExpressionSyntax.Text(token.Span, token.Text);
            case TokenKind.Open:
                return Parenthesised();
            case TokenKind.Word:
                return Word(token);
            default:
                cursor.Expected("a value", NumberSlips.Operators(cursor.Before, token));
                return null;
        }
    }

    /// <summary>What follows 'rounded'.</summary>
    public Rounding? Rounding()
    {
        bool half = cursor.TryTakeWord("half");
        if (cursor.At(TokenKind.Word) && (half ? Halves : Roundings).TryGetValue(cursor.Current.Text, out Rounding rounding))
        {
            cursor.Take();
            return rounding;
        }

        cursor.Expected(half ? "'up', 'down' or 'even'" : "a rounding: up, down, ceiling, floor, half up, half down or half even");
        return null;
    }

    private ExpressionSyntax? Word(Token token)
    {
        if (cursor.AtMisnamed) return null;
        switch (token.Text)
        {
            case "true" or "false":
                return new ExpressionSyntax.Truth(cursor.Take().Span, token.Text == "true");
            case "now":
                return new ExpressionSyntax.Now(cursor.Take().Span);
            case "today":
                return new ExpressionSyntax.Today(cursor.Take().Span);
            case "present":
                return Present();
            case "cut" when cursor.Ahead(1).Kind == TokenKind.Minus && cursor.Ahead(2).IsWord("off") && cursor.Ahead(3).IsWord("of"):
                return CutOff();
            case "if" or "all" or "any":
                cursor.Expected("a value", $"put an '{token.Text}' within an expression in parentheses");
                return null;
        }

        if (cursor.Ahead(1).Kind == TokenKind.Open && !ReservedWords.All.Contains(token.Text)) return Call();
        if (MoneyValue.IsCurrency(token.Text) && cursor.Ahead(1).Kind is TokenKind.Number or TokenKind.Decimal) return Money();
        if (cursor.Ahead(1).Kind is TokenKind.Number or TokenKind.Decimal && !ReservedWords.All.Contains(token.Text) && MoneyValue.IsCurrency(token.Text.ToUpperInvariant()))
        {
            cursor.Expected("a currency in capital letters", NumberSlips.Money(token.Text.ToUpperInvariant(), cursor.Ahead(1).Text));
            return null;
        }

        return cursor.TakeName("a value") is { } name ? new ExpressionSyntax.Reference(name) : null;
    }

    private ExpressionSyntax? Number()
    {
        TextSpan start = cursor.Current.Span;
        string sign = cursor.TryTake(TokenKind.Minus) ? "-" : "";
        Token digits = cursor.Current;
        if (!cursor.TryTake(TokenKind.Decimal) && !cursor.Expect(TokenKind.Number, "a number")) return null;
        TextSpan span = start.To(digits.Span);
        string written = digits.Text.Replace(".", "", StringComparison.Ordinal);
        if (sign.Length > 0 && written.All(c => c == '0'))
        {
            cursor.Diagnostics.Report(Rules.BadNumber, span, "nought has no sign", $"write {digits.Text}");
            return null;
        }

        if (Whole(sign + written, span) is not { } value) return null;
        if (digits.Kind == TokenKind.Number) return new ExpressionSyntax.Number(span, value);
        return new ExpressionSyntax.Decimal(span, value, digits.Text.Length - digits.Text.IndexOf('.', StringComparison.Ordinal) - 1);
    }

    private ExpressionSyntax? CurrencyBehind()
    {
        Token number = cursor.Current, currency = cursor.Ahead(1);
        cursor.Diagnostics.Report(Rules.BadNumber, number.Span.To(currency.Span), "a currency stands before its number, which counts minor units",
            NumberSlips.Money(currency.Text, number.Text));
        return null;
    }

    private long? Whole(string written, TextSpan span)
    {
        if (long.TryParse(written, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)) return value;
        cursor.Diagnostics.Report(Rules.BadNumber, span, "this number does not fit 64 bits", $"the largest is {long.MaxValue.ToString(CultureInfo.InvariantCulture)}");
        return null;
    }

    private ExpressionSyntax.Ratio? Ratio()
    {
        Token first = cursor.Take();
        cursor.Take();
        Token second = cursor.Current;
        if (!cursor.Expect(TokenKind.Number, "the second number of a ratio")) return null;
        TextSpan span = first.Span.To(second.Span);
        if (Whole(first.Text, span) is not { } numerator || Whole(second.Text, span) is not { } denominator) return null;
        if (numerator > 0 && denominator > 0) return new ExpressionSyntax.Ratio(span, numerator, denominator);
        cursor.Diagnostics.Report(Rules.BadNumber, span, "both numbers of a ratio are above zero");
        return null;
    }

    private ExpressionSyntax.Money? Money()
    {
        Token currency = cursor.Take(), units = cursor.Take();
        TextSpan span = currency.Span.To(units.Span);
        if (units.Kind == TokenKind.Decimal)
        {
            cursor.Diagnostics.Report(Rules.BadNumber, span, "money is written in whole minor units", $"for cents, write {currency.Text} 5025 for 50.25");
            return null;
        }

        return Whole(units.Text, span) is { } minorUnits ? new ExpressionSyntax.Money(span, currency.Text, minorUnits) : null;
    }

    private ExpressionSyntax.Parenthesised? Parenthesised()
    {
        TextSpan start = cursor.Current.Span;
        cursor.TryEnter();
        return expressions.Inner(start) is { } inner && cursor.Leave() ? new ExpressionSyntax.Parenthesised(start.To(cursor.LastSpan), inner) : null;
    }

    private ExpressionSyntax.Present? Present()
    {
        TextSpan start = cursor.Take().Span;
        if (!cursor.TryEnter())
        {
            cursor.Expected("'(' after 'present'");
            return null;
        }

        return cursor.TakeName("an optional field or parameter") is { } name && cursor.Leave()
            ? new ExpressionSyntax.Present(start.To(cursor.LastSpan), name) : null;
    }

    private ExpressionSyntax.CutOff? CutOff()
    {
        TextSpan start = cursor.Take().Span;
        cursor.Take();
        cursor.Take();
        cursor.Take();
        return expressions.InnerSingle(start) is { } day ? new ExpressionSyntax.CutOff(start.To(day.Span), day) : null;
    }

    private ExpressionSyntax.Call? Call()
    {
        if (!ReservedWords.Functions.Contains(cursor.Current.Text))
        {
            cursor.Diagnostics.Report(Rules.UnknownName, cursor.Current.Span, $"there is no function called '{cursor.Current.Text}'", cursor.DidYouMean(ReservedWords.Functions));
            return null;
        }

        Token function = cursor.Take();
        cursor.TryEnter();
        List<ExpressionSyntax> arguments = [];
        do
        {
            if (expressions.Inner(function.Span) is not { } argument || cursor.ReportsCommaInNumber()) return null;
            arguments.Add(argument);
        }
        while (cursor.TryTake(TokenKind.Comma));

        if (!cursor.Leave("')' or a comma")) return null;
        return new ExpressionSyntax.Call(function.Span.To(cursor.LastSpan), new Name(function.Text, function.Span), arguments);
    }
}
