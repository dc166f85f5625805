using System.Xml;
using Settlement.Core.Identifiers;
using Settlement.Core.Instructions;
using Settlement.Host.Fuzz.Mutations;
using Settlement.Host.Iso20022;
using ReasonCodes = Settlement.Host.Iso20022.ReasonCodes;
using StatusCodes = Settlement.Host.Iso20022.StatusCodes;

namespace Settlement.Host.Fuzz.Targets;

/// <summary>Messages of a back office: whatever they hold is read or refused, and can be answered with a pacs.002.</summary>
/// <param name="corpus">Messages that are right, or nearly.</param>
/// <param name="isXml">ISO 20022, else JSON.</param>
internal sealed class CreditTransferTarget(IReadOnlyList<byte[]> corpus, bool isXml) : Reader
{
    private const int LongestReason = 500;
    private const int LongestPlace = (Bounds.MaxDepth + 2) * (Bounds.MaxShownCharacters + 10);
    private static readonly DateTimeOffset ReportedAt = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    /// <inheritdoc/>
    public override byte[] Make(Chance chance) =>
        isXml ? XmlMutator.Mutate(chance.Pick(corpus), chance, chance.Pick(corpus)) : JsonMutator.Mutate(chance.Pick(corpus), chance, chance.Pick(corpus));

    /// <inheritdoc/>
    public override void Feed(byte[] input)
    {
        switch (isXml ? MessageReader.Read(input) : JsonTransferReader.Read(input))
        {
            case ReadMessage.Malformed refused:
                CheckFault(refused.Code, refused.Place, refused.Reason);
                BrokenPromise.Unless(refused is { Line: >= 0, Column: >= 0 }, "a fault has a line and a column");
                break;
            case ReadMessage.Unsupported other:
                BrokenPromise.Unless(other.MessageType.Length <= 2 * Bounds.MaxShownCharacters, "what is repeated of a message is short", $"{other.MessageType.Length} characters");
                break;
            case ReadMessage.Transfers transfers:
                CheckTransfers(transfers);
                break;
        }
    }

    private static void CheckTransfers(ReadMessage.Transfers message)
    {
        BrokenPromise.Unless(message.Items.Count is > 0 and <= Bounds.MaxTransactions, "a message has some transfers and no more than its bound", $"{message.Items.Count}");
        List<TransferStatus> statuses = [];
        foreach (ReadTransfer item in message.Items)
        {
            if (item is ReadTransfer.Rejected refused)
            {
                CheckFault(refused.ReasonCode, refused.Place, refused.Reason);
                statuses.Add(new TransferStatus(StatusCodes.Rejected, new StatusReason(refused.ReasonCode, refused.Place), refused.Identification.InstructionId,
                    refused.Identification.EndToEndId, refused.Identification.TransactionId, refused.Identification.Uetr, ReportedAt, null));
            }
            else
            {
                CreditTransfer transfer = ((ReadTransfer.Valid)item).Transfer;
                CheckTransfer(transfer);
                statuses.Add(new TransferStatus(StatusCodes.Accepted, null, transfer.InstructionId, transfer.EndToEndId, transfer.TransactionId, transfer.Uetr, ReportedAt, transfer.SettlementDate));
            }
        }

        CheckReport(message.Header, statuses);
    }

    private static void CheckTransfer(CreditTransfer transfer)
    {
        BrokenPromise.Unless(transfer.Amount.MinorUnits > 0, "an amount is above zero");
        foreach ((string name, string? text, int most) in ((string, string?, int)[])
            [("messageId", transfer.MessageId, 35), ("instructionId", transfer.InstructionId, 35), ("endToEndId", transfer.EndToEndId, 35), ("transactionId", transfer.TransactionId, 35),
             ("remittance", transfer.Remittance, 140), ("debtor", transfer.Debtor.Name, 140), ("creditor", transfer.Creditor.Name, 140),
             ("debtor's account", transfer.Debtor.Account, 34), ("creditor's account", transfer.Creditor.Account, 34)])
            BrokenPromise.Unless((text?.EnumerateRunes().Count() ?? 0) <= most, "a text keeps its length", name);
        BrokenPromise.Unless(ParticipantId.TryParse(transfer.InstructingAgent.ToString(), out _) && ParticipantId.TryParse(transfer.InstructedAgent.ToString(), out _), "an agent is a participant");
    }

    // What a back office gets of it: a report that is XML again.
    private static void CheckReport(MessageHeader header, List<TransferStatus> statuses)
    {
        byte[] report = StatusReportWriter.Write(new StatusReport("FUZZ", ReportedAt, null, null, new OriginalMessage(header.MessageId, header.MessageType, null), null, statuses));
        using XmlReader xml = XmlReader.Create(new MemoryStream(report, writable: false));
        while (xml.Read()) { }
    }

    private static void CheckFault(string code, string place, string reason)
    {
        BrokenPromise.Unless(Array.IndexOf(ReasonCodes.Precedence, code) >= 0, "a fault has a known code", code);
        BrokenPromise.Unless(place.StartsWith('/') && place.Length <= LongestPlace, "a fault has a place of bounded length", $"{place.Length} characters");
        BrokenPromise.Unless(reason.Length is > 0 and <= LongestReason, "a fault has a reason of bounded length", $"{reason.Length} characters");
    }
}
