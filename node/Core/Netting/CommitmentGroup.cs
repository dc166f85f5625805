using Org.BouncyCastle.Crypto.EC;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Math.EC;
using Org.BouncyCastle.Math.EC.Multiplier;
using Settlement.Core.Cryptography;

namespace Settlement.Core.Netting;

/// <summary>
/// P-256 as a group with two generators, G of the standard and H of this project. Nobody knows the logarithm of H to G,
/// since H is what a hash of a public text gives. The library's types stay in this folder (decision 0002).
/// </summary>
internal static class CommitmentGroup
{
    private const string GeneratorDomain = "settlement/netting-generator";

    private static readonly ECCurve Curve = CustomNamedCurves.GetByName("secp256r1").Curve;

    // Of the library's multipliers the one that takes the same steps for every scalar of one length, and reads its whole table for each.
    private static readonly FixedPointCombMultiplier Multiplier = new();

    /// <summary>The generator G, the standard's base point.</summary>
    public static ECPoint G { get; } = CustomNamedCurves.GetByName("secp256r1").G;

    /// <summary>The generator H.</summary>
    public static ECPoint H { get; } = FindSecondGenerator();

    /// <summary>The neutral element, which no bytes stand for.</summary>
    public static ECPoint Infinity => Curve.Infinity;

    // 2^128·G with the other sign.
    private static ECPoint ShiftBack { get; } = Multiply(G, Scalar.TwoTo128).Negate().Normalize();

    /// <summary>v·G + r·H. It takes as long for a value of zero, or a negative one, as for every other.</summary>
    public static ECPoint Combine(long value, Scalar blinding)
    {
        // The library answers a factor of zero at once, and whether a bank owes anything must not show in the time. With 2^128 on top
        // no value is zero or below; it comes off last, where no partial sum is infinite but by a blinding of zero.
        ECPoint shifted = Multiply(G, Scalar.Of(value) + Scalar.TwoTo128);
        return shifted.Add(Multiply(H, blinding)).Add(ShiftBack).Normalize();
    }

    /// <summary>The point in 65 bytes, which the strict reader has found to be on the curve.</summary>
    public static ECPoint Read(PublicKey point)
    {
        ReadOnlySpan<byte> bytes = point.ToArray();
        return Curve.CreatePoint(new BigInteger(1, bytes.Slice(1, P256.ScalarLength)), new BigInteger(1, bytes[(1 + P256.ScalarLength)..]));
    }

    private static ECPoint Multiply(ECPoint point, Scalar scalar)
    {
        Span<byte> bytes = stackalloc byte[Scalar.Length];
        scalar.CopyTo(bytes);
        BigInteger factor = new(1, bytes);
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(bytes);
        return Multiplier.Multiply(point, factor);
    }

    // Try and increment: the first counter whose digest is the x coordinate of a point, which holds for every second; of its two
    // points the one with even y. All of it is public, so anybody can repeat it, and time tells nothing.
    private static ECPoint FindSecondGenerator()
    {
        for (uint counter = 0; ; counter++)
        {
            using var writer = new HashWriter(GeneratorDomain);
            byte[] digest = writer.UInt32(counter).Finish().ToArray();
            if (!P256.IsCoordinate(digest)) continue;
            ECFieldElement x = Curve.FromBigInteger(new BigInteger(1, digest));
            ECFieldElement? y = x.Square().Add(Curve.A).Multiply(x).Add(Curve.B).Sqrt();
            if (y is null) continue;
            return Curve.CreatePoint(x.ToBigInteger(), (y.TestBitZero() ? y.Negate() : y).ToBigInteger());
        }
    }
}
