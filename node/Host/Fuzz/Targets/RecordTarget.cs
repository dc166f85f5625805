using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Notarisation;
using Settlement.Core.Participants;
using Settlement.Host.Fuzz.Mutations;
using Settlement.Wire.Ledger;
using Settlement.Wire.Participants;

namespace Settlement.Host.Fuzz.Targets;

/// <summary>
/// Directory records, key certificates and reservations of groups, as every node or the ledger reads them. Half of the cases are signed again after the change,
/// by a participant that means ill: what is inside is looked at only behind a valid signature.
/// </summary>
internal sealed class RecordTarget : Reader
{
    private const string Network = "fuzz";
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);
    private readonly ParticipantKeys keys;
    private readonly ParticipantRecord honest;
    private readonly byte[] body;
    private readonly KeyCertificate certificate;
    private readonly ReserveRecord reservation;

    public RecordTarget()
    {
        SeededEntropy entropy = new(1);
        ParticipantId id = ParticipantId.TryParse("BANKDEFFXXX", out ParticipantId parsed) ? parsed : default;
        keys = new ParticipantKeys(Network, id, SigningKey.Generate(entropy), AgreementKey.Generate(entropy), SigningKey.Generate(entropy).PublicKey);
        honest = Participant.Write(keys, "Bank", "529900T8BM49AURSDO55", "bank", new Uri("https://127.0.0.1:9101"), 3, Now.AddDays(-1), Now.AddDays(1), keys.Tls);
        body = honest.Body.ToByteArray();
        certificate = keys.Certify(KeyPurpose.Channel, keys.Tls, Now.AddDays(-1), Now.AddDays(1), new byte[Digest.Length]);
        reservation = Reserved(ChannelGroup.Of(Network, [Digest.Of([1]), Digest.Of([2])], Now.AddMinutes(1), Digest.Of([3])).ToByteArray());
    }

    /// <inheritdoc/>
    public override byte[] Make(Chance chance) => chance.Below(6) switch
    {
        0 => WireMutator.Mutate(honest.ToByteArray(), chance, certificate.ToByteArray()),
        1 => WireMutator.Mutate(certificate.ToByteArray(), chance, honest.ToByteArray()),
        2 => WireMutator.Mutate(reservation.ToByteArray(), chance, certificate.ToByteArray()),
        3 => Reserved(WireMutator.Mutate(reservation.GroupBody.ToByteArray(), chance, reservation.ToByteArray())).ToByteArray(),
        4 => Signed(WireMutator.Mutate(body, chance, certificate.ToByteArray())),
        _ => Signed(Recertified(chance)),
    };

    /// <inheritdoc/>
    public override void Feed(byte[] input)
    {
        if (Parsing.TryParse(ParticipantRecord.Parser, input, out ParticipantRecord? record))
        {
            bool isListed = ListedParticipant.TryRead(record, Network, out ListedParticipant? listed, out string code);
            BrokenPromise.Unless(isListed == (code.Length == 0), "a refused record has a code", code);
            if (isListed)
            {
                BrokenPromise.Unless(listed!.Version > 0 && listed.Body.Name.Length <= ListedParticipant.MaximumTextLength, "a listed record keeps its bounds");
                _ = listed.ToString();
            }

            if (Participant.TryRead(record, Network, Now, out Participant? participant))
            {
                BrokenPromise.Unless(participant.Destination.Endpoint.Scheme == Uri.UriSchemeHttps, "an endpoint is reached over TLS");
                ParticipantDirectory directory = new();
                BrokenPromise.Unless(directory.Add(participant) && !directory.Add(participant), "a record is new once");
                BrokenPromise.Unless(directory.TryIdentify(participant.Destination.TlsKeyFingerprint, out ParticipantId known) && known == participant.Id, "who is listed is known by its key");
            }
        }

        if (Parsing.TryParse(ReserveRecord.Parser, input, out ReserveRecord? reserve))
        {
            bool isRead = SignedReservation.TryRead(reserve, Network, out SignedReservation? read, out string refusal);
            BrokenPromise.Unless(isRead == (refusal.Length == 0), "a refused reservation has a code", refusal);
            using VerifyingKey member = new(keys.Root.PublicKey);
            if (isRead && read!.IsSignedBy(Network, [member]))
                BrokenPromise.Unless(read.Group.Channels.Contains(read.Channel) && read.Group.Channels.Count is >= 2 and <= ChannelGroup.MaximumChannels, "a reservation is for a channel of its group");
        }

        if (!Parsing.TryParse(KeyCertificate.Parser, input, out KeyCertificate? shown)) return;
        if (KeyCertificates.TryVerify(shown, keys.Root.PublicKey, Network, keys.Participant, KeyPurpose.Channel, new byte[Digest.Length], Now, out PublicKey certified))
            BrokenPromise.Unless(shown.Body.Equals(certificate.Body) && certified == keys.Tls, "only the root makes certificates");
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        keys.Dispose();
        return base.DisposeAsync();
    }

    private ReserveRecord Reserved(byte[] group)
    {
        Digest channel = Digest.Of([1]), head = Digest.Of([4]);
        return new ReserveRecord
        {
            GroupBody = ByteString.CopyFrom(group), Channel = ByteString.CopyFrom(channel.ToArray()), Head = ByteString.CopyFrom(head.ToArray()),
            Signatures = { ByteString.CopyFrom(keys.Root.Sign(RecordHashes.Reservation(Network, RecordHashes.Group(group), channel, head))) },
        };
    }

    private byte[] Signed(byte[] changed) => new ParticipantRecord
    {
        Body = ByteString.CopyFrom(changed), Signature = ByteString.CopyFrom(keys.Root.Sign(RecordHashes.ParticipantRecord(changed))),
    }.ToByteArray();

    private byte[] Recertified(Chance chance)
    {
        ParticipantRecordBody read = ParticipantRecordBody.Parser.ParseFrom(body);
        int at = chance.Below(read.Certificates.Count);
        byte[] changed = WireMutator.Mutate(read.Certificates[at].Body.ToByteArray(), chance, certificate.Body.ToByteArray());
        read.Certificates[at] = new KeyCertificate { Body = ByteString.CopyFrom(changed), Signature = ByteString.CopyFrom(keys.Root.Sign(RecordHashes.KeyCertificate(changed))) };
        return read.ToByteArray();
    }
}
