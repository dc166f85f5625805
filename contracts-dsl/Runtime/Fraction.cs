namespace Settlement.Contracts;

/// <summary>An exact quotient of two whole numbers of 128 bits, in the middle of a chain of products and quotients.</summary>
internal readonly record struct Fraction(Int128 Numerator, Int128 Denominator)
{
    /// <summary>Both parts stay below this, so that rounding, which doubles the rest, never overflows.</summary>
    private static readonly Int128 Bound = Int128.One << 125;

    /// <summary>Multiplied by one number and divided by another, which is not zero; null when it does not fit.</summary>
    public Fraction? Times(long factor, long divisor) =>
        Multiply(Numerator, factor) is { } numerator && Multiply(Denominator, divisor) is { } denominator ? new Fraction(numerator, denominator) : null;

    /// <summary>As a whole number; null when it does not fit.</summary>
    public long? Rounded(Rounding rounding) => Arithmetic.Divide(Numerator, Denominator, rounding);

    private static Int128? Multiply(Int128 left, long right)
    {
        if (right != 0 && Int128.Abs(left) >= Bound / Int128.Abs(right)) return null;
        return left * right;
    }
}
