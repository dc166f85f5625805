using System.Globalization;

namespace Settlement.Contracts;

/// <summary>A whole number.</summary>
public sealed record IntegerValue(long Number) : Value
{
    /// <inheritdoc/>
    public override string Written => Number.ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override byte[] ToCanonical() => BigEndian(Number);
}

/// <summary>Whole units of something that a contract declares, which may be negative.</summary>
/// <param name="Name">The unit's name.</param>
/// <param name="Count">How many.</param>
public sealed record QuantityValue(string Name, long Count) : AmountValue
{
    /// <inheritdoc/>
    public override string Unit => Name;

    /// <inheritdoc/>
    public override long Units => Count;

    /// <inheritdoc/>
    public override string Written => string.Create(CultureInfo.InvariantCulture, $"{Count} {Name}");

    /// <inheritdoc/>
    public override byte[] ToCanonical() => BigEndian(Count);

    internal override AmountValue With(long units) => new QuantityValue(Name, units);
}

/// <summary>A decimal number.</summary>
/// <param name="Digits">The number times ten to the scale.</param>
/// <param name="Scale">The digits after the point, 0 to 12.</param>
public sealed record RateValue(long Digits, int Scale) : Value
{
    /// <inheritdoc/>
    public override string Written
    {
        get
        {
            if (Scale == 0) return Digits.ToString(CultureInfo.InvariantCulture);
            string digits = Int128.Abs(Digits).ToString(CultureInfo.InvariantCulture).PadLeft(Scale + 1, '0');
            return $"{(Digits < 0 ? "-" : "")}{digits[..^Scale]}.{digits[^Scale..]}";
        }
    }

    /// <inheritdoc/>
    public override byte[] ToCanonical() => BigEndian(Digits);
}

/// <summary>A fraction of two whole numbers, kept as it was given: 4:2 is another value than 2:1.</summary>
public sealed record RatioValue(long Numerator, long Denominator) : Value
{
    /// <inheritdoc/>
    public override string Written => string.Create(CultureInfo.InvariantCulture, $"{Numerator}:{Denominator}");

    /// <inheritdoc/>
    public override byte[] ToCanonical() => [.. BigEndian(Numerator), .. BigEndian(Denominator)];
}

/// <summary>True or false.</summary>
public sealed record BooleanValue : Value
{
    private static readonly BooleanValue Yes = new(true), No = new(false);

    private BooleanValue(bool truth) => Truth = truth;

    /// <summary>Which of the two.</summary>
    public bool Truth { get; }

    /// <inheritdoc/>
    public override string Written => Truth ? "true" : "false";

    /// <summary>The one or the other.</summary>
    public static BooleanValue Of(bool truth) => truth ? Yes : No;

    /// <inheritdoc/>
    public override byte[] ToCanonical() => [(byte)(Truth ? 1 : 0)];
}
