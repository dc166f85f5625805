using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Notarisation;
using Settlement.Core.Participants;
using Settlement.Tests.Simulation;
using Settlement.Wire.Participants;

namespace Settlement.Tests.Participants;

public sealed class CertificateTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);
    private static readonly SeededEntropy Entropy = new(3);

    [Fact]
    public void A_certificate_is_good_for_its_own_network_participant_purpose_scope_and_time()
    {
        using ParticipantKeys keys = Keys("ALPHDEFFXXX"), others = Keys("BETAFRPPXXX");
        PublicKey certified = SigningKey.Generate(Entropy).PublicKey;
        KeyCertificate certificate = keys.Certify(KeyPurpose.Channel, certified, Now, Now.AddMinutes(1), [1, 2]);
        bool Verifies(PublicKey root, string network, ParticipantId id, KeyPurpose purpose, byte[] scope, DateTimeOffset now) =>
            KeyCertificates.TryVerify(certificate, root, network, id, purpose, scope, now, out PublicKey key) && key == certified;
        PublicKey root = keys.Root.PublicKey;
        Assert.True(Verifies(root, "test", keys.Participant, KeyPurpose.Channel, [1, 2], Now));
        Assert.True(Verifies(root, "test", keys.Participant, KeyPurpose.Channel, [1, 2], Now.AddMinutes(1)));
        Assert.False(Verifies(others.Root.PublicKey, "test", keys.Participant, KeyPurpose.Channel, [1, 2], Now));
        Assert.False(Verifies(root, "other", keys.Participant, KeyPurpose.Channel, [1, 2], Now));
        Assert.False(Verifies(root, "test", others.Participant, KeyPurpose.Channel, [1, 2], Now));
        Assert.False(Verifies(root, "test", keys.Participant, KeyPurpose.Tls, [1, 2], Now));
        Assert.False(Verifies(root, "test", keys.Participant, KeyPurpose.Channel, [], Now));
        Assert.False(Verifies(root, "test", keys.Participant, KeyPurpose.Channel, [1, 2], Now.AddMilliseconds(-1)));
        Assert.False(Verifies(root, "test", keys.Participant, KeyPurpose.Channel, [1, 2], Now.AddMinutes(1).AddMilliseconds(1)));
        foreach (KeyCertificate changed in new[] { new KeyCertificate(certificate) { Body = ByteString.CopyFrom([0xFF]) }, new KeyCertificate(certificate) { Signature = ByteString.Empty }, new KeyCertificate() })
            Assert.False(KeyCertificates.TryVerify(changed, root, "test", keys.Participant, KeyPurpose.Channel, [1, 2], Now, out _));
        Assert.False(KeyCertificates.TryVerify(null, root, "test", keys.Participant, KeyPurpose.Channel, [1, 2], Now, out _));
    }

    [Fact]
    public void A_certificate_that_its_root_padded_is_none()
    {
        using ParticipantKeys keys = Keys("ALPHDEFFXXX");
        KeyCertificate certificate = keys.Certify(KeyPurpose.Channel, SigningKey.Generate(Entropy).PublicKey, Now, Now.AddMinutes(1), new byte[32]);
        foreach (bool fits in new[] { true, false })
        {
            int size = KeyCertificates.MaxBodyBytes - certificate.Body.Length - (fits ? 4 : 3);
            byte[] body = [.. certificate.Body.Span, .. Hostile.SizeTests.Padding(size)];
            Assert.Equal(fits, body.Length <= KeyCertificates.MaxBodyBytes);
            KeyCertificate padded = new() { Body = ByteString.CopyFrom(body), Signature = ByteString.CopyFrom(keys.Root.Sign(RecordHashes.KeyCertificate(body))) };
            Assert.Equal(fits, KeyCertificates.TryVerify(padded, keys.Root.PublicKey, "test", keys.Participant, KeyPurpose.Channel, new byte[32], Now, out _));
        }
    }

    [Fact]
    public void Nobody_is_taken_for_another_by_listing_its_key_and_a_root_is_never_replaced()
    {
        using ParticipantKeys alpha = Keys("ALPHDEFFXXX"), beta = Keys("BETAFRPPXXX");
        using ParticipantKeys thief = new("test", beta.Participant, beta.Root, beta.Encryption, alpha.Tls);
        using ParticipantKeys usurper = Keys("ALPHDEFFXXX");
        ParticipantDirectory directory = new();
        Assert.True(directory.Add(Read(alpha, 1)));
        Assert.False(directory.Add(Read(thief, 1)));
        Assert.False(directory.Add(Read(usurper, 9)));
        Assert.True(directory.TryIdentify(alpha.Tls.Fingerprint, out ParticipantId id));
        Assert.Equal(alpha.Participant, id);
        Assert.True(directory.Add(Read(beta, 1)));
        Assert.False(directory.Add(Read(thief, 2)));
        Assert.True(directory.TryIdentify(beta.Tls.Fingerprint, out id));
        Assert.Equal(beta.Participant, id);
        // A key of its own may change, and the old one is forgotten.
        using ParticipantKeys renewed = new("test", alpha.Participant, alpha.Root, alpha.Encryption, SigningKey.Generate(Entropy).PublicKey);
        Assert.False(directory.Add(Read(renewed, 1)));
        Assert.True(directory.Add(Read(renewed, 2)));
        Assert.False(directory.TryIdentify(alpha.Tls.Fingerprint, out _));
        Assert.True(directory.TryIdentify(renewed.Tls.Fingerprint, out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(400)]
    public void A_key_belongs_to_whoever_listed_it_first_however_late_the_log_is_read(int days)
    {
        using ParticipantKeys alpha = Keys("ALPHDEFFXXX"), beta = Keys("BETAFRPPXXX");
        using ParticipantKeys thief = new("test", beta.Participant, beta.Root, beta.Encryption, alpha.Tls);
        using ParticipantKeys usurper = new("test", alpha.Participant, SigningKey.Generate(Entropy), alpha.Encryption, SigningKey.Generate(Entropy).PublicKey);
        DateTimeOffset now = Now.AddDays(days);
        ParticipantDirectory directory = new();
        // The first certificates last for a year; renewal keeps the key.
        Assert.Equal(days == 0, directory.Add(Listed(alpha, 1, Now.AddYears(1)), now));
        Assert.False(directory.Add(Listed(thief, 1, Now.AddYears(50)), now));
        Assert.False(directory.Add(Listed(usurper, 2, Now.AddYears(50)), now));
        Assert.Equal(days == 0, directory.TryIdentify(alpha.Tls.Fingerprint, out _));
        Assert.True(directory.Add(Listed(alpha, 2, Now.AddYears(3)), now));
        Assert.True(directory.TryIdentify(alpha.Tls.Fingerprint, out ParticipantId id));
        Assert.Equal(alpha.Participant, id);
        Assert.False(directory.TryIdentify(usurper.Tls.Fingerprint, out _));
        // What it no longer uses stays its own.
        using ParticipantKeys renewed = new("test", alpha.Participant, alpha.Root, alpha.Encryption, SigningKey.Generate(Entropy).PublicKey);
        Assert.True(directory.Add(Listed(renewed, 3, Now.AddYears(3)), now));
        Assert.False(directory.Add(Listed(thief, 2, Now.AddYears(50)), now));
        Assert.False(directory.TryIdentify(alpha.Tls.Fingerprint, out _));
        Assert.True(directory.Add(Listed(beta, 2, Now.AddYears(3)), now));
    }

    [Fact]
    public void A_key_of_another_is_not_listed_with_a_certificate_for_later_beside_an_own_one()
    {
        using ParticipantKeys alpha = Keys("ALPHDEFFXXX"), beta = Keys("BETAFRPPXXX");
        ParticipantRecordBody body = ParticipantRecordBody.Parser.ParseFrom(Write(beta, 1).Body);
        body.Certificates.Add(beta.Certify(KeyPurpose.Tls, alpha.Tls, Now.AddYears(1), Now.AddYears(50), []));
        ParticipantRecord both = new() { Body = body.ToByteString(), Signature = ByteString.CopyFrom(beta.Root.Sign(RecordHashes.ParticipantRecord(body.ToByteArray()))) };
        ParticipantDirectory directory = new();
        Assert.True(directory.Add(Listed(alpha, 1, Now.AddYears(1)), Now));
        Assert.True(ListedParticipant.TryRead(both, "test", out ListedParticipant? listed, out _));
        Assert.False(directory.Add(listed, Now));
        Assert.False(directory.TryIdentify(beta.Tls.Fingerprint, out _));
    }

    [Fact]
    public void A_record_is_read_only_as_its_root_signed_it()
    {
        using ParticipantKeys keys = Keys("ALPHDEFFXXX"), other = Keys("BETAFRPPXXX");
        ParticipantRecord record = Write(keys, 1);
        Assert.False(Participant.TryRead(record, "other", Now, out _));
        Assert.False(Participant.TryRead(record, "test", Now.AddYears(3), out _));
        Assert.False(Participant.TryRead(new ParticipantRecord { Body = record.Body, Signature = Write(other, 1).Signature }, "test", Now, out _));
        foreach (Action<ParticipantRecordBody> change in new Action<ParticipantRecordBody>[]
        {
            b => b.Suite = 2, b => b.Participant = "", b => b.Endpoint = "http://plain.example", b => b.Endpoint = "https://" + new string('a', 250) + ".example",
            b => b.Endpoint = "here", b => b.Endpoint = "https://xn--ä:1", b => b.Certificates.RemoveAt(0), b => b.Certificates.RemoveAt(1), b => b.Participant = "BETAFRPPXXX",
            b => b.RootPublicKey = ByteString.CopyFrom(other.Root.PublicKey.ToArray()),
        })
        {
            ParticipantRecordBody body = ParticipantRecordBody.Parser.ParseFrom(record.Body);
            change(body);
            byte[] bytes = body.ToByteArray();
            byte[] signature = keys.Root.Sign(Core.Notarisation.RecordHashes.ParticipantRecord(bytes));
            Assert.False(Participant.TryRead(new ParticipantRecord { Body = ByteString.CopyFrom(bytes), Signature = ByteString.CopyFrom(signature) }, "test", Now, out _));
        }
    }

    private static ParticipantKeys Keys(string bic)
    {
        Assert.True(ParticipantId.TryParse(bic, out ParticipantId id));
        return new ParticipantKeys("test", id, SigningKey.Generate(Entropy), AgreementKey.Generate(Entropy), SigningKey.Generate(Entropy).PublicKey);
    }

    private static ParticipantRecord Write(ParticipantKeys keys, ulong version) =>
        Participant.Write(keys, "Name", "", "bank", new Uri("https://bank.example"), version, Now.AddDays(-1), Now.AddYears(2), null);

    private static ListedParticipant Listed(ParticipantKeys keys, ulong version, DateTimeOffset notAfter)
    {
        ParticipantRecord record = Participant.Write(keys, "Name", "", "bank", new Uri("https://bank.example"), version, Now.AddDays(-1), notAfter, null);
        Assert.True(ListedParticipant.TryRead(record, "test", out ListedParticipant? listed, out _));
        return listed;
    }

    private static Participant Read(ParticipantKeys keys, ulong version)
    {
        Assert.True(Participant.TryRead(Write(keys, version), "test", Now, out Participant? participant));
        return participant;
    }
}
