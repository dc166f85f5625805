using Google.Protobuf;
using Settlement.Core.Agent;
using Settlement.Core.Agent.Cycles;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Notarisation;
using Settlement.Tests.Agent.Offsets;
using Settlement.Tests.Bank;
using Settlement.Wire.Agent;
using OffsetWorld = Settlement.Tests.Agent.Offsets.OffsetWorld;

namespace Settlement.Tests.Agent;

/// <summary>With which channels banks join a cycle, and that two of them do not keep it from the others.</summary>
public sealed class CycleJoinTests
{
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(5);

    [Theory]
    [InlineData(253)]
    [InlineData(250)]
    public void Channels_that_two_banks_make_up_take_no_place_in_a_cycle(int count)
    {
        using CycleWorld world = new CycleWorld().Owe(100_00, 70_00, 50_00);
        using FakeChannels made = new(count, new FakeBank(world.Beta.Id.ToString()), new FakeBank(world.Gamma.Id.ToString()));
        Digest cycle = world.OpenCycle();
        int lies = 0;
        world.Banks.OnAgentRequest = request =>
        {
            if (request.Cycles?.Join is not { } join || made.Members.SingleOrDefault(bank => IsOf(world, bank.Id, join)) is not { } liar) return request;
            join.Channels.Add(made.Of(liar, cycle));
            lies++;
            return request;
        };
        world.PassUntil(cycle, CycleStage.Settled);
        Assert.Equal(2, lies);
        Assert.Equal([450_00, 530_00, 520_00], world.Accounts);
        Assert.Equal(3, world.Status(cycle).Channels);
        Assert.Equal(AgentCodes.ChannelNotListed, Assert.Single(world.Banks.Agent.Alarms.Distinct()));
        world.AssertAtRest();
    }

    [Fact]
    public void Two_banks_with_very_many_channels_that_there_are_have_some_of_them_left_out()
    {
        using OffsetWorld world = new OffsetWorld("A", "B", "C").Credit(10, "A", "B", "C");
        for (int i = 0; i < 200; i++) world.LinkOpened("A", "B");
        world.LinkOpened("B", "C");
        Assert.Equal((CycleStage.Cutting, RoundChannels.MostOfPair + 1), Joined(world));
    }

    [Fact]
    public void A_cycle_with_more_pairs_than_a_group_has_channels_waits_for_the_operator()
    {
        string[] letters = [.. Enumerable.Range('A', 24).Select(static c => ((char)c).ToString())];
        using OffsetWorld world = new OffsetWorld(letters).Credit(10, letters);
        foreach ((int at, string one) in letters.Index())
        {
            foreach (string other in letters[(at + 1)..]) world.LinkOpened(one, other);
        }

        Assert.Equal((CycleStage.Joining, 0), Joined(world));
        CycleStatus waiting = Assert.Single(List(world));
        Assert.Equal(AgentCodes.TooManyChannels, waiting.Reason);
        Assert.Equal(AgentCodes.TooManyChannels, Assert.Single(world.Agent.Alarms));
        CycleResult gone = world.Ask<CycleResult>(call => new AgentInput.NextRound(call, waiting.Cycle, [world["W"].Id, world["X"].Id], null));
        Assert.Equal((null, CycleStage.Cutting, null, 22 * 21 / 2), (gone.Refusal, gone.Cycle!.Stage, gone.Cycle.Reason, gone.Cycle.Channels));
    }

    /// <summary>A cycle that all banks have joined with all of their channels: its stage, and how many there are in the round.</summary>
    private static (CycleStage Stage, int Channels) Joined(OffsetWorld world)
    {
        foreach (FakeBank bank in world.Banks) bank.IsSilent = true;
        Digest cycle = world.Ask<CycleResult>(static call => new AgentInput.OpenCycle(call, TwoBanks.Eur, [], Life)).Cycle!.Cycle;
        foreach (FakeBank bank in world.Banks)
        {
            AgentRequest request = new() { Suite = 1, Network = TwoBanks.Network, Cycles = new CycleCall { Cycle = ByteString.CopyFrom(cycle.ToArray()), Join = new CycleJoin() } };
            request.Cycles.Join.Channels.Add(bank.Channels.Select(channel => Member(channel, bank, cycle)));
            Assert.Equal("", AgentReply.Parser.ParseFrom(world.Ask<byte[]>(call => new AgentInput.Requested(call, bank.Id, request.ToByteArray()))).Cycles.Code);
        }

        CycleStatus status = Assert.Single(List(world));
        return (status.Stage, status.Channels);
    }

    private static IReadOnlyList<CycleStatus> List(OffsetWorld world) => world.Ask<CycleReport>(static call => new AgentInput.ListCycles(call)).Cycles;

    private static CycleMember Member(FakeChannel channel, FakeBank bank, Digest cycle) =>
        new() { OpeningBody = channel.Opening, Signature = ByteString.CopyFrom(channel.KeyOf(bank).Sign(CycleText.Member(TwoBanks.Network, cycle, channel.Id, bank.Id))) };

    /// <summary>Whether a join is the one of a bank: each bank has two of the three channels.</summary>
    private static bool IsOf(CycleWorld world, ParticipantId bank, CycleJoin join)
    {
        Digest with = bank == world.Beta.Id ? world.AlphaBeta : world.AlphaGamma;
        return join.Channels.Select(static c => RecordHashes.Channel(c.OpeningBody.Span)).ToHashSet().SetEquals([with, world.BetaGamma]);
    }

    /// <summary>Channels of two banks of which the ledger knows nothing.</summary>
    private sealed class FakeChannels : IDisposable
    {
        private readonly FakeChannel[] channels;

        public FakeChannels(int count, FakeBank first, FakeBank second)
        {
            Simulation.SeededEntropy entropy = new(77);
            Members = [first, second];
            channels = [.. Enumerable.Range(0, count).Select(_ => new FakeChannel(TwoBanks.Network, entropy, first, second))];
        }

        public IReadOnlyList<FakeBank> Members { get; }

        public IEnumerable<CycleMember> Of(FakeBank member, Digest cycle) => channels.Select(channel => Member(channel, member, cycle));

        public void Dispose()
        {
            foreach (FakeChannel channel in channels) channel.Dispose();
        }
    }
}
