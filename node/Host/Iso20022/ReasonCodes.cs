namespace Settlement.Host.Iso20022;

/// <summary>
/// The reasons this slice gives, from ISO 20022's external status reason codes. When one transfer has several faults, the
/// reason that is reported is the one that stands first in <see cref="Precedence"/>; among equals, the first in the document.
/// </summary>
internal static class ReasonCodes
{
    /// <summary>The message breaks its schema or a rule of its standard.</summary>
    public const string InvalidFileFormat = "FF01";

    /// <summary>The debtor's side names an institution wrongly, or the instructing agent is missing.</summary>
    public const string InvalidDebtorBank = "RC03";

    /// <summary>The creditor's side names an institution wrongly, or the instructed agent is missing.</summary>
    public const string InvalidCreditorBank = "RC04";

    /// <summary>The currency is not an active one of ISO 4217.</summary>
    public const string NotAllowedCurrency = "AM03";

    /// <summary>The amount is zero.</summary>
    public const string ZeroAmount = "AM01";

    /// <summary>The amount is more than the node can hold.</summary>
    public const string NotAllowedAmount = "AM02";

    /// <summary>The amount has more decimal places than its currency.</summary>
    public const string DecimalPointsNotCompatible = "CH20";

    /// <summary>The settlement date is missing or not a date.</summary>
    public const string InvalidDate = "DT01";

    /// <summary>The debtor's IBAN is wrong.</summary>
    public const string InvalidDebtorAccount = "AC02";

    /// <summary>The creditor's IBAN is wrong.</summary>
    public const string InvalidCreditorAccount = "AC03";

    /// <summary>The number of transactions is not the one that the group header gives; refuses the message.</summary>
    public const string InvalidNumberOfTransactions = "AM18";

    /// <summary>The amounts do not add up to the group header's sum; refuses the message.</summary>
    public const string InvalidControlSum = "AM10";

    /// <summary>First the form, then who, how much, when and which account.</summary>
    public static readonly string[] Precedence =
    [
        InvalidFileFormat, InvalidNumberOfTransactions, InvalidControlSum,
        InvalidDebtorBank, InvalidCreditorBank,
        NotAllowedCurrency, ZeroAmount, NotAllowedAmount, DecimalPointsNotCompatible,
        InvalidDate,
        InvalidDebtorAccount, InvalidCreditorAccount,
    ];
}
