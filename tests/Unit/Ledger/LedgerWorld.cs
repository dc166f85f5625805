using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Core.Notarisation;
using Settlement.Ledger;
using Settlement.Tests.Simulation;
using Settlement.Wire.Ledger;
using Settlement.Wire.Participants;

namespace Settlement.Tests.Ledger;

/// <summary>A ledger with participants and channels whose keys the test holds.</summary>
internal sealed class LedgerWorld
{
    public const string Network = "test";
    public const string Alpha = "ALPHDEFFXXX";
    public const string Beta = "BETAFRPPXXX";

    public static readonly DateTimeOffset Start = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    private readonly SeededEntropy entropy;
    private readonly SigningKey ledgerKey;
    private long calls;

    public LedgerWorld(long seed = 1, LedgerSettings? settings = null)
    {
        entropy = new SeededEntropy(seed);
        ledgerKey = SigningKey.Generate(entropy);
        Settings = settings ?? LedgerSettings.Default;
        Signer = new CheckpointSigner(Network, ledgerKey);
        Machine = new LedgerMachine(Network, Signer, Settings);
        View = new LedgerView(Network, ledgerKey.PublicKey);
    }

    public LedgerSettings Settings { get; }

    public CheckpointSigner Signer { get; }

    public PublicKey LedgerKey => ledgerKey.PublicKey;

    public LedgerMachine Machine { get; set; }

    public LedgerTables Tables { get; } = new();

    /// <summary>Follows every reply, so that each test also shows that the log never forks.</summary>
    public LedgerView View { get; }

    public DateTimeOffset Now { get; set; } = Start;

    public SigningKey NewKey() => SigningKey.Generate(entropy);

    public Digest NewDigest()
    {
        Span<byte> bytes = stackalloc byte[Digest.Length];
        entropy.Fill(bytes);
        return new Digest(bytes);
    }

    /// <summary>One step with one call.</summary>
    public LedgerReply Ask(string participant, Action<LedgerRequest> fill)
    {
        var request = new LedgerRequest { Suite = 1, Network = Network, KnownSize = (ulong)View.Checkpoint.Size };
        fill(request);
        LedgerStep step = Machine.Step(Now, [new LedgerCall(++calls, participant, request)]);
        Tables.Commit(step.Commit);
        (long call, LedgerReply reply) = Assert.Single(step.Replies);
        Assert.Equal(calls, call);
        Assert.True(View.TryAdvance(reply, out LedgerDoubt? doubt), doubt?.Code);
        return reply;
    }

    /// <summary>Submits one record; its receipt is verified where there is one.</summary>
    public SubmissionResult Submit(string participant, Submission submission)
    {
        SubmissionResult result = Assert.Single(Ask(participant, request => request.Submissions.Add(submission)).Results);
        Assert.Equal(result.Code.Length == 0, result.Receipt is not null);
        if (result.Receipt is not null) Assert.True(View.TryVerify(result.Receipt, out _, out LedgerDoubt? doubt), doubt?.Code);
        return result;
    }

    /// <summary>Lists <see cref="Alpha"/> and <see cref="Beta"/>.</summary>
    public LedgerWorld WithBanks()
    {
        Assert.Equal("", Submit("", Record(Alpha, NewKey())).Code);
        Assert.Equal("", Submit("", Record(Beta, NewKey())).Code);
        return this;
    }

    public TestChannel Open(int members = 2, string by = Alpha)
    {
        TestChannel channel = NewChannel(members);
        Assert.Equal("", Submit(by, channel.Opening).Code);
        return channel;
    }

    public TestChannel NewChannel(int members = 2) => new(this, [.. Enumerable.Range(0, members).Select(_ => NewKey())]);

    public ByteString Group(DateTimeOffset expires, params TestChannel[] channels) =>
        ChannelGroup.Of(Network, channels.Select(static channel => channel.Id), expires, NewDigest()).ToByteString();

    public static Submission Decide(ByteString groupBody, bool isCommitted) =>
        new() { Decided = new DecidedRecord { Group = TestChannel.Bytes(RecordHashes.Group(groupBody.Span)), IsCommitted = isCommitted } };

