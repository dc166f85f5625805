using Google.Protobuf;
using Settlement.Core.Agent;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Monetary;
using Settlement.Core.Notarisation;
using Settlement.Tests.Agent;
using Settlement.Tests.Channels;
using Settlement.Wire.Agent;
using Settlement.Wire.Channels;

namespace Settlement.Tests.Bank;

/// <summary>Lies in a cycle: of a bank to the agent, of the agent to banks, and of a sequencer to the other member.</summary>
public sealed class FalseCycleTests
{
    /// <summary>What a bank says otherwise than it is, once; and what the agent records.</summary>
    private static readonly Dictionary<string, (string Code, Predicate<CycleCall> Is, Action<CycleCall> Tell)> OfBanks = new(StringComparer.Ordinal)
    {
        ["joins with a channel whose key it does not have"] = (AgentCodes.NotAMember, Joins, static c => c.Join.Channels[0].Signature = Lies.Flipped(c.Join.Channels[0].Signature, 0)),
        ["joins with a channel twice"] = (AgentCodes.NotAMember, Joins, static c => c.Join.Channels.Add(c.Join.Channels[0])),
        ["joins with what is no opening"] = (AgentCodes.NotAMember, Joins, static c => c.Join.Channels[0].OpeningBody = ByteString.CopyFromUtf8("garbage")),
        ["joins with more channels than a group has"] = (AgentCodes.Malformed, Joins, static c => c.Join.Channels.Add(Enumerable.Repeat(c.Join.Channels[0], 256))),
        ["shows another commitment"] = (AgentCodes.CutNotProven, Cuts, static c => c.Cuts.Cuts[0].Commitment = c.Cuts.Cuts[^1].Commitment.Equals(c.Cuts.Cuts[0].Commitment) ? ByteString.Empty : c.Cuts.Cuts[^1].Commitment),
        ["shows a commitment that is no point"] = (AgentCodes.CutNotProven, Cuts, static c => c.Cuts.Cuts[0].Commitment = Lies.Flipped(c.Cuts.Cuts[0].Commitment, 9)),
        ["shows a head that was not notarised"] = (AgentCodes.CutNotProven, Cuts, static c => c.Cuts.Cuts[0].Head.StateRoot = Lies.Flipped(c.Cuts.Cuts[0].Head.StateRoot, 0)),
        ["shows no head"] = (AgentCodes.CutNotProven, Cuts, static c => c.Cuts.Cuts[0].Head = null),
        ["shows another place"] = (AgentCodes.CutNotProven, Cuts, static c => c.Cuts.Cuts[0].Index++),
        ["shows the cut of a channel that is not its own"] = (AgentCodes.CutNotProven, Cuts, static c => c.Cuts.Cuts[0].Channel = Lies.Flipped(c.Cuts.Cuts[0].Channel, 0)),
        ["shows one cut in the place of another"] = (AgentCodes.CutNotProven, Cuts, static c => c.Cuts.Cuts[1] = c.Cuts.Cuts[0].Clone()),
        ["shows more cuts than it has channels"] = (AgentCodes.Malformed, Cuts, static c => c.Cuts.Cuts.Add(c.Cuts.Cuts[0].Clone())),
        ["confirms another list"] = (AgentCodes.ConfirmationDiffers, Confirms, static c => c.Confirmation.CutsHash = Lies.Flipped(c.Confirmation.CutsHash, 0)),
        ["confirms with a false signature"] = (AgentCodes.ConfirmationDiffers, Confirms, static c => c.Confirmation.Signature = Lies.Flipped(c.Confirmation.Signature, 0)),
        ["says covered where it signed that it is not"] = (AgentCodes.ConfirmationDiffers, Confirms, static c => c.Confirmation.IsCovered = !c.Confirmation.IsCovered),
        ["opens more than its cuts sum to"] = (AgentCodes.SumDiffers, Opens, static c => c.Opening.NetMinorUnits++),
        ["opens with another blinding"] = (AgentCodes.SumDiffers, Opens, static c => c.Opening.Blinding = Lies.Flipped(c.Opening.Blinding, 31)),
        ["opens with a blinding that is no number"] = (AgentCodes.SumDiffers, Opens, static c => c.Opening.Blinding = ByteString.CopyFrom(Enumerable.Repeat((byte)255, 32).ToArray())),
        ["opens the least number there is"] = (AgentCodes.SumDiffers, Opens, static c => c.Opening.NetMinorUnits = long.MinValue),
    };

