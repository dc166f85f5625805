namespace Settlement.Core.Channels;

/// <summary>What goes wrong in a cycle, as banks and observers see it; each has a page in ops/runbooks.</summary>
public static class CycleCodes
{
    /// <summary>A proposal cuts though the settlement agent has not called for it, or for what the channel cannot cut.</summary>
    public const string CutUncalled = "CY001";

    /// <summary>The settlement agent's list has another cut of an own channel than the one that both members agreed.</summary>
    public const string ListDiffers = "CY002";

    /// <summary>The settlement agent posted another sum than the one that the bank opened, or did not sign it.</summary>
    public const string PostingDiffers = "CY003";

    /// <summary>The round has other channels of this bank than an earlier one in which it opened its sum and nothing came of it: the difference
    /// would tell an amount.</summary>
    public const string SumWouldTell = "CY004";

    /// <summary>The bank's account does not cover what the cycle would take of it.</summary>
    public const string AccountShort = "CY005";

    /// <summary>The settlement agent says something of a round that it has not signed.</summary>
    public const string RoundUnsigned = "CY006";

    /// <summary>The bank has more channels in the currency than a cycle takes: those in which least is owed are left out.</summary>
    public const string ChannelsLeftOut = "CY007";

    /// <summary>The other member's reservation of a cut is not its signature over the head that both agreed.</summary>
    public const string ReservationInvalid = "CY008";

    /// <summary>The ledger committed a cut, and in time the settlement agent showed no posting for the sum that the bank opened.</summary>
    public const string PostingMissing = "CY009";

    /// <summary>All banks have opened their sums, and the other member of a channel did not give its reservation of the cut in time.</summary>
    public const string ReservationMissing = "CY010";
}
