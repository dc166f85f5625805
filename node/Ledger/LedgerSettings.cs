using Settlement.Core.Cryptography;
using Settlement.Core.Notarisation;

namespace Settlement.Ledger;

/// <summary>The ledger's bounds and quotas. Every bound has a refusal code; none of them changes what is in the log.</summary>
public sealed record LedgerSettings
{
    /// <summary>Submissions of one request; a request with more gets none of them handled.</summary>
    public int MaximumSubmissionsPerRequest { get; init; } = 1024;

    /// <summary>Texts, byte strings and messages that a request may be made of: what full requests of heads with all endorsements need, twice.</summary>
    public const int MaximumPartsPerRequest = 100_000;

    /// <summary>Signatures that are verified of one request; what comes after is refused as beyond the quota, and may come again. One caller
    /// holds up all others no longer than that takes.</summary>
    public int MaximumSignaturesPerRequest { get; init; } = LedgerBounds.SignaturesPerRequest;

    /// <summary>The root keys of those who may list themselves, and submit, by their ids; null admits anybody.</summary>
    public IReadOnlyDictionary<string, Digest>? Admitted { get; init; }

    /// <summary>Channel queries of one request; later ones are not answered.</summary>
    public int MaximumQueriesPerRequest { get; init; } = 1024;

    /// <summary>Leaves of the log, and of the directory, in one reply.</summary>
    public int MaximumLeavesPerReply { get; init; } = 1024;

    /// <summary>Bytes of log leaves in one reply; one leaf always fits.</summary>
    public int MaximumLogBytesPerReply { get; init; } = 8 * 1024 * 1024;

    /// <summary>Bytes of one submitted record.</summary>
    public int MaximumRecordBytes { get; init; } = 16 * 1024;

    /// <summary>How long an accepted record counts against its submitter's quota.</summary>
    public TimeSpan QuotaWindow { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Openings that one participant may have accepted in a window.</summary>
    public int OpeningsPerWindow { get; init; } = 256;

    /// <summary>Changes of its own record that a listed participant may have accepted in a window.</summary>
    public int ParticipantRecordsPerWindow { get; init; } = 16;

    /// <summary>Participant records that all strangers together may have accepted in a window.</summary>
    public int StrangerRecordsPerWindow { get; init; } = 1024;

    /// <summary>Heads, takeovers, reservations and decisions that one participant may have accepted in a second, sustained. A head of many
    /// members counts as one for each two of them, a reservation for each sixteen channels of its group once more.</summary>
    public int HeadsPerSecond { get; init; } = 500;

    /// <summary>Such records beyond that rate which one participant may have accepted at once.</summary>
    public int HeadBurst { get; init; } = 100_000;

    /// <summary>
    /// Signatures a second, sustained, that one participant may have verified in vain. Each costs the ledger some 70 microseconds, and
    /// whoever submits it nothing. No honest node submits any, since each checks what others signed before it submits it, so the
    /// rate is what all who are admitted may waste together: 0.7 milliseconds a second each, 3.5 % of a processor where 50 collude. A
    /// rate for all of them together would save less than that, and would have to tell who is still heard beyond it.
    /// </summary>
    public int VainSignaturesPerSecond { get; init; } = 10;

    /// <summary>Such signatures beyond that rate at once: 7 milliseconds each, a third of a second where 50 collude.</summary>
    public int VainSignatureBurst { get; init; } = 100;

    /// <summary>Signatures a second, sustained, that all strangers together may have verified at all, right ones too: 14 milliseconds
    /// a second.</summary>
    public int StrangerSignaturesPerSecond { get; init; } = 200;

    /// <summary>Such signatures beyond that rate at once.</summary>
    public int StrangerSignatureBurst { get; init; } = 1_000;

    /// <summary>The shortest time between two takeovers of one channel.</summary>
    public TimeSpan TakeoverInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The defaults.</summary>
    public static LedgerSettings Default { get; } = new();
}
