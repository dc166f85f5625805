namespace Settlement.Host.Commands.Offsetting;

/// <summary>Stable codes of what is wrong in a file to offset; each has a page in ops/runbooks.</summary>
internal static class OffsetCodes
{
    /// <summary>The file is not JSON.</summary>
    public const string NotJson = "OF001";

    /// <summary>An object has a member that does not belong there.</summary>
    public const string MemberUnknown = "OF002";

    /// <summary>An object lacks a member that it needs.</summary>
    public const string MemberMissing = "OF003";

    /// <summary>An object has a member twice.</summary>
    public const string MemberRepeated = "OF004";

    /// <summary>A value is of another type, or no text that can be an id.</summary>
    public const string TypeWrong = "OF005";

    /// <summary>An amount is not in whole minor units, below its least value or too large.</summary>
    public const string AmountInvalid = "OF006";

    /// <summary>Two banks, or two payments, have one id.</summary>
    public const string IdRepeated = "OF007";

    /// <summary>A bank is named that the file does not list.</summary>
    public const string BankUnknown = "OF008";

    /// <summary>Payer and payee, or both sides of a bilateral limit, are one bank.</summary>
    public const string SameBank = "OF009";

    /// <summary>A priority is none of the three.</summary>
    public const string PriorityUnknown = "OF010";

    /// <summary>Two bilateral limits are for one pair in one direction.</summary>
    public const string LimitRepeated = "OF011";

    /// <summary>The file, or a list in it, is larger than it may be.</summary>
    public const string TooLarge = "OF012";

    /// <summary>All balances, or all payments, sum to more than 64 bits hold.</summary>
    public const string SumTooLarge = "OF013";
}
