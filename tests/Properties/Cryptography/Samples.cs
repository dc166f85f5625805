using FsCheck;
using FsCheck.Fluent;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Envelopes;
using Settlement.Tests.Simulation;

namespace Settlement.Tests.Properties.Cryptography;

/// <summary>Generators for this area's properties.</summary>
internal static class Samples
{
    public const int MaximumValueLength = 24;
    private const int MaximumFieldIndex = 12;

    /// <summary>Byte strings up to a length, the empty one among them.</summary>
    public static Gen<byte[]> Bytes(int maximumLength) =>
        from length in Gen.Choose(0, maximumLength)
        from bytes in Gen.Choose(0, byte.MaxValue).Select(static value => (byte)value).ArrayOf(length)
        select bytes;

    public static Gen<long> Seed => ArbMap.Default.GeneratorFor<long>();

    public static Gen<SeededEntropy> Entropy => Seed.Select(static seed => new SeededEntropy(seed));

    /// <summary>Few different digests, so that equal ones meet.</summary>
    public static Gen<Digest> Digest => Gen.Choose(0, 3).Select(static value => Core.Cryptography.Digest.Of([(byte)value]));

    public static Gen<byte[]?> Value =>
        Gen.Frequency((1, Gen.Constant<byte[]?>(null)), (1, Gen.Constant<byte[]?>([])), (6, Bytes(MaximumValueLength).Select(static value => (byte[]?)value)));

    public static Gen<EnvelopeContext> Context =>
        from network in Gen.Elements("", "a", "ab", "test")
        from channel in Digest
        from entry in Digest
        from audience in Gen.Choose(0, 2)
        from subject in Gen.Choose(-1, 2)
        from epoch in Gen.Choose(0, 2)
        select new EnvelopeContext(network, channel, new EntryId(entry), audience, subject, (uint)epoch);

    /// <summary>Fields in ascending order, any number up to all, each with a salt drawn from the entropy.</summary>
    public static Gen<IReadOnlyList<FieldOpening>> Openings =>
        from present in ArbMap.Default.GeneratorFor<bool>().ArrayOf(MaximumFieldIndex)
        from versions in Gen.Choose(0, 3).ArrayOf(MaximumFieldIndex)
        from values in Value.ArrayOf(MaximumFieldIndex)
        from entropy in Entropy
        select (IReadOnlyList<FieldOpening>)
        [
            .. Enumerable.Range(0, MaximumFieldIndex).Where(i => present[i])
                .Select(i => new FieldOpening(i, versions[i], FieldCommitment.NewSalt(entropy), values[i])),
        ];

    /// <summary>The padded length that any <see cref="Openings"/> fit into.</summary>
    public static int PaddedLength { get; } = EnvelopePlaintext.LengthFor(Enumerable.Repeat(MaximumValueLength, MaximumFieldIndex));

    /// <summary>A copy with one bit flipped; <paramref name="choice"/> says which.</summary>
    public static byte[] Flip(byte[] bytes, uint choice)
    {
        byte[] flipped = [.. bytes];
        uint bit = choice % ((uint)bytes.Length * 8);
        flipped[bit / 8] ^= (byte)(1 << (int)(bit % 8));
        return flipped;
    }

    /// <summary>Any number alike: the library's own begins with small ones, which reach the first bytes alone.</summary>
    public static Gen<uint> Choice => Gen.Choose(0, int.MaxValue).Select(static choice => (uint)choice);

    /// <summary>Runs a property over what a generator makes.</summary>
    public static void ForAll<T>(Gen<T> generator, Action<T> property, int runs = 100) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(runs), Prop.ForAll(generator.ToArbitrary(), property));
}
