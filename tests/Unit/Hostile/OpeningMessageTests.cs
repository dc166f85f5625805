using Google.Protobuf;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Nodes;
using Settlement.Core.Notarisation;
using Settlement.Core.Reading;
using Settlement.Core.Regulator;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;
using Settlement.Tests.Bank;
using Settlement.Tests.Channels;
using Settlement.Tests.Simulation;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;
using Kind = Settlement.Wire.Channels.PeerMessage.MessageOneofCase;

namespace Settlement.Tests.Hostile;

/// <summary>What is said of openings costs a bounded number of signatures and messages, however much of it is said at once.</summary>
public sealed class OpeningMessageTests
{
    private const int Many = 12 * OpeningMessages.MaxOfParticipant;

    // Those of a consent or an acknowledgement are the certificate's and its own; those of a notice the members'.
    private const int MostChecksOfMessage = 2;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_notice_of_another_channel_costs_no_signature(bool toObserver)
    {
        using TwoBanks world = new();
        TestNode to = toObserver ? world.Supervisor : world.Beta;
        PeerMessage notice = Held(world, Kind.Opened, to);
        // Well signed by as many keys as a channel may have, and about the same terms and epoch.
        OpeningBody body = OpeningBody.Parser.ParseFrom(notice.Opened.Record.Body);
        SigningKey[] keys = [.. Enumerable.Range(0, OpenedChannel.MaximumMembers).Select(static i => SigningKey.Generate(new SeededEntropy(70 + i)))];
        body.MemberKeys.Clear();
        body.MemberKeys.Add(keys.Select(static key => ByteString.CopyFrom(key.PublicKey.ToArray())));
        PeerMessage other = notice.Clone();
        other.Opened.Record = new OpeningRecord { Body = body.ToByteString() };
        Digest id = RecordHashes.Channel(other.Opened.Record.Body.Span);
        other.Opened.Record.Signatures.Add(keys.Select(key => ByteString.CopyFrom(key.Sign(id))));
        foreach (SigningKey key in keys) key.Dispose();
        Assert.True(OpenedChannel.TryRead(other.Opened.Record, TwoBanks.Network, out _, out _));

        Assert.Equal(0, ChecksOf(world, to, world.Alpha, other, OpeningMessages.MaxOfParticipant));
        Assert.Contains(ChannelCodes.TermsInvalid, to.Alarms);
        Assert.Null(Row(to).Record);
        Assert.Equal(0, ChannelsOf(world, to));
        world.Send(world.Alpha, to, notice);
        Assert.Equal(1, ChannelsOf(world, to));
    }

    [Fact]
    public void A_notice_with_more_acknowledgements_than_observers_costs_no_signature()
    {
        using TwoBanks world = new();
        PeerMessage notice = Held(world, Kind.Opened, world.Beta);
        PeerMessage storm = notice.Clone();
        ObserverAcknowledgement forged = storm.Opened.Acknowledgements[0];
        forged.Signature = Lies.Flipped(forged.Signature, 1);
        storm.Opened.Acknowledgements.Add(Enumerable.Repeat(forged, Many));
        Assert.Equal(0, ChecksOf(world, world.Beta, world.Alpha, storm, 1));
        Assert.Contains(ChannelCodes.TermsInvalid, world.Beta.Alarms);
        world.Send(world.Alpha, world.Beta, notice);
        Assert.Equal(1, ChannelsOf(world, world.Beta));
    }

