using System.Globalization;

namespace Settlement.Contracts.Language;

/// <summary>How numbers are written elsewhere, and what is written here instead.</summary>
internal static class NumberSlips
{
    /// <summary>What is said of a number with a comma.</summary>
    public const string Comma = "a number has no comma";

    private const int Thousands = 3;

    /// <summary>The minor units that were probably meant, of a currency with cents: 5.25 are 525. Three decimals are those of a currency with three.</summary>
    public static string MinorUnits(string number)
    {
        if (number.Split('.') is not [var whole, var cents]) return number;
        return (whole + cents.PadRight(2, '0')).TrimStart('0').PadLeft(1, '0');
    }

    /// <summary>How an amount is written: whoever writes a whole number behind or before a currency may mean either, and the two are a factor of a hundred apart.</summary>
    public static string Money(string currency, string number) => number.Contains('.', StringComparison.Ordinal) || number.All(static c => c == '0') ? $"write {currency} {MinorUnits(number)}"
        : $"write {currency} {number}00 for {number}.00, or {currency} {number} for {number} minor units";

    /// <summary>What two operators that touch are called here, where the second stands in a value's place; null for others.</summary>
    public static string? Operators(Token first, Token second) => !Touch(first, second) ? null : (first.Kind, second.Kind) switch
    {
        (TokenKind.Equal, TokenKind.Equal) => "write a single =",
        (TokenKind.Equal, TokenKind.Greater) => "write >= for 'at least'",
        (TokenKind.Equal, TokenKind.Less) => "write <= for 'at most'",
        (TokenKind.Less, TokenKind.Greater) or (TokenKind.NotEqual, TokenKind.Equal) => "write != for 'is not'",
        _ => null,
    };

    /// <summary>A number with a comma in it, which is at the index: a decimal, or one with separators. Null when spaces stand around the comma.</summary>
    public static (TextSpan Span, string Message, string Suggestion)? WithComma(IReadOnlyList<Token> tokens, int comma)
    {
        if (comma == 0 || tokens[comma - 1].Kind != TokenKind.Number) return null;
        List<Token> parts = [tokens[comma - 1]];
        for (int i = comma; tokens[i].Kind == TokenKind.Comma && Touch(tokens[i - 1], tokens[i]) && Touch(tokens[i], tokens[i + 1])
            && tokens[i + 1].Kind is TokenKind.Number or TokenKind.Decimal or TokenKind.Bad; i += 2) parts.Add(tokens[i + 1]);
        if (parts.Count == 1) return null;
        return (parts[0].Span.To(parts[^1].Span), Comma, WithoutComma([.. parts.Select(static p => p.Text)]));
    }

    /// <summary>
    /// Such a number at the beginning of the text, where what follows a comma begins with 0 and so is no number of its own. Without a
    /// suggestion there is none in the length that it looked at.
    /// </summary>
    public static (int Length, string? Suggestion) WithCommaAndZero(ReadOnlySpan<char> text)
    {
        int length = Digits(text);
        List<string> parts = [text[..length].ToString()];
        while (length < text.Length && text[length] == ',' && Digits(text[(length + 1)..]) is > 0 and var digits)
        {
            parts.Add(text.Slice(length + 1, digits).ToString());
            length += 1 + digits;
        }

        bool ends = length == text.Length || !(char.IsAsciiLetter(text[length]) || text[length] is '_' or '.');
        return ends && parts.Skip(1).Any(static p => p is ['0', _, ..]) ? (length, WithoutComma(parts)) : (length, null);
    }

    private static string WithoutComma(List<string> parts) => parts[0] != "0" && parts.Skip(1).All(static p => p.Split('.')[0].Length == Thousands)
        ? $"write {string.Concat(parts)}: digits have no separators" : $"write {parts[0]}.{parts[1]}: a decimal has a point";

    /// <summary>A date whose month or day has one digit, at the beginning of the text: its length, and how it is written.</summary>
    public static (int Length, string Suggestion)? DateWithoutZeros(ReadOnlySpan<char> text)
    {
        int month = text.Length > 5 && text[4] == '-' && AllDigits(text[..4]) ? Digits(text[5..]) : 0;
        if (month is 0 or > 2 || text.Length <= 6 + month || text[5 + month] != '-') return null;
        int day = Digits(text[(6 + month)..]), length = 6 + month + day;
        if (day is 0 or > 2 || month + day == 4 || (text.Length > length && (char.IsAsciiLetter(text[length]) || text[length] is '_' or '.'))) return null;
        string padded = $"{text[..4]}-{text.Slice(5, month).ToString().PadLeft(2, '0')}-{text.Slice(6 + month, day).ToString().PadLeft(2, '0')}";
        return (length, DateValue.TryParse(padded, out _) ? $"write {padded}" : "write YYYY-MM-DD");
    }

    /// <summary>What is written instead of a number of per cent; null when no number stands directly before the place.</summary>
    public static string? Percent(IReadOnlyList<Token> tokens, int start)
    {
        if (tokens.Count == 0 || tokens[^1] is not { Kind: TokenKind.Number or TokenKind.Decimal } number || number.Span.End != start
            || !decimal.TryParse(number.Text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal percent)) return null;
        return $"write {(percent / 100).ToString(CultureInfo.InvariantCulture)}, as a rate";
    }

    private static bool Touch(Token left, Token right) => left.Span.End == right.Span.Start;

    private static bool AllDigits(ReadOnlySpan<char> text) => Digits(text) == text.Length;

    private static int Digits(ReadOnlySpan<char> text)
    {
        int count = 0;
        while (count < text.Length && char.IsAsciiDigit(text[count])) count++;
        return count;
    }
}
