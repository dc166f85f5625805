namespace Settlement.Core.Store;

/// <summary>An event as it was stored.</summary>
/// <param name="SequenceId">Its place among all events of the vault: rising in the order of commits, gaps allowed.</param>
/// <param name="Id">The id given by the writer.</param>
/// <param name="Stream">The stream's name.</param>
/// <param name="Version">Its place in the stream, from 1, without gaps.</param>
/// <param name="Type">The short name in lower snake case.</param>
/// <param name="Data">A JSON object equal to the one written; its text may differ in spacing and order of names.</param>
/// <param name="Timestamp">When it happened, in UTC, to the microsecond.</param>
public sealed record StoredEvent(
    long SequenceId, Guid Id, string Stream, long Version, string Type, string Data, DateTimeOffset Timestamp);

/// <summary>A payload as it was stored.</summary>
public sealed record StoredPayload(byte[] Key, byte[] Body);
