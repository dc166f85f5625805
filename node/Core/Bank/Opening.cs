using Google.Protobuf;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Machines;
using Settlement.Core.Nodes;
using Settlement.Core.Notarisation;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;
using Settlement.Wire.Participants;

namespace Settlement.Core.Bank;

/// <summary>A channel that this bank is opening, or was asked to open.</summary>
internal sealed class Opening(ChannelTerms terms, int own, OpeningRow row, Retry retry, long? callId)
{
    public ChannelTerms Terms { get; } = terms;

    /// <summary>This bank's number: 0 for the proposer.</summary>
    public int Own { get; } = own;

    /// <summary>As the vault keeps it.</summary>
    public OpeningRow Row { get; } = row;

    public Retry Retry { get; } = retry;

    /// <summary>The operator's call that waits for the outcome; lost in a restart.</summary>
    public long? CallId { get; } = callId;

    /// <summary>Whether the ledger was asked and has not answered.</summary>
    public bool IsSubmitted { get; set; }

    /// <summary>Since when the ledger says that it does not list the overdue channel.</summary>
    public DateTimeOffset? UnlistedSince { get; set; }

    /// <summary>A new one, with a fresh channel key that the own root certifies.</summary>
    public static Opening Begin(NodeContext node, BankSettings settings, ChannelTerms terms, int own, Epoch epoch, EpochKeys keys, KeyCertificate? proposer, long? callId)
    {
        using SigningKey key = SigningKey.Generate(node.Entropy);
        OpeningRow row = new() { Terms = ByteString.CopyFrom(terms.Bytes), Epoch = epoch, ChannelKey = ByteString.CopyFrom(key.ToScalar()), IsProposer = proposer is null, SinceUnixMs = node.NowUnixMs };
        row.EpochSecrets.Add(keys.Secrets.Select(s => new EpochSecret { Audience = s.Audience.Bits, Secret = ByteString.CopyFrom(s.Secret) }));
        if (proposer is not null) row.Certificates.Add(proposer);
        row.Certificates.Add(node.Parts.Keys.Certify(KeyPurpose.Channel, key.PublicKey, node.Now - NodeContext.ClockTolerance, node.Now + settings.ChannelKeyLife, terms.Hash.ToArray()));
        return new Opening(terms, own, row, node.NewRetry(), callId);
    }

    /// <summary>What the members say when the ledger has it.</summary>
    public static PeerMessage NoticeOf(OpeningRow row, ChannelTerms terms)
    {
        ChannelOpened notice = new() { TermsHash = ByteString.CopyFrom(terms.Hash.ToArray()), Record = row.Record };
        notice.MemberCertificates.Add(row.Certificates);
        notice.Acknowledgements.Add(row.Acknowledgements);
        return new PeerMessage { Opened = notice };
    }

    /// <summary>Whether the leaf shows that the ledger lists the channel: its opening, or a head that its members endorsed.</summary>
    public static bool Lists(string network, OpeningRecord record, Digest channel, Leaf leaf)
    {
        if (leaf.RecordCase == Leaf.RecordOneofCase.Opening) return RecordHashes.Channel(leaf.Opening.Body.Span) == channel;
        if (leaf.RecordCase != Leaf.RecordOneofCase.Head || !EndorsedHead.TryRead(leaf.Head, out EndorsedHead? head) || head.Fields.Channel != channel) return false;
        if (!OpenedChannel.TryRead(record, network, out OpenedChannel? opened, out _) || opened.Id != channel) return false;
        List<VerifyingKey> members = [.. opened.MemberKeys.Select(k => new VerifyingKey(k))];
        bool isEndorsed = head.IsEndorsedBy(network, members);
        foreach (VerifyingKey member in members) member.Dispose();
        return isEndorsed;
    }

    /// <summary>The other member's consent: its certificate and its signature over the channel's id.</summary>
    public PeerMessage Consent()
    {
        using SigningKey key = SigningKey.FromScalar(Row.ChannelKey.Span);
        Digest channel = RecordHashes.Channel(Body(OtherKey(), key.PublicKey));
        Row.Channel = ByteString.CopyFrom(channel.ToArray());
        return new PeerMessage
        {
            OpenAnswer = new OpenAnswer { TermsHash = ByteString.CopyFrom(Terms.Hash.ToArray()), Certificate = Row.Certificates[1], Signature = ByteString.CopyFrom(key.Sign(channel)) },
        };
    }

    /// <summary>The record that the ledger gets, with both members' signatures.</summary>
    public OpeningRecord Record()
    {
        using SigningKey key = SigningKey.FromScalar(Row.ChannelKey.Span);
        byte[] body = Body(key.PublicKey, OtherKey());
        Digest channel = RecordHashes.Channel(body);
        OpeningRecord record = new() { Body = ByteString.CopyFrom(body) };
        record.Signatures.Add(ByteString.CopyFrom(key.Sign(channel)));
        record.Signatures.Add(Row.CounterpartySignature);
        Row.Record = record;
        Row.Channel = ByteString.CopyFrom(channel.ToArray());
        return record;
    }

    /// <summary>The body of the opening record, whose hash is the channel's id.</summary>
    public byte[] Body(PublicKey first, PublicKey second) => PendingOpening.Body(Terms, Row.Epoch, first, second);

    /// <summary>The public half of the own channel key.</summary>
    public PublicKey OwnKey()
    {
        using SigningKey key = SigningKey.FromScalar(Row.ChannelKey.Span);
        return key.PublicKey;
    }

    /// <summary>The other member's channel key, from the certificate that was checked when it came.</summary>
    public PublicKey OtherKey() =>
        PublicKey.TryRead(KeyCertificateBody.Parser.ParseFrom(Row.Certificates[1 - Own].Body).PublicKey.Span, out PublicKey key)
            ? key
            : throw new InvalidOperationException("The certificate was checked.");

    /// <summary>Whether this observer's acknowledgement is there.</summary>
    public bool HasAcknowledged(PinnedParticipant observer) => Row.Acknowledgements.Any(a => Acknowledgements.IsOf(a, observer.Id));

    /// <summary>This bank's side of the open channel.</summary>
    public ChannelSide Build(NodeContext node)
    {
        EpochKeys keys = EpochKeys.Restore(Row.Epoch.Number, Row.EpochSecrets.Select(s => (new AudienceMask(s.Audience), s.Secret.ToByteArray())));
        ChannelContext context = new(new Digest(Row.Channel.Span), Terms, keys, Own);
        Pace pace = new();
        return new ChannelSide(context, SigningKey.FromScalar(Row.ChannelKey.Span), OtherKey(), pace, node.NewRetry(pace), node.NextOrder) { Opening = Row };
    }
}
