using System.Globalization;

namespace Settlement.Contracts;

/// <summary>A day of the calendar.</summary>
public sealed record DateValue(DateOnly Date) : Value
{
    /// <summary>The ten characters of an ISO 8601 calendar date.</summary>
    public const int CanonicalLength = 10;

    private const string Format = "yyyy-MM-dd";

    /// <inheritdoc/>
    public override string Written => Date.ToString(Format, CultureInfo.InvariantCulture);

    /// <summary>Reads <c>YYYY-MM-DD</c> in ASCII digits, nothing else.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out DateOnly date) =>
        DateOnly.TryParseExact(text, Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out date);

    /// <inheritdoc/>
    public override byte[] ToCanonical() => System.Text.Encoding.ASCII.GetBytes(Written);
}

/// <summary>A second in UTC.</summary>
/// <param name="UnixSeconds">Seconds since 1970, leap seconds not counted.</param>
public sealed record DateTimeValue(long UnixSeconds) : Value
{
    /// <summary>The twenty characters of an ISO 8601 time in UTC.</summary>
    public const int CanonicalLength = 20;

    /// <summary>The first second of the year 1.</summary>
    public const long First = -62_135_596_800;

    /// <summary>The last second of the year 9999.</summary>
    public const long Last = 253_402_300_799;

    private const string Format = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    /// <inheritdoc/>
    public override string Written => DateTimeOffset.FromUnixTimeSeconds(UnixSeconds).ToString(Format, CultureInfo.InvariantCulture);

    /// <summary>Reads <c>YYYY-MM-DDThh:mm:ssZ</c> in ASCII, nothing else.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out DateTimeValue? value)
    {
        bool read = DateTimeOffset.TryParseExact(text, Format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time);
        value = read && text.Length == CanonicalLength ? new DateTimeValue(time.ToUnixTimeSeconds()) : null;
        return value is not null;
    }

    /// <inheritdoc/>
    public override byte[] ToCanonical() => System.Text.Encoding.ASCII.GetBytes(Written);
}

/// <summary>A length of time, which may be negative.</summary>
/// <param name="Seconds">Whole seconds.</param>
public sealed record DurationValue(long Seconds) : Value
{
    /// <inheritdoc/>
    public override string Written => string.Create(CultureInfo.InvariantCulture, $"{Seconds} seconds");

    /// <inheritdoc/>
    public override byte[] ToCanonical() => BigEndian(Seconds);
}

/// <summary>A length of time that only a calendar can measure; it never leaves an expression.</summary>
internal sealed record PeriodValue(long Count, PeriodUnit Unit) : Value
{
    public override string Written => string.Create(CultureInfo.InvariantCulture, $"{Count} {Unit}");

    public override byte[] ToCanonical() => throw new InvalidOperationException("A period is no value of a field.");
}

/// <summary>What a calendar counts.</summary>
internal enum PeriodUnit { Days, BusinessDays, Weeks, Months }
