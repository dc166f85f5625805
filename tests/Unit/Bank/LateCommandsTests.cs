using Google.Protobuf;
using Settlement.Core.Bank;
using Settlement.Core.Machines;
using Settlement.Core.Reading;
using Settlement.Core.Store;
using Settlement.Wire.Channels;

namespace Settlement.Tests.Bank;

/// <summary>Entries that are handed over in another term than the channel's, however many: nothing of them is opened.</summary>
public sealed class LateCommandsTests
{
    [Theory]
    [InlineData(1, true)]
    [InlineData(0, false)]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(ulong.MaxValue, false)]
    public void Entries_are_opened_in_their_own_term_alone(ulong term, bool areOpened)
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Beta, 100_00);
        Commands? handed = null;
        world.OnPeer = (from, to, message) =>
        {
            if (message.Commands is not { } commands) return [message];
            handed = commands.Clone();
            return [];
        };
        byte[] paid = world.Pay(world.Beta, 1_00);
        Assert.Equal(1u, handed!.Term);
        handed.Term = term;
        PeerBatch batch = new() { Suite = 1, Network = TwoBanks.Network, Messages = { new PeerMessage { Commands = handed } } };

        // Which rows an entry depends on shows only once it is open.
        IReadOnlyCollection<PayloadKey> needs = world.Alpha.Machine.Needs([new Input.PeerReceived(world.Beta.Id, batch.ToByteArray())]);
        Assert.Equal(areOpened, needs.Any(static key => key.Kind == PayloadKind.Facts));
        world.Send(world.Beta, world.Alpha, batch.Messages[0]);
        Assert.Equal(areOpened ? InstructionStatus.Settled : InstructionStatus.Accepted, world.StatusOf(world.Beta, paid).Status);

        world.OnPeer = null;
        world.Pass(TimeSpan.FromSeconds(8));
        Assert.Equal((InstructionStatus.Settled, null), world.StatusOf(world.Beta, paid));
    }
}