    /// <summary>What the agent says otherwise than it is, once; and what the bank records.</summary>
    private static readonly Dictionary<string, (string Code, CycleStage At, Action<CycleAnswer> Tell)> OfAgents = new(StringComparer.Ordinal)
    {
        ["calls for cuts without its signature"] = (CycleCodes.RoundUnsigned, CycleStage.Cutting, static a => a.Cycles[0].Call.Signature = Lies.Flipped(a.Cycles[0].Call.Signature, 0)),
        ["calls for cuts of another cycle"] = (CycleCodes.RoundUnsigned, CycleStage.Cutting, static a => a.Cycles[0].Cycle = Lies.Flipped(a.Cycles[0].Cycle, 0)),
        ["lists another cut"] = (CycleCodes.ListDiffers, CycleStage.Confirming, static a => (a.Cycles[0].Cuts[0].Commitment, a.Cycles[0].Cuts[1].Commitment) = (a.Cycles[0].Cuts[1].Commitment, a.Cycles[0].Cuts[0].Commitment)),
        ["leaves a cut out"] = (CycleCodes.ListDiffers, CycleStage.Confirming, static a => a.Cycles[0].Cuts.RemoveAt(0)),
        ["posts another sum"] = (CycleCodes.PostingDiffers, CycleStage.Settled, static a => a.Cycles[0].Posting.NetMinorUnits++),
        ["posts without its signature"] = (CycleCodes.PostingDiffers, CycleStage.Settled, static a => a.Cycles[0].Posting.Signature = Lies.Flipped(a.Cycles[0].Posting.Signature, 0)),
        ["says that it has posted and shows nothing"] = (CycleCodes.PostingDiffers, CycleStage.Settled, static a => a.Cycles[0].Posting = null),
        ["speaks of a cycle without an id"] = (ChannelCodes.MessageMalformed, CycleStage.Cutting, static a => a.Cycles[0].Cycle = ByteString.Empty),
        ["speaks of a currency that there is not"] = (ChannelCodes.MessageMalformed, CycleStage.Cutting, static a => a.Cycles[0].Currency = "EU1"),
        ["speaks of more cycles than there can be"] = (ChannelCodes.MessageMalformed, CycleStage.Cutting, static a => a.Cycles.Add(Enumerable.Repeat(a.Cycles[0], CycleDesk.MaxCycles))),
    };

    public static TheoryData<string> Banks => [.. OfBanks.Keys];

    public static TheoryData<string> Agents => [.. OfAgents.Keys];

    [Theory]
    [MemberData(nameof(Banks))]
    public void A_bank_that_lies_once_is_recorded_and_the_cycle_goes_on(string lie)
    {
        (string code, Predicate<CycleCall> fits, Action<CycleCall> tell) = OfBanks[lie];
        using CycleWorld world = new CycleWorld().Owe(100_00, 70_00, 50_00);
        bool hasLied = false;
        world.Banks.OnAgentRequest = request =>
        {
            if (hasLied || request.Cycles is not { } call || !fits(call)) return request;
            hasLied = true;
            tell(call);
            return request;
        };
        world.PassUntil(world.OpenCycle(), CycleStage.Settled);
        Assert.True(hasLied);
        Assert.Equal(code, Assert.Single(world.Banks.Agent.Alarms.Distinct()));
        world.AssertAtRest();
        Assert.Equal([450_00, 530_00, 520_00], world.Accounts);
    }

    [Theory]
    [MemberData(nameof(Agents))]
    public void An_agent_that_lies_once_is_recorded_and_gets_nothing_by_it(string lie)
    {
        (string code, CycleStage at, Action<CycleAnswer> tell) = OfAgents[lie];
        using CycleWorld world = new CycleWorld().Owe(100_00, 70_00, 50_00);
        bool hasLied = false;
        world.Banks.OnAgentReply = reply =>
        {
            if (hasLied || reply.Cycles is not { Cycles.Count: 1 } answer || answer.Cycles[0].Stage != at) return reply;
            hasLied = true;
            tell(answer);
            return reply;
        };
        Digest cycle = world.OpenCycle();
        for (int i = 0; i < 20 && world.Stage(cycle) != CycleStage.Settled; i++) world.Banks.Pass(TimeSpan.FromSeconds(1));
        world.Banks.Pass(TimeSpan.FromSeconds(3));
        Assert.True(hasLied);
        Assert.Contains(world.All, bank => bank.Alarms.Contains(code));
        Assert.All(world.All, bank => Assert.All(bank.Alarms, alarm => Assert.Equal(code, alarm)));
        // A list that differs is a lie about what all have signed: nobody opens anything on it, and the round passes.
        if (world.Stage(cycle) != CycleStage.Settled) Assert.Equal((CycleCodes.ListDiffers, CycleStage.Confirming), (code, world.Stage(cycle)));
    }

