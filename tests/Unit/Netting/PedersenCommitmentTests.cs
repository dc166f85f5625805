using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using Settlement.Core.Cryptography;
using Settlement.Core.Netting;

namespace Settlement.Tests.Unit.Netting;

public sealed class PedersenCommitmentTests
{
    private const string
        SecondGenerator = "04c710b94a4ef2409c4f74f64565b90cfb206a906a017461ad0f02db7492edca2c"
            + "5aa211aa204ea9424ac7b0d8e2dbada7067dca1948d77109da730633d5ac14b2",
        Zero = "0000000000000000000000000000000000000000000000000000000000000000",
        One = "0000000000000000000000000000000000000000000000000000000000000001",
        OrderMinusOne = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550",
        Order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
        Prime = "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
        // SHA-256 of "first" and of "second", one behind the other, modulo the order.
        Derived = "c885670b82a27818f8cc54588404045a66ef8f42abdb9ad9731c50f552b1c26c",
        X = "d8fe6a50c6235026c299f9c8b6bb60f3678c1301a158d6726b41307f32a0b1e0",
        Y = "e10442c5eafb879dfd85830a41a5c0433cf84a1e01ee75075f9517c35b966758",
        // The point with x = 0; its x plus p is the same point in a second encoding.
        YOfXZero = "66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4";

    [Fact]
    public void The_second_generator_is_what_its_public_text_gives()
    {
        Assert.Equal(SecondGenerator, Commit(0, One).ToString());
        Assert.Equal(SecondGenerator, Convert.ToHexStringLower(AffineP256.Encode(FindSecondGenerator())));
        Assert.Equal(AffineP256.Encode(AffineP256.G), PedersenCommitment.Commit(1, Blinding.Zero).ToArray());
    }

    [Theory]
    [InlineData(0, OrderMinusOne)]
    [InlineData(0, Derived)]
    [InlineData(1, One)]
    [InlineData(-1, One)]
    [InlineData(1, OrderMinusOne)]
    [InlineData(-1, Zero)]
    [InlineData(1_234_567, Derived)]
    [InlineData(-1_234_567, Derived)]
    [InlineData(long.MaxValue, Zero)]
    [InlineData(long.MinValue, Zero)]
    [InlineData(long.MaxValue, Derived)]
    [InlineData(long.MinValue, Derived)]
    public void A_commitment_is_the_point_of_the_school_formulas(long value, string blinding)
    {
        (BigInteger X, BigInteger Y)? expected = AffineP256.Add(
            AffineP256.Multiply(value, AffineP256.G), AffineP256.Multiply(AffineP256.Hex(blinding), FindSecondGenerator()));
        Assert.Equal(AffineP256.Encode(expected!.Value), Commit(value, blinding).ToArray());
    }

    [Theory]
    [InlineData(1_234_567, "04" + X + Y)]
    [InlineData(long.MinValue, "04d7ded075e5d9bfba0f06c6520ac2fe2a4fddfd2cb31ed91241df39ff9dce262da6a0e7cd9d75e0709dba6267519f18432fdc5af3002bc06aad774a3e94cc234a")]
    public void Commitments_are_frozen(long value, string expected) =>
        Assert.Equal(expected, PedersenCommitment.Commit(value, Blinding.Derive(Digest.Of("first"u8), Digest.Of("second"u8))).ToString());

    [Fact]
    public void Zero_under_zero_has_no_commitment() => Assert.Throws<ArgumentException>(static () => PedersenCommitment.Commit(0, Blinding.Zero));

    [Theory]
    [InlineData("04" + X + Y, true)]
    [InlineData("04" + Zero + YOfXZero, true)]
    [InlineData("04" + Prime + YOfXZero, false)]
    [InlineData("04" + X + X, false)]
    [InlineData("04" + Zero + Zero, false)]
    [InlineData("02" + X, false)]
    [InlineData("06" + X + Y, false)]
    [InlineData("00" + X + Y, false)]
    [InlineData("04" + X + Y + "00", false)]
    [InlineData("00", false)] // The point at infinity.
    [InlineData("", false)]
    public void Only_uncompressed_points_on_the_curve_are_read(string hex, bool expected)
    {
        Assert.Equal(expected, PedersenCommitment.TryRead(Convert.FromHexString(hex), out PedersenCommitment? commitment));
        Assert.Equal(expected ? hex : null, commitment?.ToString());
    }

