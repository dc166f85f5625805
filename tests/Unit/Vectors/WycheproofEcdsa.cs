using System.Text.Json;
using Settlement.Core.Cryptography;

namespace Settlement.Tests.Unit.Vectors;

/// <summary>ECDSA P-256 with SHA-256 in the fixed 64-byte form.</summary>
public sealed class WycheproofEcdsa
{
    private const string Verified = "verified", Refused = "refused";

    [Fact]
    public void Valid_signatures_verify_and_all_others_are_refused()
    {
        var counts = new VectorCounts();
        var vectors = VectorCounts.Wycheproof("ecdsa_secp256r1_sha256_p1363_test.json", out int total);
        foreach ((JsonElement group, JsonElement vector) in vectors)
        {
            Assert.True(PublicKey.TryRead(group.GetProperty("publicKey").Hex("uncompressed"), out PublicKey publicKey));
            using var key = new VerifyingKey(publicKey);
            bool verified = key.Verify(Digest.Of(vector.Hex("msg")), vector.Hex("sig"));
            string name = $"vector {vector.GetProperty("tcId")}: {vector.Text("comment")}";
            switch (vector.Text("result"))
            {
                case "valid": Assert.True(verified, name); break;
                case "invalid": Assert.False(verified, name); break;
                // This form leaves nothing to taste: an acceptable vector would need a decision here.
                case string other: Assert.Fail($"{name}: unexpected result {other}"); break;
            }

            counts.Add(verified ? Verified : Refused);
        }

        counts.AccountFor(total, Verified, Refused);
    }
}
