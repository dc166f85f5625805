using Settlement.Core.Notarisation;
using Settlement.Core.Participants;
using Settlement.Wire.Ledger;

namespace Settlement.Core.Nodes;

/// <summary>A record that waits for its request to the ledger.</summary>
/// <param name="Submission">The record.</param>
/// <param name="Outcome">Told of its fate.</param>
/// <param name="Entries">How many entries become final with the answer.</param>
internal sealed record PendingSubmission(Submission Submission, LedgerDesk.Outcome Outcome, int Entries)
{
    /// <summary>What it takes of a request.</summary>
    public int Bytes { get; } = Submission.CalculateSize();

    /// <summary>The most signatures that verifying it takes, as the ledger counts them.</summary>
    public int Signatures => Submission.RecordCase switch
    {
        Submission.RecordOneofCase.Participant => 1 + ListedParticipant.MaximumCertificates,
        Submission.RecordOneofCase.Opening => Submission.Opening.Signatures.Count,
        Submission.RecordOneofCase.Head => Submission.Head.Endorsements.Count,
        Submission.RecordOneofCase.Reserve => Submission.Reserve.Signatures.Count,
        _ => 1,
    };
}
