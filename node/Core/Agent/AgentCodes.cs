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

    /// <summary>The opening that came with a redemption is not the channel's.</summary>
    public const string OpeningDiffers = "AG006";

    /// <summary>The head that came with a redemption is not one that both members endorsed and the ledger notarised.</summary>
    public const string HeadNotNotarised = "AG007";

    /// <summary>The entry of a redemption is not in the batch, or does not show that amount.</summary>
    public const string EntryNotProven = "AG008";

    /// <summary>The entry gives nothing back by a contract that this agent knows.</summary>
    public const string NotARedemption = "AG009";

    /// <summary>The bank is not shown to be the member whose position the entry took from.</summary>
    public const string NotTheHolder = "AG010";

    /// <summary>There is no such cycle or round, or the bank is not in it.</summary>
    public const string NoSuchCycle = "AG011";

    /// <summary>A cycle in the currency is under way.</summary>
    public const string CycleUnderWay = "AG012";

    /// <summary>There is nothing that a cycle could net: no bank, or no channel of which both members take part.</summary>
    public const string NothingToNet = "AG013";

    /// <summary>The bank is not shown to be a member of the channel.</summary>
    public const string NotAMember = "AG014";

    /// <summary>The cut does not stand in a batch of the channel under a head that both members endorsed and the ledger notarised.</summary>
    public const string CutNotProven = "AG015";

    /// <summary>The confirmation is of another list of cuts, or not signed by the bank.</summary>
    public const string ConfirmationDiffers = "AG016";

    /// <summary>The sum is not that of the bank's cuts.</summary>
    public const string SumDiffers = "AG017";

    /// <summary>A sum has been opened: the cycle settles or is void, and there is no other round.</summary>
    public const string CycleIsOpen = "AG018";

    /// <summary>The time of the round passed.</summary>
    public const string RoundPassed = "AG019";

    /// <summary>The operator ended the cycle.</summary>
    public const string CycleEnded = "AG020";

    /// <summary>The ledger has no opening of the channel.</summary>
    public const string ChannelNotListed = "AG021";

    /// <summary>The bank has moved money into the channel so often of late that this one is not granted.</summary>
    public const string TooManyFundings = "AG022";

    /// <summary>The time of a schedule passed so long ago that no cycle is opened for it any more.</summary>
    public const string ScheduledTimeMissed = "AG023";

    /// <summary>The time of a schedule, or a later one, has been handled.</summary>
    public const string ScheduledTimeHandled = "AG024";

    /// <summary>A channel did not set its payments of an offset aside in time, and is left out of offsets for a while.</summary>
    public const string OffsetUnanswered = "AG025";

    /// <summary>The time of an offset passed before all of its channels and the agent had reserved.</summary>
    public const string OffsetPassed = "AG026";

    /// <summary>Banks have more channels with each other than a round takes.</summary>
    public const string TooManyChannels = "AG027";

    /// <summary>The operator has stopped the bank or the channel from a leaf of the log on, and what was asked for comes after that.</summary>
    public const string Stopped = "AG028";

    /// <summary>The channel is closed: no money goes into it.</summary>
    public const string ChannelClosed = "AG029";

    /// <summary>The ledger is not shown to have closed the channel at that head, by a member.</summary>
    public const string CloseNotProven = "AG030";

    /// <summary>The position is not shown to stand under the head.</summary>
    public const string PositionNotProven = "AG031";

    /// <summary>There is no stop of that bank or channel.</summary>
    public const string NoSuchStop = "AG032";

    /// <summary>There are as many stops as are kept.</summary>
    public const string TooManyStops = "AG033";

    /// <summary>A leg is not shown to stand under the head, or not what the ledger decided of it.</summary>
    public const string LegNotProven = "AG034";
}
