namespace Settlement.Core.Instructions;

/// <summary>Reasons of the ISO 20022 external code set ExternalStatusReason1Code that the core itself gives.</summary>
public static class ReasonCodes
{
    /// <summary>The currency is not settled in this channel.</summary>
    public const string CurrencyNotProcessable = "AM03";

    /// <summary>The payer's position and limit do not cover the amount.</summary>
    public const string InsufficientFunds = "AM04";

    /// <summary>A value is missing, or is not of the form that the contract's field has.</summary>
    public const string FileFormatInvalid = "FF01";

    /// <summary>The payer's agent is not a participant that this node serves.</summary>
    public const string DebtorAgentUnknown = "DNOR";

    /// <summary>The payee's agent is not a participant with whom a channel is open.</summary>
    public const string CreditorAgentUnknown = "CNOR";

    /// <summary>The settlement date lies before the business date.</summary>
    public const string DateInvalid = "DT01";

    /// <summary>The settlement date lies after the business date; future-dated instructions come later.</summary>
    public const string FutureDate = "DT04";

    /// <summary>The back office cancelled a payment that waited in the queue.</summary>
    public const string OrderCancelled = "DS02";

    /// <summary>The time by which it was to be settled had passed when it was submitted.</summary>
    public const string TimePassed = "TM01";

    /// <summary>The end-to-end reference of the transaction was used before: a UETR, or the agent's own identification.</summary>
    public const string DuplicateTransaction = "DU03";
}
