using Settlement.Core.Bank;
using Settlement.Core.Identifiers;
using Settlement.Core.Reading;
using Settlement.Host.Iso20022;

namespace Settlement.Host.BackOffice;

/// <summary>Writes pacs.002 about instructions of this bank.</summary>
/// <param name="own">This bank.</param>
internal sealed class StatusReports(ParticipantId own)
{
    /// <summary>The report on some instructions of one message.</summary>
    /// <param name="reference">The report's own reference, 1 to 35 characters.</param>
    /// <param name="at">When it was made.</param>
    /// <param name="instructions">At least one; all of one message.</param>
    public byte[] Write(string reference, DateTimeOffset at, IReadOnlyList<InstructionView> instructions)
    {
        Core.Bank.TransferIdentification first = instructions[0].Identification;
        OriginalMessage original = new(first.MessageId ?? "", first.MessageType ?? StatusReportWriter.NotProvided, CreationDateTime: null);
        return StatusReportWriter.Write(new StatusReport(reference, at, own, null, original, Refusal: null, [.. instructions.Select(Status)]));
    }

    private static TransferStatus Status(InstructionView view) => new(
        StatusText.Of(view.Status), view.Reason is { } reason ? new StatusReason(reason, view.Place) : null,
        view.Identification.InstructionId, view.Identification.EndToEndId, view.Identification.TransactionId,
        Uetr.TryParse(view.Identification.Uetr, out Uetr uetr) ? uetr : null,
        view.Status == InstructionStatus.Rejected ? null : view.ReceivedAt, view.Status == InstructionStatus.Settled ? view.SettlementDate : null);
}