    public static Submission Record(string participant, SigningKey root, ulong version = 1, Action<ParticipantRecordBody>? change = null)
    {
        var body = new ParticipantRecordBody
        {
            Suite = 1, Network = Network, Participant = participant, Name = "A bank", Endpoint = "https://bank.example:7001", Version = version, Role = "bank",
            RootPublicKey = ByteString.CopyFrom(root.PublicKey.ToArray()),
            Certificates = { Certificate(participant, root, KeyPurpose.Tls), Certificate(participant, root, KeyPurpose.Encryption) },
        };
        change?.Invoke(body);
        ByteString bytes = body.ToByteString();
        return new Submission
        {
            Participant = new ParticipantRecord { Body = bytes, Signature = ByteString.CopyFrom(root.Sign(RecordHashes.ParticipantRecord(bytes.Span))) },
        };
    }

    public static KeyCertificate Certificate(string participant, SigningKey root, KeyPurpose purpose, Action<KeyCertificateBody>? change = null)
    {
        var body = new KeyCertificateBody
        {
            Suite = 1, Network = Network, Participant = participant, Purpose = purpose, PublicKey = ByteString.CopyFrom(root.PublicKey.ToArray()),
            NotBeforeUnixMs = Start.ToUnixTimeMilliseconds(), NotAfterUnixMs = Start.AddYears(1).ToUnixTimeMilliseconds(),
        };
        change?.Invoke(body);
        ByteString bytes = body.ToByteString();
        return new KeyCertificate { Body = bytes, Signature = ByteString.CopyFrom(root.Sign(RecordHashes.KeyCertificate(bytes.Span))) };
    }
}

/// <summary>A channel as its members know it, with all their keys.</summary>
internal sealed class TestChannel
{
    private readonly LedgerWorld world;
    private readonly SigningKey[] keys;

    public TestChannel(LedgerWorld world, SigningKey[] keys)
    {
        this.world = world;
        this.keys = keys;
        Body = new OpeningBody
        {
            Suite = 1, Network = LedgerWorld.Network, TermsHash = Bytes(world.NewDigest()), EpochHash = Bytes(world.NewDigest()),
            MemberKeys = { keys.Select(key => ByteString.CopyFrom(key.PublicKey.ToArray())) },
        };
    }

    public OpeningBody Body { get; }

    public Digest Id => RecordHashes.Channel(Body.ToByteArray());

    public Submission Opening => new()
    {
        Opening = new OpeningRecord { Body = Body.ToByteString(), Signatures = { keys.Select(key => ByteString.CopyFrom(key.Sign(Id))) } },
    };

    public Submission Head(long term, long sequence, Digest previous, Digest head, DateTimeOffset? notAfter = null)
    {
        var fields = new HeadFields(Id, term, sequence, previous, head);
        DateTimeOffset until = notAfter ?? world.Now.AddMinutes(1);
        Digest signed = RecordHashes.Endorsement(LedgerWorld.Network, fields, until);
        return new Submission
        {
            Head = new HeadRecord
            {
                Channel = Bytes(Id), Term = (ulong)term, Sequence = (ulong)sequence, PreviousHead = Bytes(previous), Head = Bytes(head),
                Endorsements =
                {
                    keys.Select(key => new Endorsement { NotAfterUnixMs = until.ToUnixTimeMilliseconds(), Signature = ByteString.CopyFrom(key.Sign(signed)) }),
                },
            },
        };
    }

    public Submission Takeover(Digest head, long newTerm, int member) => new()
    {
        Takeover = new TakeoverRecord
        {
            Channel = Bytes(Id), Head = Bytes(head), NewTerm = (ulong)newTerm, Member = (uint)member,
            Signature = ByteString.CopyFrom(keys[member % keys.Length].Sign(RecordHashes.Takeover(LedgerWorld.Network, Id, head, newTerm))),
        },
    };

    public Submission Close(long term, long sequence, Digest head, int member) => new()
    {
        Close = new CloseRecord
        {
            Channel = Bytes(Id), Term = (ulong)term, Sequence = (ulong)sequence, Head = Bytes(head), Member = (uint)member,
            Signature = ByteString.CopyFrom(keys[member % keys.Length].Sign(RecordHashes.Close(LedgerWorld.Network, Id, term, head, sequence))),
        },
    };

    public Submission Reserve(ByteString groupBody, Digest head)
    {
        Digest signed = RecordHashes.Reservation(LedgerWorld.Network, RecordHashes.Group(groupBody.Span), Id, head);
        return new Submission
        {
            Reserve = new ReserveRecord
            {
                GroupBody = groupBody, Channel = Bytes(Id), Head = Bytes(head), Signatures = { keys.Select(key => ByteString.CopyFrom(key.Sign(signed))) },
            },
        };
    }

    public static ByteString Bytes(Digest digest) => ByteString.CopyFrom(digest.ToArray());
}