    [Fact]
    public void A_call_that_is_padded_is_not_followed_and_nobody_carries_it()
    {
        const int Padding = 1 << 20;
        using CycleWorld world = new CycleWorld().Owe(100_00, 70_00, 50_00);
        TwoBanks banks = world.Banks;
        CutCall? padded = null;
        banks.OnAgentReply = reply =>
        {
            if (reply.Cycles is not { Cycles.Count: 1 } answer || answer.Cycles[0].Stage != CycleStage.Cutting) return reply;
            padded ??= Padded(answer.Cycles[0].Call, banks.Posting, Padding);
            answer.Cycles[0].Call = padded;
            return reply;
        };
        long largest = 0;
        banks.OnLedgerRequest = (_, request) =>
        {
            largest = Math.Max(largest, request.CalculateSize());
            return request;
        };
        Digest cycle = world.OpenCycle(TimeSpan.FromSeconds(60));
        world.PassUntil(cycle, CycleStage.Cutting);
        banks.Pass(TimeSpan.FromSeconds(10));
        Assert.All(world.All, static bank => Assert.Equal(CycleCodes.RoundUnsigned, Assert.Single(bank.Alarms.Distinct())));
        Assert.InRange(largest, 0, Padding - 1);
        Assert.All(world.All, static bank => Assert.InRange(bank.LargestStep, 0, Padding - 1));
        world.Pay(world.Alpha, world.Beta, 1);
        world.Pay(world.Beta, world.Gamma, 1);
    }

    [Fact]
    public void A_proposal_of_calls_without_end_costs_no_more_signatures_than_the_channel_has_currencies_and_said_again_none()
    {
        using CycleWorld world = new CycleWorld().Owe(100_00, 70_00, 50_00);
        TwoBanks banks = world.Banks;
        banks.Look(world.AlphaBeta);
        TestNode sequencer = banks.View(world.Alpha).IsSequencer ? world.Alpha : world.Beta, victim = banks.Other(sequencer);
        // The channel has euros and yen; the second is false, so that both are looked at.
        CutCall[][] said =
        [
            [.. Enumerable.Repeat(CallOf(world, banks.Posting, TwoBanks.Eur), 1_000)],
            [CallOf(world, banks.Posting, TwoBanks.Eur), CallOf(world, banks.Posting, TwoBanks.Eur)],
        ];
        foreach (CutCall[] cuts in said)
        {
            PeerMessage lie = Instead(world, sequencer, victim, p => p.Body.Cuts.Add(cuts));
            long checks = victim.Checks;
            for (int i = 0; i < 3; i++) banks.Send(sequencer, victim, lie);
            // Its own signature, once.
            Assert.InRange(victim.Checks - checks, 0, 1);
            Assert.Contains(CycleCodes.CutUncalled, victim.Alarms);
            LetTakeOver(world, victim);
            (sequencer, victim) = (victim, sequencer);
        }

        CutCall[] two = [CallOf(world, banks.Posting, TwoBanks.Eur), CallOf(world, banks.Posting, TwoBanks.CurrencyOf("JPY"))];
        two[1].Signature = two[0].Signature;
        PeerMessage twice = Instead(world, sequencer, victim, p => p.Body.Cuts.Add(two));
        long before = victim.Checks;
        for (int i = 0; i < 5; i++) banks.Send(sequencer, victim, twice);
        Assert.InRange(victim.Checks - before, 1, 3);
    }

    [Fact]
    public void A_proposal_of_outcomes_without_end_is_not_looked_into()
    {
        using CycleWorld world = new CycleWorld().Owe(100_00, 70_00, 50_00);
        TwoBanks banks = world.Banks;
        banks.Look(world.AlphaBeta);
        TestNode sequencer = banks.View(world.Alpha).IsSequencer ? world.Alpha : world.Beta, victim = banks.Other(sequencer);
        PeerMessage lie = Instead(world, sequencer, victim, static p => p.Body.Outcomes.Add(Enumerable.Range(0, 1_000).Select(static i => new LegOutcome { Group = ByteString.CopyFrom(Digest.Of([(byte)i, (byte)(i >> 8)]).ToArray()) })));
        int sends = victim.Sends;
        banks.Send(sequencer, victim, lie);
        Assert.Contains(GroupCodes.OutcomeDiffers, victim.Alarms);
        Assert.InRange(victim.Sends - sends, 0, 2);
    }