    [Fact]
    public void A_sum_may_pass_through_infinity_and_end_there()
    {
        PedersenCommitment commitment = Commit(5, Derived), opposite = PedersenCommitment.Commit(-5, -Read(Derived)), other = Commit(-7, One);
        Assert.True(PedersenCommitment.SumOpens([], 0, Blinding.Zero));
        Assert.False(PedersenCommitment.SumOpens([], 1, Blinding.Zero));
        Assert.False(PedersenCommitment.SumOpens([], 0, Read(One)));
        Assert.True(PedersenCommitment.SumOpens([(commitment, false), (commitment, true)], 0, Blinding.Zero));
        Assert.True(PedersenCommitment.SumOpens([(commitment, false), (opposite, false)], 0, Blinding.Zero));
        Assert.True(PedersenCommitment.SumOpens([(commitment, false), (opposite, false), (other, true)], 7, -Read(One)));
        Assert.False(PedersenCommitment.SumOpens([(commitment, false), (opposite, false), (other, true)], 0, Blinding.Zero));
        Assert.True(PedersenCommitment.SumOpens([(commitment, false), (commitment, false)], 10, Read(Derived) + Read(Derived)));
    }

    [Theory]
    [InlineData(Zero, true)]
    [InlineData(One, true)]
    [InlineData(OrderMinusOne, true)]
    [InlineData(Order, false)]
    [InlineData(Prime, false)]
    [InlineData("01", false)]
    [InlineData(One + "00", false)]
    [InlineData("", false)]
    public void A_blinding_is_32_bytes_below_the_order(string hex, bool expected)
    {
        Assert.Equal(expected, Blinding.TryRead(Convert.FromHexString(hex), out Blinding blinding));
        Assert.Equal(expected ? hex : Zero, Convert.ToHexStringLower(blinding.ToArray()));
    }

    [Fact]
    public void Blindings_are_integers_modulo_the_order()
    {
        Assert.Equal(Derived, Convert.ToHexStringLower(Blinding.Derive(Digest.Of("first"u8), Digest.Of("second"u8)).ToArray()));
        Assert.Equal(Blinding.Zero, Read(OrderMinusOne) + Read(One));
        Assert.Equal(Read(OrderMinusOne), -Read(One));
        Assert.Equal(Read(OrderMinusOne), Blinding.Zero - Read(One));
        Assert.Equal(Blinding.Zero, -Blinding.Zero);
        Assert.Equal(default, Blinding.Zero);
    }

    [Fact]
    public void A_blinding_is_not_printed() => Assert.Equal("Blinding", $"{Read(Derived)}");

    // By hand, as a stranger would: length and text of the domain, the suite, the counter (all of it big-endian).
    private static (BigInteger X, BigInteger Y) FindSecondGenerator()
    {
        ReadOnlySpan<byte> domain = "settlement/netting-generator"u8;
        for (uint counter = 0; ; counter++)
        {
            byte[] text = [0, 0, 0, (byte)domain.Length, .. domain, 0, 1, 0, 0, 0, 0];
            BinaryPrimitives.WriteUInt32BigEndian(text.AsSpan(text.Length - sizeof(uint)), counter);
            if (AffineP256.WithEvenY(new BigInteger(SHA256.HashData(text), isUnsigned: true, isBigEndian: true)) is { } point) return point;
        }
    }

    private static PedersenCommitment Commit(long value, string blinding) => PedersenCommitment.Commit(value, Read(blinding));

    private static Blinding Read(string hex)
    {
        Assert.True(Blinding.TryRead(Convert.FromHexString(hex), out Blinding blinding));
        return blinding;
    }
}
