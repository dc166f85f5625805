using Google.Protobuf;
using Settlement.Core.Agent;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Monetary;
using Settlement.Core.Notarisation;
using Settlement.Core.Store;
using Settlement.Tests.Bank;
using Settlement.Tests.Channels;
using Settlement.Wire.Agent;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.Agent;

/// <summary>The agent pays what members hold in closed channels: once, to the bank whose position it is, and nothing that is not shown to the last hash.</summary>
public sealed class ExitTests
{
    // Postings hold refusals too, which move nothing: what counts are accounts and pools.
    private static readonly PayloadKind[] Balances = [PayloadKind.Snapshots];

    private static readonly Dictionary<string, (string Code, Action<TwoBanks, ExitRequest> Tell)> FalseRequests = new(StringComparer.Ordinal)
    {
        ["a short channel"] = (AgentCodes.Malformed, (_, r) => r.Channel = ByteString.CopyFrom(new byte[31])),
        ["no currency"] = (AgentCodes.Malformed, (_, r) => r.Currency = ""),
        ["a member that there is not"] = (AgentCodes.Malformed, (_, r) => r.Member = 2),
        ["no position"] = (AgentCodes.Malformed, (_, r) => r.Position = null),
        ["no head"] = (AgentCodes.Malformed, (_, r) => r.Head = null),
        ["another channel"] = (AgentCodes.OpeningDiffers, (_, r) => r.Channel = Lies.Flipped(r.Channel, 0)),
        ["no opening"] = (AgentCodes.OpeningDiffers, (_, r) => r.OpeningBody = ByteString.Empty),
        ["another state"] = (AgentCodes.HeadNotNotarised, (_, r) => r.Head.StateRoot = Lies.Flipped(r.Head.StateRoot, 0)),
        ["another time"] = (AgentCodes.HeadNotNotarised, (_, r) => r.Head.TimeUnixMs++),
        ["no receipt of the head"] = (AgentCodes.HeadNotNotarised, (_, r) => r.Head.Receipt = null),
        ["no receipt of the close"] = (AgentCodes.CloseNotProven, (_, r) => r.Close = null),
        ["the head's receipt for the close's"] = (AgentCodes.CloseNotProven, (_, r) => r.Close = r.Head.Receipt),
        ["no checkpoint of the close"] = (AgentCodes.CloseNotProven, (_, r) => r.Checkpoint = ""),
        ["a checkpoint from before the close"] = (AgentCodes.CloseNotProven, (world, r) => r.Checkpoint = world.Signer.Sign(1, Digest.Zero)),
        ["a close that no member signed"] = (AgentCodes.CloseNotProven, (world, r) => Forge(world, r, leaf => leaf.Close.Signature = Lies.Flipped(leaf.Close.Signature, 4))),
        ["a close in the name of the other member"] = (AgentCodes.CloseNotProven, (world, r) => Forge(world, r, leaf => leaf.Close.Member = 1)),
        ["a close by a member that there is not"] = (AgentCodes.CloseNotProven, (world, r) => Forge(world, r, leaf => leaf.Close.Member = 2)),
        ["a close of another head"] = (AgentCodes.CloseNotProven, (world, r) => Forge(world, r, leaf => leaf.Close.Head = Lies.Flipped(leaf.Close.Head, 0))),
        ["a forged log with another record"] = (AgentCodes.CloseNotProven, (world, r) => Forge(world, r, leaf => leaf.Takeover = new TakeoverRecord { Channel = leaf.Close.Channel })),
        ["more than the position"] = (AgentCodes.PositionNotProven, (_, r) => r.MinorUnits++),
        ["less than the position"] = (AgentCodes.PositionNotProven, (_, r) => r.MinorUnits--),
        ["another currency"] = (AgentCodes.PositionNotProven, (_, r) => r.Currency = "JPY"),
        ["another salt"] = (AgentCodes.PositionNotProven, (_, r) => r.Position.Salt = Lies.Flipped(r.Position.Salt, 0)),
        ["a short salt"] = (AgentCodes.PositionNotProven, (_, r) => r.Position.Salt = ByteString.CopyFrom(new byte[31])),
        ["less set aside than is"] = (AgentCodes.PositionNotProven, (_, r) => r.Position.Reserved = -1),
        ["more set aside than is"] = (AgentCodes.PositionNotProven, (_, r) => r.Position.Reserved = 1),
        ["a limit that was not granted"] = (AgentCodes.PositionNotProven, (_, r) => (r.Position.GrantedMinorUnits, r.Position.GrantedGeneration) = (1, 1)),
        ["half a limit"] = (AgentCodes.PositionNotProven, (_, r) => r.Position.GrantedMinorUnits = 1),
        ["another place"] = (AgentCodes.PositionNotProven, (_, r) => r.Position.Index++),
        ["a place beyond all"] = (AgentCodes.PositionNotProven, (_, r) => r.Position.Index = ulong.MaxValue),
        ["no places"] = (AgentCodes.PositionNotProven, (_, r) => r.Position.Count = 0),
        ["another path"] = (AgentCodes.PositionNotProven, (_, r) => r.Position.Path[0] = Lies.Flipped(r.Position.Path[0], 0)),
        ["a path that is too long"] = (AgentCodes.PositionNotProven, (_, r) => r.Position.Path.Add(ByteString.CopyFrom(new byte[32]))),
        ["a path of something else than hashes"] = (AgentCodes.PositionNotProven, (_, r) => r.Position.Path[0] = ByteString.Empty),
        ["other contract states"] = (AgentCodes.PositionNotProven, (_, r) => r.Position.ContractCount++),
        ["legs that the state has not"] = (AgentCodes.PositionNotProven, (_, r) => r.Position.LegsRoot = r.Position.ContractRoot),
        ["the other member's position"] = (AgentCodes.NotTheHolder, OfTheOther),
        ["a leg"] = (AgentCodes.LegNotProven, (_, r) => r.Legs.Add(new LegProof { Changes = { new LegProof.Types.Change { Currency = "EUR", Units = -1_00 } } })),
        ["no signature"] = (AgentCodes.NotTheHolder, (_, r) => r.Signature = ByteString.Empty),
        ["signed by the other member"] = (AgentCodes.NotTheHolder, (world, r) => Sign(world, r, world.Beta, world.Alpha)),
        ["signed for the other member's account"] = (AgentCodes.NotTheHolder, (world, r) => Sign(world, r, world.Alpha, world.Beta)),
    };