    /// <summary>A call for the channel between Alpha and Beta.</summary>
    private static CutCall CallOf(CycleWorld world, SigningKey posting, Currency currency)
    {
        ByteString body = ChannelGroup.Of(TwoBanks.Network, [world.AlphaBeta, Digest.Of([1])], world.Banks.Now.AddMinutes(1), Digest.Of([2])).ToByteString();
        Assert.True(ChannelGroup.TryRead(body, TwoBanks.Network, out ChannelGroup? group, out _));
        return CycleRound.Sign(TwoBanks.Network, Digest.Of([3]), 1, currency, group, Digest.Of([1]), posting).Call;
    }

    /// <summary>What a sequencer says in place of a proposal of its own, which does not arrive.</summary>
    private static PeerMessage Instead(CycleWorld world, TestNode sequencer, TestNode victim, Action<OtherProposal> change)
    {
        TwoBanks banks = world.Banks;
        PeerMessage? lie = null;
        banks.OnPeer = (from, _, message) =>
        {
            if (from != sequencer || message.Proposal is not { } proposal || !proposal.Channel.Span.SequenceEqual(world.AlphaBeta.ToArray())) return [message];
            lie ??= OtherProposal.Of(banks, sequencer, proposal, change);
            return [];
        };
        banks.Submit(sequencer, banks.Transfer(sequencer, 1, victim));
        return lie!;
    }

    private static void LetTakeOver(CycleWorld world, TestNode by)
    {
        byte[] paid = world.Banks.Pay(by, 1);
        world.Banks.Pass(TimeSpan.FromSeconds(40));
        Assert.Equal((InstructionStatus.Settled, null), world.Banks.StatusOf(by, paid));
        world.Banks.OnPeer = null;
        world.Banks.Pass(TimeSpan.FromSeconds(10));
    }

