using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Settlement.Core.Cryptography;

/// <summary>
/// A point of P-256 in its uncompressed form of 65 bytes (SEC 1, 2.3.3), compared by value. Read from bytes only after
/// the point was found to be on the curve; the default value is no key and no operation takes it.
/// </summary>
public readonly record struct PublicKey
{
    /// <summary>The length in bytes: the tag 4 and two coordinates.</summary>
    public const int Length = 1 + 2 * P256.ScalarLength;

    private const byte Uncompressed = 4;

    private readonly ulong x0, x1, x2, x3, y0, y1, y2, y3;

    private PublicKey(ReadOnlySpan<byte> point)
    {
        x0 = BinaryPrimitives.ReadUInt64BigEndian(point[1..]);
        x1 = BinaryPrimitives.ReadUInt64BigEndian(point[9..]);
        x2 = BinaryPrimitives.ReadUInt64BigEndian(point[17..]);
        x3 = BinaryPrimitives.ReadUInt64BigEndian(point[25..]);
        y0 = BinaryPrimitives.ReadUInt64BigEndian(point[33..]);
        y1 = BinaryPrimitives.ReadUInt64BigEndian(point[41..]);
        y2 = BinaryPrimitives.ReadUInt64BigEndian(point[49..]);
        y3 = BinaryPrimitives.ReadUInt64BigEndian(point[57..]);
    }

    /// <summary>SHA-256 of the point under a domain tag: how terms and certificates name a key.</summary>
    public Digest Fingerprint
    {
        get
        {
            Span<byte> point = stackalloc byte[Length];
            CopyTo(point);
            using var writer = new HashWriter("settlement/public-key");
            return writer.Bytes(point).Finish();
        }
    }

    /// <summary>
    /// Reads 65 bytes; false for any other length or form, a coordinate outside the field, and a point that is not on the
    /// curve. P-256 has cofactor 1, so a point on it is also in the right group.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out PublicKey key)
    {
        key = default;
        if (bytes.Length != Length || bytes[0] != Uncompressed) return false;
        if (!P256.IsCoordinate(bytes.Slice(1, P256.ScalarLength)) || !P256.IsCoordinate(bytes[(1 + P256.ScalarLength)..])) return false;
        try
        {
            // The platform refuses to import a point that does not satisfy the curve's equation.
            using ECDsa imported = ECDsa.Create(P256.Public(bytes));
        }
        catch (CryptographicException)
        {
            return false;
        }

        key = new PublicKey(bytes);
        return true;
    }

    /// <summary>Writes the 65 bytes to the start of <paramref name="destination"/>.</summary>
    public void CopyTo(Span<byte> destination)
    {
        destination[0] = Uncompressed;
        BinaryPrimitives.WriteUInt64BigEndian(destination[1..], x0);
        BinaryPrimitives.WriteUInt64BigEndian(destination[9..], x1);
        BinaryPrimitives.WriteUInt64BigEndian(destination[17..], x2);
        BinaryPrimitives.WriteUInt64BigEndian(destination[25..], x3);
        BinaryPrimitives.WriteUInt64BigEndian(destination[33..], y0);
        BinaryPrimitives.WriteUInt64BigEndian(destination[41..], y1);
        BinaryPrimitives.WriteUInt64BigEndian(destination[49..], y2);
        BinaryPrimitives.WriteUInt64BigEndian(destination[57..], y3);
    }

    /// <summary>A new array of the 65 bytes.</summary>
    public byte[] ToArray()
    {
        byte[] bytes = new byte[Length];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>The point in lower-case hexadecimal.</summary>
    public override string ToString() => Convert.ToHexStringLower(ToArray());

    /// <summary>The point of a key that the platform holds, hence on the curve.</summary>
    internal static PublicKey FromPlatform(ECParameters parameters)
    {
        Span<byte> point = stackalloc byte[Length];
        point[0] = Uncompressed;
        parameters.Q.X.CopyTo(point[1..]);
        parameters.Q.Y.CopyTo(point[(1 + P256.ScalarLength)..]);
        return new PublicKey(point);
    }

    /// <summary>Import parameters of this point.</summary>
    internal ECParameters ToParameters()
    {
        if (this == default) throw new InvalidOperationException("A default public key holds no point.");
        return P256.Public(ToArray());
    }
}
