using Settlement.Core.Identifiers;
using Settlement.Core.Instructions;

namespace Settlement.Host.Iso20022;

/// <summary>What a document turned out to be.</summary>
internal abstract record ReadMessage
{
    private ReadMessage() { }

    /// <summary>Credit transfers, each valid or refused on its own, in the order of the document.</summary>
    public sealed record Transfers(MessageHeader Header, IReadOnlyList<ReadTransfer> Items) : ReadMessage;

    /// <summary>Well-formed so far, but of a type this node does not settle.</summary>
    /// <param name="MessageType">The ISO 20022 message, for example <c>camt.054.001.08</c>, else the namespace.</param>
    public sealed record Unsupported(string MessageType) : ReadMessage;

    /// <summary>Refused as a whole; nothing in it is used.</summary>
    public sealed record Malformed(string Code, string Place, int Line, int Column, string Reason) : ReadMessage
    {
        /// <summary>The refusal for a fault.</summary>
        public static Malformed For(Fault fault) => new(fault.Code, fault.Place, fault.Line, fault.Column, fault.Reason);
    }
}

/// <summary>One transfer of a message.</summary>
internal abstract record ReadTransfer
{
    private ReadTransfer() { }

    /// <summary>Keeps every rule of its message.</summary>
    public sealed record Valid(CreditTransfer Transfer) : ReadTransfer;

    /// <summary>Breaks a rule; the other transfers of the message stand.</summary>
    public sealed record Rejected(TransferIdentification Identification, string ReasonCode, string Place, int Line, int Column, string Reason)
        : ReadTransfer;
}

/// <summary>The header of a message.</summary>
/// <param name="MessageType">The ISO 20022 message.</param>
/// <param name="MessageId">GrpHdr/MsgId.</param>
/// <param name="CreationDateTime">GrpHdr/CreDtTm as sent; none for JSON.</param>
/// <param name="NumberOfTransactions">How many transfers it holds.</param>
/// <param name="BusinessMessageId">AppHdr/BizMsgIdr, when there is a business application header.</param>
internal sealed record MessageHeader(
    string MessageType, string MessageId, string? CreationDateTime, int NumberOfTransactions, string? BusinessMessageId);

/// <summary>As much of a refused transfer's identification as could be read.</summary>
internal sealed record TransferIdentification(
    string MessageType,
    string MessageId,
    string? InstructionId,
    string? EndToEndId,
    string? TransactionId,
    Uetr? Uetr,
    ParticipantId? InstructingAgent,
    ParticipantId? InstructedAgent);
