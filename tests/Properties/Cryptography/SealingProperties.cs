using FsCheck;
using FsCheck.Fluent;
using Settlement.Core.Cryptography;
using Settlement.Tests.Simulation;

namespace Settlement.Tests.Properties.Cryptography;

/// <summary>HPKE, wraps and records: they round-trip, bind everything given to them, and refuse hostile bytes.</summary>
public sealed class SealingProperties
{
    private sealed record Sample(long Seed, byte[] Info, byte[] Aad, byte[] Plaintext, uint Choice, byte[] Noise);

    private static Gen<Sample> Inputs =>
        from seed in Samples.Seed
        from info in Samples.Bytes(20)
        from aad in Samples.Bytes(20)
        from plaintext in Samples.Bytes(80)
        from choice in Samples.Choice
        from noise in Samples.Bytes(200)
        select new Sample(seed, info, aad, plaintext, choice, noise);

    [Fact]
    public void A_sealed_message_opens_for_its_recipient_info_and_associated_data_only() =>
        Samples.ForAll(
            Inputs,
            static sample =>
            {
                var entropy = new SeededEntropy(sample.Seed);
                using AgreementKey recipient = AgreementKey.Generate(entropy), stranger = AgreementKey.Generate(entropy);
                byte[] message = Hpke.Seal(recipient.PublicKey, sample.Info, sample.Aad, sample.Plaintext, entropy);
                Assert.Equal(sample.Plaintext.Length + Hpke.Overhead, message.Length);
                Assert.True(Hpke.TryOpen(recipient, sample.Info, sample.Aad, message, out byte[]? opened));
                Assert.Equal(sample.Plaintext, opened);
                Assert.False(Hpke.TryOpen(stranger, sample.Info, sample.Aad, message, out _));
                Assert.False(Hpke.TryOpen(recipient, [.. sample.Info, 0], sample.Aad, message, out _));
                Assert.False(Hpke.TryOpen(recipient, sample.Info, [.. sample.Aad, 0], message, out _));
                Assert.False(Hpke.TryOpen(recipient, sample.Info, sample.Aad, Samples.Flip(message, sample.Choice), out _));
                Assert.False(Hpke.TryOpen(recipient, sample.Info, sample.Aad, message.AsSpan(0, message.Length - 1), out _));
                Assert.False(Hpke.TryOpen(recipient, sample.Info, sample.Aad, sample.Noise, out _));
                Assert.False(Hpke.TryOpen(recipient, sample.Info, sample.Aad, [.. recipient.PublicKey.ToArray(), .. sample.Noise], out _));
            },
            runs: 50);

    [Fact]
    public void Sealing_replays_under_the_same_entropy_and_differs_under_more() =>
        Samples.ForAll(
            Inputs,
            static sample =>
            {
                using AgreementKey recipient = AgreementKey.Generate(new SeededEntropy(sample.Seed));
                var entropy = new SeededEntropy(sample.Seed);
                byte[] first = Hpke.Seal(recipient.PublicKey, sample.Info, sample.Aad, sample.Plaintext, entropy);
                byte[] second = Hpke.Seal(recipient.PublicKey, sample.Info, sample.Aad, sample.Plaintext, entropy);
                Assert.NotEqual(first, second);
                Assert.Equal(first, Hpke.Seal(recipient.PublicKey, sample.Info, sample.Aad, sample.Plaintext, new SeededEntropy(sample.Seed)));
            },
            runs: 25);

    [Fact]
    public void A_wrap_opens_under_its_key_and_associated_data_only() =>
        Samples.ForAll(Inputs, static sample =>
        {
            var entropy = new SeededEntropy(sample.Seed);
            byte[] key = new byte[WrappingKey.Length], contentKey = new byte[WrappingKey.Length];
            entropy.Fill(key);
            entropy.Fill(contentKey);
            using WrappingKey kept = new(key), other = new(Samples.Flip(key, sample.Choice));
            byte[] wrap = kept.Wrap(contentKey, sample.Aad, entropy);
            Assert.Equal(WrappingKey.WrapLength, wrap.Length);
            Assert.NotEqual(wrap, kept.Wrap(contentKey, sample.Aad, entropy));
            Assert.True(kept.TryUnwrap(wrap, sample.Aad, out byte[]? unwrapped));
            Assert.Equal(contentKey, unwrapped);
            Assert.False(kept.TryUnwrap(wrap, [.. sample.Aad, 0], out _));
            Assert.False(kept.TryUnwrap(Samples.Flip(wrap, sample.Choice), sample.Aad, out _));
            Assert.False(kept.TryUnwrap(sample.Noise, sample.Aad, out _));
            Assert.False(other.TryUnwrap(wrap, sample.Aad, out _));
        });

    [Fact]
    public void A_record_round_trips_and_any_flipped_bit_is_refused() =>
        Samples.ForAll(Inputs, static sample =>
        {
            var entropy = new SeededEntropy(sample.Seed);
            using VaultKey vault = VaultKey.Generate(entropy);
            byte[] record = vault.Seal("kind", sample.Aad, sample.Plaintext, entropy);
            Assert.True(vault.TryOpen("kind", sample.Aad, record, out byte[]? opened));
            Assert.Equal(sample.Plaintext, opened);
            byte[][] changed = [Samples.Flip(record, sample.Choice), record[..^1], [.. sample.Noise, .. sample.Noise]];
            Assert.All(changed, other => Assert.False(vault.TryOpen("kind", sample.Aad, other, out _)));
            Assert.False(vault.TryOpen("kind", [.. sample.Aad, 0], record, out _));
        });

    [Fact]
    public void Seeded_entropy_does_not_depend_on_how_it_is_asked() =>
        Samples.ForAll(
            from seed in Samples.Seed from cuts in Gen.Choose(0, 70).ArrayOf(6) select (seed, cuts),
            static sample =>
            {
                byte[] whole = new byte[sample.cuts.Sum()], parts = new byte[sample.cuts.Sum()];
                new SeededEntropy(sample.seed).Fill(whole);
                var entropy = new SeededEntropy(sample.seed);
                int position = 0;
                foreach (int cut in sample.cuts)
                {
                    entropy.Fill(parts.AsSpan(position, cut));
                    position += cut;
                }

                Assert.Equal(whole, parts);
            });
}
