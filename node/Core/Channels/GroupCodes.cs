namespace Settlement.Core.Channels;

/// <summary>Why a leg of a group is not set aside, or does not apply; each has a page in ops/runbooks.</summary>
public static class GroupCodes
{
    /// <summary>The group's time has passed, or lies further ahead than legs are held.</summary>
    public const string OutOfTime = "GR001";

    /// <summary>The channel holds a leg of the group already.</summary>
    public const string LegRepeated = "GR002";

    /// <summary>The channel holds as many legs of the member as it may.</summary>
    public const string TooManyLegs = "GR003";

    /// <summary>The action does more than move what members have, so it cannot be set aside.</summary>
    public const string NotMovable = "GR004";

    /// <summary>The leg is not what this bank expects of the group, or takes of it though it expects nothing.</summary>
    public const string LegUnexpected = "GR005";

    /// <summary>The group was aborted: not every channel had set its leg aside in time.</summary>
    public const string Aborted = "GR006";

    /// <summary>A proposal has a leg end otherwise than the ledger decided.</summary>
    public const string OutcomeDiffers = "GR007";

    /// <summary>An order does not say of each channel that the bank has in the group what its leg is, or names channels outside.</summary>
    public const string LegMissing = "GR008";

    /// <summary>The bank has an order for the group already.</summary>
    public const string OrderRepeated = "GR009";

    /// <summary>The ledger says that the group is committed, though a channel of this bank has set no leg aside.</summary>
    public const string CommittedWithoutLeg = "GR010";

    /// <summary>The time of a leg's group has passed, and the member that brought the leg never told the ledger which group it is.</summary>
    public const string LedgerNotTold = "GR011";
}
