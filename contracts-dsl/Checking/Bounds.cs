namespace Settlement.Contracts.Checking;

/// <summary>Between what a whole number lies: units, seconds, or the digits of a rate.</summary>
internal readonly record struct Bounds(Int128 Least, Int128 Most)
{
    /// <summary>Whatever fits 64 bits.</summary>
    public static readonly Bounds Any = new(long.MinValue, long.MaxValue);

    /// <summary>Of a value that is absent. Joined with others it leaves them as they are.</summary>
    public static readonly Bounds None = new(long.MaxValue, long.MinValue);

    public static readonly Bounds Positive = new(1, long.MaxValue);

    public bool Fits => Least >= long.MinValue && Most <= long.MaxValue;

    /// <summary>True when there is no such number.</summary>
    public bool IsEmpty => Least > Most;

    /// <summary>What is left of it where a result fits; anything where none does.</summary>
    public Bounds Fitting => And(Any) is { IsEmpty: false } fitting ? fitting : Any;

    public bool Holds(Int128 number) => Least <= number && number <= Most;

    public static Bounds Exactly(Int128 number) => new(number, number);

    public Bounds And(Bounds other) => new(Int128.Max(Least, other.Least), Int128.Min(Most, other.Most));

    public Bounds Or(Bounds other) => new(Int128.Min(Least, other.Least), Int128.Max(Most, other.Most));

    public Bounds Plus(Bounds other) => new(Least + other.Least, Most + other.Most);

    public Bounds Minus(Bounds other) => new(Least - other.Most, Most - other.Least);

    /// <summary>Of two that fit 64 bits.</summary>
    public Bounds Times(Bounds other)
    {
        ReadOnlySpan<Int128> corners = [Least * other.Least, Least * other.Most, Most * other.Least, Most * other.Most];
        Int128 least = corners[0], most = corners[0];
        foreach (Int128 corner in corners)
        {
            least = Int128.Min(least, corner);
            most = Int128.Max(most, corner);
        }

        return new Bounds(least, most);
    }

    /// <summary>Divided by a number above zero and rounded; what is above zero stays so where it is rounded up.</summary>
    public Bounds Over(Int128 divisor, Rounding rounding) =>
        new(Least > 0 && rounding is (Rounding.Up or Rounding.Ceiling) ? -Floor(-Least, divisor) : Floor(Least, divisor), -Floor(-Most, divisor));

    /// <summary>No more than what a round trip may move: one that still moves goes to nought, one, or all there is.</summary>
    public Bounds Widened(Bounds before) => new(
        Least >= before.Least ? Least : Least >= 1 ? 1 : Least >= 0 ? 0 : long.MinValue, Most <= before.Most ? Most : long.MaxValue);

    private static Int128 Floor(Int128 number, Int128 divisor) => (number - (((number % divisor) + divisor) % divisor)) / divisor;
}