    [Theory]
    [InlineData("notices to a bank")]
    [InlineData("notices to an observer")]
    [InlineData("consents")]
    [InlineData("acknowledgements")]
    public void Many_at_once_cost_the_signatures_of_a_few(string what)
    {
        using TwoBanks world = new();
        (Kind kind, TestNode from, TestNode to) = what switch
        {
            "notices to a bank" => (Kind.Opened, world.Alpha, world.Beta),
            "notices to an observer" => (Kind.Opened, world.Alpha, world.Supervisor),
            "consents" => (Kind.OpenAnswer, world.Beta, world.Alpha),
            _ => (Kind.Acknowledgement, world.Supervisor, world.Alpha),
        };
        PeerMessage honest = Held(world, kind, to);
        PeerMessage forged = honest.Clone();
        if (forged.Opened is { } opened) opened.Record.Signatures[1] = Lies.Flipped(opened.Record.Signatures[1], 1);
        else if (forged.OpenAnswer is { } answer) answer.Signature = Lies.Flipped(answer.Signature, 1);
        else forged.Acknowledgement.Signature = Lies.Flipped(forged.Acknowledgement.Signature, 1);

        Assert.InRange(ChecksOf(world, to, from, forged, Many), 1, MostChecksOfMessage * OpeningMessages.MaxOfParticipant);
        Assert.Equal(1, CountOf(to, ChannelCodes.TooOften));
        // The next drain takes as many again, and the true one among them.
        world.OnPeer = null;
        world.Send(from, to, honest);
        world.Pass(TimeSpan.FromSeconds(5));
        Assert.All(new[] { world.Alpha, world.Beta, world.Supervisor }, node => Assert.Equal(1, ChannelsOf(world, node)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_proposal_said_again_is_answered_a_few_times_at_once(bool toObserver)
    {
        using TwoBanks world = new();
        TestNode to = toObserver ? world.Supervisor : world.Beta;
        PeerMessage? proposal = null;
        int answers = 0;
        world.OnPeer = (from, receiver, message) =>
        {
            if (receiver == to && message.OpenProposal is not null) proposal ??= message.Clone();
            if (from != to) return [message];
            answers++;
            return [];
        };
        world.Tell(world.Alpha, call => new BankInput.OpenChannel(call, world.Request()));
        world.Settle();
        answers = 0;
        world.Send(world.Alpha, to, [.. Enumerable.Repeat(proposal!, Many)]);
        Assert.InRange(answers, 1, OpeningMessages.MaxOfParticipant);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Who_asks_for_the_notice_of_an_open_channel_gets_it_once_an_interval(bool isObserver)
    {
        using TwoBanks world = new TwoBanks().Open();
        TestNode asker = isObserver ? world.Supervisor : world.Beta;
        PeerMessage ask = Asking(world, isObserver);
        int notices = 0;
        world.OnPeer = (_, _, message) =>
        {
            notices += message.Opened is null ? 0 : 1;
            return [message];
        };
        for (int round = 1; round <= 3; round++)
        {
            for (int i = 0; i < OpeningMessages.MaxOfParticipant; i++) world.Send(asker, world.Alpha, ask, ask);
            Assert.Equal(round, notices);
            Assert.InRange(CountOf(world.Alpha, ChannelCodes.TooOften), 1, round * 2 * OpeningMessages.MaxOfParticipant);
            world.Pass(new NodeSettings().FirstRetry);
        }

        // The other one is answered all the same.
        world.Send(asker, world.Alpha, ask);
        world.Send(isObserver ? world.Beta : world.Supervisor, world.Alpha, Asking(world, !isObserver));
        Assert.Equal(3 + 2, notices);
    }

    [Fact]
    public void Only_the_proposer_says_that_a_channel_is_open()
    {
        using TwoBanks world = new TwoBanks().Open();
        int notices = 0;
        world.OnPeer = (_, _, message) =>
        {
            notices += message.Opened is null ? 0 : 1;
            return [message];
        };
        world.Send(world.Alpha, world.Beta, Asking(world, isObserver: false));
        world.Send(world.Supervisor, world.Beta, Asking(world, isObserver: true));
        Assert.Equal(0, notices);
    }

    private static PeerMessage Asking(TwoBanks world, bool isObserver)
    {
        ByteString hash = HostileWorld.Bytes(world.Context(world.Alpha).Terms.Hash);
        return isObserver ? new PeerMessage { Acknowledgement = new ObserverAcknowledgement { TermsHash = hash } } : new PeerMessage { OpenAnswer = new OpenAnswer { TermsHash = hash } };
    }

    /// <summary>Alpha opens a channel, and what one of the others waits for does not arrive.</summary>
    private static PeerMessage Held(TwoBanks world, Kind kind, TestNode at)
    {
        PeerMessage? held = null;
        world.OnPeer = (_, to, message) =>
        {
            if (to != at || message.MessageCase != kind) return [message];
            held ??= message.Clone();
            return [];
        };
        world.Tell(world.Alpha, call => new BankInput.OpenChannel(call, world.Request()));
        world.Settle();
        return held ?? throw new InvalidOperationException($"No {kind} passed.");
    }

    private static long ChecksOf(TwoBanks world, TestNode at, TestNode from, PeerMessage message, int times)
    {
        long before = at.Checks;
        world.Send(from, at, [.. Enumerable.Repeat(message, times)]);
        return at.Checks - before;
    }

    private static OpeningRow Row(TestNode node)
    {
        StoredPayload row = Assert.Single(node.Vault.Scan(PayloadKind.Channels));
        return node.Rows.Open(PayloadKind.Channels, row.Key, row.Body, OpeningRow.Parser);
    }

    private static long CountOf(TestNode node, string code)
    {
        VaultReader reader = new(TwoBanks.Network, node.Id, node.VaultKey);
        return node.Vault.Scan(PayloadKind.Alarms).Select(row => reader.ReadAlarm(row.Key, row.Body)).Where(alarm => alarm.Code == code).Sum(static alarm => (long)alarm.Count);
    }

    private static int ChannelsOf(TwoBanks world, TestNode node) => node == world.Supervisor
        ? world.Ask<ObservedChannels>(node, call => new RegulatorInput.ListChannels(call)).Channels.Count
        : world.Ask<ChannelList>(node, call => new BankInput.ListChannels(call)).Channels.Count;
}
