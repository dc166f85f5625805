using System.Diagnostics.CodeAnalysis;

namespace Settlement.Core.Cryptography;

/// <summary>
/// One wrap or unwrap under a key that is not kept: see <see cref="WrappingKey"/> for the form and for keys that stay.
/// The uses of such a key are its holder's to count.
/// </summary>
public static class KeyWrap
{
    /// <summary>The length of a wrap in bytes.</summary>
    public const int Length = WrappingKey.WrapLength;

    /// <summary>Wraps a 32-byte content key under a 32-byte key; 60 bytes.</summary>
    public static byte[] Wrap(ReadOnlySpan<byte> wrappingKey, ReadOnlySpan<byte> contentKey, ReadOnlySpan<byte> aad, IEntropy entropy)
    {
        using var key = new WrappingKey(wrappingKey);
        return key.Wrap(contentKey, aad, entropy);
    }

    /// <summary>Opens a wrap; false for other lengths, key or associated data, or any change.</summary>
    public static bool TryUnwrap(
        ReadOnlySpan<byte> wrappingKey, ReadOnlySpan<byte> wrap, ReadOnlySpan<byte> aad, [NotNullWhen(true)] out byte[]? contentKey)
    {
        contentKey = null;
        if (wrappingKey.Length != WrappingKey.Length) return false;
        using var key = new WrappingKey(wrappingKey);
        return key.TryUnwrap(wrap, aad, out contentKey);
    }
}
