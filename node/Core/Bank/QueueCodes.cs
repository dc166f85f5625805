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

    /// <summary>Why an offered payment does not settle in a batch: its payer holds or has ended it since.</summary>
    public const string Withdrawn = "QU004";
}
