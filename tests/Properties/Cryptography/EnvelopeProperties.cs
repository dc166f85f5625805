using FsCheck;
using FsCheck.Fluent;
using Settlement.Core.Cryptography;
using Settlement.Core.Envelopes;
using Settlement.Tests.Simulation;

namespace Settlement.Tests.Properties.Cryptography;

public sealed class EnvelopeProperties
{
    [Fact]
    public void An_envelope_gives_back_its_openings_at_one_length_for_any_values() =>
        Samples.ForAll(
            from context in Samples.Context from openings in Samples.Openings from seed in Samples.Seed select (context, openings, seed),
            static sample =>
            {
                (EnvelopeContext context, IReadOnlyList<FieldOpening> openings, long seed) = sample;
                (byte[] ciphertext, byte[] key) = Envelope.Seal(context.AssociatedData(), openings, Samples.PaddedLength, new SeededEntropy(seed));
                Assert.Equal(Envelope.CiphertextLength(Samples.PaddedLength), ciphertext.Length);
                Assert.True(Envelope.TryOpen(context.AssociatedData(), key, ciphertext, out IReadOnlyList<FieldOpening>? opened));
                Assert.Equal(openings, opened);
                // The same entropy gives the same bytes: a simulation replays.
                (byte[] again, byte[] sameKey) = Envelope.Seal(context.AssociatedData(), openings, Samples.PaddedLength, new SeededEntropy(seed));
                Assert.Equal(ciphertext, again);
                Assert.Equal(key, sameKey);
            });

    [Fact]
    public void Any_flipped_bit_is_refused_and_changes_the_hash() =>
        Samples.ForAll(
            from context in Samples.Context
            from openings in Samples.Openings
            from entropy in Samples.Entropy
            from choice in Samples.Choice
            select (context, openings, entropy, choice),
            static sample =>
            {
                (byte[] ciphertext, byte[] key) = Envelope.Seal(sample.context.AssociatedData(), sample.openings, Samples.PaddedLength, sample.entropy);
                byte[] flipped = Samples.Flip(ciphertext, sample.choice);
                Assert.False(Envelope.TryOpen(sample.context.AssociatedData(), key, flipped, out _));
                Assert.False(Envelope.TryOpen(sample.context.AssociatedData(), Samples.Flip(key, sample.choice), ciphertext, out _));
                Assert.NotEqual(Envelope.Hash(ciphertext), Envelope.Hash(flipped));
            });

    [Fact]
    public void An_envelope_opens_in_its_own_context_only() =>
        Samples.ForAll(
            from contexts in Gen.Two(Samples.Context) from openings in Samples.Openings from entropy in Samples.Entropy select (contexts, openings, entropy),
            static sample =>
            {
                (EnvelopeContext own, EnvelopeContext drawn) = sample.contexts;
                (byte[] ciphertext, byte[] key) = Envelope.Seal(own.AssociatedData(), sample.openings, Samples.PaddedLength, sample.entropy);
                EnvelopeContext[] others =
                [
                    drawn,
                    own with { Network = own.Network + "x" },
                    own with { Channel = Digest.Zero },
                    own with { Entry = new(Digest.Zero) },
                    own with { Audience = own.Audience + 1 },
                    own with { Subject = own.Subject + 1 },
                    own with { Epoch = own.Epoch + 1 },
                ];
                Assert.All(others, other => Assert.Equal(own == other, Envelope.TryOpen(other.AssociatedData(), key, ciphertext, out _)));
            });

    [Fact]
    public void Whatever_decodes_encodes_to_the_same_bytes() =>
        Samples.ForAll(
            from openings in Samples.Openings from positions in Samples.Choice.ArrayOf(2) from noise in Samples.Bytes(200) select (openings, positions, noise),
            static sample =>
            {
                byte[] encoded = EnvelopePlaintext.Encode(sample.openings, Samples.PaddedLength);
                AssertOneForm(encoded);
                AssertOneForm(Samples.Flip(encoded, sample.positions[0]));
                AssertOneForm(Samples.Flip(Samples.Flip(encoded, sample.positions[0] % 400), sample.positions[1] % 400));
                AssertOneForm(encoded[..(int)(sample.positions[0] % (uint)encoded.Length)]);
                AssertOneForm(sample.noise);
                AssertOneForm([0, 1, .. sample.noise]);
            },
            runs: 500);

    private static void AssertOneForm(byte[] bytes)
    {
        if (EnvelopePlaintext.TryDecode(bytes, out IReadOnlyList<FieldOpening>? openings))
            Assert.Equal(bytes, EnvelopePlaintext.Encode(openings, bytes.Length));
    }
}
