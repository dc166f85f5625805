using Google.Protobuf;
using Settlement.Core.Agent;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Tests.Bank;
using Settlement.Wire.Agent;

namespace Settlement.Tests.Agent.Offsets;

/// <summary>An offset must not take from an account what its bank has confirmed to a cycle: the cycle would be void after sums are known.</summary>
public sealed class HeldBackTests
{
    [Fact]
    public void No_offset_begins_while_banks_have_confirmed_to_a_cycle_what_their_accounts_cover()
    {
        using CycleWorld world = new CycleWorld().Owe(700_00, 10_00, 10_00);
        // Alpha is short, so that the cycle waits when the others have confirmed.
        Digest cycle = world.OpenCycle();
        world.PassUntil(cycle, CycleStage.Confirming);
        world.Banks.Pass(TimeSpan.FromSeconds(5));
        Say(world);
        world.Banks.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal(CycleStage.Confirming, world.Stage(cycle));
        Assert.Empty(Offsets(world));
        Assert.Null(world.Banks.Ask<CycleResult>(world.Banks.Agent, call => new AgentInput.EndCycle(call, cycle)).Refusal);
        Say(world);
        world.Banks.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal(2, Assert.Single(Offsets(world)).Payments);
    }

    private static IReadOnlyList<OffsetStatus> Offsets(CycleWorld world) => world.Banks.Ask<OffsetSummary>(world.Banks.Agent, static call => new AgentInput.ListOffsets(call)).Offsets;

    private static void Say(CycleWorld world)
    {
        TwoBanks banks = world.Banks.Look(world.AlphaBeta);
        foreach ((TestNode bank, byte name) in new[] { (world.Alpha, (byte)1), (world.Beta, (byte)2) })
        {
            using SigningKey key = banks.ChannelKey(bank);
            OffsetChannel channel = new() { OpeningBody = banks.Opening(bank).Record.Body, Signature = ByteString.CopyFrom(key.Sign(OffsetText.Member(TwoBanks.Network, world.AlphaBeta, bank.Id))) };
            OfferedPayment payment = new() { Payment = ByteString.CopyFrom([.. new byte[15], name]), MinorUnits = 1_00 };
            AgentRequest request = new() { Suite = 1, Network = TwoBanks.Network, Offsets = new OffsetOffers { Queues = { new OffsetQueue { Currency = "EUR", Channels = { channel }, Payments = { payment } } } } };
            byte[] reply = banks.Ask<byte[]>(banks.Agent, call => new AgentInput.Requested(call, bank.Id, request.ToByteArray()));
            Assert.Equal("", AgentReply.Parser.ParseFrom(reply).Offsets.Code);
        }
    }
}
