using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Core.Notarisation;
using Settlement.Ledger;
using Settlement.Tests.Ledger;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.Unit.Ledger;

public sealed class LedgerMachineTests
{
    [Fact]
    public void A_stranger_may_list_itself_and_learns_nothing_else()
    {
        LedgerWorld world = new LedgerWorld().WithBanks();
        TestChannel channel = world.Open();
        LedgerReply reply = world.Ask("", request =>
        {
            request.Submissions.Add(channel.Opening);
            request.Submissions.Add(channel.Head(1, 1, Digest.Zero, world.NewDigest()));
            request.Submissions.Add(world.NewChannel().Takeover(Digest.Zero, 2, 1));
            request.Submissions.Add(new Submission());
            request.ChannelQueries.Add(TestChannel.Bytes(channel.Id));
            request.ChannelQueries.Add(TestChannel.Bytes(Digest.Of("unknown"u8)));
            request.Log = new LogQuery { Limit = 10 };
            request.Directory = new DirectoryQuery { Limit = 10 };
        });
        Assert.All(reply.Results, static result => Assert.Equal(new SubmissionResult { Code = LedgerCodes.NotAdmitted }, result));
        Assert.Equal(reply.Channels[0].Clone().WithoutId(), reply.Channels[1].Clone().WithoutId());
        Assert.False(reply.Channels[0].Known);
        Assert.Empty(reply.Log);
        Assert.Empty(reply.Directory);
        Assert.Equal("", world.Submit("", LedgerWorld.Record("GAMMGB2LXXX", world.NewKey())).Code);
    }

    [Fact]
    public void One_step_is_one_transaction_and_one_checkpoint()
    {
        LedgerWorld world = new LedgerWorld().WithBanks();
        TestChannel first = world.Open(), second = world.Open();
        Digest a = world.NewDigest(), b = world.NewDigest(), c = world.NewDigest();
        LedgerStep step = world.Machine.Step(world.Now,
        [
            Call(1, LedgerWorld.Alpha, first.Head(1, 1, Digest.Zero, a), second.Head(1, 1, Digest.Zero, b)),
            Call(2, LedgerWorld.Beta, first.Head(1, 2, a, c), first.Head(1, 1, Digest.Zero, a)),
        ]);
        Assert.Single(step.Commit.Writes);
        // The events stand in the order of the log, also where channels alternate.
        Assert.Equal([$"channel-{first.Id}", $"channel-{second.Id}", $"channel-{first.Id}"], step.Commit.Appends.Select(append => append.Stream));
        Assert.Equal([1L, 1L, 2L], step.Commit.Appends.Select(append => append.ExpectedVersion));
        Assert.Equal([1L, 2L], step.Replies.Select(reply => reply.CallId));
        Assert.Single(step.Replies.Select(reply => reply.Reply.Checkpoint).Distinct());
        world.Tables.Commit(step.Commit);
        Assert.True(world.View.TryAdvance(Assert.Single(step.Replies.Take(1)).Reply, out _) || world.View.Checkpoint.Size == 4);
        Assert.True(DatabaseVerification.Verify(LedgerWorld.Network, world.LedgerKey, world.Tables.Rows).IsVerified);
    }

    [Fact]
    public void A_step_that_appends_nothing_stores_nothing_and_shows_the_same_checkpoint()
    {
        LedgerWorld world = new LedgerWorld().WithBanks();
        string before = world.Machine.Note;
        LedgerStep step = world.Machine.Step(world.Now, [Call(1, LedgerWorld.Alpha)]);
        Assert.True(step.Commit.IsEmpty);
        Assert.Equal(before, step.Replies[0].Reply.Checkpoint);
    }

    [Fact]
    public void Openings_count_against_the_submitter_until_the_window_has_passed()
    {
        LedgerWorld world = new LedgerWorld(settings: LedgerSettings.Default with { OpeningsPerWindow = 2 }).WithBanks();
        TestChannel first = world.Open();
        world.Open();
        Submission third = world.NewChannel().Opening;
        Assert.Equal(LedgerCodes.QuotaUsed, world.Submit(LedgerWorld.Alpha, third).Code);
        Assert.Equal("", world.Submit(LedgerWorld.Alpha, first.Opening).Code);
        Assert.Equal("", world.Submit(LedgerWorld.Beta, world.NewChannel().Opening).Code);
        world.Now += world.Settings.QuotaWindow;
        Assert.Equal("", world.Submit(LedgerWorld.Alpha, third).Code);
    }

