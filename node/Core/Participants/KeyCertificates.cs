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
        if (certificate is null || !TryParse(certificate, out KeyCertificateBody? body)) return false;
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
