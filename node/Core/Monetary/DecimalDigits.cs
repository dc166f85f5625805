using System.Numerics;

namespace Settlement.Core.Monetary;

/// <summary>
/// The digits of an xs:decimal without the zeros that say nothing: leading ones, and trailing ones of the fraction.
/// XML Schema counts totalDigits and fractionDigits in the value, so neither kind counts.
/// </summary>
public readonly ref struct DecimalDigits
{
    private readonly ReadOnlySpan<char> whole;
    private readonly ReadOnlySpan<char> fraction;

    private DecimalDigits(bool negative, ReadOnlySpan<char> whole, ReadOnlySpan<char> fraction)
    {
        this.whole = whole.TrimStart('0');
        this.fraction = fraction.TrimEnd('0');
        IsNegative = negative && !IsZero;
    }

    /// <summary>True for zero, however it is written.</summary>
    public bool IsZero => whole.IsEmpty && fraction.IsEmpty;

    /// <summary>True below zero.</summary>
    public bool IsNegative { get; }

    /// <summary>Digits after the point.</summary>
    public int FractionLength => fraction.Length;

    /// <summary>Digits before and after the point.</summary>
    public int Significant => whole.Length + fraction.Length;

    /// <summary>Reads an optional sign, digits, and an optional point with digits before or after it.</summary>
    public static bool TryRead(ReadOnlySpan<char> text, int maxLength, out DecimalDigits digits)
    {
        digits = default;
        if (text.IsEmpty || text.Length > maxLength) return false;
        bool negative = text[0] == '-';
        if (text[0] is '-' or '+') text = text[1..];
        int point = text.IndexOf('.');
        ReadOnlySpan<char> before = point < 0 ? text : text[..point];
        ReadOnlySpan<char> after = point < 0 ? default : text[(point + 1)..];
        if (before.IsEmpty && after.IsEmpty) return false;
        if (before.ContainsAnyExceptInRange('0', '9') || after.ContainsAnyExceptInRange('0', '9')) return false;
        digits = new DecimalDigits(negative, before, after);
        return true;
    }

    /// <summary>The number times 10 to the power of <paramref name="exponent"/>; false when more digits remain or it does not fit.</summary>
    public bool TryScale(int exponent, out long value)
    {
        value = 0;
        if (fraction.Length > exponent) return false;
        Int128 sum = 0;
        // Twenty digits exceed any long; the bound keeps the sum within 128 bits.
        if (whole.Length + exponent > 20) return false;
        foreach (char digit in whole) sum = sum * 10 + (digit - '0');
        for (int place = 0; place < exponent; place++) sum = sum * 10 + (place < fraction.Length ? fraction[place] - '0' : 0);
        if (IsNegative) sum = -sum;
        if (sum < long.MinValue || sum > long.MaxValue) return false;
        value = (long)sum;
        return true;
    }

    /// <summary>The number times 10 to the power of <paramref name="exponent"/>, of any size.</summary>
    /// <exception cref="InvalidOperationException">When the fraction has more digits than that.</exception>
    public BigInteger Scale(int exponent)
    {
        if (fraction.Length > exponent) throw new InvalidOperationException($"The number has {fraction.Length} decimal places.");
        BigInteger sum = BigInteger.Zero;
        foreach (char digit in whole) sum = sum * 10 + (digit - '0');
        for (int place = 0; place < exponent; place++) sum = sum * 10 + (place < fraction.Length ? fraction[place] - '0' : 0);
        return IsNegative ? -sum : sum;
    }
}
