using System.Security.Cryptography;
using System.Text.Json;
using Settlement.Core.Cryptography;

namespace Settlement.Tests.Unit.Vectors;

/// <summary>HKDF-SHA-256 and AES-GCM.</summary>
public sealed class WycheproofSymmetric
{
    private const int BitsPerByte = 8;
    private const string Valid = "valid", Invalid = "invalid", Skipped = "skipped, nonce is not of 96 bits";

    [Fact]
    public void Key_derivation_gives_the_published_output_and_refuses_too_much()
    {
        var counts = new VectorCounts();
        var vectors = VectorCounts.Wycheproof("hkdf_sha256_test.json", out int total);
        foreach ((_, JsonElement vector) in vectors)
        {
            string name = $"vector {vector.GetProperty("tcId")}: {vector.Text("comment")}";
            int length = vector.GetProperty("size").GetInt32();
            byte[] key = KeyDerivation.Extract(vector.Hex("salt"), vector.Hex("ikm"));
            switch (vector.Text("result"))
            {
                case "valid":
                    Assert.True(vector.Hex("okm").AsSpan().SequenceEqual(KeyDerivation.Expand(key, vector.Hex("info"), length)), name);
                    counts.Add(Valid);
                    break;
                case "invalid":
                    Assert.Throws<ArgumentOutOfRangeException>(() => KeyDerivation.Expand(key, vector.Hex("info"), length));
                    counts.Add(Invalid);
                    break;
                case string other:
                    Assert.Fail($"{name}: unexpected result {other}");
                    break;
            }
        }

        counts.AccountFor(total, Valid, Invalid);
    }

    /// <summary>All three key lengths run: the node encrypts with 256 bits only, and the same code serves them all.</summary>
    [Fact]
    public void Authenticated_encryption_seals_to_the_published_bytes_and_refuses_changed_ones()
    {
        var counts = new VectorCounts();
        var vectors = VectorCounts.Wycheproof("aes_gcm_test.json", out int total).ToList();
        foreach ((JsonElement group, JsonElement vector) in vectors)
        {
            string name = $"vector {vector.GetProperty("tcId")}: {vector.Text("comment")}";
            byte[] nonce = vector.Hex("iv"), aad = vector.Hex("aad"), message = vector.Hex("msg");
            Assert.Equal(nonce.Length * BitsPerByte, group.GetProperty("ivSize").GetInt32());
            Assert.Equal(AuthenticatedEncryption.TagLength * BitsPerByte, group.GetProperty("tagSize").GetInt32());
            if (nonce.Length != AuthenticatedEncryption.NonceLength)
            {
                counts.Add(Skipped);
                continue;
            }

            byte[] ciphertext = [.. vector.Hex("ct"), .. vector.Hex("tag")];
            using AesGcm cipher = AuthenticatedEncryption.Import(vector.Hex("key"));
            bool opened = AuthenticatedEncryption.TryOpen(cipher, nonce, ciphertext, aad, out byte[]? plaintext);
            byte[] resealed = new byte[message.Length + AuthenticatedEncryption.TagLength];
            AuthenticatedEncryption.Seal(cipher, nonce, message, aad, resealed);
            switch (vector.Text("result"))
            {
                case "valid":
                    Assert.True(opened && plaintext.AsSpan().SequenceEqual(message) && resealed.AsSpan().SequenceEqual(ciphertext), name);
                    counts.Add(Valid);
                    break;
                case "invalid":
                    Assert.False(opened || plaintext is not null, name);
                    counts.Add(Invalid);
                    break;
                case string other:
                    Assert.Fail($"{name}: unexpected result {other}");
                    break;
            }
        }

        counts.AccountFor(total, Valid, Invalid, Skipped);
        int inOtherGroups = vectors.Count(static pair => pair.Group.GetProperty("ivSize").GetInt32() != AuthenticatedEncryption.NonceLength * BitsPerByte);
        Assert.Equal(inOtherGroups, counts[Skipped]);
    }
}