    [Fact]
    public void Strangers_share_one_quota_and_listed_participants_have_their_own()
    {
        LedgerWorld world = new LedgerWorld(settings: LedgerSettings.Default with { StrangerRecordsPerWindow = 2, ParticipantRecordsPerWindow = 1 });
        SigningKey root = world.NewKey();
        Assert.Equal("", world.Submit("", LedgerWorld.Record(LedgerWorld.Alpha, root)).Code);
        Assert.Equal("", world.Submit("", LedgerWorld.Record(LedgerWorld.Beta, world.NewKey())).Code);
        Assert.Equal(LedgerCodes.QuotaUsed, world.Submit("", LedgerWorld.Record("GAMMGB2LXXX", world.NewKey())).Code);
        Assert.Equal("", world.Submit(LedgerWorld.Alpha, LedgerWorld.Record(LedgerWorld.Alpha, root, 2)).Code);
        Assert.Equal(LedgerCodes.QuotaUsed, world.Submit(LedgerWorld.Alpha, LedgerWorld.Record(LedgerWorld.Alpha, root, 3)).Code);
    }

    [Fact]
    public void Requests_beyond_their_bounds_are_refused_or_cut()
    {
        LedgerWorld world = new LedgerWorld(settings: LedgerSettings.Default with
        {
            MaximumSubmissionsPerRequest = 1, MaximumQueriesPerRequest = 2, MaximumLeavesPerReply = 3,
        }).WithBanks();
        TestChannel channel = world.Open();
        world.Open();
        LedgerReply reply = world.Ask(LedgerWorld.Alpha, request =>
        {
            request.Submissions.Add(world.NewChannel().Opening);
            request.Submissions.Add(world.NewChannel().Opening);
            for (int i = 0; i < 3; i++) request.ChannelQueries.Add(TestChannel.Bytes(channel.Id));
            request.Log = new LogQuery { Limit = uint.MaxValue };
            request.Directory = new DirectoryQuery { From = 1, Limit = uint.MaxValue };
        });
        Assert.Empty(reply.Results);
        Assert.Equal(2, reply.Channels.Count);
        Assert.Equal(3, reply.Log.Count);
        Assert.Single(reply.Directory);
        LedgerReply beyond = world.Ask(LedgerWorld.Alpha, request =>
        {
            request.Log = new LogQuery { From = ulong.MaxValue, Limit = 1 };
            request.Directory = new DirectoryQuery { From = ulong.MaxValue, Limit = 1 };
            request.KnownSize = ulong.MaxValue;
        });
        Assert.Empty(beyond.Log);
        Assert.Empty(beyond.Directory);
        Assert.Empty(beyond.ConsistencyPath);
    }

    [Fact]
    public void A_reply_with_leaves_keeps_to_its_bytes_but_always_moves_on()
    {
        LedgerWorld world = new LedgerWorld(settings: LedgerSettings.Default with { MaximumLogBytesPerReply = 1 }).WithBanks();
        LedgerReply reply = world.Ask(LedgerWorld.Alpha, request =>
        {
            request.Log = new LogQuery { Limit = 10 };
            request.Directory = new DirectoryQuery { Limit = 10 };
        });
        Assert.Single(reply.Log);
        Assert.Single(reply.Directory);
    }

    [Fact]
    public void Another_network_or_suite_is_refused_as_a_whole()
    {
        LedgerWorld world = new LedgerWorld().WithBanks();
        foreach (Action<LedgerRequest> change in new Action<LedgerRequest>[] { r => r.Network = "other", r => r.Suite = 2 })
        {
            LedgerReply reply = world.Ask(LedgerWorld.Alpha, request =>
            {
                request.Submissions.Add(world.NewChannel().Opening);
                request.Log = new LogQuery { Limit = 10 };
                change(request);
            });
            Assert.Equal(LedgerCodes.OtherNetwork, Assert.Single(reply.Results).Code);
            Assert.Empty(reply.Log);
        }
    }

    [Fact]
    public void Time_never_falls_along_the_log()
    {
        LedgerWorld world = new LedgerWorld().WithBanks();
        world.Now += TimeSpan.FromHours(1);
        world.Open();
        world.Now -= TimeSpan.FromHours(2);
        world.Open();
        LedgerReply reply = world.Ask(LedgerWorld.Alpha, static request => request.Log = new LogQuery { Limit = 10 });
        List<long> times = [.. reply.Log.Select(leaf => Leaf.Parser.ParseFrom(leaf).TimeUnixMs)];
        Assert.Equal(times.Order(), times);
        Assert.Equal(times[2], times[3]);
    }

