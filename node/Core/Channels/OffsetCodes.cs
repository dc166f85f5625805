namespace Settlement.Core.Channels;

/// <summary>What goes wrong where payments of many channels settle together; each has a page in ops/runbooks.</summary>
public static class OffsetCodes
{
    /// <summary>A proposal sets payments aside for an offset that the settlement agent has not called for in this channel.</summary>
    public const string Uncalled = "MO001";

    /// <summary>The payments that a channel sets aside for an offset are not those that its settlement agent counted and summed.</summary>
    public const string Incomplete = "MO002";

    /// <summary>The settlement agent posted another sum for an offset than the bank's payments in it make, or did not sign it.</summary>
    public const string PostingDiffers = "MO003";

    /// <summary>A payment is to be settled by an offset, and its contract does not offer its amount, or moves something else.</summary>
    public const string NotOffered = "MO004";

    /// <summary>The settlement agent has shown no posting for an offset whose payments have settled.</summary>
    public const string PostingMissing = "MO006";

    /// <summary>The settlement agent's call does not read, or is not signed by it.</summary>
    public const string CallUnsigned = "MO005";
}
