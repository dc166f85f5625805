using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Settlement.Core.Cryptography;

/// <summary>
/// The identifiers and labelled key derivations of RFC 9180 with KDF HKDF-SHA256 (section 4): the key encapsulation and
/// the whole suite each have their own suite identifier in the labels.
/// </summary>
internal sealed class HpkeSuite
{
    public const byte BaseMode = 0;
    public const int HashLength = KeyDerivation.HashLength;
    public const ushort KemP256HkdfSha256 = 0x0010;
    public const ushort KdfHkdfSha256 = 0x0001;

    /// <summary>DHKEM(P-256, HKDF-SHA256), the key encapsulation (section 4.1).</summary>
    public static readonly HpkeSuite Kem = new([.. "KEM"u8, .. Octets(KemP256HkdfSha256)], keyLength: 0);

    /// <summary>AES-128-GCM: published vectors use it; no format of the node does.</summary>
    public static readonly HpkeSuite Aes128Gcm = new(Identifier(aead: 0x0001), keyLength: 16);

    /// <summary>AES-256-GCM: the node's.</summary>
    public static readonly HpkeSuite Aes256Gcm = new(Identifier(aead: 0x0002), keyLength: 32);

    private readonly byte[] identifier;

    private HpkeSuite(byte[] identifier, int keyLength)
    {
        this.identifier = identifier;
        KeyLength = keyLength;
    }

    /// <summary>The length of the cipher's key in bytes.</summary>
    public int KeyLength { get; }

    public byte[] LabeledExtract(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> label, ReadOnlySpan<byte> keyMaterial)
    {
        byte[] labeled = [.. "HPKE-v1"u8, .. identifier, .. label, .. keyMaterial];
        byte[] extracted = KeyDerivation.Extract(salt, labeled);
        CryptographicOperations.ZeroMemory(labeled);
        return extracted;
    }

    public byte[] LabeledExpand(ReadOnlySpan<byte> key, ReadOnlySpan<byte> label, ReadOnlySpan<byte> info, int length)
    {
        byte[] labeled = [.. Octets(checked((ushort)length)), .. "HPKE-v1"u8, .. identifier, .. label, .. info];
        return KeyDerivation.Expand(key, labeled, length);
    }

    private static byte[] Identifier(ushort aead) =>
        [.. "HPKE"u8, .. Octets(KemP256HkdfSha256), .. Octets(KdfHkdfSha256), .. Octets(aead)];

    private static byte[] Octets(ushort value)
    {
        byte[] octets = new byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(octets, value);
        return octets;
    }
}
