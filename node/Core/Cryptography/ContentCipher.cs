using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Settlement.Core.Cryptography;

/// <summary>
/// AES-256-GCM under a content key that encrypts once. Invariant: the key is drawn here, for one plaintext, and nothing
/// else ever encrypts under it; therefore the nonce is fixed at zero and does not travel. GCM alone does not bind a
/// ciphertext to one key: what is inside is checked against commitments.
/// </summary>
public static class ContentCipher
{
    /// <summary>The length of a content key in bytes.</summary>
    public const int KeyLength = AuthenticatedEncryption.KeyLength;

    /// <summary>How much longer a ciphertext is than its plaintext, in bytes.</summary>
    public const int Overhead = AuthenticatedEncryption.TagLength;

    private static ReadOnlySpan<byte> Nonce => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    /// <summary>Encrypts under a fresh key; returns ciphertext and tag.</summary>
    /// <param name="contentKey">The 32 bytes drawn; the caller wraps them and zeroes them.</param>
    public static byte[] Encrypt(ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> aad, IEntropy entropy, out byte[] contentKey)
    {
        contentKey = new byte[KeyLength];
        byte[] ciphertext = new byte[plaintext.Length + Overhead];
        Encrypt(plaintext, aad, entropy, contentKey, ciphertext);
        return ciphertext;
    }

    /// <summary>The same into memory of the caller's.</summary>
    /// <param name="contentKey">Gets the 32 bytes drawn.</param>
    /// <param name="destination">Gets ciphertext and tag; longer than the plaintext by <see cref="Overhead"/>.</param>
    public static void Encrypt(ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> aad, IEntropy entropy, Span<byte> contentKey, Span<byte> destination)
    {
        entropy.Fill(contentKey);
        using AesGcm cipher = AuthenticatedEncryption.Import(contentKey);
        AuthenticatedEncryption.Seal(cipher, Nonce, plaintext, aad, destination);
    }

    /// <summary>Opens ciphertext and tag; false for a wrong key, a key of another length, or any change.</summary>
    public static bool TryDecrypt(
        ReadOnlySpan<byte> contentKey, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> aad, [NotNullWhen(true)] out byte[]? plaintext)
    {
        plaintext = null;
        if (contentKey.Length != KeyLength) return false;
        using AesGcm cipher = AuthenticatedEncryption.Import(contentKey);
        return AuthenticatedEncryption.TryOpen(cipher, Nonce, ciphertext, aad, out plaintext);
    }
}
