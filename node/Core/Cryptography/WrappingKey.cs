using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Settlement.Core.Cryptography;

/// <summary>
/// A key that wraps content keys with AES-256-GCM under random 12-byte nonces; it stays imported and counts its wraps.
/// Safe for use from several threads, which then take turns.
/// </summary>
public sealed class WrappingKey : IDisposable
{
    /// <summary>The length of the key, and of every key it wraps, in bytes.</summary>
    public const int Length = AuthenticatedEncryption.KeyLength;

    /// <summary>The length of a wrap in bytes: nonce 12, ciphertext 32, tag 16.</summary>
    public const int WrapLength = AuthenticatedEncryption.NonceLength + Length + AuthenticatedEncryption.TagLength;

    /// <summary>
    /// How many wraps one key makes. SP 800-38D (8.3) allows 2^32 with random nonces; the half leaves room for wraps whose
    /// count was lost in a crash.
    /// </summary>
    public const long MaximumUses = 1L << 31;

    private readonly Lock turn = new();
    private readonly AesGcm cipher;
    private long uses;

    /// <param name="key">32 bytes.</param>
    /// <param name="priorUses">How many wraps the same key made before, as its holder recorded.</param>
    /// <exception cref="ArgumentException">When the key has another length or the count is negative.</exception>
    public WrappingKey(ReadOnlySpan<byte> key, long priorUses = 0)
    {
        if (key.Length != Length) throw new ArgumentException("A wrapping key has 32 bytes.", nameof(key));
        ArgumentOutOfRangeException.ThrowIfNegative(priorUses);
        cipher = AuthenticatedEncryption.Import(key);
        uses = priorUses;
    }

    /// <summary>How many wraps this key has made, prior ones included.</summary>
    public long Uses => Volatile.Read(ref uses);

    /// <summary>Counts on from what the holder recorded, if that is more than was counted here.</summary>
    public void CountFrom(long recorded)
    {
        lock (turn) uses = Math.Max(uses, recorded);
    }

    /// <summary>Whether the key may wrap no more and has to be replaced; it still unwraps.</summary>
    public bool IsExhausted => Uses >= MaximumUses;

    /// <summary>Wraps a content key; 60 bytes.</summary>
    /// <exception cref="InvalidOperationException">
    /// When the key is exhausted. Its holder rotates it long before, so this is a bug and stops the node.
    /// </exception>
    public byte[] Wrap(ReadOnlySpan<byte> contentKey, ReadOnlySpan<byte> aad, IEntropy entropy)
    {
        if (contentKey.Length != Length) throw new ArgumentException("A content key has 32 bytes.", nameof(contentKey));
        byte[] wrap = new byte[WrapLength];
        Span<byte> nonce = wrap.AsSpan(0, AuthenticatedEncryption.NonceLength);
        entropy.Fill(nonce);
        lock (turn)
        {
            if (uses >= MaximumUses) throw new InvalidOperationException("A wrapping key was used beyond its bound.");
            uses++;
            AuthenticatedEncryption.Seal(cipher, nonce, contentKey, aad, wrap.AsSpan(nonce.Length));
        }

        return wrap;
    }

    /// <summary>Opens a wrap; false for another length, key or associated data, or any change.</summary>
    public bool TryUnwrap(ReadOnlySpan<byte> wrap, ReadOnlySpan<byte> aad, [NotNullWhen(true)] out byte[]? contentKey)
    {
        contentKey = null;
        if (wrap.Length != WrapLength) return false;
        ReadOnlySpan<byte> nonce = wrap[..AuthenticatedEncryption.NonceLength];
        lock (turn) return AuthenticatedEncryption.TryOpen(cipher, nonce, wrap[nonce.Length..], aad, out contentKey);
    }

    /// <inheritdoc/>
    public void Dispose() => cipher.Dispose();
}
