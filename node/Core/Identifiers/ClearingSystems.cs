namespace Settlement.Core.Identifiers;

/// <summary>The forms of member numbers in ISO 20022's external clearing system identification code list.</summary>
internal static class ClearingSystems
{
    private static readonly Dictionary<string, (int Shortest, int Longest, bool DigitsOnly)> Forms = new(StringComparer.Ordinal)
    {
        ["ATBLZ"] = (5, 5, true),
        ["AUBSB"] = (6, 6, true),
        ["CACPA"] = (9, 9, true),
        ["CHBCC"] = (3, 5, true),
        ["CHSIC"] = (6, 6, true),
        ["CNAPS"] = (12, 12, true),
        ["DEBLZ"] = (8, 8, true),
        ["ESNCC"] = (8, 9, true),
        ["GBDSC"] = (6, 6, true),
        ["GRBIC"] = (7, 7, true),
        ["HKNCC"] = (3, 3, true),
        ["IENCC"] = (6, 6, true),
        ["INFSC"] = (11, 11, false),
        ["ITNCC"] = (10, 10, true),
        ["JPZGN"] = (7, 7, true),
        ["NZNCC"] = (6, 6, true),
        ["PLKNR"] = (8, 8, true),
        ["PTNCC"] = (8, 8, true),
        ["RUCBC"] = (9, 9, true),
        ["SESBA"] = (4, 4, true),
        ["TWNCC"] = (7, 7, true),
        [RoutingNumbers] = (9, 9, true),
        ["USPID"] = (4, 4, true),
        ["ZANCC"] = (6, 6, true),
    };

    // The routing numbers of the American Bankers Association, which end in a check digit.
    private const string RoutingNumbers = "USABA";

    /// <summary>True when the member has the form of the system, or the system is not in the table.</summary>
    public static bool Accepts(string system, string member)
    {
        if (!Forms.TryGetValue(system, out (int Shortest, int Longest, bool DigitsOnly) form)) return true;
        if (member.Length < form.Shortest || member.Length > form.Longest) return false;
        foreach (char c in member)
            if (!char.IsAsciiDigit(c) && (form.DigitsOnly || !char.IsAsciiLetter(c))) return false;
        return !string.Equals(system, RoutingNumbers, StringComparison.Ordinal) || CheckDigits.IsRoutingNumber(member);
    }
}
