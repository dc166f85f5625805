using System.Text.Json;
using Settlement.Core.Cryptography;

namespace Settlement.Tests.Unit.Vectors;

/// <summary>
/// ECDH P-256. The node takes peer keys only as 65-byte points of the named curve. The file holds SubjectPublicKeyInfo:
/// where that is the one DER form of an uncompressed point of the named curve the point is taken out of it, and any other
/// encoding (compressed, explicit parameters, other curves) has no form in which it could reach the node: refused.
/// </summary>
public sealed class WycheproofEcdh
{
    private const string
        Agreed = "valid, agreed",
        AcceptableAgreed = "acceptable, agreed",
        AcceptablePoint = "acceptable, point refused",
        AcceptableEncoding = "acceptable, encoding refused",
        InvalidPoint = "invalid, point refused",
        InvalidEncoding = "invalid, encoding refused";

    // SEQUENCE { SEQUENCE { id-ecPublicKey, prime256v1 }, BIT STRING of 65 bytes }.
    private static readonly byte[] NamedCurvePrefix = Convert.FromHexString("3059301306072a8648ce3d020106082a8648ce3d030107034200");

    [Fact]
    public void Valid_points_agree_and_invalid_ones_are_refused()
    {
        var counts = new VectorCounts();
        var vectors = VectorCounts.Wycheproof("ecdh_secp256r1_test.json", out int total);
        foreach ((JsonElement group, JsonElement vector) in vectors)
        {
            Assert.Equal("asn", group.Text("encoding"));
            string name = $"vector {vector.GetProperty("tcId")}: {vector.Text("comment")}";
            byte[] encoded = vector.Hex("public");
            bool isPoint = encoded.Length == NamedCurvePrefix.Length + PublicKey.Length && encoded.AsSpan().StartsWith(NamedCurvePrefix);
            bool isRead = PublicKey.TryRead(isPoint ? encoded.AsSpan(NamedCurvePrefix.Length) : encoded, out PublicKey point);
            counts.Add((vector.Text("result"), isPoint, isRead) switch
            {
                ("valid", true, true) => Agreed,
                // An acceptable vector is one that a strict reader may refuse; what is read must agree all the same.
                ("acceptable", true, true) => AcceptableAgreed,
                ("acceptable", true, false) => AcceptablePoint,
                ("acceptable", false, false) => AcceptableEncoding,
                ("invalid", true, false) => InvalidPoint,
                ("invalid", false, false) => InvalidEncoding,
                _ => throw new InvalidOperationException($"{name}: {vector.Text("result")}, point {isPoint}, read {isRead}"),
            });
            if (!isRead) continue;
            using AgreementKey key = AgreementKey.FromScalar(Scalar(vector.Hex("private")));
            Assert.True(vector.Hex("shared").AsSpan().SequenceEqual(key.RawSharedSecret(point)), name);
        }

        counts.AccountFor(total, Agreed, AcceptableEncoding, InvalidPoint, InvalidEncoding);
    }

    // The file writes private keys as integers: some with a leading zero byte, some shorter than 32 bytes.
    private static byte[] Scalar(byte[] integer)
    {
        ReadOnlySpan<byte> digits = integer.AsSpan().TrimStart((byte)0);
        byte[] scalar = new byte[AgreementKey.ScalarLength];
        digits.CopyTo(scalar.AsSpan(scalar.Length - digits.Length));
        return scalar;
    }
}