    [Fact]
    public void Fields_that_the_ledger_does_not_know_are_not_kept()
    {
        LedgerWorld world = new LedgerWorld().WithBanks();
        TestChannel channel = world.Open();
        byte[] head = channel.Head(1, 1, Digest.Zero, world.NewDigest()).Head.ToByteArray();
        // Field 15 as a length-delimited value, within the head record.
        byte[] junk = [.. head, 0x7a, 4, (byte)'j', (byte)'u', (byte)'n', (byte)'k'];
        SubmissionResult result = world.Submit(LedgerWorld.Alpha, new Submission { Head = HeadRecord.Parser.ParseFrom(junk) });
        Assert.Equal("", result.Code);
        Assert.Equal(head, Leaf.Parser.ParseFrom(result.Receipt.Leaf).Head.ToByteArray());
    }

    [Fact]
    public void A_status_proves_the_newest_head_and_the_term()
    {
        LedgerWorld world = new LedgerWorld().WithBanks();
        TestChannel channel = world.Open();
        Digest head = world.NewDigest();
        Assert.Equal(Leaf.RecordOneofCase.Opening, Proven(world, Status(world, channel).HeadReceipt).RecordCase);
        world.Submit(LedgerWorld.Alpha, channel.Head(1, 1, Digest.Zero, head));
        world.Submit(LedgerWorld.Beta, channel.Takeover(head, 2, 1));
        ChannelStatus status = Status(world, channel);
        Assert.Equal((2UL, 1UL, TestChannel.Bytes(head)), (status.Term, status.Sequence, status.Head));
        Assert.Equal(TestChannel.Bytes(head), Proven(world, status.HeadReceipt).Head.Head);
        Assert.Equal(2UL, Proven(world, status.TermReceipt).Takeover.NewTerm);
    }

    [Fact]
    public void Recovery_refuses_a_vault_that_is_not_what_was_signed()
    {
        LedgerWorld world = new LedgerWorld().WithBanks();
        string early = world.Machine.Note;
        world.Open();
        string newest = world.Tables.NewestCheckpoint!;
        LedgerMachine Recover(int leaves, string? note) =>
            LedgerMachine.Recover(LedgerWorld.Network, world.Signer, world.Settings, world.Tables.Events.Take(leaves), note);
        Assert.Equal(world.Machine.Root, Recover(3, newest).Root);
        Assert.Equal(LedgerCodes.LeafMissing, Assert.Throws<LedgerDamagedException>(() => Recover(2, newest)).Code);
        Assert.Equal(LedgerCodes.LeafMissing, Assert.Throws<LedgerDamagedException>(() => Recover(3, early)).Code);
        Assert.Equal(LedgerCodes.CheckpointDiffers, Assert.Throws<LedgerDamagedException>(() => Recover(3, null)).Code);
        Assert.Equal(LedgerCodes.RootDiffers, Assert.Throws<LedgerDamagedException>(() => Recover(3, world.Signer.Sign(3, world.NewDigest()))).Code);
        LedgerDamagedException swapped = Assert.Throws<LedgerDamagedException>(() =>
            LedgerMachine.Recover(LedgerWorld.Network, world.Signer, world.Settings, world.Tables.Events.Reverse(), newest));
        Assert.Equal((LedgerCodes.LeafMissing, 0L), (swapped.Code, swapped.Leaf));
        Assert.Equal(0, Recover(0, null).Count);
    }

    private static LedgerCall Call(long id, string participant, params Submission[] submissions) =>
        new(id, participant, new LedgerRequest { Suite = 1, Network = LedgerWorld.Network, Submissions = { submissions } });

    private static ChannelStatus Status(LedgerWorld world, TestChannel channel) =>
        Assert.Single(world.Ask(LedgerWorld.Alpha, request => request.ChannelQueries.Add(TestChannel.Bytes(channel.Id))).Channels);

    private static Leaf Proven(LedgerWorld world, LeafReceipt receipt)
    {
        Assert.True(world.View.TryVerify(receipt, out Leaf? leaf, out LedgerDoubt? doubt), doubt?.Code);
        return leaf;
    }
}

internal static class ChannelStatusExtensions
{
    public static ChannelStatus WithoutId(this ChannelStatus status)
    {
        status.Channel = ByteString.Empty;
        return status;
    }
}
