using System.Security.Cryptography;

namespace Settlement.Core.Cryptography;

/// <summary>What the key types share about the curve P-256 (FIPS 186-5, SP 800-186): ranges and import parameters.</summary>
internal static class P256
{
    /// <summary>The length of a scalar and of a coordinate in bytes.</summary>
    public const int ScalarLength = 32;

    /// <summary>The order n of the base point, big-endian.</summary>
    private static ReadOnlySpan<byte> Order =>
    [
        0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
    ];

    /// <summary>The prime p of the field, big-endian.</summary>
    private static ReadOnlySpan<byte> Prime =>
    [
        0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    ];

    /// <summary>Whether the bytes are a scalar from 1 to n − 1. Takes the same time for every scalar.</summary>
    public static bool IsScalar(ReadOnlySpan<byte> bytes) =>
        bytes.Length == ScalarLength && (IsBelow(bytes, Order) & !IsZero(bytes));

    /// <summary>Whether the bytes are a coordinate below p, so that a point has exactly one encoding.</summary>
    public static bool IsCoordinate(ReadOnlySpan<byte> bytes) => bytes.Length == ScalarLength && IsBelow(bytes, Prime);

    /// <summary>Draws a uniform scalar by rejection; one draw in 2^32 is refused.</summary>
    public static void DrawScalar(IEntropy entropy, Span<byte> scalar)
    {
        // A sound source repeats this loop never; one that is stuck must stop the node instead of hanging it.
        for (int attempt = 0; attempt < MaximumDraws; attempt++)
        {
            entropy.Fill(scalar);
            if (IsScalar(scalar)) return;
        }

        throw new InvalidOperationException("The entropy source yields no scalar of P-256.");
    }

    /// <summary>Import parameters of a private key; the platform computes the point.</summary>
    /// <exception cref="ArgumentException">When the bytes are not a scalar.</exception>
    public static ECParameters Private(ReadOnlySpan<byte> scalar)
    {
        if (!IsScalar(scalar)) throw new ArgumentException("A private key is 32 bytes, from 1 to the curve's order − 1.", nameof(scalar));
        return new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = scalar.ToArray() };
    }

    /// <summary>Import parameters of the point in 65 bytes.</summary>
    public static ECParameters Public(ReadOnlySpan<byte> point) => new()
    {
        Curve = ECCurve.NamedCurves.nistP256,
        Q = new ECPoint { X = point.Slice(1, ScalarLength).ToArray(), Y = point[(1 + ScalarLength)..].ToArray() },
    };

    private const int MaximumDraws = 64;

    private static bool IsBelow(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> bound)
    {
        // The borrow of bytes − bound, without a branch on a secret byte.
        int borrow = 0;
        for (int i = ScalarLength - 1; i >= 0; i--) borrow = ((bytes[i] - bound[i] - borrow) >> 8) & 1;
        return borrow == 1;
    }

    private static bool IsZero(ReadOnlySpan<byte> bytes)
    {
        int all = 0;
        foreach (byte value in bytes) all |= value;
        return all == 0;
    }
}
