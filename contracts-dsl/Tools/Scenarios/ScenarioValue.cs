using System.Globalization;
using System.Text;

namespace Settlement.Contracts;

/// <summary>
/// Reads values as scenarios write them. A value shows its own type, so that a scenario can also give a wrong one; the
/// declared type decides only where one text could be several values.
/// </summary>
internal static class ScenarioValue
{
    /// <summary>Null for what is no value.</summary>
    public static Value? Read(string written, FieldType declared)
    {
        if (written is ['"', .. var quoted, '"']) return Unquoted(quoted) is { } text ? new TextValue(text) : null;
        if (written is ['[', .. var items, ']']) return ReadList(items, declared);
        if (written is "true" or "false") return BooleanValue.Of(written == "true");
        if (DateValue.TryParse(written, out DateOnly date)) return new DateValue(date);
        if (DateTimeValue.TryParse(written, out DateTimeValue? time)) return time;
        if (Integer(written) is { } number) return declared is RateType rate ? Scaled(number, 0, rate.Scale) : new IntegerValue(number);
        return ReadDecimal(written, declared) ?? ReadRatio(written) ?? ReadAmount(written, declared) ?? ReadWord(written, declared);
    }

    private static ListValue? ReadList(string items, FieldType declared)
    {
        FieldType element = Innermost(declared);
        List<Value> values = [];
        if (items.Trim().Length == 0) return new ListValue(values);
        foreach (string item in ScenarioText.Split(items, ','))
        {
            if (Read(item, element) is not { } value) return null;
            values.Add(value);
        }

        return new ListValue(values);
    }

    private static RateValue? ReadDecimal(string written, FieldType declared)
    {
        int point = written.IndexOf('.', StringComparison.Ordinal);
        if (point <= 0 || point == written.Length - 1 || !char.IsAsciiDigit(written[point - 1]) || written.AsSpan(point + 1).ContainsAnyExceptInRange('0', '9')) return null;
        int scale = written.Length - point - 1;
        return Integer(written.Remove(point, 1)) is { } digits ? Scaled(digits, scale, declared is RateType rate ? rate.Scale : scale) : null;
    }

    /// <summary>With fewer digits than declared, zeros follow; with more, it stays what it is.</summary>
    private static RateValue Scaled(long digits, int scale, int declared)
    {
        for (; scale < declared && Arithmetic.Multiply(digits, 10) is { } more; scale++) digits = more;
        return new RateValue(digits, scale);
    }

    private static RatioValue? ReadRatio(string written)
    {
        int colon = written.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && Integer(written[..colon]) is { } numerator && Integer(written[(colon + 1)..]) is { } denominator ? new RatioValue(numerator, denominator) : null;
    }

    /// <summary><c>EUR 100</c>, <c>500 points</c> or <c>5400 seconds</c>.</summary>
    private static Value? ReadAmount(string written, FieldType declared)
    {
        var (first, rest) = ScenarioText.FirstWord(written);
        if (first.Length == MoneyValue.CurrencyLength && Integer(rest) is { } minorUnits && Integer(first) is null) return new MoneyValue(first, minorUnits);
        if (Integer(first) is not { } count || !PartyValue.IsName(rest)) return null;
        return rest == "seconds" && Innermost(declared) is not QuantityType ? new DurationValue(count) : new QuantityValue(rest, count);
    }

    private static Value? ReadWord(string written, FieldType declared)
    {
        if (written.Length == 0 || written.Any(char.IsWhiteSpace)) return null;
        if (written.Contains('/', StringComparison.Ordinal) || Innermost(declared) is PartyType) return PartyValue.TryParse(written);
        return new CodeValue(written);
    }

    private static FieldType Innermost(FieldType type) => type switch { ListType list => list.Element, EachType each => each.Element, _ => type };

    private static string? Unquoted(string quoted)
    {
        StringBuilder text = new();
        for (int i = 0; i < quoted.Length; i++)
        {
            if (quoted[i] == '"' || (quoted[i] == '\\' && (++i == quoted.Length || quoted[i] is not ('"' or '\\')))) return null;
            text.Append(quoted[i]);
        }

        return text.ToString();
    }

    private static long? Integer(string written) =>
        long.TryParse(written, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : null;
}
