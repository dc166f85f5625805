using System.Diagnostics.CodeAnalysis;

namespace Settlement.Core.Identifiers;

/// <summary>
/// An international bank account number (ISO 13616) in its electronic form: a country, two check digits by ISO 7064
/// MOD 97-10, and the account, as long as the IBAN registry says for that country.
/// </summary>
public readonly record struct Iban : IComparable<Iban>
{
    private const int LongestCountry = 34;

    private static readonly Dictionary<string, int> Lengths = ReadLengths(
        """
        AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29
        ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20
        LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29
        PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20
        YE30
        """);

    private readonly string? text;

    private Iban(string text) => this.text = text;

    /// <summary>The two letters of the country.</summary>
    public string Country => text is null ? "" : text[..2];

    /// <summary>Reads capital letters and digits without spaces; false when length or check digits are wrong for the country.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Iban value)
    {
        value = default;
        if (text is not { Length: > 4 and <= LongestCountry } || !CheckDigits.IsCapitalAlphanumeric(text)) return false;
        if (!Lengths.TryGetValue(text[..2], out int length) || text.Length != length) return false;
        if (!CheckDigits.IsMod97Pair(text.AsSpan(2, 2)) || CheckDigits.Mod97(text[4..] + text[..4]) != 1) return false;
        value = new Iban(text);
        return true;
    }

    /// <summary>Ordinal order.</summary>
    public int CompareTo(Iban other) => string.CompareOrdinal(text, other.text);

    /// <summary>The characters without spaces.</summary>
    public override string ToString() => text ?? "";

    private static Dictionary<string, int> ReadLengths(string table) =>
        table.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries)
            .ToDictionary(row => row[..2], row => (row[2] - '0') * 10 + (row[3] - '0'), StringComparer.Ordinal);
}
