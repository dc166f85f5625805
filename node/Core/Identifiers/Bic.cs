using System.Diagnostics.CodeAnalysis;

namespace Settlement.Core.Identifiers;

/// <summary>
/// A business identifier code (ISO 9362): four letters or digits for the party, a country, two for the place and an optional
/// three for the branch. BICs are compared with the branch, and eight characters name the primary office, XXX; so the
/// value always holds eleven.
/// </summary>
public readonly record struct Bic : IComparable<Bic>
{
    private const string PrimaryOffice = "XXX";

    private readonly string? text;

    private Bic(string text) => this.text = text;

    /// <summary>The two letters of the country.</summary>
    public string Country => text is null ? "" : text[4..6];

    /// <summary>The first eight characters: the party, without its branch.</summary>
    public string Party => text is null ? "" : text[..8];

    /// <summary>Reads 8 or 11 capital letters and digits with a country of ISO 3166 in the fifth and sixth place.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Bic value)
    {
        value = default;
        if (text is not { Length: 8 or 11 } || !CheckDigits.IsCapitalAlphanumeric(text) || !CountryCodes.Contains(text[4..6])) return false;
        value = new Bic(text.Length == 8 ? text + PrimaryOffice : text);
        return true;
    }

    /// <summary>Ordinal order of the eleven characters.</summary>
    public int CompareTo(Bic other) => string.CompareOrdinal(text, other.text);

    /// <summary>The eleven characters.</summary>
    public override string ToString() => text ?? "";
}
