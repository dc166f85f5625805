namespace Settlement.Core.Bank;

/// <summary>Why a payment waits, beside AM04; each has a page in ops/runbooks.</summary>
public static class QueueCodes
{
    /// <summary>One of its own or a higher priority waits for cover.</summary>
    public const string BehindOthers = "QU001";

    /// <summary>Its back office holds it.</summary>
    public const string HeldByBackOffice = "QU002";

    /// <summary>It names a time before which it must not settle.</summary>
    public const string BeforeItsTime = "QU003";

    /// <summary>Why an offered payment does not settle in a batch: its payer holds or has ended it since, or has no room for it left.</summary>
    public const string Withdrawn = "QU004";

    /// <summary>It would exceed the bank's own limit of what it pays to one bank beyond what it receives from it.</summary>
    public const string BilateralLimit = "QU005";

    /// <summary>It would exceed the bank's own limit of what it pays to all banks beyond what it receives from them.</summary>
    public const string MultilateralLimit = "QU006";

    /// <summary>The bank would owe more than its own debit cap.</summary>
    public const string DebitCap = "QU007";

    /// <summary>What would cover it is kept for payments of a higher priority.</summary>
    public const string Reserved = "QU008";
}