    public static TheoryData<string> Requests => [.. FalseRequests.Keys];

    [Theory]
    [MemberData(nameof(Requests))]
    public void A_false_proof_moves_nothing_and_stands_in_nobodys_way(string lie)
    {
        using TwoBanks world = Closed(out ExitRequest request, out _);
        ExitRequest changed = request.Clone();
        FalseRequests[lie].Tell(world, changed);
        string before = world.Agent.Vault.Text(Balances);
        ExitResult result = Ask(world, world.Alpha, changed);
        Assert.Equal(FalseRequests[lie].Code, result.Code);
        Assert.Equal((0, 0), (result.PostingId.Length, result.Signature.Length));
        Assert.Equal(before, world.Agent.Vault.Text(Balances));
        Assert.Contains(result.Code, world.Agent.Alarms);
        Assert.Equal(result, Ask(world, world.Alpha, changed));
        Assert.Equal(("", 70_00), (Ask(world, world.Alpha, request).Code, RedemptionTests.Books(world, world.Alpha).Account));
    }

    [Fact]
    public void A_position_is_paid_once_for_ever_and_to_its_holder()
    {
        using TwoBanks world = Closed(out ExitRequest alpha, out ExitRequest beta);
        Assert.Equal(AgentCodes.NotTheHolder, Ask(world, world.Beta, alpha).Code);
        AgentReply reply = Send(world, world.Alpha, alpha, alpha);
        Assert.Equal((("", 70_00L), reply.Exits[0]), ((reply.Exits[0].Code, reply.Exits[0].PaidMinorUnits), reply.Exits[1]));
        world.Agent.Restart();
        world.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal(reply.Exits[0], Ask(world, world.Alpha, alpha));
        Assert.Equal(AgentCodes.RepeatedDifferently, Ask(world, world.Beta, alpha).Code);
        Assert.Equal((70_00, 80_00), RedemptionTests.Books(world, world.Alpha));
        Assert.Equal(80_00, Ask(world, world.Beta, beta).PaidMinorUnits);
        Assert.Equal((80_00, 0), RedemptionTests.Books(world, world.Beta));
    }

