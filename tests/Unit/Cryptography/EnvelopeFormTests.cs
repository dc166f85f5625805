using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Envelopes;
using Settlement.Tests.Simulation;

namespace Settlement.Tests.Unit.Cryptography;

public sealed class EnvelopeFormTests
{
    private const int PaddedLength = 256;
    private static readonly byte[] Salt = Digest.Of("salt"u8).ToArray();

    [Fact]
    public void The_plaintext_has_its_documented_form()
    {
        byte[] encoded = EnvelopePlaintext.Encode([new(1, 2, Salt, [0xab]), new(3, 0, Salt, null)], 100);
        string expected = "0002"
            + "00000001" + "00000002" + Convert.ToHexStringLower(Salt) + "01" + "00000001" + "ab"
            + "00000003" + "00000000" + Convert.ToHexStringLower(Salt) + "00";
        Assert.Equal(expected.PadRight(200, '0'), Convert.ToHexStringLower(encoded));
    }

    [Fact]
    public void An_exact_fit_needs_no_padding_and_one_byte_less_is_refused()
    {
        int length = EnvelopePlaintext.LengthFor([3]);
        FieldOpening[] openings = [new(0, 0, Salt, [1, 2, 3])];
        Assert.True(EnvelopePlaintext.TryDecode(EnvelopePlaintext.Encode(openings, length), out IReadOnlyList<FieldOpening>? decoded));
        Assert.Equal(openings, decoded);
        Assert.Throws<ArgumentException>(() => EnvelopePlaintext.Encode(openings, length - 1));
    }

    public static TheoryData<string, string> Malformed => new()
    {
        { "empty", "" },
        { "half a count", "00" },
        { "a count without fields", "0001" },
        { "a large count", "ffff" + new string('0', 1000) },
        { "padding that is not zero", "0000" + "0001" },
        { "a negative index", "0001" + "80000000" + "00000000" + Salted + "00" },
        { "a negative version", "0001" + "00000000" + "ffffffff" + Salted + "00" },
        { "presence neither zero nor one", "0001" + "00000000" + "00000000" + Salted + "02" },
        { "a value longer than the bytes", "0001" + "00000000" + "00000000" + Salted + "01" + "00000002" + "ab" },
        { "a negative length", "0001" + "00000000" + "00000000" + Salted + "01" + "ffffffff" + "ab" },
        { "half a length", "0001" + "00000000" + "00000000" + Salted + "01" + "0000" },
        { "a repeated field", "0002" + Field("00000001") + Field("00000001") },
        { "descending fields", "0002" + Field("00000002") + Field("00000001") },
    };

    private static string Salted => Convert.ToHexStringLower(Salt);

    [Theory]
    [MemberData(nameof(Malformed))]
    public void Malformed_plaintext_is_refused(string what, string hex) =>
        Assert.False(EnvelopePlaintext.TryDecode(Convert.FromHexString(hex), out _), what);

    [Fact]
    public void Fields_that_a_contract_cannot_have_are_a_bug()
    {
        Assert.Throws<ArgumentException>(() => Encode(new FieldOpening(0, 0, [1], null)));
        Assert.Throws<ArgumentException>(() => Encode(new FieldOpening(-1, 0, Salt, null)));
        Assert.Throws<ArgumentException>(() => Encode(new FieldOpening(0, -1, Salt, null)));
        Assert.Throws<ArgumentException>(() => Encode(new FieldOpening(1, 0, Salt, null), new FieldOpening(1, 1, Salt, null)));
        Assert.Throws<ArgumentOutOfRangeException>(() => EnvelopePlaintext.Encode([], EnvelopePlaintext.MaximumLength + 1));
    }

    [Fact]
    public void A_second_content_key_or_an_oversized_ciphertext_does_not_open()
    {
        var entropy = new SeededEntropy(1);
        var context = new EnvelopeContext("test", Digest.Zero, EntryId.Generate(entropy), 0, 0, 1);
        (byte[] ciphertext, byte[] key) = Envelope.Seal(context.AssociatedData(), [new(0, 0, Salt, [1])], PaddedLength, entropy);
        (_, byte[] second) = Envelope.Seal(context.AssociatedData(), [new(0, 0, Salt, [1])], PaddedLength, entropy);
        Assert.Equal(Envelope.CiphertextLength(PaddedLength), ciphertext.Length);
        Assert.True(Envelope.TryOpen(context.AssociatedData(), key, ciphertext, out _));
        Assert.False(Envelope.TryOpen(context.AssociatedData(), second, ciphertext, out _));
        Assert.False(Envelope.TryOpen(context.AssociatedData(), key, [], out _));
        byte[] oversized = new byte[Envelope.CiphertextLength(EnvelopePlaintext.MaximumLength) + 1];
        Assert.False(Envelope.TryOpen(context.AssociatedData(), key, oversized, out _));
    }

    [Fact]
    public void An_authentic_envelope_with_malformed_contents_does_not_open()
    {
        var entropy = new SeededEntropy(1);
        var context = new EnvelopeContext("test", Digest.Zero, EntryId.Generate(entropy), 0, 0, 1);
        byte[] ciphertext = ContentCipher.Encrypt([0, 0, 1], context.AssociatedData(), entropy, out byte[] key);
        Assert.False(Envelope.TryOpen(context.AssociatedData(), key, ciphertext, out IReadOnlyList<FieldOpening>? openings));
        Assert.Null(openings);
    }

    [Fact]
    public void An_opening_printed_shows_neither_value_nor_salt() =>
        Assert.Equal("field 4 version 1", new FieldOpening(4, 1, Salt, [1, 2, 3]).ToString());

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void A_salt_of_another_length_is_refused(int length)
    {
        byte[] salt = new byte[length];
        Assert.Throws<ArgumentException>(() => FieldCommitment.Compute(salt, "test", Digest.Zero, default, 0, 0, null));
        Assert.False(FieldCommitment.Matches(Digest.Zero, salt, "test", Digest.Zero, default, 0, 0, null));
    }

    private static void Encode(params FieldOpening[] openings) => EnvelopePlaintext.Encode(openings, PaddedLength);

    private static string Field(string index) => index + "00000000" + Salted + "00";
}
