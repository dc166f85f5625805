using Settlement.Core.Identifiers;

namespace Settlement.Host.Iso20022;

/// <summary>What a pacs.002.001.10 says about the transfers of one message.</summary>
/// <param name="MessageId">The report's own reference, 1 to 35 characters.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="InstructingAgent">Who reports.</param>
/// <param name="InstructedAgent">Who is told.</param>
/// <param name="Original">The message that is reported on.</param>
/// <param name="Refusal">Why the message was refused as a whole; none when its transfers are reported on.</param>
/// <param name="Transfers">The transfers, at most <see cref="MaxTransfers"/>.</param>
internal sealed record StatusReport(
    string MessageId,
    DateTimeOffset CreatedAt,
    ParticipantId? InstructingAgent,
    ParticipantId? InstructedAgent,
    OriginalMessage Original,
    StatusReason? Refusal,
    IReadOnlyList<TransferStatus> Transfers)
{
    /// <summary>As many as a message may hold.</summary>
    public const int MaxTransfers = Bounds.MaxTransactions;
}

/// <summary>The message that is reported on.</summary>
/// <param name="MessageId">Its MsgId; NOTPROVIDED where it could not be read.</param>
/// <param name="MessageType">Its definition, for example <c>pacs.008.001.08</c>.</param>
/// <param name="CreationDateTime">Its CreDtTm as it was sent.</param>
internal sealed record OriginalMessage(string MessageId, string MessageType, string? CreationDateTime);

/// <summary>A reason of ISO 20022's external code list, with an explanation that is cut to the length of its element.</summary>
internal sealed record StatusReason(string Code, string? Explanation);

/// <summary>Where one transfer stands.</summary>
/// <param name="Status">One of <see cref="StatusCodes"/>.</param>
/// <param name="Reason">Why, for PDNG and RJCT.</param>
/// <param name="AcceptedAt">When the node took the transfer on, durably; null where it refused it.</param>
/// <param name="SettledOn">The business day on which it became final.</param>
internal sealed record TransferStatus(
    string Status,
    StatusReason? Reason,
    string? InstructionId,
    string? EndToEndId,
    string? TransactionId,
    Uetr? Uetr,
    DateTimeOffset? AcceptedAt,
    DateOnly? SettledOn);

/// <summary>The statuses that this node reports, from ISO 20022's external payment transaction status codes.</summary>
internal static class StatusCodes
{
    /// <summary>Received: durable, not yet looked at.</summary>
    public const string Received = "RCVD";

    /// <summary>Accepted: its form and its parties are right.</summary>
    public const string Accepted = "ACTC";

    /// <summary>Pending: it waits.</summary>
    public const string Pending = "PDNG";

    /// <summary>Settled: final.</summary>
    public const string Settled = "ACSC";

    /// <summary>Rejected, with a reason.</summary>
    public const string Rejected = "RJCT";

    /// <summary>All of them.</summary>
    public static readonly string[] All = [Received, Accepted, Pending, Settled, Rejected];
}
