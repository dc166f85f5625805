using Google.Protobuf;
using Settlement.Core.Notarisation;
using Settlement.Tests.Bank;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.Unit.Regulator;

/// <summary>A log that a regulator was shown falsely is not kept: leaves are taken before the root proves them, so a lie may be among them.</summary>
public sealed class FalseLogTests
{
    [Fact]
    public void After_one_false_leaf_the_next_start_reads_the_true_log_from_its_beginning()
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Alpha, 100_00);
        world.OnLedgerReply = (node, reply) =>
        {
            if (node != world.Supervisor || reply.Log.Count == 0) return reply;
            Leaf changed = Leaf.Parser.ParseFrom(reply.Log[^1]);
            changed.TimeUnixMs++;
            reply.Log[^1] = changed.ToByteString();
            return reply;
        };
        world.Pay(world.Alpha, 1_00);
        world.Pass(TimeSpan.FromSeconds(10));
        Assert.Contains(LedgerCodes.RootDiffers, world.Supervisor.Alarms);
        Assert.False(world.Audit().IsComplete);

        world.OnLedgerReply = null;
        world.Supervisor.Alarms.Clear();
        world.Supervisor.Restart();
        world.Pay(world.Alpha, 1_00);
        world.Pass(TimeSpan.FromSeconds(30));
        Assert.Empty(world.Supervisor.Alarms);
        Assert.True(world.Audit() is { IsComplete: true, ReExecuted: true });
        Assert.Equal(world.View(world.Alpha).Sequence, world.Audit().NotarisedSequence);
    }
}
