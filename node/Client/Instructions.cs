namespace Settlement.Client;

/// <summary>The answer to a message: it is durable, and each of its transactions became an instruction.</summary>
/// <param name="MessageId">The node's id of the message.</param>
/// <param name="Instructions">One a transaction, in order.</param>
public sealed record MessageReceipt(string MessageId, IReadOnlyList<InstructionStatus> Instructions);

/// <summary>Where an instruction stands.</summary>
/// <param name="Id">The node's id of the instruction.</param>
/// <param name="Status">RCVD, ACTC, PDNG, ACSC or RJCT (ISO 20022, ExternalPaymentTransactionStatus1Code).</param>
/// <param name="Reason">Why, for PDNG and RJCT.</param>
/// <param name="Place">Where in the message the fault lies, when it was refused in reading.</param>
public sealed record InstructionStatus(string Id, string Status, string? Reason, string? Place = null);

/// <summary>All that the node tells of one instruction.</summary>
public sealed record Instruction
{
    /// <summary>The node's id.</summary>
    public required string Id { get; init; }

    /// <summary>RCVD, ACTC, PDNG, ACSC or RJCT.</summary>
    public required string Status { get; init; }

    /// <summary>Why, for PDNG and RJCT.</summary>
    public string? Reason { get; init; }

    /// <summary>The message's own id.</summary>
    public string? MessageId { get; init; }

    /// <summary>The unique end-to-end transaction reference.</summary>
    public string? Uetr { get; init; }

    /// <summary>The instructing agent's reference.</summary>
    public string? InstructionId { get; init; }

    /// <summary>The debtor's reference.</summary>
    public string? EndToEndId { get; init; }

    /// <summary>The first instructing agent's reference.</summary>
    public string? TransactionId { get; init; }

    /// <summary>A decimal number.</summary>
    public string? Amount { get; init; }

    /// <summary>The amount's currency.</summary>
    public string? Currency { get; init; }

    /// <summary>The interbank settlement date, YYYY-MM-DD.</summary>
    public string? SettlementDate { get; init; }

    /// <summary>The other bank.</summary>
    public string? Counterparty { get; init; }

    /// <summary>The channel that settles it.</summary>
    public string? Channel { get; init; }

    /// <summary>The entry that settled it.</summary>
    public string? Entry { get; init; }

    /// <summary>The batch of the channel that decided it; none where it got into none, or into none yet.</summary>
    public ulong? Sequence { get; init; }

    /// <summary>The contract, where it is an action of one and not a transfer.</summary>
    public string? Contract { get; init; }

    /// <summary>The action.</summary>
    public string? Action { get; init; }

    /// <summary>The instance that it acts on.</summary>
    public string? Instance { get; init; }

    /// <summary>Where in the message, or in the contract, the reason lies.</summary>
    public string? Place { get; init; }

    /// <summary>When it became durable here.</summary>
    public DateTimeOffset? ReceivedAt { get; init; }

    /// <summary>When it became final.</summary>
    public DateTimeOffset? SettledAt { get; init; }
}

/// <summary>Status reports in the order in which they came about.</summary>
/// <param name="Reports">The reports.</param>
/// <param name="Next">What to pass as <c>after</c> for those that follow.</param>
public sealed record ReportPage(IReadOnlyList<ReportItem> Reports, string Next);

/// <summary>One status report.</summary>
/// <param name="Cursor">Its place among the reports.</param>
/// <param name="Instruction">The instruction it is about.</param>
/// <param name="Status">The status it reports.</param>
/// <param name="Reason">Why, for RJCT.</param>
/// <param name="Document">The pacs.002; empty where reports were asked for without, or the instruction was erased.</param>
/// <param name="Sequence">The batch of its channel that decided it; none for an instruction that got into none.</param>
public sealed record ReportItem(string Cursor, string Instruction, string Status, string? Reason, string Document, ulong? Sequence = null);
