using System.Formats.Asn1;
using System.Security.Cryptography;
using Settlement.Core.Cryptography;

namespace Settlement.Core.Notarisation;

/// <summary>
/// One signature line of a note: a key's name, its id, and the signature in that key's own form. Lines of keys that a
/// reader does not know, such as witnesses, stay as they are.
/// </summary>
/// <param name="Name">The key's name: no spaces, no plus sign.</param>
/// <param name="KeyId">The first four bytes of a hash of the key.</param>
/// <param name="Signature">The bytes after the key id.</param>
public sealed record NoteSignature(string Name, uint KeyId, byte[] Signature)
{
    // RFC 5480, section 2: what precedes the 65 bytes of a P-256 point in a SubjectPublicKeyInfo.
    private static ReadOnlySpan<byte> PublicKeyPrefix =>
    [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
        0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
    ];

    private const int ScalarLength = SigningKey.SignatureLength / 2;

    /// <summary>
    /// The id of a key of type 0x02: unlike other types, the start of SHA-256 over the DER form of the public key
    /// alone, without name and type (C2SP signed-note, "Signature types").
    /// </summary>
    public static uint KeyIdOf(PublicKey key)
    {
        Span<byte> bytes = stackalloc byte[PublicKeyPrefix.Length + PublicKey.Length];
        PublicKeyPrefix.CopyTo(bytes);
        key.CopyTo(bytes[PublicKeyPrefix.Length..]);
        Span<byte> hash = stackalloc byte[Digest.Length];
        SHA256.HashData(bytes, hash);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(hash);
    }

    /// <summary>Type 0x02 writes the two numbers of ECDSA as the DER sequence of RFC 3279, section 2.2.3.</summary>
    /// <param name="fixedForm">64 bytes, r then s.</param>
    public static byte[] ToDer(ReadOnlySpan<byte> fixedForm)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER, initialCapacity: 80);
        using (writer.PushSequence())
        {
            writer.WriteIntegerUnsigned(WithoutLeadingZeros(fixedForm[..ScalarLength]));
            writer.WriteIntegerUnsigned(WithoutLeadingZeros(fixedForm[ScalarLength..]));
        }

        return writer.Encode();
    }

    /// <summary>Reads the DER form back to 64 bytes; false for anything that is not exactly that form.</summary>
    public static bool TryFromDer(ReadOnlyMemory<byte> der, Span<byte> fixedForm)
    {
        try
        {
            var outer = new AsnReader(der, AsnEncodingRules.DER);
            AsnReader sequence = outer.ReadSequence();
            outer.ThrowIfNotEmpty();
            bool read = TryReadScalar(sequence, fixedForm[..ScalarLength]) && TryReadScalar(sequence, fixedForm[ScalarLength..]);
            sequence.ThrowIfNotEmpty();
            return read;
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    private static bool TryReadScalar(AsnReader sequence, Span<byte> destination)
    {
        ReadOnlySpan<byte> value = sequence.ReadIntegerBytes().Span;
        // The first bit is the sign. DER has a leading zero only where that bit would otherwise be set.
        if ((value[0] & 0x80) != 0) return false;
        if (value[0] == 0) value = value[1..];
        if (value.Length > destination.Length) return false;
        destination.Clear();
        value.CopyTo(destination[(destination.Length - value.Length)..]);
        return true;
    }

    private static ReadOnlySpan<byte> WithoutLeadingZeros(ReadOnlySpan<byte> value)
    {
        int first = value.IndexOfAnyExcept((byte)0);
        return first < 0 ? value[^1..] : value[first..];
    }
}
