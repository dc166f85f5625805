namespace Settlement.Contracts;

/// <summary>What a difference means for those who signed the old contract.</summary>
public enum DifferenceKind
{
    /// <summary>Somebody reads more, is told more or can do more; or it cannot be shown that nobody does.</summary>
    Widened,

    /// <summary>Somebody reads less or can do less, and nobody more.</summary>
    Narrowed,

    /// <summary>Neither: words, order, codes of refusals.</summary>
    Changed,

    /// <summary>The new contract does not name itself as the one that follows the old.</summary>
    Misnumbered,
}

/// <summary>One thing in which a contract differs from another.</summary>
/// <param name="Kind">What it means.</param>
/// <param name="Subject">What differs: a party, field, state, action or parameter; the contract's name for the whole.</param>
/// <param name="Sentence">How, in one sentence.</param>
public sealed record DifferenceFinding(DifferenceKind Kind, string Subject, string Sentence);
