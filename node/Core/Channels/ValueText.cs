using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Settlement.Contracts;
using Settlement.Core.Monetary;

namespace Settlement.Core.Channels;

/// <summary>Values as a bank's own doors write and read them: an amount in units of its currency, text without quotes, the values of a list on
/// a line each.</summary>
public static class ValueText
{
    private const char NewLine = '\n';
    private const NumberStyles Signed = NumberStyles.AllowLeadingSign;

    /// <summary>As people write it, for example <c>51.74 USD</c>, <c>2026-03-02</c> or <c>3:2</c>.</summary>
    public static string Write(Value value) => value switch
    {
        MoneyValue money when Currency.TryParse(money.Currency, out Currency currency) => new Money(currency, money.MinorUnits).ToString(),
        TextValue text => text.Text,
        QuantityValue quantity => quantity.Units.ToString(CultureInfo.InvariantCulture),
        DurationValue duration => duration.Seconds.ToString(CultureInfo.InvariantCulture),
        ListValue list => string.Join(NewLine, list.Items.Select(Write)),
        _ => value.Written,
    };

    /// <summary>Reads what <see cref="Write"/> writes for a value of the type; false for anything else.</summary>
    public static bool TryRead(FieldType type, string text, [NotNullWhen(true)] out Value? value)
    {
        value = type switch
        {
            MoneyType => Money.TryParse(text, out Money money) ? new MoneyValue(money.Currency.Code, money.MinorUnits) : null,
            TextType => new TextValue(text),
            CodeType or CodeSetType => CodeValue.IsCode(text) ? new CodeValue(text) : null,
            DateType => DateValue.TryParse(text, out DateOnly date) ? new DateValue(date) : null,
            DateTimeType => DateTimeValue.TryParse(text, out DateTimeValue? time) ? time : null,
            IntegerType => Number(text) is { } number ? new IntegerValue(number) : null,
            QuantityType quantity => Number(text) is { } units ? new QuantityValue(quantity.Unit.Name, units) : null,
            DurationType => Number(text) is { } seconds ? new DurationValue(seconds) : null,
            BooleanType => text is "true" or "false" ? BooleanValue.Of(text is "true") : null,
            RateType rate => Rate(text, rate.Scale),
            RatioType => Ratio(text),
            PartyType => PartyValue.TryParse(text),
            ListType list => List(list.Element, text),
            _ => null,
        };
        if (value is not null && type.Refusal(value) is not null) value = null;
        return value is not null;
    }

    // No value of a list has a control character.
    private static ListValue? List(FieldType element, string text)
    {
        List<Value> items = [];
        foreach (string line in text.Length == 0 ? [] : text.Split(NewLine))
        {
            if (!TryRead(element, line, out Value? item)) return null;
            items.Add(item);
        }

        return new ListValue(items);
    }

    private static long? Number(string text) => long.TryParse(text, Signed, CultureInfo.InvariantCulture, out long number) ? number : null;

    /// <summary>A decimal number with as many digits after its point as the rate has, or fewer.</summary>
    private static RateValue? Rate(string text, int scale)
    {
        int point = text.IndexOf('.', StringComparison.Ordinal);
        string fraction = point < 0 ? "" : text[(point + 1)..];
        if (fraction.Length > scale || (point >= 0 && (fraction.Length == 0 || point == 0 || !fraction.All(char.IsAsciiDigit)))) return null;
        string digits = (point < 0 ? text : text[..point]) + fraction.PadRight(scale, '0');
        return Number(digits) is { } number ? new RateValue(number, scale) : null;
    }

    private static RatioValue? Ratio(string text)
    {
        string[] parts = text.Split(':');
        return parts.Length == 2 && Number(parts[0]) is { } numerator && Number(parts[1]) is { } denominator ? new RatioValue(numerator, denominator) : null;
    }
}
