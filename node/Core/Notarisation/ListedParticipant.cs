using System.Diagnostics.CodeAnalysis;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Participants;
using Settlement.Wire.Participants;

namespace Settlement.Core.Notarisation;

/// <summary>A participant as its own record states it, after its root key's signatures were verified. Nobody vouches for more.</summary>
/// <param name="Id">Who it says it is.</param>
/// <param name="RootKey">The key that signed the record and its certificates.</param>
/// <param name="Version">Rises with each change, from 1.</param>
/// <param name="Body">Everything else it says.</param>
/// <param name="Certificates">The verified certificates' bodies, in the record's order.</param>
public sealed record ListedParticipant(
    ParticipantId Id, PublicKey RootKey, long Version, ParticipantRecordBody Body, IReadOnlyList<KeyCertificateBody> Certificates)
{
    /// <summary>The most certificates of a record.</summary>
    public const int MaximumCertificates = 16;

    /// <summary>The longest name or endpoint.</summary>
    public const int MaximumTextLength = 256;

    /// <summary>Reads a record and verifies its root key's signature over it and over each certificate.</summary>
    /// <param name="code">The refusal; empty when the record is valid.</param>
    public static bool TryRead(ParticipantRecord record, string network, [NotNullWhen(true)] out ListedParticipant? participant, out string code)
    {
        participant = null;
        return SignedListing.TryRead(record, network, out SignedListing? listing, out code) && listing.TryVerify(out participant, out code);
    }

    /// <summary>
    /// Reads a certificate and verifies that this root signed it for this participant and purpose. Whether it is valid
    /// now is the caller's to compare with its not-before and not-after.
    /// </summary>
    public static bool TryReadCertificate(
        KeyCertificate certificate, string network, string participant, VerifyingKey root, [NotNullWhen(true)] out KeyCertificateBody? body)
    {
        body = null;
        if (!Parsing.TryParse(KeyCertificateBody.Parser, certificate.Body.Span, out KeyCertificateBody? read) || read.Suite != Suite.Current || read.Network != network || read.Participant != participant) return false;
        if (read.Purpose == KeyPurpose.Unspecified || !Enum.IsDefined(read.Purpose) || !HasScopeOfPurpose(read)) return false;
        if (!PublicKey.TryRead(read.PublicKey.Span, out _)) return false;
        if (!UnixTime.TryRead(read.NotBeforeUnixMs, out DateTimeOffset notBefore) || !UnixTime.TryRead(read.NotAfterUnixMs, out DateTimeOffset notAfter)) return false;
        if (notBefore >= notAfter || !root.Verify(RecordHashes.KeyCertificate(certificate.Body.Span), certificate.Signature.Span)) return false;
        body = read;
        return true;
    }

    private static bool HasScopeOfPurpose(KeyCertificateBody body) =>
        body.Scope.Length == (body.Purpose == KeyPurpose.Channel ? Digest.Length : 0);
}
