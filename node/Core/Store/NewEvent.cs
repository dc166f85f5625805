namespace Settlement.Core.Store;

/// <summary>
/// An event to append. Events are immutable and hold random ids, hashes, signatures and public facts, never a
/// confidential value.
/// </summary>
/// <param name="Id">A random id, or one derived from what caused the event; no other event has it.</param>
/// <param name="Type">The short name in lower snake case, for example <c>head_notarised</c>.</param>
/// <param name="Data">A JSON object with Pascal-case names. It is read back as an equal value, not as the same text.</param>
/// <param name="Timestamp">When it happened; kept to the microsecond, in UTC.</param>
public sealed record NewEvent(Guid Id, string Type, string Data, DateTimeOffset Timestamp);
