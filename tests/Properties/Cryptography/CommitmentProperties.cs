using FsCheck;
using FsCheck.Fluent;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;

namespace Settlement.Tests.Properties.Cryptography;

public sealed class CommitmentProperties
{
    private sealed record Input(Digest Salt, string Network, Digest Channel, Digest Entry, int Field, int Version, byte[]? Value)
    {
        public Digest Commit() => FieldCommitment.Compute(Salt.ToArray(), Network, Channel, new EntryId(Entry), Field, Version, Value);

        public bool IsOpeningOf(Digest commitment) =>
            FieldCommitment.Matches(commitment, Salt.ToArray(), Network, Channel, new EntryId(Entry), Field, Version, Value);

        public bool HasContentOf(Input other) =>
            this with { Value = null } == other with { Value = null } && (Value is null) == (other.Value is null)
            && Value.AsSpan().SequenceEqual(other.Value);
    }

    // Small domains, so that inputs that differ in one part only are common; networks that are prefixes of each other.
    private static Gen<Input> Inputs =>
        from salt in Samples.Digest
        from network in Gen.Elements("", "a", "aa", "a\0", "é")
        from channel in Samples.Digest
        from entry in Samples.Digest
        from index in Gen.Elements(0, 1, 256, int.MaxValue)
        from version in Gen.Elements(0, 1, 256, int.MaxValue)
        from value in Gen.Elements<byte[]?>(null, [], [0], [0, 0], [1], [1, 0], [0, 0, 0, 0])
        select new Input(salt, network, channel, entry, index, version, value);

    [Fact]
    public void Commitments_are_equal_exactly_when_every_input_is() =>
        Samples.ForAll(
            Gen.Two(Inputs),
            static pair =>
            {
                (Input first, Input second) = pair;
                Assert.Equal(first.HasContentOf(second), first.Commit() == second.Commit());
                Assert.Equal(first.HasContentOf(second), second.IsOpeningOf(first.Commit()));
            },
            runs: 500);

    [Fact]
    public void Changing_any_one_part_changes_the_commitment() =>
        Samples.ForAll(Inputs, static input =>
        {
            Input[] changed =
            [
                input with { Salt = Digest.Of("other"u8) },
                input with { Network = input.Network + "x" },
                input with { Channel = input.Salt == input.Channel ? Digest.Of("other"u8) : input.Salt, Salt = input.Channel },
                input with { Channel = Digest.Of("other"u8) },
                input with { Entry = Digest.Of("other"u8) },
                input with { Field = input.Field ^ 1 },
                input with { Version = input.Version ^ 1 },
                input with { Value = input.Value is null ? [] : null },
                input with { Value = [.. input.Value ?? [], 0] },
            ];
            Digest commitment = input.Commit();
            Assert.True(input.IsOpeningOf(commitment));
            Assert.All(changed, other => Assert.False(other.IsOpeningOf(commitment)));
        });

    [Fact]
    public void Entry_ids_read_back_from_text_and_bytes() =>
        Samples.ForAll(Samples.Entropy, static entropy =>
        {
            EntryId id = EntryId.Generate(entropy);
            Assert.True(EntryId.TryParse(id.ToString(), out EntryId parsed) && parsed == id);
            Assert.True(EntryId.TryRead(id.ToArray(), out EntryId read) && read == id);
            Assert.False(EntryId.TryRead(id.ToArray().AsSpan(1), out _));
            Assert.NotEqual(id, EntryId.Generate(entropy));
        });
}
