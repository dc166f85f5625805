using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Settlement.Core.Cryptography;

/// <summary>The encryption context of RFC 9180, section 5.2: one direction, a sequence number for each message, and export.</summary>
internal sealed class HpkeContext : IDisposable
{
    private readonly HpkeSuite suite;
    private readonly byte[] baseNonce, exporterSecret;
    private readonly AesGcm cipher;

    private HpkeContext(HpkeSuite suite, byte[] key, byte[] baseNonce, byte[] exporterSecret)
    {
        this.suite = suite;
        this.baseNonce = baseNonce;
        this.exporterSecret = exporterSecret;
        cipher = AuthenticatedEncryption.Import(key);
    }

    /// <summary>The number of the next message.</summary>
    public ulong Sequence { get; set; }

    /// <summary>The key schedule of the base mode: no pre-shared key (section 5.1).</summary>
    public static HpkeContext Schedule(HpkeSuite suite, ReadOnlySpan<byte> sharedSecret, ReadOnlySpan<byte> info)
    {
        byte[] pskIdHash = suite.LabeledExtract([], "psk_id_hash"u8, []);
        byte[] infoHash = suite.LabeledExtract([], "info_hash"u8, info);
        byte[] context = [HpkeSuite.BaseMode, .. pskIdHash, .. infoHash];
        byte[] secret = suite.LabeledExtract(sharedSecret, "secret"u8, []);
        byte[] key = suite.LabeledExpand(secret, "key"u8, context, suite.KeyLength);
        var scheduled = new HpkeContext(
            suite,
            key,
            suite.LabeledExpand(secret, "base_nonce"u8, context, AuthenticatedEncryption.NonceLength),
            suite.LabeledExpand(secret, "exp"u8, context, HpkeSuite.HashLength));
        CryptographicOperations.ZeroMemory(secret);
        CryptographicOperations.ZeroMemory(key);
        return scheduled;
    }

    /// <summary>Encrypts the next message; ciphertext and tag.</summary>
    public byte[] Seal(ReadOnlySpan<byte> aad, ReadOnlySpan<byte> plaintext)
    {
        byte[] ciphertext = new byte[plaintext.Length + AuthenticatedEncryption.TagLength];
        Span<byte> nonce = stackalloc byte[AuthenticatedEncryption.NonceLength];
        ComputeNonce(nonce);
        AuthenticatedEncryption.Seal(cipher, nonce, plaintext, aad, ciphertext);
        Sequence = checked(Sequence + 1);
        return ciphertext;
    }

    /// <summary>Opens the next message; a refused one does not advance the sequence.</summary>
    public bool TryOpen(ReadOnlySpan<byte> aad, ReadOnlySpan<byte> ciphertext, [NotNullWhen(true)] out byte[]? plaintext)
    {
        Span<byte> nonce = stackalloc byte[AuthenticatedEncryption.NonceLength];
        ComputeNonce(nonce);
        if (!AuthenticatedEncryption.TryOpen(cipher, nonce, ciphertext, aad, out plaintext)) return false;
        Sequence = checked(Sequence + 1);
        return true;
    }

    /// <summary>A secret for another use that both sides derive (section 5.3); at most 8160 bytes.</summary>
    public byte[] Export(ReadOnlySpan<byte> exporterContext, int length) =>
        suite.LabeledExpand(exporterSecret, "sec"u8, exporterContext, length);

    public void Dispose()
    {
        cipher.Dispose();
        CryptographicOperations.ZeroMemory(baseNonce);
        CryptographicOperations.ZeroMemory(exporterSecret);
    }

    private void ComputeNonce(Span<byte> nonce)
    {
        // The RFC allows 2^96 − 1 messages; this context counts to 2^64 − 1 and then overflows loudly.
        nonce.Clear();
        BinaryPrimitives.WriteUInt64BigEndian(nonce[^sizeof(ulong)..], Sequence);
        for (int i = 0; i < nonce.Length; i++) nonce[i] ^= baseNonce[i];
    }
}
