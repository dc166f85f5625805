namespace Settlement.Ledger;

/// <summary>A row of <c>mt_streams</c>, every column.</summary>
public sealed record StreamRow(
    string Id, string? Type, long? Version, StoredTime Timestamp, StoredTime Created, string? TenantId, bool? IsArchived);

/// <summary>A row of <c>mt_events</c>, every column; <c>data</c> as its JSON text.</summary>
public sealed record EventRow(
    long SeqId, Guid Id, string? StreamId, long Version, string Data, byte[]? Bdata, string Type, StoredTime Timestamp,
    string? TenantId, string? MtDotnetType, bool? IsArchived);

/// <summary>A row of <c>mt_event_progression</c>: how far a projection has read. It is a bookmark and proves nothing.</summary>
public sealed record ProgressionRow(string Name, long? LastSeqId, StoredTime? LastUpdated);

/// <summary>A row of <c>payload_checkpoints</c>.</summary>
public sealed record CheckpointRow(byte[] Key, byte[] Body);

/// <summary>A row of <c>commit_marker</c>: the last commit, until the next one forgets it. It is named by the commit's last event and has its time.</summary>
public sealed record MarkerRow(Guid Id, StoredTime Committed);

/// <summary>A row of <c>schema_migration</c>.</summary>
public sealed record MigrationRow(int Number, string Name, string Checksum);

/// <summary>Everything that a ledger's database holds of its log, read in one snapshot, in any order.</summary>
public sealed record LedgerRows(
    IReadOnlyList<StreamRow> Streams, IReadOnlyList<EventRow> Events, IReadOnlyList<ProgressionRow> Progression, IReadOnlyList<CheckpointRow> Checkpoints)
{
    /// <summary>The markers of commits.</summary>
    public IReadOnlyList<MarkerRow> Markers { get; init; } = [];

    /// <summary>The migrations that the database says were applied.</summary>
    public IReadOnlyList<MigrationRow> Migrations { get; init; } = [];

    /// <summary>The migrations of this program, which must be those.</summary>
    public IReadOnlyList<MigrationRow> ProgramMigrations { get; init; } = [];
}
