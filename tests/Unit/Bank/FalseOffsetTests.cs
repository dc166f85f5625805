using Google.Protobuf;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Wire.Agent;

namespace Settlement.Tests.Bank;

/// <summary>An agent that lies in an offset gains nothing and is told of; what waits waits on.</summary>
public sealed class FalseOffsetTests
{
    /// <summary>What becomes of a call, and the code of the alarm at whoever hears it.</summary>
    public static TheoryData<string, Action<OffsetLegView>> Lies => new()
    {
        { "signed by somebody else", static said => said.Call.Signature = Flipped(said.Call.Signature) },
        { "another net than was signed", static said => said.Call.Net.MinorUnits++ },
        { "another salt", static said => said.Call.Net.Salt = Flipped(said.Call.Net.Salt) },
        { "without its net", static said => said.Call.Net = null },
        { "a body that does not read", static said => said.Call.LegBody = Flipped(said.Call.LegBody) },
        { "one payment more", static said => said.Payments.Add(ByteString.CopyFrom(new byte[16])) },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public void A_call_that_does_not_stand_is_not_followed(string lie, Action<OffsetLegView> tell)
    {
        using OffsetWorld world = new();
        (TestNode, byte[])[] paid = world.Ring(100_00, 100_00, 100_00);
        world.Banks.OnAgentReply = reply =>
        {
            foreach (OffsetLegView said in reply.Offsets?.Offsets.SelectMany(static view => view.Legs) ?? []) tell(said);
            return reply;
        };
        world.Banks.Pass(TimeSpan.FromSeconds(5));
        Assert.All(paid, p => Assert.Equal((InstructionStatus.Queued, "AM04"), world.StatusOf(p)));
        Assert.True(world.World.All.All(static bank => bank.Alarms.Contains(OffsetCodes.CallUnsigned)), lie);
        world.Banks.OnAgentReply = null;
        world.PassUntil(InstructionStatus.Settled, paid, seconds: 300);
        world.World.AssertAtRest();
    }

    [Fact]
    public void A_posting_that_is_not_shown_is_asked_for_once()
    {
        using OffsetWorld world = new();
        world.Banks.OnAgentReply = static reply =>
        {
            foreach (OffsetView view in reply.Offsets?.Offsets.Where(static view => view.Posting is not null).ToList() ?? []) reply.Offsets!.Offsets.Remove(view);
            return reply;
        };
        world.PassUntil(InstructionStatus.Settled, world.Ring(100_00, 100_00, 100_00));
        foreach (TestNode bank in world.World.All) bank.Restart();
        world.Banks.Pass(OffsetPostings.PostingTime - TimeSpan.FromMinutes(1));
        Assert.All(world.World.All, static bank => Assert.Empty(bank.Alarms));
        world.Banks.Pass(TimeSpan.FromMinutes(2));
        Assert.All(world.World.All, static bank => Assert.Equal([OffsetCodes.PostingMissing], bank.Alarms));
        world.Banks.Pass(TimeSpan.FromMinutes(12));
        Assert.All(world.World.All, static bank => Assert.Single(bank.Alarms));
    }

    [Fact]
    public void A_posting_of_another_sum_is_told_of()
    {
        using OffsetWorld world = new(1, 60_00, 1, 1);
        world.Banks.OnAgentReply = static reply =>
        {
            foreach (OffsetView view in reply.Offsets?.Offsets.Where(static view => view.Posting is not null) ?? []) view.Posting.NetMinorUnits--;
            return reply;
        };
        world.PassUntil(InstructionStatus.Settled, world.Ring(100_00, 70_00, 50_00));
        world.Banks.Pass(TimeSpan.FromSeconds(5));
        Assert.All(world.World.All, static bank => Assert.Equal([OffsetCodes.PostingDiffers], bank.Alarms));
    }

    [Fact]
    public void What_is_shown_in_time_leaves_nothing_to_ask_for()
    {
        using OffsetWorld world = new();
        world.PassUntil(InstructionStatus.Settled, world.Ring(100_00, 100_00, 100_00));
        world.Banks.Pass(OffsetPostings.PostingTime + TimeSpan.FromMinutes(1));
        Assert.All(world.Banks.Nodes, static node => Assert.Empty(node.Alarms));
    }

    private static ByteString Flipped(ByteString bytes)
    {
        byte[] flipped = bytes.ToByteArray();
        if (flipped.Length > 0) flipped[^1] ^= 1;
        return ByteString.CopyFrom(flipped);
    }
}
