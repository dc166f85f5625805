using System.Collections.Frozen;
using Google.Protobuf;
using Settlement.Core.Alarms;
using Settlement.Core.Cryptography;
using Settlement.Core.Machines;
using Settlement.Core.Notarisation;
using Settlement.Ledger;
using Settlement.Wire.Ledger;

namespace Settlement.Host.Ledger;

/// <summary>Records what the ledger refused of whom, with the record as it was submitted. Strangers are only counted.</summary>
internal sealed class RefusedSubmissions(AlarmBook alarms, string network)
{
    // Honest nodes get these too: they race each other, come late, or ask for more time.
    private static readonly FrozenSet<string> Common = new[]
    {
        LedgerCodes.UnknownChannel, LedgerCodes.WrongTerm, LedgerCodes.NotNext, LedgerCodes.EndorsementExpired, LedgerCodes.TakeoverHead, LedgerCodes.TakeoverTerm,
        LedgerCodes.NotSequencer, LedgerCodes.TakeoverTooSoon, LedgerCodes.ParticipantVersion, LedgerCodes.NotAdmitted,
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Looks at what a call was answered.</summary>
    public void Record(DateTimeOffset now, LedgerCall call, LedgerReply reply, List<Effect> then)
    {
        string party = call.Participant.Length > 0 ? call.Participant : AlarmParties.Strangers;
        LedgerRequest request = call.Request;
        if (request.Suite != Suite.Current || request.Network != network)
        {
            Raise(now, party, LedgerCodes.OtherNetwork, "request", EvidencePart.OfGarbage(call.Request.ToByteArray), then);
        }
        else if (reply.Results.Count < request.Submissions.Count)
        {
            Raise(now, party, LedgerCodes.TooLarge, "request", EvidencePart.OfGarbage(call.Request.ToByteArray), then);
        }
        else
        {
            for (int i = 0; i < reply.Results.Count; i++)
            {
                if (reply.Results[i].Code.Length > 0)
                    Raise(now, party, reply.Results[i].Code, SubjectOf(request.Submissions[i]), EvidencePart.Of("submission", request.Submissions[i]), then);
            }
        }
    }

    private void Raise(DateTimeOffset now, string party, string code, string subject, EvidencePart evidence, List<Effect> then)
    {
        if (alarms.Raise(now, new RaisedAlarm(party, code, subject, [evidence], Common.Contains(code))) is { } told) then.Add(told);
    }

    private static string SubjectOf(Submission submission)
    {
        ByteString? channel = submission.RecordCase switch
        {
            Submission.RecordOneofCase.Head => submission.Head.Channel,
            Submission.RecordOneofCase.Takeover => submission.Takeover.Channel,
            Submission.RecordOneofCase.Reserve => submission.Reserve.Channel,
            Submission.RecordOneofCase.Close => submission.Close.Channel,
            _ => null,
        };
        return channel is not null && Digest.TryRead(channel.Span, out Digest id) ? id.ToString() : submission.RecordCase.ToString().ToLowerInvariant();
    }
}
