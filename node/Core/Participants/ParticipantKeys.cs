using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Wire.Participants;

namespace Settlement.Core.Participants;

/// <summary>The secret keys of one participant's node, and who it is.</summary>
public sealed class ParticipantKeys : IDisposable
{
    /// <summary>Creates the set; the node owns the keys from here on.</summary>
    public ParticipantKeys(string network, ParticipantId participant, SigningKey root, AgreementKey encryption, PublicKey tls)
    {
        Network = network;
        Participant = participant;
        Root = root;
        Encryption = encryption;
        Tls = tls;
    }

    /// <summary>The network these keys are used in.</summary>
    public string Network { get; }

    /// <summary>Whose keys these are.</summary>
    public ParticipantId Participant { get; }

    /// <summary>Certifies every other key of the participant.</summary>
    public SigningKey Root { get; }

    /// <summary>Opens what is sealed to the participant with HPKE.</summary>
    public AgreementKey Encryption { get; }

    /// <summary>The public half of the node's TLS key; the secret half stays with the host's listener.</summary>
    public PublicKey Tls { get; }

    /// <summary>What others pin: the fingerprint of the root key.</summary>
    public Digest RootFingerprint => Root.PublicKey.Fingerprint;

    /// <summary>The root's statement about one key.</summary>
    public KeyCertificate Certify(KeyPurpose purpose, PublicKey key, DateTimeOffset notBefore, DateTimeOffset notAfter, ReadOnlySpan<byte> scope) =>
        KeyCertificates.Issue(Root, new KeyCertificateBody
        {
            Suite = Suite.Current,
            Network = Network,
            Participant = Participant.ToString(),
            Purpose = purpose,
            PublicKey = Google.Protobuf.ByteString.CopyFrom(key.ToArray()),
            NotBeforeUnixMs = notBefore.ToUnixTimeMilliseconds(),
            NotAfterUnixMs = notAfter.ToUnixTimeMilliseconds(),
            Scope = Google.Protobuf.ByteString.CopyFrom(scope),
        });

    /// <inheritdoc/>
    public void Dispose()
    {
        Root.Dispose();
        Encryption.Dispose();
    }
}
