using System.Diagnostics.CodeAnalysis;

namespace Settlement.Core.Identifiers;

/// <summary>A legal entity identifier (ISO 17442): 18 capital letters and digits and two check digits by ISO 7064 MOD 97-10.</summary>
public readonly record struct Lei : IComparable<Lei>
{
    /// <summary>The number of characters.</summary>
    public const int Length = 20;

    private readonly string? text;

    private Lei(string text) => this.text = text;

    /// <summary>Reads twenty characters; false when the check digits are wrong.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Lei value)
    {
        value = default;
        if (text is not { Length: Length } || !CheckDigits.IsCapitalAlphanumeric(text)) return false;
        if (!CheckDigits.IsMod97Pair(text.AsSpan(18)) || CheckDigits.Mod97(text) != 1) return false;
        value = new Lei(text);
        return true;
    }

    /// <summary>Ordinal order.</summary>
    public int CompareTo(Lei other) => string.CompareOrdinal(text, other.text);

    /// <summary>The twenty characters.</summary>
    public override string ToString() => text ?? "";
}