    [Fact]
    public void A_position_under_an_older_head_is_none_of_the_closed_channel()
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Alpha, 100_00);
        // The head under which Alpha held more is notarised, and another one follows it.
        HeadProof old = RedemptionTests.Redeemed(world, world.Alpha, 10_00).Head;
        world.OnAgentRequest = null;
        world.Pay(world.Alpha, 30_00);
        world.Pass(TimeSpan.FromSeconds(30));
        Assert.Equal((10_00, 90_00), RedemptionTests.Books(world, world.Alpha));
        ExitRequest request = Shown(world, world.Alpha);
        ExitRequest older = request.Clone();
        older.Head = old;
        Assert.Equal(AgentCodes.CloseNotProven, Ask(world, world.Alpha, older).Code);
        Assert.Equal("", Ask(world, world.Alpha, request).Code);
        Assert.Equal((70_00, 30_00), RedemptionTests.Books(world, world.Alpha));
    }

    [Fact]
    public void No_money_goes_into_a_channel_that_is_known_to_be_closed()
    {
        FundRequest? fund = null;
        using TwoBanks world = new TwoBanks().Open();
        world.OnAgentRequest = request =>
        {
            fund ??= request.Funds.FirstOrDefault()?.Clone();
            return request;
        };
        world.Fund(world.Alpha, 100_00);
        ExitRequest exit = Shown(world, world.Alpha);
        Assert.Equal("", Ask(world, world.Alpha, exit).Code);
        fund!.RequestId = Lies.Flipped(fund.RequestId, 0);
        AgentRequest again = new() { Suite = 1, Network = TwoBanks.Network, Funds = { fund } };
        Assert.Equal(AgentCodes.ChannelClosed, Assert.Single(Answer(world, world.Alpha, again).Funds).Code);
        Assert.Equal((100_00, 0), RedemptionTests.Books(world, world.Alpha));
    }

    [Fact]
    public void Of_two_logs_that_the_ledger_signed_the_agent_keeps_the_proof()
    {
        using TwoBanks world = Closed(out ExitRequest request, out _);
        world.Pass(TimeSpan.FromMinutes(2));
        ExitRequest forked = request.Clone();
        forked.Checkpoint = world.Signer.Sign(RedemptionTests.SizeOf(world), Digest.Of([1]));
        Assert.Equal(AgentCodes.HeadNotNotarised, Ask(world, world.Alpha, forked).Code);
        // The bank that brings it is accused of nothing.
        Assert.Equal([LedgerCodes.Forked], world.Agent.Alarms);
        Assert.Equal("", Ask(world, world.Alpha, request).Code);
    }

    /// <summary>From the leaf of the head on, and not from one after it.</summary>
    [Theory]
    [InlineData("bank", 0, true)]
    [InlineData("bank", 1, false)]
    [InlineData("channel", 0, true)]
    [InlineData("channel", -1, true)]
    [InlineData("channel", 1, false)]
    public void What_stands_under_a_head_from_the_stopped_leaf_on_is_not_paid_until_the_stop_is_lifted(string subject, long after, bool isStopped)
    {
        using TwoBanks world = Closed(out ExitRequest alpha, out ExitRequest beta);
        long leaf = (long)Leaf.Parser.ParseFrom(alpha.Head.Receipt.Leaf).Index + after;
        StopResult stopped = world.Ask<StopResult>(world.Agent, call => subject == "bank"
            ? new AgentInput.Stop(call, [world.Alpha.Id], [], leaf, "the governor") : new AgentInput.Stop(call, [], [world.Channel], leaf, "the governor"));
        Assert.Equal((leaf, "the governor", null), (Assert.Single(stopped.Stops) is var stop ? stop.FromLeaf : 0, stop.By, stop.LiftedAt));
        world.Agent.Restart();
        world.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal(isStopped ? AgentCodes.Stopped : "", Ask(world, world.Alpha, alpha).Code);
        Assert.Equal(isStopped && subject == "channel" ? AgentCodes.Stopped : "", Ask(world, world.Beta, beta).Code);
        string name = subject == "bank" ? world.Alpha.Id.ToString() : world.Channel.ToString();
        StopResult lifted = world.Ask<StopResult>(world.Agent, call => new AgentInput.LiftStop(call, name, "the board"));
        Assert.Equal(("the board", true), (Assert.Single(lifted.Stops).LiftedBy, lifted.Stops[0].LiftedAt is not null));
        Assert.Equal(AgentCodes.NoSuchStop, world.Ask<StopResult>(world.Agent, call => new AgentInput.LiftStop(call, name, "the board")).Refusal);
        foreach ((TestNode bank, ExitRequest request) in new[] { (world.Alpha, alpha), (world.Beta, beta) }) Assert.Equal("", Ask(world, bank, request).Code);
        Assert.Equal((70_00, 0), RedemptionTests.Books(world, world.Alpha));
    }

    [Fact]
    public void A_stopped_bank_neither_funds_nor_takes_out_by_later_entries()
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Alpha, 100_00).Fund(world.Beta, 50_00);
        RedeemRequest early = RedemptionTests.Redeemed(world, world.Alpha, 10_00);
        world.OnAgentRequest = null;
        world.Ask<StopResult>(world.Agent, call => new AgentInput.Stop(call, [world.Alpha.Id], [], RedemptionTests.SizeOf(world), "the governor"));
        Assert.Equal("", RedemptionTests.Ask(world, world.Alpha, early).Code);
        world.Credit(world.Alpha, new Money(TwoBanks.Eur, 5_00));
        Assert.Equal(AgentCodes.Stopped, world.Ask<FundAnswer>(world.Alpha, call => new BankInput.Fund(call, world.Channel, new Money(TwoBanks.Eur, 5_00))).Refusal);
        long late = world.Tell(world.Alpha, call => new BankInput.Defund(call, world.Channel, new Money(TwoBanks.Eur, 20_00)));
        world.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal(AgentCodes.Stopped, world.Answer<DefundAnswer>(late)?.Refusal);
        // The other bank is stopped in no channel.
        Assert.Null(world.Ask<DefundAnswer>(world.Beta, call => new BankInput.Defund(call, world.Channel, new Money(TwoBanks.Eur, 50_00))).Refusal);
        Assert.Equal((15_00, 90_00), RedemptionTests.Books(world, world.Alpha));
        world.Ask<StopResult>(world.Agent, call => new AgentInput.LiftStop(call, world.Alpha.Id.ToString(), "the board"));
        world.Pass(TimeSpan.FromMinutes(2));
        Assert.Equal((35_00, 70_00), RedemptionTests.Books(world, world.Alpha));
    }

    /// <summary>A channel in which Alpha holds 70 and Beta 80, closed by Alpha, and what both would show the agent.</summary>
    private static TwoBanks Closed(out ExitRequest alpha, out ExitRequest beta)
    {
        TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Alpha, 100_00).Fund(world.Beta, 50_00);
        world.Pay(world.Alpha, 30_00);
        world.Pass(TimeSpan.FromSeconds(2));
        alpha = Shown(world, world.Alpha);
        beta = Shown(world, world.Beta);
        return world;
    }

    /// <summary>What the bank would show the agent once the channel is closed; it is lost on its way, and so is every later one.</summary>
    private static ExitRequest Shown(TwoBanks world, TestNode bank)
    {
        ExitRequest? shown = null;
        uint own = (uint)world.Context(bank).Own;
        world.OnAgentRequest = request =>
        {
            shown ??= request.Exits.FirstOrDefault(exit => exit.Member == own)?.Clone();
            return null;
        };
        Assert.Null(CloseTests.Close(world, bank).Refusal);
        for (int i = 0; i < 60 && shown is null; i++) world.Pass(TimeSpan.FromSeconds(1));
        return shown ?? throw new InvalidOperationException("Nothing was shown to the agent.");
    }

    private static ExitResult Ask(TwoBanks world, TestNode bank, ExitRequest request) => Assert.Single(Send(world, bank, request).Exits);

    private static AgentReply Send(TwoBanks world, TestNode bank, params ExitRequest[] requests)
    {
        AgentRequest request = new() { Suite = 1, Network = TwoBanks.Network };
        request.Exits.Add(requests);
        return Answer(world, bank, request);
    }

    private static AgentReply Answer(TwoBanks world, TestNode bank, AgentRequest request) =>
        AgentReply.Parser.ParseFrom(world.Ask<byte[]>(world.Agent, call => new AgentInput.Requested(call, bank.Id, request.ToByteArray())));

    private static void Sign(TwoBanks world, ExitRequest request, TestNode member, TestNode account)
    {
        using SigningKey key = world.ChannelKey(member);
        request.Signature = ByteString.CopyFrom(key.Sign(ExitText.Request(
            TwoBanks.Network, world.Channel, new Digest(Leaf.Parser.ParseFrom(request.Head.Receipt.Leaf).Head.Head.Span), account.Id, request.Currency, request.MinorUnits)));
    }

    /// <summary>Each member knows the other's position and its salt, and could show it as well.</summary>
    private static void OfTheOther(TwoBanks world, ExitRequest request)
    {
        Core.Vault.Records.SnapshotRow row = world.Snapshot(world.Alpha);
        Assert.True(Core.Merkle.CompactRange.TryRestore(row.ContractCount, [.. row.ContractFrontier.Select(static n => new Digest(n.Span))], out Core.Merkle.CompactRange? contracts));
        ChannelState state = ChannelState.Restore(row.Positions.Select(PositionRows.Restore), contracts, [], []);
        Position position = state.Positions.Single(p => p.Member != request.Member && p.Currency == request.Currency);
        request.Member = (uint)position.Member;
        request.MinorUnits = position.MinorUnits;
        request.Position = PositionProofs.Of(state, TwoBanks.Network, world.Channel, position);
        Sign(world, request, world.Alpha, world.Alpha);
    }

    /// <summary>A log of one leaf that the ledger's own key signed: what no member signed the ledger cannot make up.</summary>
    private static void Forge(TwoBanks world, ExitRequest request, Action<Leaf> change)
    {
        Leaf leaf = Leaf.Parser.ParseFrom(request.Close.Leaf);
        leaf.Index = 0;
        change(leaf);
        request.Close = new LeafReceipt { Leaf = leaf.ToByteString() };
        request.Checkpoint = world.Signer.Sign(1, Core.Merkle.Rfc6962.HashLeaf(request.Close.Leaf.Span));
    }
}
