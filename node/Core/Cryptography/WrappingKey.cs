using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Settlement.Core.Cryptography;

/// <summary>
/// A secret under which content keys are wrapped with AES-256-GCM and random 12-byte nonces. The secret itself wraps
/// nothing: each holder draws a generation of its own at its first wrap and after every <see cref="WrapsPerGeneration"/>,
/// and a key derived from secret and generation does the work. So the bound of SP 800-38D (8.3) on one key's uses is never
/// near, and nobody has to count over restarts. Safe for use from several threads, which then take turns.
/// </summary>
public sealed class WrappingKey : IDisposable
{
    /// <summary>The length of the secret, and of every key it wraps, in bytes.</summary>
    public const int Length = AuthenticatedEncryption.KeyLength;

    /// <summary>The length of a wrap in bytes: generation 8, nonce 12, ciphertext 32, tag 16.</summary>
    public const int WrapLength = GenerationLength + AuthenticatedEncryption.NonceLength + Length + AuthenticatedEncryption.TagLength;

    /// <summary>How many wraps a holder makes under one generation, far below the 2^32 that random nonces allow one key.</summary>
    public const int WrapsPerGeneration = 1 << 24;

    private const int GenerationLength = sizeof(ulong);

    // Keys of generations that were unwrapped lately; a sender with ever new ones costs a derivation each, and no memory.
    private const int KeptGenerations = 64;

    private readonly Lock turn = new();
    private readonly byte[] secret;
    private readonly Dictionary<ulong, AesGcm> generations = [];
    private ulong current;
    private int left;

    /// <param name="secret">32 bytes; a copy is kept and zeroed on disposal.</param>
    /// <exception cref="ArgumentException">When it has another length.</exception>
    public WrappingKey(ReadOnlySpan<byte> secret)
    {
        if (secret.Length != Length) throw new ArgumentException("A wrapping key has 32 bytes.", nameof(secret));
        this.secret = secret.ToArray();
    }

    /// <summary>Wraps a content key; 68 bytes.</summary>
    /// <exception cref="ArgumentException">When the content key has another length than 32 bytes.</exception>
    public byte[] Wrap(ReadOnlySpan<byte> contentKey, ReadOnlySpan<byte> aad, IEntropy entropy)
    {
        if (contentKey.Length != Length) throw new ArgumentException("A content key has 32 bytes.", nameof(contentKey));
        byte[] wrap = new byte[WrapLength];
        lock (turn)
        {
            if (left == 0) NextGeneration(entropy);
            left--;
            Write(current, wrap);
            Span<byte> nonce = wrap.AsSpan(GenerationLength, AuthenticatedEncryption.NonceLength);
            entropy.Fill(nonce);
            AuthenticatedEncryption.Seal(KeyOf(current), nonce, contentKey, aad, wrap.AsSpan(GenerationLength + nonce.Length));
        }

        return wrap;
    }

    /// <summary>Opens a wrap; false for another length, key or associated data, or any change.</summary>
    public bool TryUnwrap(ReadOnlySpan<byte> wrap, ReadOnlySpan<byte> aad, [NotNullWhen(true)] out byte[]? contentKey)
    {
        contentKey = null;
        if (wrap.Length != WrapLength) return false;
        ulong generation = BinaryPrimitives.ReadUInt64BigEndian(wrap);
        ReadOnlySpan<byte> nonce = wrap.Slice(GenerationLength, AuthenticatedEncryption.NonceLength);
        lock (turn) return AuthenticatedEncryption.TryOpen(KeyOf(generation), nonce, wrap[(GenerationLength + nonce.Length)..], aad, out contentKey);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (turn)
        {
            Forget();
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    private static void Write(ulong generation, Span<byte> destination) => BinaryPrimitives.WriteUInt64BigEndian(destination, generation);

    private void NextGeneration(IEntropy entropy)
    {
        Span<byte> drawn = stackalloc byte[GenerationLength];
        entropy.Fill(drawn);
        current = BinaryPrimitives.ReadUInt64BigEndian(drawn);
        left = WrapsPerGeneration;
    }

    private AesGcm KeyOf(ulong generation)
    {
        if (generations.TryGetValue(generation, out AesGcm? known)) return known;
        if (generations.Count >= KeptGenerations) Forget();
        Span<byte> name = stackalloc byte[GenerationLength];
        Write(generation, name);
        // The secret is uniform, so it is a pseudorandom key as it stands (RFC 5869, section 3.3).
        byte[] derived = KeyDerivation.Expand(secret, [.. "settlement/wrapping-generation\0"u8, .. name], Length);
        AesGcm key = AuthenticatedEncryption.Import(derived);
        CryptographicOperations.ZeroMemory(derived);
        generations.Add(generation, key);
        return key;
    }

    private void Forget()
    {
        foreach (AesGcm key in generations.Values) key.Dispose();
        generations.Clear();
    }
}
