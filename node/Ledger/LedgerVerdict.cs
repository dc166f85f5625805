using Settlement.Core.Cryptography;

namespace Settlement.Ledger;

/// <summary>One thing that is not as it must be.</summary>
/// <param name="Code">A code of <see cref="Core.Notarisation.LedgerCodes"/>.</param>
/// <param name="Leaf">The index of the leaf that is wrong; null for a row that no leaf explains.</param>
/// <param name="Detail">What was found and what was expected, for a person.</param>
public sealed record LedgerFinding(string Code, long? Leaf, string Detail);

/// <summary>The outcome of a verification of the whole log.</summary>
/// <param name="Leaves">The number of leaves that were read.</param>
/// <param name="Root">The root recomputed from them.</param>
/// <param name="Findings">Everything that is wrong, the first wrong leaf first, up to a bound; empty when all is well.</param>
public sealed record LedgerVerdict(long Leaves, Digest Root, IReadOnlyList<LedgerFinding> Findings)
{
    /// <summary>Whether every leaf, column, rule and signature is as it must be.</summary>
    public bool IsVerified => Findings.Count == 0;

    /// <summary>The index of the first wrong leaf; null when there is none.</summary>
    public long? FirstWrongLeaf => Findings.Count == 0 ? null : Findings[0].Leaf;
}
