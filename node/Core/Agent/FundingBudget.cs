using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;

namespace Settlement.Core.Agent;

/// <summary>
/// How often a bank may move money into one channel: both members keep every posting for ever, since a posting is cited once. A bank that funds a channel
/// moves what it needs for hours at once; one that moves cents without end must not fill its counterparty's vault with them.
/// </summary>
internal sealed class FundingBudget
{
    /// <summary>Fundings of one bank and channel at once.</summary>
    public const int Burst = 1_000;

    /// <summary>One more each such time after them: 1,440 a day.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly RateBudget<(ParticipantId Bank, Digest Channel)> budget = new(Burst, Interval);

    /// <summary>Whether one more may be granted.</summary>
    public bool MayBeGranted(ParticipantId bank, Digest channel, DateTimeOffset now) => budget.HasRoom((bank, channel), now);

    /// <summary>It was granted.</summary>
    public void Granted(ParticipantId bank, Digest channel, DateTimeOffset now) => budget.Spend((bank, channel), now);
}
