namespace Settlement.Core.Bank;

/// <summary>Stable codes of refusals at a bank's own doors; each has a page in ops/runbooks.</summary>
public static class BankCodes
{
    /// <summary>No business day is open.</summary>
    public const string NoBusinessDay = "BK001";

    /// <summary>The idempotency key was used with another body.</summary>
    public const string KeyOfAnotherBody = "BK002";

    /// <summary>A business day cannot lie before the one that is open.</summary>
    public const string DayPassed = "BK003";

    /// <summary>A channel with this participant that has one of the currencies exists or is being opened.</summary>
    public const string ChannelExists = "BK004";

    /// <summary>A participant of the request is not in the directory, or its root is another.</summary>
    public const string ParticipantUnknown = "BK005";

    /// <summary>Too many channels.</summary>
    public const string TooManyChannels = "BK006";

    /// <summary>The channel's contracts take no funding.</summary>
    public const string NoFundingContract = "BK007";

    /// <summary>The contract has no action of this name.</summary>
    public const string NoSuchAction = "BK008";

    /// <summary>The action takes no value of this name, or the value is not written as its type is.</summary>
    public const string ValueUnreadable = "BK009";

    /// <summary>Payments and money of the settlement agent have doors of their own.</summary>
    public const string HasDoorOfItsOwn = "BK010";

    /// <summary>No contract of the channel has this name.</summary>
    public const string NoSuchContract = "BK011";

    /// <summary>The instruction does not wait in the queue: it is on its way, at its end, or was never there.</summary>
    public const string NotQueued = "BK012";

    /// <summary>A limit names a counterparty with which this bank has no channel.</summary>
    public const string NoChannelWith = "BK013";

    /// <summary>Too many limits, or too many days on which one of them changes.</summary>
    public const string TooManyLimits = "BK014";

    /// <summary>Instances of contracts have set something of the channel's positions aside, which its close leaves in the pool.</summary>
    public const string SetAside = "BK015";
}
