using Google.Protobuf;
using Settlement.Core.Agent;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Monetary;
using Settlement.Core.Notarisation;
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
