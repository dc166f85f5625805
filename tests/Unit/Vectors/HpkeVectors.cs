using System.Security.Cryptography;
using System.Text.Json;
using Settlement.Core.Cryptography;

namespace Settlement.Tests.Unit.Vectors;

/// <summary>RFC 9180, appendix A.3 (AES-128-GCM), and the vector of its final file for AES-256-GCM, which the node uses.</summary>
public sealed class HpkeVectors
{
    private const int AccumulatedOutputs = 1000;
    private const int AccumulatorLength = 16;

    [Fact]
    public void Keys_derive_from_key_material()
    {
        JsonElement vector = A3();
        using AgreementKey sender = Hpke.DeriveKeyPair(vector.Hex("ikmE"));
        using AgreementKey recipient = Hpke.DeriveKeyPair(vector.Hex("ikmR"));
        Assert.Equal(vector.Hex("skEm"), sender.ToScalar());
        Assert.Equal(vector.Hex("pkEm"), sender.PublicKey.ToArray());
        Assert.Equal(vector.Hex("enc"), sender.PublicKey.ToArray());
        Assert.Equal(vector.Hex("skRm"), recipient.ToScalar());
        Assert.Equal(vector.Hex("pkRm"), recipient.PublicKey.ToArray());
    }

    [Fact]
    public void Both_sides_agree_on_the_shared_secret()
    {
        JsonElement vector = A3();
        using AgreementKey sender = AgreementKey.FromScalar(vector.Hex("skEm"));
        using AgreementKey recipient = AgreementKey.FromScalar(vector.Hex("skRm"));
        byte[] expected = vector.Hex("shared_secret");
        Assert.Equal(expected, Hpke.SharedSecret(sender, recipient.PublicKey, sender.PublicKey, recipient.PublicKey));
        Assert.Equal(expected, Hpke.SharedSecret(recipient, sender.PublicKey, sender.PublicKey, recipient.PublicKey));
    }

    [Fact]
    public void Messages_at_every_published_sequence_number_seal_and_open()
    {
        JsonElement vector = A3();
        using HpkeContext sender = Sender(HpkeSuite.Aes128Gcm, vector);
        using HpkeContext receiver = Receiver(HpkeSuite.Aes128Gcm, vector);
        int ran = 0;
        foreach (JsonElement message in vector.GetProperty("encryptions").EnumerateArray())
        {
            sender.Sequence = receiver.Sequence = ulong.Parse(Number(message, "sequence_number"), System.Globalization.CultureInfo.InvariantCulture);
            byte[] ciphertext = sender.Seal(message.Hex("aad"), message.Hex("pt"));
            Assert.Equal(message.Hex("ct"), ciphertext);
            Assert.True(receiver.TryOpen(message.Hex("aad"), ciphertext, out byte[]? plaintext));
            Assert.Equal(message.Hex("pt"), plaintext);
            // The same bytes are refused at the number that is now next, and that does not advance it.
            ulong next = receiver.Sequence;
            Assert.False(receiver.TryOpen(message.Hex("aad"), ciphertext, out _));
            Assert.Equal(next, receiver.Sequence);
            ran++;
        }

        Assert.NotEqual(0, ran);
    }

    [Fact]
    public void Exported_secrets_are_those_published()
    {
        JsonElement vector = A3();
        using HpkeContext sender = Sender(HpkeSuite.Aes128Gcm, vector);
        using HpkeContext receiver = Receiver(HpkeSuite.Aes128Gcm, vector);
        int ran = 0;
        foreach (JsonElement export in vector.GetProperty("exports").EnumerateArray())
        {
            int length = int.Parse(Number(export, "L"), System.Globalization.CultureInfo.InvariantCulture);
            Assert.Equal(export.Hex("exported_value"), sender.Export(export.Hex("exporter_context"), length));
            Assert.Equal(export.Hex("exported_value"), receiver.Export(export.Hex("exporter_context"), length));
            ran++;
        }

        Assert.NotEqual(0, ran);
    }

    [Fact]
    public void The_nodes_suite_has_the_published_keys()
    {
        JsonElement vector = Final();
        using AgreementKey ephemeral = Hpke.DeriveKeyPair(vector.Hex("ikmE"));
        using AgreementKey recipient = Hpke.DeriveKeyPair(vector.Hex("ikmR"));
        Assert.Equal(vector.Hex("enc"), ephemeral.PublicKey.ToArray());
        Assert.Equal(vector.Hex("skRm"), recipient.ToScalar());
        Assert.Equal(vector.Hex("pkRm"), recipient.PublicKey.ToArray());
    }

