namespace Settlement.Contracts;

/// <summary>A set of parties, by index: those that may read a value.</summary>
internal readonly record struct Label(UInt128 Low, UInt128 High)
{
    private const int HalfBits = 128;

    /// <summary>Everybody: what depends on nothing confidential.</summary>
    public static Label Everybody { get; } = new(UInt128.MaxValue, UInt128.MaxValue);

    public static Label Nobody { get; }

    public static Label Of(IEnumerable<Party> parties) => parties.Aggregate(Nobody, (label, party) => label.With(party.Index));

    public static Label operator &(Label left, Label right) => new(left.Low & right.Low, left.High & right.High);

    public static Label operator |(Label left, Label right) => new(left.Low | right.Low, left.High | right.High);

    /// <summary>What is in it and not in the other.</summary>
    public Label Except(Label other) => new(Low & ~other.Low, High & ~other.High);

    public bool Overlaps(Label other) => (this & other) != Nobody;

    public bool Contains(int party) => ((party < HalfBits ? Low >> party : High >> (party - HalfBits)) & UInt128.One) != 0;

    public Label Without(int party) => party < HalfBits ? this with { Low = Low & ~(UInt128.One << party) } : this with { High = High & ~(UInt128.One << (party - HalfBits)) };

    public Label With(int party) => party < HalfBits ? this with { Low = Low | (UInt128.One << party) } : this with { High = High | (UInt128.One << (party - HalfBits)) };
}
