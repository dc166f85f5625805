using System.Diagnostics.CodeAnalysis;

namespace Settlement.Core.Monetary;

/// <summary>
/// An active currency of ISO 4217, by its alphabetic code, with the exponent that relates its minor unit to it.
/// Funds codes, precious metals, testing and "no currency" codes are not currencies that can be settled, and are unknown here.
/// </summary>
public readonly record struct Currency : IComparable<Currency>
{
    // A place in the table, counted from one, so that the default value is no currency at all.
    private readonly byte place;

    private Currency(byte place) => this.place = place;

    /// <summary>Every known currency, in the order of the codes.</summary>
    public static IReadOnlyList<Currency> All { get; } =
        [.. Enumerable.Range(1, CurrencyTable.Rows.Length).Select(place => new Currency((byte)place))];

    /// <summary>Three capital letters, for example <c>USD</c>; empty for the default value.</summary>
    public string Code => place == 0 ? "" : CurrencyTable.Rows[place - 1].Code;

    /// <summary>How many decimal digits the minor unit has: 0, 2, 3 or 4.</summary>
    public int Exponent => place == 0 ? 0 : CurrencyTable.Rows[place - 1].Exponent;

    /// <summary>Minor units in one unit: 10 to the power of the exponent.</summary>
    public long MinorUnitsPerUnit => Exponent switch { 0 => 1, 1 => 10, 2 => 100, 3 => 1_000, _ => 10_000 };

    /// <summary>Reads a code of three capital letters; false when ISO 4217 lists no such active currency.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Currency value)
    {
        value = default;
        if (text is not { Length: 3 }) return false;
        int low = 0, high = CurrencyTable.Rows.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            int order = string.CompareOrdinal(text, CurrencyTable.Rows[middle].Code);
            if (order == 0)
            {
                value = new Currency((byte)(middle + 1));
                return true;
            }

            if (order < 0) high = middle - 1;
            else low = middle + 1;
        }

        return false;
    }

    /// <summary>The order of the codes.</summary>
    public int CompareTo(Currency other) => place.CompareTo(other.place);

    /// <summary>The code.</summary>
    public override string ToString() => Code;
}