    /// <summary>The call over a group that has bytes which it does not need, signed by the agent.</summary>
    internal static CutCall Padded(CutCall call, SigningKey posting, int padding)
    {
        CycleRoundBody body = CycleRoundBody.Parser.ParseFrom(call.RoundBody);
        using MemoryStream stream = new();
        stream.Write(body.GroupBody.Span);
        using (CodedOutputStream output = new(stream, leaveOpen: true))
        {
            output.WriteTag(99, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(ByteString.CopyFrom(new byte[padding]));
        }

        body.GroupBody = ByteString.CopyFrom(stream.ToArray());
        ByteString bytes = body.ToByteString();
        return new CutCall { RoundBody = bytes, Signature = ByteString.CopyFrom(posting.Sign(new HashWriter("settlement/cycle-round").Bytes(bytes.Span).Finish())) };
    }

    [Theory]
    [InlineData("unsigned")]
    [InlineData("of another agent")]
    [InlineData("with a commitment")]
    public void A_cut_that_the_agent_has_not_called_for_is_not_endorsed(string lie)
    {
        using CycleWorld world = new CycleWorld().Owe(100_00, 70_00, 50_00);
        TwoBanks banks = world.Banks;
        using SigningKey other = SigningKey.Generate(new Simulation.SeededEntropy(9));
        banks.Look(world.AlphaBeta);
        TestNode sequencer = banks.View(world.Alpha).IsSequencer ? world.Alpha : world.Beta, victim = banks.Other(sequencer);
        ByteString body = ChannelGroup.Of(TwoBanks.Network, [world.AlphaBeta, Digest.Of([1])], banks.Now.AddMinutes(1), Digest.Of([2])).ToByteString();
        Assert.True(ChannelGroup.TryRead(body, TwoBanks.Network, out ChannelGroup? group, out _));
        CutCall call = CycleRound.Sign(TwoBanks.Network, Digest.Of([3]), 1, TwoBanks.Eur, group, Digest.Of([1]), lie == "of another agent" ? other : banks.Posting).Call;
        if (lie == "unsigned") call.Signature = ByteString.Empty;
        if (lie == "with a commitment") call.Commitment = ByteString.CopyFrom(new byte[65]);
        bool hasLied = false;
        banks.OnPeer = (from, _, message) =>
        {
            if (hasLied || from != sequencer || message.Proposal is not { } proposal || !proposal.Channel.Span.SequenceEqual(world.AlphaBeta.ToArray())) return [message];
            hasLied = true;
            return [OtherProposal.Of(banks, sequencer, proposal, p => p.Body.Cuts.Add(call))];
        };
        banks.Submit(sequencer, banks.Transfer(sequencer, 1, victim));
        Assert.True(hasLied);
        Assert.Contains(CycleCodes.CutUncalled, victim.Alarms);
        Assert.Equal(100_00, world.Position(world.Beta, world.AlphaBeta));
        // All other channels go on.
        banks.OnPeer = null;
        world.Pay(world.Beta, world.Gamma, 1);
        world.Pay(world.Gamma, world.Alpha, 1);
    }

    [Fact]
    public void A_bank_that_lies_without_end_is_looked_at_no_more()
    {
        using CycleWorld world = new CycleWorld().Owe(100_00, 70_00, 50_00);
        Digest cycle = world.OpenCycle();
        CycleCall lie = new() { Cycle = ByteString.CopyFrom(cycle.ToArray()), Join = new CycleJoin { Channels = { new CycleMember { OpeningBody = ByteString.CopyFromUtf8("garbage") } } } };
        world.Banks.Asleep.UnionWith(world.All);
        CycleAnswer answer = new();
        for (int i = 0; i <= RefusalBudget.Burst; i++) answer = Say(world, world.Gamma, lie);
        Assert.Equal(AgentCodes.TooManyRefusals, answer.Code);
        Assert.Equal(CycleStage.Joining, Assert.Single(answer.Cycles).Stage);
        // It still moves its money.
        world.Banks.Asleep.Clear();
        world.Banks.Look(world.BetaGamma);
        Assert.Null(world.Banks.Ask<FundAnswer>(world.Gamma, call => new BankInput.Fund(call, world.BetaGamma, new Money(TwoBanks.Eur, 1))).Refusal);
    }

    [Fact]
    public void A_bank_that_shows_what_a_forked_ledger_signed_is_accused_of_nothing()
    {
        using CycleWorld world = new CycleWorld().Owe(100_00, 70_00, 50_00);
        CycleCall? shown = null;
        world.Banks.OnAgentRequest = request =>
        {
            if (request.Cycles?.Cuts is not { } cuts) return request;
            if (cuts.Cuts.Select(static c => new Digest(c.Channel.Span)).ToHashSet().SetEquals([world.AlphaBeta, world.AlphaGamma])) shown ??= request.Cycles.Clone();
            request.Cycles = new CycleCall();
            return request;
        };
        Digest cycle = world.OpenCycle();
        world.PassUntil(cycle, CycleStage.Cutting);
        world.Banks.Pass(TimeSpan.FromMinutes(2));
        foreach (CutProof proof in shown!.Cuts.Cuts) proof.Head.Checkpoint = world.Banks.Signer.Sign(RedemptionTests.SizeOf(world.Banks), Digest.Of([1]));
        Assert.Equal(AgentCodes.CutNotProven, Say(world, world.Alpha, shown).Code);
        Assert.Equal([LedgerCodes.Forked], world.Banks.Agent.Alarms);
        world.Banks.OnAgentRequest = null;
        world.PassUntil(cycle, CycleStage.Settled);
    }

    [Fact]
    public void A_bank_that_is_not_in_a_cycle_is_told_nothing_of_it()
    {
        using CycleWorld world = new();
        Digest cycle = world.TryOpenCycle(null, world.Alpha.Id, world.Beta.Id).Cycle!.Cycle;
        CycleAnswer answer = Say(world, world.Gamma, new CycleCall { Cycle = ByteString.CopyFrom(cycle.ToArray()), Join = new CycleJoin() });
        Assert.Equal((AgentCodes.NoSuchCycle, 0), (answer.Code, answer.Cycles.Count));
    }

    private static CycleAnswer Say(CycleWorld world, TestNode bank, CycleCall call)
    {
        AgentRequest request = new() { Suite = 1, Network = TwoBanks.Network, Cycles = call };
        byte[] reply = world.Banks.Ask<byte[]>(world.Banks.Agent, id => new AgentInput.Requested(id, bank.Id, request.ToByteArray()));
        return AgentReply.Parser.ParseFrom(reply).Cycles;
    }

    private static bool Joins(CycleCall call) => call.Join is { Channels.Count: > 1 };

    private static bool Cuts(CycleCall call) => call.Cuts is { Cuts.Count: > 1 };

    private static bool Confirms(CycleCall call) => call.Confirmation is not null;

    private static bool Opens(CycleCall call) => call.Opening is not null;
}
