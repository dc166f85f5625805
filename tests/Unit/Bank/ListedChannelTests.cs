using Google.Protobuf;
using Settlement.Core.Bank;
using Settlement.Core.Cryptography;
using Settlement.Core.Merkle;
using Settlement.Core.Monetary;
using Settlement.Core.Notarisation;
using Settlement.Tests.Hostile;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.Bank;

/// <summary>A channel is open once the ledger shows a leaf that lists it. One that is in the log, and about something else, shows nothing.</summary>
public sealed class ListedChannelTests
{
    private static readonly Dictionary<string, Leaf.RecordOneofCase> Others = new(StringComparer.Ordinal)
    {
        ["a participant's listing"] = Leaf.RecordOneofCase.Participant,
        ["another channel's opening"] = Leaf.RecordOneofCase.Opening,
        ["another channel's head"] = Leaf.RecordOneofCase.Head,
    };

    public static MatrixTheoryData<bool, string> Table => new([true, false], Others.Keys);

    [Theory]
    [MemberData(nameof(Table))]
    public void A_leaf_of_something_else_opens_no_channel(bool isProposer, string other)
    {
        using TwoBanks world = new(withGamma: true);
        ChannelRequest toGamma = new(world.Gamma!.Id, world.Gamma.Keys.RootFingerprint, [(world.Supervisor.Id, world.Supervisor.Keys.RootFingerprint)], world.Contracts, [TwoBanks.Eur], []);
        Digest known = world.Ask<OpenChannelResult>(world.Alpha, call => new BankInput.OpenChannel(call, toGamma)).Channel!.Value;
        Money amount = new(TwoBanks.Eur, 1_00);
        world.Credit(world.Alpha, amount);
        Assert.Null(world.Ask<FundAnswer>(world.Alpha, call => new BankInput.Fund(call, known, amount)).Refusal);

        TestNode victim = isProposer ? world.Alpha : world.Beta;
        int lies = 0;
        world.OnLedgerReply = (node, reply) =>
        {
            if (node != victim) return reply;
            foreach (SubmissionResult result in reply.Results.Where(static r => r.Receipt is not null))
            {
                result.Receipt = Receipt(world, Others[other]);
                lies++;
            }

            foreach (ChannelStatus status in reply.Channels.Where(static c => c.Known))
            {
                status.HeadReceipt = Receipt(world, Others[other]);
                lies++;
            }

            return reply;
        };
        world.Tell(world.Alpha, call => new BankInput.OpenChannel(call, world.Request()));
        world.Settle();
        Assert.Equal(1, lies);
        Assert.Empty(ChannelsWithEachOther(world, victim));
        Assert.Equal([LedgerCodes.ReceiptLeaf], victim.Alarms);

        world.OnLedgerReply = null;
        world.Pass(TimeSpan.FromSeconds(30));
        Assert.Equal(Assert.Single(ChannelsWithEachOther(world, world.Alpha)).Channel, Assert.Single(ChannelsWithEachOther(world, world.Beta)).Channel);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_head_of_the_channel_opens_it_only_with_the_endorsements_of_both(bool hasOne)
    {
        using TwoBanks world = new();
        PeerMessage? notice = null;
        world.OnPeer = (_, to, message) =>
        {
            if (to != world.Beta || message.Opened is null) return [message];
            notice = message.Clone();
            return [];
        };
        ByteString channel = HostileWorld.Bytes(world.Ask<OpenChannelResult>(world.Alpha, call => new BankInput.OpenChannel(call, world.Request())).Channel!.Value);
        _ = new ForgedLedger(world, world.Beta, leaves => new Leaf { TimeUnixMs = leaves[^1].TimeUnixMs, Head = Head(world, channel, hasOne) });
        world.Send(world.Alpha, world.Beta, notice!);
        Assert.Empty(ChannelsWithEachOther(world, world.Beta));
        Assert.Equal([LedgerCodes.ReceiptLeaf], world.Beta.Alarms);
    }

    /// <summary>A head that the proposer alone has endorsed, or nobody.</summary>
    private static HeadRecord Head(TwoBanks world, ByteString channel, bool hasOne)
    {
        HeadRecord head = new()
        {
            Channel = channel, Term = 1, Sequence = 1, PreviousHead = HostileWorld.Bytes(Digest.Zero), Head = HostileWorld.Bytes(Digest.Of("a head"u8)),
        };
        DateTimeOffset notAfter = world.Now.AddMinutes(1);
        using SigningKey key = world.ChannelKey(world.Alpha);
        Digest signed = RecordHashes.Endorsement(TwoBanks.Network, new HeadFields(new Digest(channel.Span), 1, 1, Digest.Zero, new Digest(head.Head.Span)), notAfter);
        Endorsement own = new() { NotAfterUnixMs = notAfter.ToUnixTimeMilliseconds(), Signature = ByteString.CopyFrom(key.Sign(hasOne ? signed : Digest.Zero)) };
        head.Endorsements.Add([own, own.Clone()]);
        return head;
    }

    private static IEnumerable<ChannelView> ChannelsWithEachOther(TwoBanks world, TestNode bank) =>
        world.Ask<ChannelList>(bank, call => new BankInput.ListChannels(call)).Channels.Where(c => c.Counterparty == world.Other(bank).Id);

    /// <summary>The receipt of the first leaf of a kind, as the ledger would give it now.</summary>
    private static LeafReceipt Receipt(TwoBanks world, Leaf.RecordOneofCase kind)
    {
        IReadOnlyList<ByteString> leaves = world.AskLedger(world.Supervisor, new LedgerRequest { Suite = 1, Network = TwoBanks.Network, Log = new LogQuery { Limit = 1_000 } }).Log;
        MerkleTree tree = new();
        foreach (ByteString leaf in leaves) tree.Append(Rfc6962.HashLeaf(leaf.Span));
        int at = leaves.TakeWhile(leaf => Leaf.Parser.ParseFrom(leaf).RecordCase != kind).Count();
        LeafReceipt receipt = new() { Leaf = leaves[at] };
        receipt.InclusionPath.Add(tree.InclusionPath(at, tree.Count).Select(HostileWorld.Bytes));
        return receipt;
    }
}
