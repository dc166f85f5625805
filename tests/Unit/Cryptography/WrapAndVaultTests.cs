using Settlement.Core.Cryptography;
using Settlement.Tests.Simulation;

namespace Settlement.Tests.Unit.Cryptography;

public sealed class WrapAndVaultTests
{
    private static readonly byte[] Key = Digest.Of("key"u8).ToArray();

    [Fact]
    public void Holders_of_one_secret_wrap_under_generations_of_their_own_and_unwrap_each_others()
    {
        var entropy = new SeededEntropy(1);
        using WrappingKey first = new(Key), second = new(Key);
        byte[] one = first.Wrap(Key, [], entropy), two = first.Wrap(Key, [], entropy), other = second.Wrap(Key, [], entropy);
        Assert.Equal(one[..8], two[..8]);
        Assert.NotEqual(one[..8], other[..8]);
        Assert.True(first.TryUnwrap(other, [], out _));
        Assert.True(second.TryUnwrap(one, [], out _));
    }

    [Fact]
    public void A_sender_of_ever_new_generations_takes_no_memory_and_spoils_nothing()
    {
        var entropy = new SeededEntropy(1);
        using WrappingKey key = new(Key);
        byte[] wrap = key.Wrap(Key, [], entropy);
        for (int i = 0; i < 1_000; i++)
        {
            byte[] hostile = [.. wrap];
            entropy.Fill(hostile.AsSpan(0, 8));
            Assert.False(key.TryUnwrap(hostile, [], out _));
        }

        Assert.True(key.TryUnwrap(wrap, [], out _));
        Assert.Equal(wrap[..8], key.Wrap(Key, [], entropy)[..8]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(16)]
    [InlineData(31)]
    [InlineData(33)]
    public void Keys_of_another_length_are_refused(int length)
    {
        byte[] key = new byte[length];
        var entropy = new SeededEntropy(1);
        Assert.Throws<ArgumentException>(() => new WrappingKey(key));
        Assert.Throws<ArgumentException>(() => new VaultKey(key));
        using WrappingKey good = new(Key);
        Assert.Throws<ArgumentException>(() => good.Wrap(key, [], entropy));
        Assert.False(ContentCipher.TryDecrypt(key, ContentCipher.Encrypt([], [], entropy, out _), [], out _));
    }

    [Fact]
    public void A_record_opens_under_its_own_kind_key_and_vault_only()
    {
        var entropy = new SeededEntropy(2);
        using VaultKey vault = VaultKey.Generate(entropy), other = VaultKey.Generate(entropy);
        byte[] record = vault.Seal("message", "a"u8, "secret"u8, entropy);
        byte[] second = vault.Seal("message", "a"u8, "secret"u8, entropy);
        Assert.True(vault.TryOpen("message", "a"u8, record, out byte[]? plaintext));
        Assert.Equal("secret"u8, plaintext);
        Assert.NotEqual(record[68..], second[68..]);
        Assert.False(vault.TryOpen("message", "b"u8, record, out _));
        Assert.False(vault.TryOpen("outbox", "a"u8, record, out _));
        Assert.False(other.TryOpen("message", "a"u8, record, out _));
        // Once its own wrap is destroyed, no other record's wrap brings it back.
        Assert.False(vault.TryOpen("message", "a"u8, [.. second[..68], .. record[68..]], out _));
        Assert.False(vault.TryOpen("message", "a"u8, record[68..], out _));
        Assert.False(vault.TryOpen("message", "a"u8, record[..68], out _));
    }

    [Fact]
    public void A_content_key_unwraps_for_its_own_envelope_only_and_never_as_a_record()
    {
        var entropy = new SeededEntropy(3);
        using VaultKey vault = VaultKey.Generate(entropy);
        byte[] wrap = vault.WrapContentKey(Key, "here"u8, entropy);
        Assert.True(vault.TryUnwrapContentKey(wrap, "here"u8, out byte[]? unwrapped));
        Assert.Equal(Key, unwrapped);
        Assert.False(vault.TryUnwrapContentKey(wrap, "there"u8, out _));
        byte[] record = vault.Seal("envelope", "here"u8, [], entropy);
        Assert.False(vault.TryUnwrapContentKey(record[..68], "here"u8, out _));
    }

    [Fact]
    public void Derived_keys_depend_on_the_label_and_the_vault_key_alone()
    {
        using VaultKey vault = VaultKey.Generate(new SeededEntropy(4)), other = VaultKey.Generate(new SeededEntropy(5));
        using var again = new VaultKey(vault.ToArray());
        Assert.Equal(vault.DeriveKey("uetr"), again.DeriveKey("uetr"));
        Assert.NotEqual(vault.DeriveKey("uetr"), vault.DeriveKey("idempotency"));
        Assert.NotEqual(vault.DeriveKey("uetr"), other.DeriveKey("uetr"));
        Assert.NotEqual(vault.ToArray(), vault.DeriveKey(""));
    }
}
