using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Notarisation;
using Settlement.Wire.Participants;

namespace Settlement.Core.Participants;

/// <summary>Issues and checks the root key's statements about other keys.</summary>
public static class KeyCertificates
{
    /// <summary>The longest body, in bytes: its texts, numbers, key and scope take less than half of it.</summary>
    public const int MaxBodyBytes = 512;

    /// <summary>Whether a certificate is no larger than one may be, which whoever keeps or hands on one of others asks first: its signer could
    /// have padded it without end.</summary>
    public static bool Fits(KeyCertificate certificate) => certificate.Body.Length <= MaxBodyBytes && certificate.Signature.Length <= SigningKey.SignatureLength;

    /// <summary>Signs the body as it is serialized here.</summary>
    public static KeyCertificate Issue(SigningKey root, KeyCertificateBody body)
    {
        byte[] bytes = body.ToByteArray();
        return new KeyCertificate
        {
            Body = UnsafeByteOperations.UnsafeWrap(bytes),
            Signature = UnsafeByteOperations.UnsafeWrap(root.Sign(RecordHashes.KeyCertificate(bytes))),
        };
    }

    /// <summary>True when <paramref name="root"/> certified the key for this network, participant, purpose, scope and moment.</summary>
    public static bool TryVerify(KeyCertificate? certificate, PublicKey root, string network, ParticipantId participant,
        KeyPurpose purpose, ReadOnlySpan<byte> scope, DateTimeOffset now, out PublicKey key)
    {
        key = default;
        if (certificate is null || !Fits(certificate) || !TryParse(certificate, out KeyCertificateBody? body)) return false;
        long unixMs = now.ToUnixTimeMilliseconds();
        // One for somebody or something else costs no signature check.
        bool isOf = body.Suite == Suite.Current
            && string.Equals(body.Network, network, StringComparison.Ordinal)
            && string.Equals(body.Participant, participant.ToString(), StringComparison.Ordinal)
            && body.Purpose == purpose
            && body.Scope.Span.SequenceEqual(scope)
            && body.NotBeforeUnixMs <= unixMs && unixMs <= body.NotAfterUnixMs;
        if (!isOf) return false;
        using VerifyingKey verifier = new(root);
        return verifier.Verify(RecordHashes.KeyCertificate(certificate.Body.Span), certificate.Signature.Span) && PublicKey.TryRead(body.PublicKey.Span, out key);
    }

    private static bool TryParse(KeyCertificate certificate, [NotNullWhen(true)] out KeyCertificateBody? body) =>
        Parsing.TryParse(KeyCertificateBody.Parser, certificate.Body.Span, out body);
}
