using System.Security.Cryptography;

namespace Settlement.Core.Cryptography;

/// <summary>HKDF-SHA-256 (RFC 5869): the one door to it.</summary>
internal static class KeyDerivation
{
    /// <summary>The length of a pseudorandom key in bytes.</summary>
    public const int HashLength = 32;

    /// <summary>The longest output in bytes: 255 blocks.</summary>
    public const int MaximumLength = 255 * HashLength;

    /// <summary>HKDF-Extract; an empty salt stands for 32 zero bytes.</summary>
    public static byte[] Extract(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> keyMaterial)
    {
        byte[] extracted = new byte[HashLength];
        HKDF.Extract(HashAlgorithmName.SHA256, keyMaterial, salt, extracted);
        return extracted;
    }

    /// <summary>HKDF-Expand.</summary>
    /// <exception cref="ArgumentOutOfRangeException">When the length is negative or above <see cref="MaximumLength"/>.</exception>
    public static byte[] Expand(ReadOnlySpan<byte> key, ReadOnlySpan<byte> info, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, MaximumLength);
        byte[] expanded = new byte[length];
        // An output of zero bytes is defined, and empty; the platform refuses to be asked for it.
        if (length > 0) HKDF.Expand(HashAlgorithmName.SHA256, key, expanded, info);
        return expanded;
    }
}
