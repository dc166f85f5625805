using Google.Protobuf;
using Settlement.Host.Fuzz;
using Settlement.Host.Fuzz.Worlds;
using Settlement.Wire.Agent;
using Settlement.Wire.Channels;

namespace Settlement.Tests.Unit.Fuzz;

/// <summary>What the honest traffic of a fuzzed network carries: what never travels is never changed on its way, and so never tried.</summary>
public sealed class TravelledTests
{
    private static readonly ulong[] Seeds = [1, 2, 3];

    [Fact]
    public async Task Whatever_a_message_may_carry_travels_before_a_case_is_fed()
    {
        foreach (ulong seed in Seeds)
        {
            await using NetworkSession session = new(seed, NetworkFocus.Banks);
            Assert.Empty(session.Travelled.ByContent.Where(static content => content.Value.Count == 0).Select(static content => content.Key));
        }
    }

    [Fact]
    public void An_empty_message_carries_nothing_of_it()
    {
        PeerBatch batch = new() { Messages = { new PeerMessage { Commands = new Commands() }, new PeerMessage { Proposal = new Proposal() }, new PeerMessage { Delivery = new Delivery() }, new PeerMessage() } };
        // Of a round in which nobody owes, and of a bank in whose queue nothing waits.
        AgentRequest request = new() { Offsets = new OffsetOffers { Queues = { new OffsetQueue() } }, Cycles = new CycleCall { Opening = new CycleOpening() } };
        AgentReply reply = new() { Offsets = new OffsetAnswer { Offsets = { new OffsetView() } }, Cycles = new CycleAnswer { Cycles = { new CycleView { Posting = new CyclePosting() } } } };
        foreach ((Travel kind, IMessage message) in new (Travel, IMessage)[] { (Travel.PeerBatch, batch), (Travel.AgentRequest, request), (Travel.AgentReply, reply), (Travel.LedgerReply, reply) })
            Assert.Empty(Contents.In(Of(kind, message)));
        Assert.Empty(Contents.In(new Traveller(Travel.PeerBatch, default, default, [0xFF])));
    }

    [Fact]
    public void What_is_rare_is_kept_and_drawn_however_much_else_travels()
    {
        Travelled travelled = new();
        Traveller rare = Of(Travel.AgentRequest, new AgentRequest { FundedChannels = true });
        travelled.Add(rare);
        for (int i = 0; i < 1_000; i++) travelled.Add(Of(Travel.AgentRequest, new AgentRequest()));
        Assert.DoesNotContain(rare, travelled.Newest[Travel.AgentRequest]);
        Chance chance = new(1);
        Assert.InRange(Enumerable.Range(0, 1_000).Count(_ => travelled.Pick(Travel.AgentRequest, chance) == rare), 200, 400);
        Assert.Null(travelled.Pick(Travel.LedgerReply, chance));
    }

    private static Traveller Of(Travel kind, IMessage message) => new(kind, default, default, message.ToByteArray());
}
