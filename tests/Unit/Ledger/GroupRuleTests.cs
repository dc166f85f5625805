using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Core.Notarisation;
using Settlement.Ledger;
using Settlement.Tests.Ledger;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.Unit.Ledger;

/// <summary>Each rule of groups with the record that breaks it alone.</summary>
public sealed class GroupRuleTests
{
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(30);

    // Two channels with a head each are a group that expires in 30 seconds, and the first has reserved; then one submission.
    public static TheoryData<string, string> Cases() => new()
    {
        { "the second reserves", "" },
        { "the second reserves in the last moment", "" },
        { "the second reserves too late", LedgerCodes.GroupExpired },
        { "the first reserves again", "" },
        { "the first reserves again too late", "" },
        { "the first reserves at another head", LedgerCodes.AlreadyReserved },
        { "the second reserves at no head of its own", LedgerCodes.ReservedHead },
        { "a third channel reserves", LedgerCodes.NotOfGroup },
        { "an unknown channel of a group reserves", LedgerCodes.UnknownChannel },
        { "the second reserves with one signature", LedgerCodes.ReservationSignature },
        { "the second reserves with signatures swapped", LedgerCodes.ReservationSignature },
        { "the second reserves with the first's signatures", LedgerCodes.ReservationSignature },
        { "the second reserves for a group of the same channels", LedgerCodes.ReservationSignature },
        { "more signatures than a channel has members", LedgerCodes.Malformed },
        { "a group of one channel", LedgerCodes.Malformed },
        { "a group of too many channels", LedgerCodes.Malformed },
        { "a group that names a channel twice", LedgerCodes.Malformed },
        { "a group in falling order", LedgerCodes.Malformed },
        { "a group with a short nonce", LedgerCodes.Malformed },
        { "a group with a short channel", LedgerCodes.Malformed },
        { "a group with a time beyond the calendar", LedgerCodes.Malformed },
        { "a group that is no message", LedgerCodes.Malformed },
        { "a group of another network", LedgerCodes.OtherNetwork },
        { "a group of another suite", LedgerCodes.OtherNetwork },
        { "commit before the second", LedgerCodes.GroupIncomplete },
        { "commit before the second, too late", LedgerCodes.GroupIncomplete },
        { "commit after the second", "" },
        { "commit after the second, long after", "" },
        { "abort before the second", LedgerCodes.GroupStillOpen },
        { "abort before the second, in the last moment", LedgerCodes.GroupStillOpen },
        { "abort before the second, too late", "" },
        { "abort after the second", LedgerCodes.GroupComplete },
        { "abort after the second, long after", LedgerCodes.GroupComplete },
        { "abort of an unknown group", LedgerCodes.UnknownGroup },
        { "a decision with a short id", LedgerCodes.Malformed },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_record_is_answered_by_its_rule(string name, string code)
    {
        LedgerWorld world = new LedgerWorld().WithBanks();
        TestChannel first = world.Open(), second = world.Open(), third = world.Open();
        Digest head1 = Head(world, first), head2 = Head(world, second), head3 = Head(world, third);
        DateTimeOffset expires = world.Now + Life;
        ByteString group = world.Group(expires, first, second);
        Assert.Equal("", world.Submit(LedgerWorld.Alpha, first.Reserve(group, head1)).Code);
        if (name.Contains("after the second", StringComparison.Ordinal)) Assert.Equal("", world.Submit(LedgerWorld.Beta, second.Reserve(group, head2)).Code);
        if (name.EndsWith("last moment", StringComparison.Ordinal)) world.Now = expires;
        if (name.EndsWith("too late", StringComparison.Ordinal)) world.Now = expires.AddMilliseconds(1);
        if (name.EndsWith("long after", StringComparison.Ordinal)) world.Now += TimeSpan.FromDays(1);
        long leaves = world.Machine.Count;

        Submission submission = name.Split(", ")[0] switch
        {
            "the second reserves" or "the second reserves in the last moment" or "the second reserves too late" => second.Reserve(group, head2),
            "the first reserves again" or "the first reserves again too late" => first.Reserve(group, head1),
            "the first reserves at another head" => first.Reserve(group, Head(world, first, head1, 2, ref leaves)),
            "the second reserves at no head of its own" => second.Reserve(group, head1),
            "a third channel reserves" => third.Reserve(group, head3),
            "an unknown channel of a group reserves" => Unknown(world, first),
            "the second reserves with one signature" => With(second.Reserve(group, head2), static r => r.Signatures.RemoveAt(1)),
            "the second reserves with signatures swapped" => With(second.Reserve(group, head2), static r => (r.Signatures[0], r.Signatures[1]) = (r.Signatures[1], r.Signatures[0])),
            "the second reserves with the first's signatures" => With(first.Reserve(group, head2), r => r.Channel = TestChannel.Bytes(second.Id)),
            "the second reserves for a group of the same channels" => With(second.Reserve(group, head2), r => r.GroupBody = world.Group(expires, first, second)),
            "more signatures than a channel has members" => With(second.Reserve(group, head2), static r => r.Signatures.Add(Enumerable.Repeat(r.Signatures[0], OpenedChannel.MaximumMembers))),
            "a group of one channel" => OfGroup(second, head2, group, static body => body.Channels.RemoveAt(1)),
            "a group of too many channels" => second.Reserve(TooMany(world, second), head2),
            "a group that names a channel twice" => OfGroup(second, head2, group, static body => body.Channels[1] = body.Channels[0]),
            "a group in falling order" => OfGroup(second, head2, group, static body => (body.Channels[0], body.Channels[1]) = (body.Channels[1], body.Channels[0])),
            "a group with a short nonce" => OfGroup(second, head2, group, static body => body.Nonce = ByteString.CopyFrom(new byte[31])),
            "a group with a short channel" => OfGroup(second, head2, group, static body => body.Channels[0] = ByteString.CopyFrom(new byte[31])),
            "a group with a time beyond the calendar" => OfGroup(second, head2, group, static body => body.ExpiresUnixMs = long.MaxValue),
            "a group that is no message" => second.Reserve(ByteString.CopyFrom(255), head2),
            "a group of another network" => OfGroup(second, head2, group, static body => body.Network = "other"),
            "a group of another suite" => OfGroup(second, head2, group, static body => body.Suite = 2),
            "commit before the second" or "commit after the second" => LedgerWorld.Decide(group, isCommitted: true),
            "abort before the second" or "abort after the second" => LedgerWorld.Decide(group, isCommitted: false),
            "abort of an unknown group" => LedgerWorld.Decide(world.Group(world.Now.AddDays(-1), first, second), isCommitted: false),
            "a decision with a short id" => new Submission { Decided = new DecidedRecord { Group = ByteString.CopyFrom(new byte[31]) } },
            _ => throw new InvalidOperationException(name),
        };

        Assert.Equal(code, world.Submit(LedgerWorld.Beta, submission).Code);
        bool isKnown = code.Length > 0 || name.Contains("again", StringComparison.Ordinal);
        Assert.Equal(leaves + (isKnown ? 0 : 1), world.Machine.Count);
        Assert.Empty(DatabaseVerification.Verify(LedgerWorld.Network, world.LedgerKey, world.Tables.Rows).Findings);
    }

    [Fact]
    public void A_decided_group_answers_with_its_decision_whatever_is_asked()
    {
        LedgerWorld world = new LedgerWorld().WithBanks();
        TestChannel first = world.Open(), second = world.Open();
        Digest head1 = Head(world, first), head2 = Head(world, second);
        ByteString kept = world.Group(world.Now + Life, first, second), dropped = world.Group(world.Now + Life, first, second);
        // All of a group may come in one request: the last member that hears of it need not ask again.
        LedgerReply reply = world.Ask(LedgerWorld.Alpha, request => request.Submissions.AddRange(
            [first.Reserve(kept, head1), second.Reserve(kept, head2), LedgerWorld.Decide(kept, isCommitted: true), first.Reserve(dropped, head1)]));
        Assert.All(reply.Results, static result => Assert.Equal("", result.Code));
        world.Now += Life + TimeSpan.FromMilliseconds(1);
        Assert.Equal("", world.Submit(LedgerWorld.Beta, LedgerWorld.Decide(dropped, isCommitted: false)).Code);
        foreach ((ByteString group, bool isCommitted) in new[] { (kept, true), (dropped, false) })
        {
            foreach (bool asked in new[] { true, false })
            {
                SubmissionResult result = world.Submit(LedgerWorld.Beta, LedgerWorld.Decide(group, asked));
                Assert.True(world.View.TryVerify(result.Receipt, out Leaf? leaf, out _));
                Assert.True(DecidedGroup.TryRead(leaf.Decided, LedgerWorld.Network, out DecidedGroup? decided, out _));
                Assert.Equal(new DecidedGroup(RecordHashes.Group(group.Span), isCommitted, null), decided);
            }
        }
    }

    [Fact]
    public void A_group_of_many_channels_costs_its_submitter_more()
    {
        LedgerWorld world = new LedgerWorld(settings: LedgerSettings.Default with { HeadsPerSecond = 1, HeadBurst = 20 }).WithBanks();
        TestChannel channel = world.Open();
        Digest head = Head(world, channel);
        ByteString large = ChannelGroup.Of(LedgerWorld.Network, [channel.Id, .. Enumerable.Range(1, 255).Select(_ => world.NewDigest())], world.Now + Life, world.NewDigest()).ToByteString();
        Assert.Equal("", world.Submit(LedgerWorld.Alpha, channel.Reserve(large, head)).Code);
        for (int i = 0; i < 2; i++) world.Submit(LedgerWorld.Alpha, channel.Reserve(world.Group(world.Now + Life, channel, world.NewChannel()), head));
        Assert.Equal(LedgerCodes.QuotaUsed, world.Submit(LedgerWorld.Alpha, channel.Reserve(world.Group(world.Now + Life, channel, world.NewChannel()), head)).Code);
    }

    private static Digest Head(LedgerWorld world, TestChannel channel)
    {
        Digest head = world.NewDigest();
        Assert.Equal("", world.Submit(LedgerWorld.Alpha, channel.Head(1, 1, Digest.Zero, head)).Code);
        return head;
    }

    private static Digest Head(LedgerWorld world, TestChannel channel, Digest previous, long sequence, ref long leaves)
    {
        Digest head = world.NewDigest();
        Assert.Equal("", world.Submit(LedgerWorld.Alpha, channel.Head(1, sequence, previous, head)).Code);
        leaves++;
        return head;
    }

    private static Submission Unknown(LedgerWorld world, TestChannel known)
    {
        TestChannel unknown = world.NewChannel();
        return unknown.Reserve(world.Group(world.Now + Life, known, unknown), world.NewDigest());
    }

    private static ByteString TooMany(LedgerWorld world, TestChannel channel) => ChannelGroup.Of(
        LedgerWorld.Network, [channel.Id, .. Enumerable.Range(0, ChannelGroup.MaximumChannels).Select(_ => world.NewDigest())], world.Now + Life, world.NewDigest()).ToByteString();

    private static Submission OfGroup(TestChannel channel, Digest head, ByteString groupBody, Action<GroupBody> change)
    {
        GroupBody body = GroupBody.Parser.ParseFrom(groupBody);
        change(body);
        return channel.Reserve(body.ToByteString(), head);
    }

    private static Submission With(Submission submission, Action<ReserveRecord> change)
    {
        change(submission.Reserve);
        return submission;
    }
}
