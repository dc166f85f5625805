using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Settlement.Core.Cryptography;

/// <summary>
/// Hybrid public-key encryption (RFC 9180) in base mode: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. It hides
/// and binds, and does not say who sealed: that takes a signature.
/// </summary>
public static class Hpke
{
    /// <summary>How much longer a sealed message is than its plaintext, in bytes: the encapsulated key and the tag.</summary>
    public const int Overhead = PublicKey.Length + AuthenticatedEncryption.TagLength;

    private const int KeyMaterialLength = 32;

    /// <summary>Seals one message to the recipient; 65 bytes of encapsulated key, then ciphertext and tag.</summary>
    public static byte[] Seal(
        PublicKey recipient, ReadOnlySpan<byte> info, ReadOnlySpan<byte> aad, ReadOnlySpan<byte> plaintext, IEntropy entropy)
    {
        Span<byte> keyMaterial = stackalloc byte[KeyMaterialLength];
        entropy.Fill(keyMaterial);
        using AgreementKey ephemeral = DeriveKeyPair(keyMaterial);
        CryptographicOperations.ZeroMemory(keyMaterial);
        using HpkeContext context = SetupSender(HpkeSuite.Aes256Gcm, recipient, ephemeral, info);
        return [.. ephemeral.PublicKey.ToArray(), .. context.Seal(aad, plaintext)];
    }

    /// <summary>Opens what <see cref="Seal"/> made; false for another key, info or associated data, or any change.</summary>
    public static bool TryOpen(
        AgreementKey recipient,
        ReadOnlySpan<byte> info,
        ReadOnlySpan<byte> aad,
        ReadOnlySpan<byte> sealedMessage,
        [NotNullWhen(true)] out byte[]? plaintext)
    {
        plaintext = null;
        if (sealedMessage.Length < Overhead) return false;
        if (!TrySetupReceiver(HpkeSuite.Aes256Gcm, sealedMessage[..PublicKey.Length], recipient, info, out HpkeContext? context)) return false;
        using (context) return context.TryOpen(aad, sealedMessage[PublicKey.Length..], out plaintext);
    }

    /// <summary>The key pair that key material determines (RFC 9180, section 7.1.3).</summary>
    internal static AgreementKey DeriveKeyPair(ReadOnlySpan<byte> keyMaterial)
    {
        byte[] key = HpkeSuite.Kem.LabeledExtract([], "dkp_prk"u8, keyMaterial);
        for (int counter = 0; counter <= byte.MaxValue; counter++)
        {
            byte[] candidate = HpkeSuite.Kem.LabeledExpand(key, "candidate"u8, [(byte)counter], P256.ScalarLength);
            if (!P256.IsScalar(candidate)) continue;
            AgreementKey pair = AgreementKey.FromScalar(candidate);
            CryptographicOperations.ZeroMemory(candidate);
            CryptographicOperations.ZeroMemory(key);
            return pair;
        }

        throw new InvalidOperationException("256 candidates in a row lie outside the curve's order.");
    }

    /// <summary>The sender's context, with the ephemeral key given.</summary>
    internal static HpkeContext SetupSender(HpkeSuite suite, PublicKey recipient, AgreementKey ephemeral, ReadOnlySpan<byte> info)
    {
        byte[] sharedSecret = SharedSecret(ephemeral, recipient, ephemeral.PublicKey, recipient);
        HpkeContext context = HpkeContext.Schedule(suite, sharedSecret, info);
        CryptographicOperations.ZeroMemory(sharedSecret);
        return context;
    }

    /// <summary>The receiver's context; false when the encapsulated key is no point of the curve.</summary>
    internal static bool TrySetupReceiver(
        HpkeSuite suite,
        ReadOnlySpan<byte> encapsulated,
        AgreementKey recipient,
        ReadOnlySpan<byte> info,
        [NotNullWhen(true)] out HpkeContext? context)
    {
        context = null;
        if (!PublicKey.TryRead(encapsulated, out PublicKey ephemeral)) return false;
        byte[] sharedSecret = SharedSecret(recipient, ephemeral, ephemeral, recipient.PublicKey);
        context = HpkeContext.Schedule(suite, sharedSecret, info);
        CryptographicOperations.ZeroMemory(sharedSecret);
        return true;
    }

    /// <summary>Encap and Decap's shared secret (section 4.1): both sides mix in both public keys.</summary>
    internal static byte[] SharedSecret(AgreementKey own, PublicKey other, PublicKey ephemeral, PublicKey recipient)
    {
        byte[] agreed = own.RawSharedSecret(other);
        byte[] extracted = HpkeSuite.Kem.LabeledExtract([], "eae_prk"u8, agreed);
        byte[] kemContext = [.. ephemeral.ToArray(), .. recipient.ToArray()];
        byte[] secret = HpkeSuite.Kem.LabeledExpand(extracted, "shared_secret"u8, kemContext, HpkeSuite.HashLength);
        CryptographicOperations.ZeroMemory(agreed);
        CryptographicOperations.ZeroMemory(extracted);
        return secret;
    }
}
