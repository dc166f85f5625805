using System.Globalization;
using System.Numerics;

namespace Settlement.Tests.Unit.Netting;

/// <summary>P-256 as the school formulas have it (SEC 1, 2.2.1), to compare the product with; null is the point at infinity.</summary>
internal static class AffineP256
{
    public static readonly BigInteger Prime = Hex("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");
    public static readonly BigInteger Order = Hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");

    public static readonly (BigInteger X, BigInteger Y) G = (
        Hex("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"),
        Hex("4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"));

    private static readonly BigInteger B = Hex("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b");

    /// <summary>The point with this x and even y, if there is one.</summary>
    public static (BigInteger X, BigInteger Y)? WithEvenY(BigInteger x)
    {
        if (x >= Prime) return null;
        BigInteger square = Mod(BigInteger.Pow(x, 3) - (3 * x) + B), y = BigInteger.ModPow(square, (Prime + 1) / 4, Prime);
        return Mod(y * y) != square ? null : (x, y.IsEven ? y : Prime - y);
    }

    public static (BigInteger X, BigInteger Y)? Multiply(BigInteger factor, (BigInteger X, BigInteger Y)? point)
    {
        (BigInteger X, BigInteger Y)? product = null;
        for (BigInteger rest = ((factor % Order) + Order) % Order; !rest.IsZero; rest >>= 1, point = Add(point, point))
        {
            if (!rest.IsEven) product = Add(product, point);
        }

        return product;
    }

    public static (BigInteger X, BigInteger Y)? Add((BigInteger X, BigInteger Y)? left, (BigInteger X, BigInteger Y)? right)
    {
        if (left is not { } p) return right;
        if (right is not { } q) return left;
        if (p.X == q.X && Mod(p.Y + q.Y).IsZero) return null;
        BigInteger slope = p.X == q.X ? ((3 * p.X * p.X) - 3) * Inverse(2 * p.Y) : (q.Y - p.Y) * Inverse(q.X - p.X);
        BigInteger x = Mod((slope * slope) - p.X - q.X);
        return (x, Mod((slope * (p.X - x)) - p.Y));
    }

    public static byte[] Encode((BigInteger X, BigInteger Y) point) => [4, .. Bytes(point.X), .. Bytes(point.Y)];

    public static byte[] Bytes(BigInteger value)
    {
        byte[] digits = value.ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[32 - digits.Length], .. digits];
    }

    public static BigInteger Hex(string digits) => BigInteger.Parse("0" + digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static BigInteger Inverse(BigInteger value) => BigInteger.ModPow(Mod(value), Prime - 2, Prime);

    private static BigInteger Mod(BigInteger value) => ((value % Prime) + Prime) % Prime;
}
