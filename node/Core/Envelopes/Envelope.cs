using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Settlement.Core.Cryptography;

namespace Settlement.Core.Envelopes;

/// <summary>
/// One audience's encrypted fields of one entry and one data subject: the unit that can be erased. AES-256-GCM under a
/// content key of its own over padded openings; the content key travels and rests wrapped, apart from the ciphertext.
/// </summary>
public static class Envelope
{
    /// <summary>The length of an envelope's ciphertext in bytes for a padded length.</summary>
    public static int CiphertextLength(int paddedLength) => paddedLength + ContentCipher.Overhead;

    /// <summary>Seals the openings under a fresh content key, which the caller wraps and zeroes.</summary>
    /// <param name="binding">See <see cref="EnvelopeContext.AssociatedData"/>.</param>
    /// <param name="paddedLength">See <see cref="EnvelopePlaintext.LengthFor"/>.</param>
    /// <exception cref="ArgumentException">As <see cref="EnvelopePlaintext.Encode"/>.</exception>
    public static (byte[] Ciphertext, byte[] ContentKey) Seal(
        ReadOnlySpan<byte> binding, IReadOnlyList<FieldOpening> openings, int paddedLength, IEntropy entropy)
    {
        byte[] plaintext = EnvelopePlaintext.Encode(openings, paddedLength);
        byte[] ciphertext = ContentCipher.Encrypt(plaintext, binding, entropy, out byte[] contentKey);
        CryptographicOperations.ZeroMemory(plaintext);
        return (ciphertext, contentKey);
    }

    /// <summary>
    /// Opens an envelope; false for another binding or key, any change, and contents that are not in their one form. What
    /// opens is authentic only once each opening matches its commitment.
    /// </summary>
    public static bool TryOpen(
        ReadOnlySpan<byte> binding,
        ReadOnlySpan<byte> contentKey,
        ReadOnlySpan<byte> ciphertext,
        [NotNullWhen(true)] out IReadOnlyList<FieldOpening>? openings)
    {
        openings = null;
        if (ciphertext.Length > CiphertextLength(EnvelopePlaintext.MaximumLength)) return false;
        if (!ContentCipher.TryDecrypt(contentKey, ciphertext, binding, out byte[]? plaintext)) return false;
        bool decoded = EnvelopePlaintext.TryDecode(plaintext, out openings);
        CryptographicOperations.ZeroMemory(plaintext);
        return decoded;
    }

    /// <summary>The hash of a ciphertext, as the entry's header lists it.</summary>
    public static Digest Hash(ReadOnlySpan<byte> ciphertext)
    {
        using var writer = new HashWriter("settlement/envelope-hash");
        return writer.Bytes(ciphertext).Finish();
    }
}
