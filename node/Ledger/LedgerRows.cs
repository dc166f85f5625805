namespace Settlement.Ledger;

/// <summary>A row of <c>mt_streams</c>, every column.</summary>
public sealed record StreamRow(
    string Id, string? Type, long? Version, DateTimeOffset Timestamp, DateTimeOffset Created, string? TenantId, bool? IsArchived);

/// <summary>A row of <c>mt_events</c>, every column; <c>data</c> as its JSON text.</summary>
public sealed record EventRow(
    long SeqId, Guid Id, string? StreamId, long Version, string Data, byte[]? Bdata, string Type, DateTimeOffset Timestamp,
    string? TenantId, string? MtDotnetType, bool? IsArchived);

/// <summary>A row of <c>mt_event_progression</c>: how far a projection has read. It is a bookmark and proves nothing.</summary>
public sealed record ProgressionRow(string Name, long? LastSeqId, DateTimeOffset? LastUpdated);

/// <summary>A row of <c>payload_checkpoints</c>.</summary>
public sealed record CheckpointRow(byte[] Key, byte[] Body);

/// <summary>Everything that a ledger's database holds of its log, read in one snapshot, in any order.</summary>
public sealed record LedgerRows(
    IReadOnlyList<StreamRow> Streams, IReadOnlyList<EventRow> Events, IReadOnlyList<ProgressionRow> Progression, IReadOnlyList<CheckpointRow> Checkpoints);
