using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Settlement.Core.Cryptography;

/// <summary>AES-GCM (SP 800-38D) with a 12-byte nonce and the 16-byte tag behind the ciphertext.</summary>
internal static class AuthenticatedEncryption
{
    public const int KeyLength = 32;
    public const int NonceLength = 12;
    public const int TagLength = 16;

    /// <summary>Imports a key of 16, 24 or 32 bytes; only tags of full length are made or accepted.</summary>
    public static AesGcm Import(ReadOnlySpan<byte> key) => new(key, TagLength);

    /// <summary>Writes ciphertext and tag; <paramref name="destination"/> is 16 bytes longer than the plaintext.</summary>
    public static void Seal(
        AesGcm cipher, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> aad, Span<byte> destination) =>
        cipher.Encrypt(nonce, plaintext, destination[..plaintext.Length], destination[plaintext.Length..], aad);

    /// <summary>Opens ciphertext and tag; false, with no plaintext, when anything was changed.</summary>
    public static bool TryOpen(
        AesGcm cipher,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> ciphertextAndTag,
        ReadOnlySpan<byte> aad,
        [NotNullWhen(true)] out byte[]? plaintext)
    {
        plaintext = null;
        int length = ciphertextAndTag.Length - TagLength;
        if (length < 0) return false;
        byte[] opened = new byte[length];
        try
        {
            cipher.Decrypt(nonce, ciphertextAndTag[..length], ciphertextAndTag[length..], opened, aad);
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }

        plaintext = opened;
        return true;
    }
}
