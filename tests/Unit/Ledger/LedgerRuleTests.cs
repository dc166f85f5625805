using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Core.Notarisation;
using Settlement.Ledger;
using Settlement.Tests.Ledger;
using Settlement.Wire.Ledger;
using Settlement.Wire.Participants;

namespace Settlement.Tests.Unit.Ledger;

/// <summary>Each rule with the record that breaks it alone.</summary>
public sealed class LedgerRuleTests
{
    private static readonly Digest Other = Digest.Of("other"u8);

    // A channel in term 2 with heads 1 and 2; then one submission by a listed bank.
    public static TheoryData<string, string> Cases() => new()
    {
        { "head 3", "" },
        { "head 1 again", "" },
        { "head 2 again after its expiry", "" },
        { "another head 2", LedgerCodes.NotNext },
        { "head 4", LedgerCodes.NotNext },
        { "head 3 that repeats head 1", LedgerCodes.NotNext },
        { "head 3 on another head", LedgerCodes.NotNext },
        { "head 3 of term 1", LedgerCodes.WrongTerm },
        { "head 3 of term 3", LedgerCodes.WrongTerm },
        { "head 3 expired", LedgerCodes.EndorsementExpired },
        { "head 3 expiring now", "" },
        { "head 3 with one endorsement", LedgerCodes.EndorsementSignature },
        { "head 3 with endorsements swapped", LedgerCodes.EndorsementSignature },
        { "head 3 with another not-after", LedgerCodes.EndorsementSignature },
        { "head 3 of another channel's members", LedgerCodes.EndorsementSignature },
        { "head 3 of an unknown channel", LedgerCodes.UnknownChannel },
        { "head with a short hash", LedgerCodes.Malformed },
        { "head with a time beyond the calendar", LedgerCodes.Malformed },
        { "head of sequence 0", LedgerCodes.Malformed },
        { "head of a term beyond the range", LedgerCodes.Malformed },
        { "takeover to term 3", "" },
        { "takeover to term 2 again", "" },
        { "takeover to term 4", LedgerCodes.TakeoverTerm },
        { "takeover at an old head", LedgerCodes.TakeoverHead },
        { "takeover by the other member", LedgerCodes.NotSequencer },
        { "takeover with the other's signature", LedgerCodes.TakeoverSignature },
        { "takeover of an unknown channel", LedgerCodes.UnknownChannel },
        { "takeover to term 1", LedgerCodes.Malformed },
        { "takeover too soon", LedgerCodes.TakeoverTooSoon },
        { "close", "" },
        { "close by the other member", "" },
        { "close at an old head", LedgerCodes.CloseHead },
        { "close of the opening", LedgerCodes.CloseHead },
        { "close at another sequence", LedgerCodes.CloseHead },
        { "close in an old term", LedgerCodes.CloseHead },
        { "close in a term to come", LedgerCodes.CloseHead },
        { "close with the other's signature", LedgerCodes.CloseSignature },
        { "close by a member that there is not", LedgerCodes.CloseSignature },
        { "close of another channel's member", LedgerCodes.CloseSignature },
        { "close of an unknown channel", LedgerCodes.UnknownChannel },
        { "close by a member beyond all", LedgerCodes.Malformed },
        { "close with a short head", LedgerCodes.Malformed },
        { "close of term 0", LedgerCodes.Malformed },
        { "opening again", "" },
        { "opening with one key", LedgerCodes.OpeningKeys },
        { "opening with one key twice", LedgerCodes.OpeningKeys },
        { "opening with a key off the curve", LedgerCodes.OpeningKeys },
        { "opening with a signature missing", LedgerCodes.OpeningSignature },
        { "opening with a wrong signature", LedgerCodes.OpeningSignature },
        { "opening of another network", LedgerCodes.OtherNetwork },
        { "opening of another suite", LedgerCodes.OtherNetwork },
        { "opening with a short terms hash", LedgerCodes.Malformed },
        { "opening that is no message", LedgerCodes.Malformed },
        { "nothing", LedgerCodes.UnknownKind },
        { "a record too large", LedgerCodes.TooLarge },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_record_is_answered_by_its_rule(string name, string code)
    {
        LedgerWorld world = new LedgerWorld().WithBanks();
        TestChannel channel = world.Open(), second = world.Open();
        Digest head1 = world.NewDigest(), head2 = world.NewDigest();
        Submission first = channel.Head(1, 1, Digest.Zero, head1);
        Assert.Equal("", world.Submit(LedgerWorld.Alpha, first).Code);
        Assert.Equal("", world.Submit(LedgerWorld.Beta, channel.Takeover(head1, 2, 1)).Code);
        if (name != "takeover too soon") world.Now += world.Settings.TakeoverInterval;
        Submission newest = channel.Head(2, 2, head1, head2);
        Assert.Equal("", world.Submit(LedgerWorld.Beta, newest).Code);
        long leaves = world.Machine.Count;

        Submission submission = name switch
        {
            "head 3" => channel.Head(2, 3, head2, Other),
            "head 1 again" => first,
            "head 2 again after its expiry" => After(world, TimeSpan.FromHours(1), newest),
            "another head 2" => channel.Head(2, 2, head1, Other),
            "head 4" => channel.Head(2, 4, head2, Other),
            "head 3 that repeats head 1" => channel.Head(2, 3, head2, head1),
            "head 3 on another head" => channel.Head(2, 3, head1, Other),
            "head 3 of term 1" => channel.Head(1, 3, head2, Other),
            "head 3 of term 3" => channel.Head(3, 3, head2, Other),
            "head 3 expired" => channel.Head(2, 3, head2, Other, world.Now.AddMilliseconds(-1)),
            "head 3 expiring now" => channel.Head(2, 3, head2, Other, world.Now),
            "head 3 with one endorsement" => With(channel.Head(2, 3, head2, Other), s => s.Head.Endorsements.RemoveAt(1)),
            "head 3 with endorsements swapped" => With(channel.Head(2, 3, head2, Other), s => (s.Head.Endorsements[0], s.Head.Endorsements[1]) = (s.Head.Endorsements[1], s.Head.Endorsements[0])),
            "head 3 with another not-after" => With(channel.Head(2, 3, head2, Other), s => s.Head.Endorsements[0].NotAfterUnixMs++),
            "head 3 of another channel's members" => With(second.Head(2, 3, head2, Other), s => s.Head.Channel = TestChannel.Bytes(channel.Id)),
            "head 3 of an unknown channel" => world.NewChannel().Head(1, 1, Digest.Zero, Other),
            "head with a short hash" => With(channel.Head(2, 3, head2, Other), s => s.Head.Head = ByteString.CopyFrom(new byte[31])),
            "head with a time beyond the calendar" => With(channel.Head(2, 3, head2, Other), s => s.Head.Endorsements[0].NotAfterUnixMs = long.MaxValue),
            "head of sequence 0" => With(channel.Head(2, 3, head2, Other), s => s.Head.Sequence = 0),
            "head of a term beyond the range" => With(channel.Head(2, 3, head2, Other), s => s.Head.Term = ulong.MaxValue),
            "takeover to term 3" => channel.Takeover(head2, 3, 0),
            "takeover to term 2 again" => channel.Takeover(head1, 2, 1),
            "takeover to term 4" => channel.Takeover(head2, 4, 1),
            "takeover at an old head" => channel.Takeover(head1, 3, 0),
            "takeover by the other member" => channel.Takeover(head2, 3, 1),
            "takeover with the other's signature" => With(channel.Takeover(head2, 3, 1), s => s.Takeover.Member = 0),
            "takeover of an unknown channel" => world.NewChannel().Takeover(Digest.Zero, 2, 1),
            "takeover to term 1" => channel.Takeover(head2, 1, 0),
            "takeover too soon" => channel.Takeover(head2, 3, 0),
            "close" => channel.Close(2, 2, head2, 0),
            "close by the other member" => channel.Close(2, 2, head2, 1),
            "close at an old head" => channel.Close(2, 2, head1, 0),
            "close of the opening" => channel.Close(2, 0, Digest.Zero, 0),
            "close at another sequence" => channel.Close(2, 1, head2, 0),
            "close in an old term" => channel.Close(1, 2, head2, 0),
            "close in a term to come" => channel.Close(3, 2, head2, 0),
            "close with the other's signature" => With(channel.Close(2, 2, head2, 1), s => s.Close.Member = 0),
            "close by a member that there is not" => channel.Close(2, 2, head2, 2),
            "close of another channel's member" => With(second.Close(2, 2, head2, 0), s => s.Close.Channel = TestChannel.Bytes(channel.Id)),
            "close of an unknown channel" => world.NewChannel().Close(1, 0, Digest.Zero, 0),
            "close by a member beyond all" => With(channel.Close(2, 2, head2, 0), s => s.Close.Member = OpenedChannel.MaximumMembers),
            "close with a short head" => With(channel.Close(2, 2, head2, 0), s => s.Close.Head = ByteString.Empty),
            "close of term 0" => With(channel.Close(2, 2, head2, 0), s => s.Close.Term = 0),
            "opening again" => channel.Opening,
            "opening with one key" => Opening(world, c => c.Body.MemberKeys.RemoveAt(1)),
            "opening with one key twice" => Opening(world, c => c.Body.MemberKeys[1] = c.Body.MemberKeys[0]),
            "opening with a key off the curve" => Opening(world, c => c.Body.MemberKeys[1] = ByteString.CopyFrom([4, .. new byte[64]])),
            "opening with a signature missing" => With(Opening(world, static _ => { }), s => s.Opening.Signatures.RemoveAt(1)),
            "opening with a wrong signature" => With(Opening(world, static _ => { }), s => s.Opening.Signatures[1] = s.Opening.Signatures[0]),
            "opening of another network" => Opening(world, c => c.Body.Network = "other"),
            "opening of another suite" => Opening(world, c => c.Body.Suite = 2),
            "opening with a short terms hash" => Opening(world, c => c.Body.TermsHash = ByteString.Empty),
            "opening that is no message" => new Submission { Opening = new OpeningRecord { Body = ByteString.CopyFrom(255) } },
            "nothing" => new Submission(),
            "a record too large" => new Submission { Opening = new OpeningRecord { Body = ByteString.CopyFrom(new byte[world.Settings.MaximumRecordBytes]) } },
            _ => throw new InvalidOperationException(name),
        };
        SubmissionResult result = world.Submit(LedgerWorld.Alpha, submission);
        Assert.Equal(code, result.Code);
        bool appends = code.Length == 0 && !name.Contains("again", StringComparison.Ordinal);
        Assert.Equal(leaves + (appends ? 1 : 0), world.Machine.Count);
        if (code.Length > 0 && submission.Head is { Head.Length: Digest.Length } && result.Channel is { Known: true } status)
            Assert.Equal((2UL, 2UL, TestChannel.Bytes(head2)), (status.Term, status.Sequence, status.Head));
        Assert.Empty(DatabaseVerification.Verify(LedgerWorld.Network, world.LedgerKey, world.Tables.Rows).Findings);
    }

    // A channel with head 1 and a leg of a group that was reserved there, closed; then one submission.
    public static TheoryData<string, string> ClosedCases() => new()
    {
        { "the close again", "" },
        { "a close by the other member", "" },
        { "a close at an old head", LedgerCodes.ChannelClosed },
        { "head 1 again", "" },
        { "head 2", LedgerCodes.ChannelClosed },
        { "a takeover", LedgerCodes.ChannelClosed },
        { "the reservation again", "" },
        { "another reservation", LedgerCodes.ChannelClosed },
        { "the opening again", "" },
        { "the group's decision", LedgerCodes.GroupIncomplete },
    };

    [Theory]
    [MemberData(nameof(ClosedCases))]
    public void Nothing_of_a_closed_channel_is_notarised_and_what_was_is_still_answered(string name, string code)
    {
        LedgerWorld world = new LedgerWorld().WithBanks();
        TestChannel channel = world.Open(), second = world.Open();
        Digest head1 = world.NewDigest();
        Submission first = channel.Head(1, 1, Digest.Zero, head1), close = channel.Close(1, 1, head1, 0);
        ByteString group = world.Group(world.Now.AddMinutes(1), channel, second), later = world.Group(world.Now.AddMinutes(1), channel, second);
        Submission reservation = channel.Reserve(group, head1);
        foreach (Submission submission in new[] { first, reservation }) Assert.Equal("", world.Submit(LedgerWorld.Alpha, submission).Code);
        SubmissionResult closed = world.Submit(LedgerWorld.Beta, close);
        Assert.Equal("", closed.Code);
        long leaves = world.Machine.Count;
        SubmissionResult result = world.Submit(LedgerWorld.Alpha, name switch
        {
            "the close again" => close,
            "a close by the other member" => channel.Close(1, 1, head1, 1),
            "a close at an old head" => channel.Close(1, 0, Digest.Zero, 0),
            "head 1 again" => first,
            "head 2" => channel.Head(1, 2, head1, Other),
            "a takeover" => channel.Takeover(head1, 2, 1),
            "the reservation again" => reservation,
            "another reservation" => channel.Reserve(later, head1),
            "the opening again" => channel.Opening,
            "the group's decision" => LedgerWorld.Decide(group, isCommitted: true),
            _ => throw new InvalidOperationException(name),
        });
        Assert.Equal((code, leaves), (result.Code, world.Machine.Count));
        if (name.Contains("close", StringComparison.Ordinal) && code.Length == 0) Assert.Equal(closed.Receipt, result.Receipt);
        LedgerReply reply = world.Ask(LedgerWorld.Beta, request => request.ChannelQueries.Add(TestChannel.Bytes(channel.Id)));
        Assert.Equal(closed.Receipt.Leaf, Assert.Single(reply.Channels).CloseReceipt.Leaf);
        Assert.Empty(DatabaseVerification.Verify(LedgerWorld.Network, world.LedgerKey, world.Tables.Rows).Findings);
        // A ledger that starts again knows it.
        world.Machine = LedgerMachine.Recover(LedgerWorld.Network, world.Signer, world.Settings, world.Tables.Events, world.Tables.NewestCheckpoint);
        Assert.Equal(LedgerCodes.ChannelClosed, world.Submit(LedgerWorld.Alpha, channel.Head(1, 2, head1, Other)).Code);
    }

    public static TheoryData<string, string> ParticipantCases() => new()
    {
        { "same again", "" },
        { "next version", "" },
        { "same version, other content", LedgerCodes.ParticipantVersion },
        { "earlier version", LedgerCodes.ParticipantVersion },
        { "another root", LedgerCodes.RootChanged },
        { "signed by another key", LedgerCodes.ParticipantSignature },
        { "without a TLS certificate", LedgerCodes.ParticipantCertificate },
        { "certificate of another participant", LedgerCodes.ParticipantCertificate },
        { "certificate of another root", LedgerCodes.ParticipantCertificate },
        { "certificate of a channel key", LedgerCodes.ParticipantCertificate },
        { "certificate that ends before it begins", LedgerCodes.ParticipantCertificate },
        { "another network", LedgerCodes.OtherNetwork },
        { "version 0", LedgerCodes.Malformed },
        { "no participant id", LedgerCodes.ParticipantFields },
        { "short form of the id", LedgerCodes.ParticipantFields },
        { "unknown role", LedgerCodes.ParticipantFields },
        { "endpoint without TLS", LedgerCodes.ParticipantFields },
        { "endpoint whose host has no name", LedgerCodes.ParticipantFields },
        { "endpoint with a label too long", LedgerCodes.ParticipantFields },
        { "endpoint in letters", "" },
        { "endpoint of an address", "" },
        { "somebody else's record", LedgerCodes.ParticipantFields },
    };

    [Theory]
    [MemberData(nameof(ParticipantCases))]
    public void A_participant_record_is_answered_by_its_rule(string name, string code)
    {
        var world = new LedgerWorld();
        const string id = LedgerWorld.Alpha;
        SigningKey root = world.NewKey(), other = world.NewKey();
        Submission listed = LedgerWorld.Record(id, root, 2);
        Assert.Equal("", world.Submit("", listed).Code);
        Submission submission = name switch
        {
            "same again" => listed,
            "next version" => LedgerWorld.Record(id, root, 3),
            "same version, other content" => LedgerWorld.Record(id, root, 2, b => b.Name = "Another"),
            "earlier version" => LedgerWorld.Record(id, root, 1),
            "another root" => LedgerWorld.Record(id, other, 3),
            "signed by another key" => LedgerWorld.Record(id, other, 3, b => b.RootPublicKey = ByteString.CopyFrom(root.PublicKey.ToArray())),
            "without a TLS certificate" => LedgerWorld.Record(id, root, 3, b => b.Certificates.RemoveAt(0)),
            "certificate of another participant" => LedgerWorld.Record(id, root, 3, b => b.Certificates[0] = LedgerWorld.Certificate(LedgerWorld.Beta, root, KeyPurpose.Tls)),
            "certificate of another root" => LedgerWorld.Record(id, root, 3, b => b.Certificates[0] = LedgerWorld.Certificate(id, other, KeyPurpose.Tls)),
            "certificate of a channel key" => LedgerWorld.Record(id, root, 3, b => b.Certificates.Add(LedgerWorld.Certificate(id, root, KeyPurpose.Channel, c => c.Scope = TestChannel.Bytes(Other)))),
            "certificate that ends before it begins" => LedgerWorld.Record(id, root, 3, b => b.Certificates[0] = LedgerWorld.Certificate(id, root, KeyPurpose.Tls, c => c.NotAfterUnixMs = c.NotBeforeUnixMs)),
            "another network" => LedgerWorld.Record(id, root, 3, b => b.Network = "other"),
            "version 0" => LedgerWorld.Record(id, root, 0),
            "no participant id" => LedgerWorld.Record(id, root, 3, b => b.Participant = "nobody"),
            "short form of the id" => LedgerWorld.Record(id, root, 3, b => b.Participant = id[..8]),
            "unknown role" => LedgerWorld.Record(id, root, 3, b => b.Role = "witness"),
            "endpoint without TLS" => LedgerWorld.Record(id, root, 3, b => b.Endpoint = "http://bank.example"),
            "endpoint whose host has no name" => LedgerWorld.Record(id, root, 3, b => b.Endpoint = "https://xn--ä:1"),
            "endpoint with a label too long" => LedgerWorld.Record(id, root, 3, b => b.Endpoint = $"https://{new string('ä', 60)}.example"),
            "endpoint in letters" => LedgerWorld.Record(id, root, 3, b => b.Endpoint = "https://bänk.example:7001"),
            "endpoint of an address" => LedgerWorld.Record(id, root, 3, b => b.Endpoint = "https://[::1]:7001"),
            "somebody else's record" => LedgerWorld.Record(LedgerWorld.Beta, other),
            _ => throw new InvalidOperationException(name),
        };
        Assert.Equal(code, world.Submit(id, submission).Code);
        Assert.True(world.Machine.TryFindRootKey(id, out PublicKey key));
        Assert.Equal(root.PublicKey, key);
    }

    private static Submission After(LedgerWorld world, TimeSpan time, Submission submission)
    {
        world.Now += time;
        return submission;
    }

    private static Submission With(Submission submission, Action<Submission> change)
    {
        change(submission);
        return submission;
    }

    private static Submission Opening(LedgerWorld world, Action<TestChannel> change)
    {
        TestChannel channel = world.NewChannel();
        change(channel);
        return channel.Opening;
    }
}
