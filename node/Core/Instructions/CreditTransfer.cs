using Settlement.Core.Identifiers;
using Settlement.Core.Monetary;

namespace Settlement.Core.Instructions;

/// <summary>
/// One credit transfer as a back office submits it, whatever it came in as. Every value has passed the rules of
/// its message; what depends on the day, the channel or earlier instructions has not been looked at.
/// </summary>
/// <param name="MessageType">The ISO 20022 message: <c>pacs.008.001.08</c> or <c>pacs.009.001.08</c>.</param>
/// <param name="MessageId">The sender's reference of the message, 1 to 35 characters.</param>
/// <param name="InstructionId">The instructing agent's reference, at most 35 characters.</param>
/// <param name="EndToEndId">The debtor's reference, 1 to 35 characters.</param>
/// <param name="TransactionId">The first instructing agent's reference, at most 35 characters.</param>
/// <param name="Uetr">The unique end-to-end reference.</param>
/// <param name="Amount">The interbank settlement amount, above zero.</param>
/// <param name="SettlementDate">The interbank settlement date.</param>
/// <param name="Priority">How urgent it is among others that wait.</param>
/// <param name="InstructingAgent">Who pays.</param>
/// <param name="InstructedAgent">Who is paid.</param>
/// <param name="Debtor">On whose behalf it is paid.</param>
/// <param name="Creditor">For whom it is paid.</param>
/// <param name="Remittance">What it is for, at most 140 characters.</param>
public sealed record CreditTransfer(
    string MessageType,
    string MessageId,
    string? InstructionId,
    string EndToEndId,
    string? TransactionId,
    Uetr? Uetr,
    Money Amount,
    DateOnly SettlementDate,
    Priority Priority,
    ParticipantId InstructingAgent,
    ParticipantId InstructedAgent,
    TransferParty Debtor,
    TransferParty Creditor,
    string? Remittance)
{
    /// <summary>When it may settle at the earliest; null for at once.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>When it is refused unless it is on its way by then; null for no such time but the end of its day.</summary>
    public DateTimeOffset? NotAfter { get; init; }
}

/// <summary>A debtor or creditor: a customer in pacs.008, an institution in pacs.009.</summary>
/// <param name="Name">The name, else an identification that stands for it; at most 140 characters, possibly none.</param>
/// <param name="Account">An IBAN without spaces or another account number, at most 34 characters.</param>
public sealed record TransferParty(string Name, string? Account);

/// <summary>How urgent a transfer is; a higher value goes first (Priority3Code).</summary>
public enum Priority
{
    /// <summary>NORM, and where nothing is said.</summary>
    Normal,

    /// <summary>HIGH.</summary>
    High,

    /// <summary>URGT.</summary>
    Urgent,
}
