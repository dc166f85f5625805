using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Settlement.Core.Cryptography;
using Settlement.Tests.Simulation;

namespace Settlement.Tests.Properties.Cryptography;

public sealed class KeyProperties
{
    private static readonly BigInteger Order = BigInteger.Parse(
        "115792089210356248762697446949407573529996955224135760342422259061068512044369", System.Globalization.CultureInfo.InvariantCulture);

    private static readonly BigInteger Prime = BigInteger.Parse(
        "115792089210356248762697446949407573530086143415290314195533631308867097853951", System.Globalization.CultureInfo.InvariantCulture);

    [Fact]
    public void Ranges_of_scalars_and_coordinates_agree_with_arithmetic() =>
        Samples.ForAll(
            from near in Gen.Elements(BigInteger.Zero, Order, Prime, BigInteger.One << 255, BigInteger.One << 224)
            from shift in Gen.Choose(0, 255)
            from offset in Gen.Choose(-3, 3)
            select near + (offset * (BigInteger.One << shift)),
            static value =>
            {
                if (value.Sign < 0 || value.GetBitLength() > 256) return;
                byte[] digits = value.ToByteArray(isUnsigned: true, isBigEndian: true), bytes = new byte[P256.ScalarLength];
                digits.CopyTo(bytes.AsSpan(bytes.Length - digits.Length));
                Assert.Equal(value.Sign > 0 && value < Order, P256.IsScalar(bytes));
                Assert.Equal(value < Prime, P256.IsCoordinate(bytes));
            },
            runs: 2000);

    [Fact]
    public void Keys_are_determined_by_their_entropy_and_survive_their_scalar() =>
        Samples.ForAll(
            Samples.Seed,
            static seed =>
            {
                using SigningKey key = SigningKey.Generate(new SeededEntropy(seed)), same = SigningKey.Generate(new SeededEntropy(seed));
                using SigningKey read = SigningKey.FromScalar(key.ToScalar());
                Assert.Equal(key.PublicKey, same.PublicKey);
                Assert.Equal(key.PublicKey, read.PublicKey);
                Assert.True(PublicKey.TryRead(key.PublicKey.ToArray(), out PublicKey point) && point == key.PublicKey);
                Assert.Equal(point.Fingerprint, key.PublicKey.Fingerprint);
            },
            runs: 50);

    [Fact]
    public void Points_read_are_exactly_those_on_the_curve() =>
        Samples.ForAll(
            from entropy in Samples.Entropy from choice in Samples.Choice from noise in Samples.Bytes(70) select (entropy, choice, noise),
            static sample =>
            {
                using AgreementKey key = AgreementKey.Generate(sample.entropy);
                byte[] point = key.PublicKey.ToArray();
                Assert.True(PublicKey.TryRead(point, out _));
                byte[] flipped = Samples.Flip(point, sample.choice);
                Assert.Equal(IsOnCurve(flipped), PublicKey.TryRead(flipped, out PublicKey other));
                Assert.NotEqual(key.PublicKey.Fingerprint, other.Fingerprint);
                Assert.Equal(IsOnCurve(sample.noise), PublicKey.TryRead(sample.noise, out _));
            },
            runs: 50);

    [Fact]
    public void A_signature_verifies_for_its_digest_and_key_only() =>
        Samples.ForAll(
            from entropy in Samples.Entropy from message in Samples.Bytes(40) from choice in Samples.Choice from noise in Samples.Bytes(70) select (entropy, message, choice, noise),
            static sample =>
            {
                using SigningKey key = SigningKey.Generate(sample.entropy), other = SigningKey.Generate(sample.entropy);
                using VerifyingKey verifier = new(key.PublicKey), stranger = new(other.PublicKey);
                Digest digest = Digest.Of(sample.message);
                byte[] signature = key.Sign(digest);
                Assert.Equal(SigningKey.SignatureLength, signature.Length);
                Assert.True(verifier.Verify(digest, signature));
                Assert.False(stranger.Verify(digest, signature));
                Assert.False(verifier.Verify(new Digest(Samples.Flip(digest.ToArray(), sample.choice)), signature));
                Assert.False(verifier.Verify(digest, Samples.Flip(signature, sample.choice)));
                Assert.False(verifier.Verify(digest, sample.noise));
            },
            runs: 50);

    [Fact]
    public void Both_sides_agree_on_the_raw_secret() =>
        Samples.ForAll(
            Samples.Entropy,
            static entropy =>
            {
                using AgreementKey first = AgreementKey.Generate(entropy), second = AgreementKey.Generate(entropy);
                Assert.Equal(first.RawSharedSecret(second.PublicKey), second.RawSharedSecret(first.PublicKey));
            },
            runs: 50);

    // y² = x³ − 3x + b over the field, with coordinates in range: the model, in plain arithmetic.
    private static bool IsOnCurve(byte[] point)
    {
        if (point.Length != PublicKey.Length || point[0] != 4) return false;
        var x = new BigInteger(point.AsSpan(1, 32), isUnsigned: true, isBigEndian: true);
        var y = new BigInteger(point.AsSpan(33), isUnsigned: true, isBigEndian: true);
        var b = new BigInteger(
            Convert.FromHexString("5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B"), isUnsigned: true, isBigEndian: true);
        return x < Prime && y < Prime && ((y * y) - (x * x * x) + (3 * x) - b) % Prime == 0;
    }
}
