using Settlement.Core.Notarisation;

namespace Settlement.Core.Nodes;

/// <summary>The bounds and waits that every node's machine has.</summary>
public sealed record NodeSettings
{
    /// <summary>The wait before an unanswered message is sent again; it doubles with each try, and is up to five times as long where answers took so long lately. Default 1 second.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait between tries. Default 15 seconds.</summary>
    public TimeSpan LongestRetry { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How often the directory is read again. Default 2 seconds.</summary>
    public TimeSpan DirectoryInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How far ahead of this node's clock a leaf's time may lie. The time of the log never falls, so one leaf of a far future
    /// would make every later endorsement too old: what carries such a time is not believed before its time. Default 5 minutes.</summary>
    public TimeSpan MaxLedgerAhead { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long an opening may wait without coming further. Then its proposer gives it up, unless the ledger was asked to list
    /// it, and the others drop it, unless the ledger lists it. Default 1 hour.</summary>
    public TimeSpan PendingOpeningLife { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Submissions, and questions, of one request to the ledger. Default 1,000.</summary>
    public int MaxLedgerSubmissions { get; init; } = 1_000;

    /// <summary>Signatures that the ledger has to verify of one request. Default is what it verifies of one.</summary>
    public int MaxLedgerSignatures { get; init; } = LedgerBounds.SignaturesPerRequest;

    /// <summary>Bytes of the submissions of one request to the ledger, whose door takes twice as many. Default 8 megabytes.</summary>
    public int MaxLedgerBytes { get; init; } = 8 << 20;

    /// <summary>Entries that become final with one answer of the ledger, as submitted and again as asked about; one channel's batch
    /// goes alone however large. Default 4,096.</summary>
    public int MaxEntriesPerAnswer { get; init; } = 4_096;
}
