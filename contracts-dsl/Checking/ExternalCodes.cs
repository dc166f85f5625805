using System.Collections.Frozen;

namespace Settlement.Contracts.Checking;

/// <summary>
/// External code sets of ISO 20022, as far as they are known here: for warnings alone, because the sets grow every
/// quarter without the schemas or the contracts.
/// </summary>
internal static class ExternalCodes
{
    private const string Prefix = "External";

    private static readonly FrozenDictionary<string, FrozenSet<string>> Sets = new Dictionary<string, FrozenSet<string>>
    {
        ["ExternalCategoryPurpose1"] = Set(
            "BONU CASH CBLK CCRD CGWV CIPC CONC CORT DCRD DIVI DVPM EPAY FCDT FCIN FCOL GOVT GP2P HEDG ICCP IDCP INTC INTE LBOX LOAN MP2B "
            + "MP2P OTHR PENS RPRE RRCT RVPM SALA SECU SSBE SUPP SWEP TAXS TOPG TRAD TREA VATX VOST WHLD ZABA"),
        ["ExternalReturnReason1"] = Set(
            "AC01 AC02 AC03 AC04 AC06 AC07 AC13 AC14 AC15 AC16 AC17 AG01 AG02 AG07 AGNT AM01 AM02 AM03 AM04 AM05 AM06 AM07 AM09 AM10 ARDT "
            + "BE01 BE04 BE05 BE06 BE07 BE08 BE10 BE11 BE16 BE17 CN01 CNOR CNPC CURR CUST DC04 DNOR DS28 DT01 DT02 DT04 DUPL ED01 ED03 ED05 "
            + "EMVL ERIN FF03 FF04 FF05 FF06 FF07 FOCR FR01 FRAD FRNA FRTR G004 LEGL MD01 MD02 MD05 MD06 MD07 MS02 MS03 NARR NOAS NOCM NOOR "
            + "PINL RC01 RC03 RC04 RC07 RC08 RC11 RC12 RF01 RR01 RR02 RR03 RR04 RR05 RR06 RR07 RR08 RR09 RR11 RR12 RUTA SL01 SL02 SL11 SL12 "
            + "SL13 SL14 SP01 SP02 SVNR TM01 TRAC UPAY"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The names of the sets that are known here.</summary>
    public static string[] Names { get; } = [.. Sets.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Whether a set can have the name: External, letters, and the set's number.</summary>
    public static bool IsName(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) && name.Length > Prefix.Length + 1 && char.IsAsciiDigit(name[^1]) && name[..^1].All(char.IsAsciiLetter);

    /// <summary>The codes of the set as far as they are known; null when none are.</summary>
    public static IReadOnlySet<string>? Find(string name) => Sets.GetValueOrDefault(name);

    private static FrozenSet<string> Set(string codes) => codes.Split(' ').ToFrozenSet(StringComparer.Ordinal);
}
