using System.Buffers;
using System.Globalization;
using Settlement.Core.Identifiers;
using Settlement.Core.Monetary;

namespace Settlement.Host.Iso20022;

/// <summary>A simple type of ISO 20022: which texts it takes.</summary>
/// <param name="Description">What the text must be, to end the sentence "the element must be …".</param>
/// <param name="Accepts">The facets.</param>
/// <param name="Collapses">True where XML Schema collapses white space: numbers, dates and Booleans.</param>
internal sealed record TextRule(string Description, Func<string, bool> Accepts, bool Collapses = false)
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789");

    /// <summary>A 128-bit reference in the form of <see cref="Core.Identifiers.Uetr"/> (UUIDv4Identifier).</summary>
    public static readonly TextRule UuidV4 = new("a version 4 UUID in lower case", text => Uetr.TryParse(text, out _));

    /// <summary>xs:boolean.</summary>
    public static readonly TextRule Boolean = new("true or false", text => text is "true" or "false" or "1" or "0", Collapses: true);

    /// <summary>xs:date, with or without a time zone.</summary>
    public static readonly TextRule Date = new("a date such as 2026-03-02", text => TryReadDate(text, out _), Collapses: true);

    /// <summary>xs:dateTime.</summary>
    public static readonly TextRule DateTime = new("a date and time such as 2026-03-02T09:30:00Z", IsDateTime, Collapses: true);

    /// <summary>xs:time.</summary>
    public static readonly TextRule Time = new("a time such as 09:30:00Z", text => IsDateTime("2000-01-01T" + text), Collapses: true);

    /// <summary>The decimal of an amount: not negative, at most 18 digits, 5 of them after the point.</summary>
    public static readonly TextRule Amount =
        new("a decimal number, not negative, of at most 18 digits and 5 decimal places", text => IsDecimal(text, 5), Collapses: true);

    /// <summary>The same for the settlement amount, whose decimal places are measured against its currency.</summary>
    public static readonly TextRule SettlementAmount =
        new("a decimal number, not negative, of at most 18 digits", text => IsDecimal(text, 18), Collapses: true);

    /// <summary>A control sum: at most 18 digits, 17 of them after the point; may be negative.</summary>
    public static readonly TextRule ControlSum =
        new("a decimal number of at most 18 digits", text => IsDecimal(text, 17, negative: true), Collapses: true);

    /// <summary>A rate: at most 11 digits, 10 of them after the point; may be negative.</summary>
    public static readonly TextRule Rate =
        new("a rate of at most 11 digits", text => IsDecimal(text, 10, negative: true, digits: 11), Collapses: true);

    /// <summary>One to fifteen digits.</summary>
    public static readonly TextRule Max15Digits =
        new("1 to 15 digits", text => text.Length is > 0 and <= 15 && !text.AsSpan().ContainsAnyExcept(Digits));

    /// <summary>Two capital letters.</summary>
    public static readonly TextRule Country = new("a country code", text => text.Length == 2 && text.All(char.IsAsciiLetterUpper));

    /// <summary>Three capital letters.</summary>
    public static readonly TextRule CurrencyCode = new("a currency code", text => text.Length == 3 && text.All(char.IsAsciiLetterUpper));

    /// <summary>The form of a BIC; its country is not looked up.</summary>
    public static readonly TextRule Bic = new("a BIC", text =>
        text.Length is 8 or 11 && text.All(IsCapitalOrDigit) && char.IsAsciiLetterUpper(text[4]) && char.IsAsciiLetterUpper(text[5]));

    /// <summary>The form of a LEI; its check digits are not computed.</summary>
    public static readonly TextRule Lei = new("a LEI", text =>
        text.Length == 20 && text.All(IsCapitalOrDigit) && char.IsAsciiDigit(text[18]) && char.IsAsciiDigit(text[19]));

    /// <summary>The form of an IBAN; its check digits are not computed.</summary>
    public static readonly TextRule Iban = new("an IBAN", text =>
        text.Length is >= 5 and <= 34 && char.IsAsciiLetterUpper(text[0]) && char.IsAsciiLetterUpper(text[1])
        && char.IsAsciiDigit(text[2]) && char.IsAsciiDigit(text[3]) && text.All(char.IsAsciiLetterOrDigit));

    /// <summary>Exactly four letters or digits.</summary>
    public static readonly TextRule Exact4 = new("4 letters or digits", text => text.Length == 4 && text.All(char.IsAsciiLetterOrDigit));

    /// <summary>One to <paramref name="length"/> characters, counted as Unicode scalar values.</summary>
    public static TextRule Max(int length) => new($"1 to {length} characters", text => text.Length > 0 && !IsLonger(text, length));

    /// <summary>One of the codes.</summary>
    public static TextRule OneOf(params string[] codes) =>
        new("one of " + string.Join(", ", codes), text => Array.IndexOf(codes, text) >= 0);

    /// <summary>Reads xs:date; a time zone is checked and dropped, since a settlement date is a day of the calendar.</summary>
    public static bool TryReadDate(string text, out DateOnly date)
    {
        date = default;
        if (text.Length < 10 || !DateOnly.TryParseExact(text.AsSpan(0, 10), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out date))
            return false;
        return text.Length == 10 || IsDateTime($"2000-01-01T00:00:00{text[10..]}");
    }

    /// <summary>Reads xs:time on a day; without a time zone it is universal time.</summary>
    public static bool TryReadTime(string text, DateOnly day, out DateTimeOffset time) =>
        TryReadDateTime($"{day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}T{text}", out time);

    private static bool IsDateTime(string text) => TryReadDateTime(text, out _);

    private static bool TryReadDateTime(string text, out DateTimeOffset time)
    {
        time = default;
        // XML Schema allows any number of digits in a second's fraction; the platform reads seven.
        int point = text.IndexOf('.', StringComparison.Ordinal);
        if (point >= 0)
        {
            int end = point + 1;
            while (end < text.Length && char.IsAsciiDigit(text[end])) end++;
            if (end == point + 1) return false;
            if (end - point > 8) text = text.Remove(point + 8, end - point - 8);
        }

        return text.Length > 11 && DateTimeOffset.TryParseExact(
            text, "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
    }

    private static bool IsDecimal(string text, int fraction, bool negative = false, int digits = Money.MaxDigits) =>
        DecimalDigits.TryRead(text, Bounds.MaxNumberCharacters, out DecimalDigits read)
        && (negative || !read.IsNegative) && read.Significant <= digits && read.FractionLength <= fraction;

    private static bool IsLonger(string text, int length)
    {
        if (text.Length <= length) return false;
        int scalars = 0;
        foreach (System.Text.Rune _ in text.EnumerateRunes()) scalars++;
        return scalars > length;
    }

    private static bool IsCapitalOrDigit(char c) => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c);
}
