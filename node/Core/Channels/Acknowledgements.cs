using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Participants;
using Settlement.Wire.Channels;
using Settlement.Wire.Participants;

namespace Settlement.Core.Channels;

/// <summary>An observer's signed word that it accepts the terms and that its epoch keys opened.</summary>
public static class Acknowledgements
{
    /// <summary>Writes one.</summary>
    public static ObserverAcknowledgement Write(ChannelTerms terms, Epoch epoch, KeyCertificate certificate, SigningKey key)
    {
        Digest epochHash = EpochKeys.HashOf(terms, epoch);
        return new ObserverAcknowledgement
        {
            TermsHash = ByteString.CopyFrom(terms.Hash.ToArray()),
            EpochHash = ByteString.CopyFrom(epochHash.ToArray()),
            Certificate = certificate,
            Signature = ByteString.CopyFrom(key.Sign(Hash(terms.Network, terms.Hash, epochHash))),
        };
    }

    /// <summary>Whether this observer, whose root is given, acknowledged these terms and this epoch.</summary>
    public static bool TryVerify(ObserverAcknowledgement acknowledgement, ChannelTerms terms, Epoch epoch, PinnedParticipant observer, PublicKey root, DateTimeOffset now) =>
        TryVerify(acknowledgement, terms.Network, terms.Hash, EpochKeys.HashOf(terms, epoch), observer.Id, root, now);

    /// <summary>The same for one who knows only the hashes, such as the settlement agent.</summary>
    public static bool TryVerify(ObserverAcknowledgement acknowledgement, string network, Digest terms, Digest epoch, ParticipantId observer, PublicKey root, DateTimeOffset now)
    {
        if (!acknowledgement.TermsHash.Span.SequenceEqual(terms.ToArray()) || !acknowledgement.EpochHash.Span.SequenceEqual(epoch.ToArray())) return false;
        if (!KeyCertificates.TryVerify(acknowledgement.Certificate, root, network, observer, KeyPurpose.Channel, terms.ToArray(), now, out PublicKey key)) return false;
        using VerifyingKey verifier = new(key);
        return verifier.Verify(Hash(network, terms, epoch), acknowledgement.Signature.Span);
    }

    /// <summary>Whether it claims to be this observer's word.</summary>
    public static bool IsOf(ObserverAcknowledgement acknowledgement, ParticipantId observer) =>
        string.Equals(AuthorOf(acknowledgement), observer.ToString(), StringComparison.Ordinal);

    /// <summary>Whose word it claims to be; null where it does not say.</summary>
    public static string? AuthorOf(ObserverAcknowledgement acknowledgement) =>
        acknowledgement.Certificate is { } certificate && Parsing.TryParse(KeyCertificateBody.Parser, certificate.Body.Span, out KeyCertificateBody? body) ? body.Participant : null;

    private static Digest Hash(string network, Digest terms, Digest epoch) => new HashWriter("settlement/acknowledgement").Text(network).Digest(terms).Digest(epoch).Finish();
}
