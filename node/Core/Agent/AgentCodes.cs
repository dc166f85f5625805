namespace Settlement.Core.Agent;

/// <summary>Stable codes of the settlement agent's refusals; each has a page in ops/runbooks.</summary>
public static class AgentCodes
{
    /// <summary>The request is malformed or of another network.</summary>
    public const string Malformed = "AG001";

    /// <summary>The account does not cover the amount. It never goes below zero.</summary>
    public const string InsufficientFunds = "AG002";

    /// <summary>The channel's observers have not acknowledged it, or not the supervisor that this agent requires.</summary>
    public const string NotAcknowledged = "AG003";

    /// <summary>The request or reference was used before with other values.</summary>
    public const string RepeatedDifferently = "AG004";

    /// <summary>The bank had so many requests refused of late that no more are looked at.</summary>
    public const string TooManyRefusals = "AG005";
}