    [Fact]
    public void The_nodes_suite_accumulates_a_thousand_ciphertexts_to_the_published_digest()
    {
        Assert.SkipUnless(Shake128.IsSupported, "The platform has no SHAKE128, in which this vector accumulates.");
        JsonElement vector = Final();
        using HpkeContext sender = Sender(HpkeSuite.Aes256Gcm, vector);
        using HpkeContext receiver = Receiver(HpkeSuite.Aes256Gcm, vector);
        using var accumulator = new Shake128();
        var inputs = new InputStream();
        for (int i = 0; i < AccumulatedOutputs; i++)
        {
            byte[] aad = inputs.Next(), plaintext = inputs.Next();
            byte[] ciphertext = sender.Seal(aad, plaintext);
            accumulator.AppendData(ciphertext);
            Assert.True(receiver.TryOpen(aad, ciphertext, out byte[]? opened));
            Assert.Equal(plaintext, opened);
        }

        Assert.Equal(vector.Text("encryptions_accumulated"), Convert.ToHexStringLower(accumulator.GetHashAndReset(AccumulatorLength)));
    }

    [Fact]
    public void The_nodes_suite_accumulates_a_thousand_exports_to_the_published_digest()
    {
        Assert.SkipUnless(Shake128.IsSupported, "The platform has no SHAKE128, in which this vector accumulates.");
        JsonElement vector = Final();
        using HpkeContext sender = Sender(HpkeSuite.Aes256Gcm, vector);
        using HpkeContext receiver = Receiver(HpkeSuite.Aes256Gcm, vector);
        using var accumulator = new Shake128();
        var inputs = new InputStream();
        for (int length = 0; length < AccumulatedOutputs; length++)
        {
            byte[] context = inputs.Next();
            byte[] exported = sender.Export(context, length);
            Assert.Equal(exported, receiver.Export(context, length));
            accumulator.AppendData(exported);
        }

        Assert.Equal(vector.Text("exports_accumulated"), Convert.ToHexStringLower(accumulator.GetHashAndReset(AccumulatorLength)));
    }

    [Fact]
    public void An_encapsulated_key_off_the_curve_is_refused()
    {
        JsonElement vector = Final();
        using AgreementKey recipient = AgreementKey.FromScalar(vector.Hex("skRm"));
        byte[] encapsulated = vector.Hex("enc");
        encapsulated[^1] ^= 1;
        Assert.False(Hpke.TrySetupReceiver(HpkeSuite.Aes256Gcm, encapsulated, recipient, vector.Hex("info"), out _));
    }

    private static JsonElement A3() => TestData.Json("vectors", "hpke", "rfc9180-a3-base.json").GetProperty("vector");

    private static JsonElement Final() => TestData.Json("vectors", "hpke", "p256-aes256gcm-base.json").GetProperty("vector");

    private static string Number(JsonElement element, string member) => element.GetProperty(member).ToString();

    private static HpkeContext Sender(HpkeSuite suite, JsonElement vector)
    {
        Assert.True(PublicKey.TryRead(vector.Hex("pkRm"), out PublicKey recipient));
        using AgreementKey ephemeral = Hpke.DeriveKeyPair(vector.Hex("ikmE"));
        return Hpke.SetupSender(suite, recipient, ephemeral, vector.Hex("info"));
    }

    private static HpkeContext Receiver(HpkeSuite suite, JsonElement vector)
    {
        using AgreementKey recipient = AgreementKey.FromScalar(vector.Hex("skRm"));
        Assert.True(Hpke.TrySetupReceiver(suite, vector.Hex("enc"), recipient, vector.Hex("info"), out HpkeContext? context));
        return context;
    }

    /// <summary>The inputs of the accumulated vectors: SHAKE128 of nothing, read as one length byte and so many bytes.</summary>
    private sealed class InputStream
    {
        private readonly byte[] bytes = Shake128.HashData([], 2 * AccumulatedOutputs * (1 + byte.MaxValue));
        private int position;

        public byte[] Next()
        {
            int length = bytes[position++];
            position += length;
            return bytes[(position - length)..position];
        }
    }
}
