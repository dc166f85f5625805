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
    /// <summary>Reads and checks a record, its signature and every certificate in it, and finds the keys that are certified now.</summary>
    public static bool TryRead(ParticipantRecord record, string network, DateTimeOffset now, [NotNullWhen(true)] out Participant? participant)
    {
        participant = null;
        return ListedParticipant.TryRead(record, network, out ListedParticipant? listed, out _) && TryRead(listed, now, out participant);
    }

    /// <summary>Finds the keys that a checked record certifies now.</summary>
    public static bool TryRead(ListedParticipant listed, DateTimeOffset now, [NotNullWhen(true)] out Participant? participant)
    {
        participant = null;
        if (!TryFind(listed, KeyPurpose.Tls, now, out PublicKey tls) || !TryFind(listed, KeyPurpose.Encryption, now, out PublicKey encryption)) return false;
        PublicKey? posting = TryFind(listed, KeyPurpose.Posting, now, out PublicKey key) ? key : null;
        ParticipantRecordBody body = listed.Body;
        participant = new Participant(
            listed.Id, body.Name, body.Role, listed.RootKey, new Destination(listed.Id, new Uri(body.Endpoint), tls.Fingerprint), encryption, posting, body.Version);
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

    private static bool TryFind(ListedParticipant listed, KeyPurpose purpose, DateTimeOffset now, out PublicKey key)
    {
        long unixMs = now.ToUnixTimeMilliseconds();
        KeyCertificateBody? found = listed.Certificates.FirstOrDefault(c => c.Purpose == purpose && c.NotBeforeUnixMs <= unixMs && unixMs <= c.NotAfterUnixMs);
        key = default;
        return found is not null && PublicKey.TryRead(found.PublicKey.Span, out key);
    }
}
