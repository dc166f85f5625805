using Settlement.Core.Cryptography;
using Settlement.Tests.Simulation;

namespace Settlement.Tests.Unit.Cryptography;

public sealed class KeysTests
{
    // The key and a signature of RFC 6979, appendix A.2.5.
    private const string
        Scalar = "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721",
        X = "60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6",
        Y = "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299",
        SignatureOfSample = "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
            + "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8",
        Order = "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551",
        OrderMinusOne = "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632550",
        Prime = "FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF",
        // The point with x = 0; its x plus p is the same point in a second encoding.
        YOfXZero = "66485C780E2F83D72433BD5D84A06BB6541C2AF31DAE871728BF856A174F93F4",
        Zero = "0000000000000000000000000000000000000000000000000000000000000000";

    [Fact]
    public void The_platform_computes_the_published_point_from_the_scalar()
    {
        using SigningKey key = SigningKey.FromScalar(Convert.FromHexString(Scalar));
        Assert.Equal(Convert.FromHexString("04" + X + Y), key.PublicKey.ToArray());
        Assert.Equal(Convert.FromHexString(Scalar), key.ToScalar());
        using AgreementKey agreement = AgreementKey.FromScalar(Convert.FromHexString(Scalar));
        Assert.Equal(key.PublicKey, agreement.PublicKey);
    }

    [Fact]
    public void A_published_signature_verifies()
    {
        Assert.True(PublicKey.TryRead(Convert.FromHexString("04" + X + Y), out PublicKey point));
        using var key = new VerifyingKey(point);
        Assert.True(key.Verify(Digest.Of("sample"u8), Convert.FromHexString(SignatureOfSample)));
        Assert.False(key.Verify(Digest.Of("Sample"u8), Convert.FromHexString(SignatureOfSample)));
    }

    [Theory]
    [InlineData("04" + X + Y, true)]
    [InlineData("04" + Zero + YOfXZero, true)]
    [InlineData("04" + Prime + YOfXZero, false)] // A coordinate outside the field would be a second name of a point.
    [InlineData("04" + X + X, false)]
    [InlineData("04" + Zero + Zero, false)]
    [InlineData("02" + X, false)]
    [InlineData("03" + X, false)]
    [InlineData("06" + X + Y, false)] // Hybrid form.
    [InlineData("04" + X, false)]
    [InlineData("04" + X + Y + "00", false)]
    [InlineData("00", false)] // The point at infinity.
    [InlineData("", false)]
    public void Only_uncompressed_points_on_the_curve_are_read(string hex, bool expected)
    {
        Assert.Equal(expected, PublicKey.TryRead(Convert.FromHexString(hex), out PublicKey key));
        Assert.Equal(expected, key != default);
    }

    [Theory]
    [InlineData(Zero)]
    [InlineData(Order)]
    [InlineData(Prime)]
    [InlineData("01")]
    [InlineData("")]
    public void A_private_key_outside_its_range_is_refused(string hex)
    {
        byte[] scalar = Convert.FromHexString(hex);
        Assert.Throws<ArgumentException>(() => SigningKey.FromScalar(scalar));
        Assert.Throws<ArgumentException>(() => AgreementKey.FromScalar(scalar));
    }

    [Fact]
    public void The_largest_private_key_is_taken()
    {
        using SigningKey key = SigningKey.FromScalar(Convert.FromHexString(OrderMinusOne));
        Assert.Equal(OrderMinusOne, Convert.ToHexString(key.ToScalar()));
    }

    [Fact]
    public void Generation_passes_over_draws_outside_the_range()
    {
        using SigningKey key = SigningKey.Generate(new ListedEntropy(Order, Zero, Scalar));
        Assert.Equal(Scalar, Convert.ToHexString(key.ToScalar()));
    }

    [Fact]
    public void A_stuck_entropy_source_stops_generation() =>
        Assert.Throws<InvalidOperationException>(() => SigningKey.Generate(new ConstantEntropy()));

    [Theory]
    [InlineData(0)]
    [InlineData(63)]
    [InlineData(65)]
    public void Signatures_of_another_length_are_refused(int length)
    {
        using SigningKey signer = SigningKey.Generate(new SeededEntropy(1));
        using var verifier = new VerifyingKey(signer.PublicKey);
        byte[] signature = [.. signer.Sign(Digest.Zero), 0];
        Assert.False(verifier.Verify(Digest.Zero, signature.AsSpan(0, length)));
        Assert.True(verifier.Verify(Digest.Zero, signature.AsSpan(0, SigningKey.SignatureLength)));
    }

    [Fact]
    public void A_default_public_key_is_no_key()
    {
        using AgreementKey key = AgreementKey.Generate(new SeededEntropy(1));
        Assert.Throws<InvalidOperationException>(() => new VerifyingKey(default));
        Assert.Throws<InvalidOperationException>(() => key.RawSharedSecret(default));
    }

    [Fact]
    public void Keys_serve_several_threads_at_once()
    {
        using SigningKey signer = SigningKey.Generate(new SeededEntropy(2));
        using var verifier = new VerifyingKey(signer.PublicKey);
        using var wrapper = new WrappingKey(new byte[WrappingKey.Length]);
        int succeeded = 0;
        Parallel.For(0, 200, i =>
        {
            Digest digest = Digest.Of(BitConverter.GetBytes(i));
            byte[] wrap = wrapper.Wrap(digest.ToArray(), [], new SeededEntropy(i));
            bool unwrapped = wrapper.TryUnwrap(wrap, [], out byte[]? key) && new Digest(key) == digest;
            if (unwrapped && verifier.Verify(digest, signer.Sign(digest))) Interlocked.Increment(ref succeeded);
        });
        Assert.Equal(200, succeeded);
    }

    private sealed class ListedEntropy(params string[] draws) : IEntropy
    {
        private int next;

        public void Fill(Span<byte> destination) => Convert.FromHexString(draws[next++]).CopyTo(destination);
    }

    private sealed class ConstantEntropy : IEntropy
    {
        public void Fill(Span<byte> destination) => destination.Fill(0xff);
    }
}
