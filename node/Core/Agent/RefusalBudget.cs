using Settlement.Core.Identifiers;

namespace Settlement.Core.Agent;

/// <summary>
/// How many refusals a bank may cause. Of requests for funds each is kept for ever, since a late copy of a refused request must stay refused: a bank
/// that is honest has few of them; one that is not must not fill the vault. Cycles and offsets have each a budget of their own, so that a bank with which
/// something is wrong there still moves its money.
/// </summary>
internal sealed class RefusalBudget
{
    /// <summary>Refusals of one bank at once.</summary>
    public const int Burst = 1_000;

    /// <summary>One more each such time after them.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly RateBudget<ParticipantId> budget = new(Burst, Interval);

    /// <summary>Whether a request of the bank may be looked at, and refused.</summary>
    public bool MayBeRefused(ParticipantId bank, DateTimeOffset now) => budget.HasRoom(bank, now);

    /// <summary>It was refused.</summary>
    public void Refused(ParticipantId bank, DateTimeOffset now) => budget.Spend(bank, now);
}
