using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Settlement.Core.Cryptography;
using Settlement.Core.Netting;
using Settlement.Tests.Properties.Cryptography;

namespace Settlement.Tests.Properties.Netting;

public sealed class PedersenProperties
{
    private static readonly BigInteger Order = BigInteger.Parse(
        "115792089210356248762697446949407573529996955224135760342422259061068512044369", System.Globalization.CultureInfo.InvariantCulture);

    private sealed record Part(long Value, Blinding Blinding, bool IsNegative)
    {
        public PedersenCommitment Commitment { get; } = PedersenCommitment.Commit(Value, Blinding);

        public long SignedValue => IsNegative ? -Value : Value;

        public Blinding SignedBlinding => IsNegative ? -Blinding : Blinding;
    }

    private static Gen<Digest> Digests =>
        from bytes in Gen.Choose(0, byte.MaxValue).Select(static value => (byte)value).ArrayOf(Digest.Length)
        from edge in Gen.Choose(0, 7)
        select edge switch { 0 => Digest.Zero, 1 => new Digest(Enumerable.Repeat(byte.MaxValue, Digest.Length).ToArray()), _ => new Digest(bytes) };

    // Few are small, so that equal ones and opposite ones meet; zero is left out, which has no commitment with a value of zero.
    private static Gen<Blinding> Blindings => Gen.Frequency(
        (1, Gen.Choose(1, 3).Select(static value => Small(value))),
        (1, Gen.Choose(1, 3).Select(static value => -Small(value))),
        (4, from first in Digests from second in Digests.Where(static digest => digest != Digest.Zero) select Blinding.Derive(first, second)));

    // The sums of a dozen stay in range.
    private static Gen<Part> Parts =>
        from value in Gen.Frequency((1, Gen.Choose(-2, 2).Select(static small => (long)small)), (2, Samples.Seed.Select(static any => any / 16)))
        from blinding in Blindings
        from isNegative in ArbMap.Default.GeneratorFor<bool>()
        select new Part(value, blinding, isNegative);

    private static Gen<Part[]> Sums => from length in Gen.Choose(0, 8) from parts in Parts.ArrayOf(length) select parts;

    [Fact]
    public void Signed_sums_open_to_the_sum_of_values_under_the_sum_of_blindings() =>
        Samples.ForAll(Sums, static parts => Assert.True(Opens(parts, Value(parts), Hidden(parts))), runs: 200);

    [Fact]
    public void Sums_open_to_no_other_value_blinding_or_sign() =>
        Samples.ForAll(
            from parts in Sums
            from value in Gen.OneOf(Samples.Seed, Gen.Elements(-1L, 0L, 1L, long.MinValue, long.MaxValue))
            from blinding in Blindings
            from choice in Samples.Choice
            select (parts, value, blinding, choice),
            static sample =>
            {
                (Part[] parts, long value, Blinding blinding, uint choice) = sample;
                Assert.Equal(value == Value(parts), Opens(parts, value, Hidden(parts)));
                Assert.False(Opens(parts, Value(parts), Hidden(parts) + blinding));
                Assert.Equal(value == Value(parts) && blinding == Hidden(parts), Opens(parts, value, blinding));
                if (parts.Length == 0) return;
                // No integer is its own opposite modulo an odd order, but zero, and no blinding here is zero.
                int turned = (int)(choice % (uint)parts.Length);
                Part[] others = [.. parts.Select((part, i) => i == turned ? part with { IsNegative = !part.IsNegative } : part)];
                Assert.False(Opens(others, Value(parts), Hidden(parts)));
            });

    [Fact]
    public void A_commitment_opens_alone_over_the_whole_range_of_values() =>
        Samples.ForAll(
            from value in Gen.OneOf(Samples.Seed, Gen.Elements(long.MinValue, long.MaxValue, 0L, -1L)) from blinding in Blindings select (value, blinding),
            static sample =>
            {
                PedersenCommitment commitment = PedersenCommitment.Commit(sample.value, sample.blinding);
                Assert.True(PedersenCommitment.SumOpens([(commitment, false)], sample.value, sample.blinding));
                Assert.False(PedersenCommitment.SumOpens([(commitment, false)], unchecked(sample.value + 1), sample.blinding));
                Assert.Equal(commitment, PedersenCommitment.Commit(sample.value, sample.blinding));
                Assert.NotEqual(commitment, PedersenCommitment.Commit(unchecked(sample.value ^ long.MinValue), sample.blinding));
            });

    [Fact]
    public void A_commitment_survives_its_bytes_and_no_flipped_bit() =>
        Samples.ForAll(
            from part in Parts from choice in Samples.Choice from noise in Samples.Bytes(70) select (part, choice, noise),
            static sample =>
            {
                byte[] bytes = sample.part.Commitment.ToArray();
                Assert.Equal(PedersenCommitment.Length, bytes.Length);
                Assert.True(PedersenCommitment.TryRead(bytes, out PedersenCommitment? read));
                Assert.Equal(sample.part.Commitment, read);
                Assert.Equal(sample.part.Commitment.GetHashCode(), read.GetHashCode());
                Assert.True(PedersenCommitment.SumOpens([(read, false)], sample.part.Value, sample.part.Blinding));
                // One coordinate leaves at most three values for the other, none of them one bit away but by a chance of 2^-250.
                Assert.False(PedersenCommitment.TryRead(Samples.Flip(bytes, sample.choice), out _));
                Assert.False(PedersenCommitment.TryRead([(byte)(2 + (bytes[^1] & 1)), .. bytes[1..33]], out _));
                Assert.False(PedersenCommitment.TryRead(bytes.AsSpan(0, (int)(sample.choice % PedersenCommitment.Length)), out _));
                Assert.False(PedersenCommitment.TryRead(sample.noise, out _));
            });

    [Fact]
    public void Blindings_agree_with_integers_modulo_the_order() =>
        Samples.ForAll(
            from a in Digests from b in Digests from c in Digests from d in Digests select (a, b, c, d),
            static sample =>
            {
                Blinding left = Blinding.Derive(sample.a, sample.b), right = Blinding.Derive(sample.c, sample.d);
                Assert.Equal(Integer([.. sample.a.ToArray(), .. sample.b.ToArray()]) % Order, Integer(left.ToArray()));
                Assert.Equal((Integer(left.ToArray()) + Integer(right.ToArray())) % Order, Integer((left + right).ToArray()));
                Assert.Equal((Integer(left.ToArray()) + Order - Integer(right.ToArray())) % Order, Integer((left - right).ToArray()));
                Assert.Equal((Order - Integer(left.ToArray())) % Order, Integer((-left).ToArray()));
                Assert.True(Blinding.TryRead(left.ToArray(), out Blinding read));
                Assert.Equal(left, read);
                Assert.Equal(Integer(sample.a.ToArray()) < Order, Blinding.TryRead(sample.a.ToArray(), out _));
            },
            runs: 1000);

    private static bool Opens(Part[] parts, long value, Blinding blinding) =>
        PedersenCommitment.SumOpens(parts.Select(static part => (part.Commitment, part.IsNegative)), value, blinding);

    private static long Value(Part[] parts) => parts.Sum(static part => part.SignedValue);

    private static Blinding Hidden(Part[] parts) => parts.Aggregate(Blinding.Zero, static (sum, part) => sum + part.SignedBlinding);

    private static BigInteger Integer(byte[] bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static Blinding Small(int value)
    {
        byte[] bytes = new byte[Blinding.Length];
        bytes[^1] = (byte)value;
        Assert.True(Blinding.TryRead(bytes, out Blinding blinding));
        return blinding;
    }
}
