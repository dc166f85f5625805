namespace Settlement.Core.Monetary;

/// <summary>
/// ISO 4217 list one as in force on 2026-01-01: the Bulgarian lev has given way to the euro, the Netherlands Antillean
/// guilder to the Caribbean guilder, the Zimbabwe dollar to Zimbabwe gold. Left out are the funds codes (BOV, CHE, CHW,
/// CLF, COU, MXV, USN, UYI) and what has no minor unit (metals, XDR, XSU, XUA, bond units, XTS, XXX).
/// </summary>
internal static class CurrencyTable
{
    private const string WithoutMinorUnit = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF";

    private const string WithHundredths =
        """
        AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP
        CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES
        KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK
        NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB
        TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG
        """;

    private const string WithThousandths = "BHD IQD JOD KWD LYD OMR TND";

    private const string WithTenThousandths = "UYW";

    /// <summary>Code and exponent, in the ordinal order of the codes. Fewer than 256 rows.</summary>
    public static readonly (string Code, int Exponent)[] Rows =
    [
        .. Codes(WithoutMinorUnit, 0)
            .Concat(Codes(WithHundredths, 2))
            .Concat(Codes(WithThousandths, 3))
            .Concat(Codes(WithTenThousandths, 4))
            .OrderBy(row => row.Code, StringComparer.Ordinal),
    ];

    private static IEnumerable<(string Code, int Exponent)> Codes(string list, int exponent) =>
        list.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).Select(code => (code, exponent));
}
