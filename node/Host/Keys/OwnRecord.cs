using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Core.Participants;
using Settlement.Wire.Participants;

namespace Settlement.Host.Keys;

/// <summary>
/// The record by which this node is listed in the directory. It is kept as it was signed, because the ledger compares
/// versions: the same facts must come with the same bytes, and changed facts with a higher version.
/// </summary>
internal static class OwnRecord
{
    public const string FileName = "record.bin";

    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(365);
    private static readonly TimeSpan RenewBefore = TimeSpan.FromDays(30);
    private static readonly TimeSpan ClockSkew = TimeSpan.FromHours(1);

    /// <summary>The kept record while it says what the configuration says and its certificates last; else a new version.</summary>
    public static ParticipantRecord Ensure(
        KeyFolder folder, ParticipantKeys keys, string name, string lei, string role, Uri endpoint, PublicKey? posting, DateTimeOffset now)
    {
        ulong version = 1;
        if (folder.TryReadBytes(FileName) is { } bytes && Parsing.TryParse(ParticipantRecord.Parser, bytes, out ParticipantRecord? kept)
            && Parsing.TryParse(ParticipantRecordBody.Parser, kept.Body.Span, out ParticipantRecordBody? body))
        {
            ParticipantRecord fresh = Participant.Write(keys, name, lei, role, endpoint, body.Version, now - ClockSkew, now + Lifetime, posting);
            if (IsSame(body, ParticipantRecordBody.Parser.ParseFrom(fresh.Body))
                && Participant.TryRead(kept, keys.Network, now + RenewBefore, out _)) return kept;
            version = checked(body.Version + 1);
        }

        ParticipantRecord record = Participant.Write(keys, name, lei, role, endpoint, version, now - ClockSkew, now + Lifetime, posting);
        folder.ReplaceBytes(FileName, record.ToByteArray());
        return record;
    }

    // Everything but the certificates' dates and signatures, which differ each time they are written.
    private static bool IsSame(ParticipantRecordBody left, ParticipantRecordBody right)
    {
        if (left.Certificates.Count != right.Certificates.Count) return false;
        for (int i = 0; i < left.Certificates.Count; i++)
        {
            KeyCertificateBody a = KeyCertificateBody.Parser.ParseFrom(left.Certificates[i].Body);
            KeyCertificateBody b = KeyCertificateBody.Parser.ParseFrom(right.Certificates[i].Body);
            (b.NotBeforeUnixMs, b.NotAfterUnixMs) = (a.NotBeforeUnixMs, a.NotAfterUnixMs);
            if (!a.Equals(b)) return false;
        }

        ParticipantRecordBody comparable = right.Clone();
        comparable.Certificates.Clear();
        comparable.Certificates.Add(left.Certificates);
        return left.Equals(comparable);
    }
}
