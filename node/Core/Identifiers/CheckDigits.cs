namespace Settlement.Core.Identifiers;

/// <summary>Check digit sums shared by identifiers.</summary>
internal static class CheckDigits
{
    /// <summary>
    /// ISO 7064 MOD 97-10: the remainder of the number that results when every letter is replaced by 10 (A) to 35 (Z).
    /// The text holds ASCII digits and capital letters only.
    /// </summary>
    public static int Mod97(ReadOnlySpan<char> text)
    {
        int remainder = 0;
        foreach (char c in text)
            remainder = char.IsAsciiDigit(c) ? (remainder * 10 + (c - '0')) % 97 : (remainder * 100 + (c - 'A' + 10)) % 97;
        return remainder;
    }

    /// <summary>MOD 97-10 produces 02 to 98; 00, 01 and 99 would repeat 97, 98 and 02.</summary>
    public static bool IsMod97Pair(ReadOnlySpan<char> pair) =>
        char.IsAsciiDigit(pair[0]) && char.IsAsciiDigit(pair[1]) && pair is not ("00" or "01" or "99");

    /// <summary>The routing number sum of the American Bankers Association over nine digits: weights 3, 7, 1 make a multiple of ten.</summary>
    public static bool IsRoutingNumber(ReadOnlySpan<char> digits)
    {
        int sum = 0;
        for (int place = 0; place < digits.Length; place++)
            sum += (digits[place] - '0') * ((place % 3) switch { 0 => 3, 1 => 7, _ => 1 });
        return sum % 10 == 0;
    }

    /// <summary>True when the text holds ASCII digits and capital letters only.</summary>
    public static bool IsCapitalAlphanumeric(ReadOnlySpan<char> text)
    {
        foreach (char c in text)
            if (!char.IsAsciiDigit(c) && !char.IsAsciiLetterUpper(c)) return false;
        return true;
    }
}
