using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Settlement.Core.Cryptography;

/// <summary>
/// The key that protects a node's vault, kept outside the database and its backups. The 32 bytes only feed HKDF: each
/// purpose has a derived key of its own. Safe for use from several threads.
/// </summary>
public sealed class VaultKey : IDisposable
{
    /// <summary>The length in bytes.</summary>
    public const int Length = 32;

    private const byte EnvelopeMark = 1;

    private readonly byte[] secret;
    private readonly WrappingKey wrappingKey;

    /// <param name="secret">32 bytes; a copy is kept and zeroed on disposal.</param>
    /// <exception cref="ArgumentException">When the length differs.</exception>
    public VaultKey(ReadOnlySpan<byte> secret)
    {
        if (secret.Length != Length) throw new ArgumentException("A vault key has 32 bytes.", nameof(secret));
        this.secret = secret.ToArray();
        byte[] derived = Derive("settlement/vault/wrapping-key", "");
        wrappingKey = new WrappingKey(derived);
        CryptographicOperations.ZeroMemory(derived);
    }

    /// <summary>A fresh vault key.</summary>
    public static VaultKey Generate(IEntropy entropy)
    {
        Span<byte> drawn = stackalloc byte[Length];
        entropy.Fill(drawn);
        var key = new VaultKey(drawn);
        CryptographicOperations.ZeroMemory(drawn);
        return key;
    }

    /// <summary>The 32 bytes, for the store outside the database; the caller zeroes them after use.</summary>
    public byte[] ToArray() => [.. secret];

    /// <summary>Wraps an envelope's content key; 68 bytes. <paramref name="binding"/> names the envelope.</summary>
    public byte[] WrapContentKey(ReadOnlySpan<byte> contentKey, ReadOnlySpan<byte> binding, IEntropy entropy)
    {
        Span<byte> bound = stackalloc byte[1 + binding.Length];
        BindEnvelope(binding, bound);
        return wrappingKey.Wrap(contentKey, bound, entropy);
    }

    /// <summary>Opens what <see cref="WrapContentKey"/> made; false for any change, another key or another envelope.</summary>
    public bool TryUnwrapContentKey(ReadOnlySpan<byte> wrap, ReadOnlySpan<byte> binding, [NotNullWhen(true)] out byte[]? contentKey)
    {
        Span<byte> bound = stackalloc byte[1 + binding.Length];
        BindEnvelope(binding, bound);
        return wrappingKey.TryUnwrap(wrap, bound, out contentKey);
    }

    /// <summary>
    /// Encrypts one record under a content key of its own: the content key wrapped under this key, 68 bytes, and then the
    /// ciphertext. Destroying the wrap erases the record.
    /// </summary>
    /// <param name="kind">The kind of record, for example its table; bound to wrap and ciphertext.</param>
    /// <param name="recordKey">The record's key within its kind; bound likewise, so records cannot be exchanged.</param>
    public byte[] Seal(string kind, ReadOnlySpan<byte> recordKey, ReadOnlySpan<byte> plaintext, IEntropy entropy)
    {
        Span<byte> bound = stackalloc byte[Digest.Length];
        Bind(kind, recordKey, bound);
        byte[] record = new byte[WrappingKey.WrapLength + plaintext.Length + ContentCipher.Overhead];
        Span<byte> contentKey = stackalloc byte[ContentCipher.KeyLength];
        ContentCipher.Encrypt(plaintext, bound, entropy, contentKey, record.AsSpan(WrappingKey.WrapLength));
        wrappingKey.Wrap(contentKey, bound, entropy).CopyTo(record, 0);
        CryptographicOperations.ZeroMemory(contentKey);
        return record;
    }

    /// <summary>Opens a record; false for any change, and for another vault key, kind or record key.</summary>
    public bool TryOpen(string kind, ReadOnlySpan<byte> recordKey, ReadOnlySpan<byte> record, [NotNullWhen(true)] out byte[]? plaintext)
    {
        plaintext = null;
        if (record.Length < WrappingKey.WrapLength) return false;
        Span<byte> bound = stackalloc byte[Digest.Length];
        Bind(kind, recordKey, bound);
        if (!wrappingKey.TryUnwrap(record[..WrappingKey.WrapLength], bound, out byte[]? contentKey)) return false;
        bool opened = ContentCipher.TryDecrypt(contentKey, record[WrappingKey.WrapLength..], bound, out plaintext);
        CryptographicOperations.ZeroMemory(contentKey);
        return opened;
    }

    /// <summary>A 32-byte key for one labelled purpose, for example the HMAC under which a reference is looked up.</summary>
    public byte[] DeriveKey(string label) => Derive("settlement/vault/derived-key", label);

    /// <inheritdoc/>
    public void Dispose()
    {
        wrappingKey.Dispose();
        CryptographicOperations.ZeroMemory(secret);
    }

    // The secret is uniform, so it is a pseudorandom key as it stands (RFC 5869, section 3.3). The purpose ends at a zero
    // byte, so purpose and label cannot run into each other.
    private byte[] Derive(string purpose, string label) =>
        KeyDerivation.Expand(secret, Encoding.UTF8.GetBytes(purpose + "\0" + label), Length);

    // A binding is a digest already. The mark before it makes it longer than a record's, so that neither passes as the other.
    private static void BindEnvelope(ReadOnlySpan<byte> binding, Span<byte> bound)
    {
        bound[0] = EnvelopeMark;
        binding.CopyTo(bound[1..]);
    }

    private static void Bind(string kind, ReadOnlySpan<byte> recordKey, Span<byte> bound)
    {
        using var writer = new HashWriter("settlement/vault");
        writer.Text(kind).Bytes(recordKey).Finish().CopyTo(bound);
    }
}
