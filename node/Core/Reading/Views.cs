using Settlement.Core.Bank;

namespace Settlement.Core.Reading;

/// <summary>A field of an entry as one participant sees it.</summary>
/// <param name="Name">The field's name in the contract.</param>
/// <param name="IsReadable">Whether the participant is in the field's audience and holds its key.</param>
/// <param name="Value">The value as people write it, for example <c>51.74 USD</c> or <c>2026-03-02</c>; null where it is absent or not readable.</param>
public sealed record FieldView(string Name, bool IsReadable, string? Value);

/// <summary>An entry of a final batch as one participant sees it.</summary>
/// <param name="Refusal">A code where the entry was refused; "refused" where the reason is concealed.</param>
public sealed record EntryView(
    long Sequence, int Index, string EntryId, string? Contract, string? Action, string? ActedBy, DateTimeOffset? Time, string? Refusal, string? Fault,
    IReadOnlyList<FieldView> Fields);

/// <summary>An instruction as its bank sees it.</summary>
public sealed record InstructionView(
    string Id, string Message, InstructionStatus Status, string? Reason, string? Place, TransferIdentification Identification, string? Instructing, string? Instructed,
    Monetary.Money? Amount, DateOnly? SettlementDate, string? Channel, string? Entry, long Sequence, DateTimeOffset ReceivedAt, DateTimeOffset? SettledAt);

/// <summary>A status report in the order of the outbox.</summary>
public sealed record ReportView(long Number, string Instruction, InstructionStatus Status, string? Reason, DateTimeOffset Time, long? Sequence);
