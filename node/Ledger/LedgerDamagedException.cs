namespace Settlement.Ledger;

/// <summary>
/// The vault does not hold what the ledger signed. The ledger must not start: what it would sign could contradict what
/// others hold. <c>ledger verify</c> names the first wrong leaf.
/// </summary>
public sealed class LedgerDamagedException(string code, long leaf, string detail)
    : Exception($"{code}: leaf {leaf}: {detail}")
{
    /// <summary>A code of <see cref="Core.Notarisation.LedgerCodes"/>.</summary>
    public string Code { get; } = code;

    /// <summary>The first leaf that cannot be trusted.</summary>
    public long Leaf { get; } = leaf;
}
