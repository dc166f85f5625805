namespace Settlement.Core.Notarisation;

/// <summary>What a ledger and those who ask it must agree on.</summary>
public static class LedgerBounds
{
    /// <summary>Signatures that the ledger verifies of one request. It refuses what comes after, so an honest node sends no more.</summary>
    public const int SignaturesPerRequest = 1_024;
}
