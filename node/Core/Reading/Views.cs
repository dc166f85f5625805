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
    IReadOnlyList<FieldView> Fields)
{
    /// <summary>The id of the entry that created its instance; null for a refusal.</summary>
    public string? Instance { get; init; }

    /// <summary>The group whose leg the entry is, which has come to nothing before its outcome; or, of an outcome, the group.</summary>
    public string? Group { get; init; }

    /// <summary>Set where this is no entry but the outcome of a leg: whether the leg applies. The id is the group's then.</summary>
    public bool? IsCommitted { get; init; }

    /// <summary>Set where this is no entry but a limit, as people write it, that the one who acts grants the other member from this batch on.</summary>
    public string? Limit { get; init; }
}

/// <summary>An instance of a contract as one member sees it.</summary>
/// <param name="Id">The id of the entry that created it.</param>
/// <param name="Contract">Its contract's name.</param>
/// <param name="State">Where it stands.</param>
/// <param name="MayRest">Whether it may stay there for ever.</param>
/// <param name="Actions">The names of the actions that lead on from there.</param>
/// <param name="Fields">Its values.</param>
/// <param name="Entries">Its newest entries, the newest first.</param>
public sealed record InstanceView(
    string Id, string Contract, string State, bool MayRest, IReadOnlyList<string> Actions, IReadOnlyList<FieldView> Fields, IReadOnlyList<EntryView> Entries);

/// <summary>An instruction as its bank sees it.</summary>
public sealed record InstructionView(
    string Id, string Message, InstructionStatus Status, string? Reason, string? Place, TransferIdentification Identification, string? Instructing, string? Instructed,
    Monetary.Money? Amount, DateOnly? SettlementDate, string? Channel, string? Entry, long Sequence, DateTimeOffset ReceivedAt, DateTimeOffset? SettledAt)
{
    /// <summary>The contract, where it is an action of one and not a transfer.</summary>
    public string? Contract { get; init; }

    /// <summary>The action.</summary>
    public string? Action { get; init; }

    /// <summary>The instance that it acts on.</summary>
    public string? Instance { get; init; }
}

/// <summary>A status report in the order of the outbox.</summary>
public sealed record ReportView(long Number, string Instruction, InstructionStatus Status, string? Reason, DateTimeOffset Time, long? Sequence);
