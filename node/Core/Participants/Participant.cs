using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Notarisation;
using Settlement.Wire.Participants;

namespace Settlement.Core.Participants;

/// <summary>
/// A participant as its directory record describes it. The record is signed by the root key that it names, and nobody
/// vouches for that root: who relies on it compares the fingerprint with the one pinned in terms or configuration.
/// </summary>
public sealed record Participant(
    ParticipantId Id, string Name, string Role, PublicKey Root, Destination Destination, PublicKey Encryption,
    PublicKey? Posting, ulong Version)
{
    /// <summary>The longest endpoint that is read.</summary>
    public const int MaxEndpointLength = 256;

    /// <summary>Reads and checks a record: its signature and every certificate in it.</summary>
    public static bool TryRead(ParticipantRecord record, string network, DateTimeOffset now, [NotNullWhen(true)] out Participant? participant)
    {
        participant = null;
        if (!Parsing.TryParse(ParticipantRecordBody.Parser, record.Body.Span, out ParticipantRecordBody? body)) return false;
        if (body.Suite != Suite.Current || !string.Equals(body.Network, network, StringComparison.Ordinal)) return false;
        if (!ParticipantId.TryParse(body.Participant, out ParticipantId id) || !PublicKey.TryRead(body.RootPublicKey.Span, out PublicKey root)) return false;
        using (VerifyingKey verifier = new(root))
        {
            if (!verifier.Verify(RecordHashes.ParticipantRecord(record.Body.Span), record.Signature.Span)) return false;
        }

        if (body.Endpoint.Length > MaxEndpointLength || !Uri.TryCreate(body.Endpoint, UriKind.Absolute, out Uri? endpoint)
            || endpoint.Scheme != Uri.UriSchemeHttps) return false;
        if (!TryFind(body, root, network, id, KeyPurpose.Tls, now, out PublicKey tls)) return false;
        if (!TryFind(body, root, network, id, KeyPurpose.Encryption, now, out PublicKey encryption)) return false;
        PublicKey? posting = TryFind(body, root, network, id, KeyPurpose.Posting, now, out PublicKey key) ? key : null;
        participant = new Participant(id, body.Name, body.Role, root, new Destination(id, endpoint, tls.Fingerprint), encryption, posting, body.Version);
        return true;
    }

    /// <summary>Signs a record of this node's own.</summary>
    public static ParticipantRecord Write(ParticipantKeys keys, string name, string lei, string role, Uri endpoint, ulong version,
        DateTimeOffset notBefore, DateTimeOffset notAfter, PublicKey? posting)
    {
        ParticipantRecordBody body = new()
        {
            Suite = Suite.Current,
            Network = keys.Network,
            Participant = keys.Participant.ToString(),
            Lei = lei,
            Name = name,
            Role = role,
            RootPublicKey = ByteString.CopyFrom(keys.Root.PublicKey.ToArray()),
            Endpoint = endpoint.ToString().TrimEnd('/'),
            Version = version,
        };
        body.Certificates.Add(keys.Certify(KeyPurpose.Tls, keys.Tls, notBefore, notAfter, []));
        body.Certificates.Add(keys.Certify(KeyPurpose.Encryption, keys.Encryption.PublicKey, notBefore, notAfter, []));
        if (posting is { } key) body.Certificates.Add(keys.Certify(KeyPurpose.Posting, key, notBefore, notAfter, []));
        byte[] bytes = body.ToByteArray();
        return new ParticipantRecord
        {
            Body = UnsafeByteOperations.UnsafeWrap(bytes),
            Signature = UnsafeByteOperations.UnsafeWrap(keys.Root.Sign(RecordHashes.ParticipantRecord(bytes))),
        };
    }

    private static bool TryFind(ParticipantRecordBody body, PublicKey root, string network, ParticipantId id, KeyPurpose purpose,
        DateTimeOffset now, out PublicKey key)
    {
        foreach (KeyCertificate certificate in body.Certificates)
        {
            if (KeyCertificates.TryVerify(certificate, root, network, id, purpose, [], now, out key)) return true;
        }

        key = default;
        return false;
    }
}
