using Google.Protobuf;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Reading;
using Settlement.Core.Regulator;
using Settlement.Tests.Bank;
using Settlement.Tests.Channels;
using Settlement.Tests.Simulation;
using Settlement.Wire.Channels;

namespace Settlement.Tests.Unit.Regulator;

/// <summary>Batches that were made up and that nobody ever notarises take no more of a regulator's memory than its bounds.</summary>
public sealed class WaitingDeliveryTests
{
    private const int Megabyte = 1 << 20;

    [Fact]
    public void What_waits_of_a_channel_is_bounded_told_and_the_channel_goes_on()
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Alpha, 10_000);
        for (ulong ahead = 2; ahead <= 40; ahead++) world.Send(world.Alpha, world.Supervisor, MadeUp(world, (ulong)world.View(world.Alpha).Sequence + ahead));
        Assert.Contains(ChannelCodes.TooOften, world.Supervisor.Alarms);
        for (int i = 0; i < 50; i++) world.Pay(world.Alpha, 1);
        world.Pass(TimeSpan.FromSeconds(30));
        Assert.True(world.Audit().IsComplete);
        Assert.Equal(world.View(world.Alpha).Sequence, world.Audit().NotarisedSequence);
    }

    [Fact]
    public void Batches_that_came_to_nothing_while_their_heads_went_by_are_all_taken_in_later()
    {
        using TwoBanks world = new TwoBanks(supervisorSettings: new RegulatorSettings { MaxPending = 4 }).Open();
        world.Fund(world.Alpha, 10_000);
        world.OnPeer = static (_, _, message) => message.Delivery is null ? [message] : [];
        for (int i = 0; i < 30; i++) world.Pay(world.Alpha, 1);
        world.Pass(TimeSpan.FromSeconds(5));
        Assert.InRange(Assert.IsType<RegulatorMachine>(world.Supervisor.Machine).HeadsInMemory, 1, 4);
        world.Supervisor.Restart();
        world.OnPeer = null;
        world.Pass(TimeSpan.FromSeconds(60));
        Assert.True(world.Audit().IsComplete);
        Assert.Equal(world.View(world.Alpha).Sequence, Assert.Single(world.Observed().Channels).HeldSequence);
        Assert.Empty(world.Supervisor.Alarms);
    }

    [Theory]
    [InlineData("a place to come", 1)]
    [InlineData("a place to come, and cannot be opened", 1)]
    [InlineData("another batch of the next place", 1)]
    public void Copies_of_a_delivery_are_opened_once(string what, int openings)
    {
        const int copies = 50;
        using TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Alpha, 10_000);
        SortedDictionary<ulong, PeerMessage> deliveries = [];
        world.OnPeer = (_, to, message) =>
        {
            if (to != world.Supervisor || message.Delivery is null) return [message];
            deliveries[message.Delivery.Sequence] = message.Clone();
            return [];
        };
        for (int i = 0; i < 3; i++) world.Pay(world.Alpha, 1);
        world.Pass(TimeSpan.FromSeconds(3));
        PeerMessage delivery = what == "another batch of the next place" ? deliveries.Values.First() : deliveries.Values.Last();
        Delivery said = delivery.Delivery;
        if (what == "another batch of the next place") said.TimeUnixMs++;
        if (what == "a place to come, and cannot be opened") said.Items[0].Entry.Commitments = Lies.Flipped(said.Items[0].Entry.Commitments, 3);
        (long opened, long checks) = (EntryOpener.OpeningsOnThisThread, world.Supervisor.Checks);
        for (int i = 0; i < copies; i++) world.Send(world.Alpha, world.Supervisor, delivery);
        Assert.InRange(EntryOpener.OpeningsOnThisThread - opened, 0, openings);
        Assert.InRange(world.Supervisor.Checks - checks, 0, 2 * openings);
        world.OnPeer = null;
        world.Pass(TimeSpan.FromSeconds(60));
        Assert.True(world.Audit().IsComplete);
        Assert.Equal(world.View(world.Alpha).Sequence, Assert.Single(world.Observed().Channels).HeldSequence);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(Megabyte)]
    public void A_commitment_of_another_length_than_a_hash_is_refused_before_it_waits(int length)
    {
        using TwoBanks world = new TwoBanks().Open();
        Delivery delivery = MadeUp(world, 5).Delivery;
        delivery.Items[7].Refusal.ReasonCommitment = ByteString.CopyFrom(new byte[length]);
        Assert.False(DeliveredBatch.TryRead(world.Context(world.Supervisor), delivery, out _, out string code));
        Assert.Equal(ChannelCodes.EntryMalformed, code);
    }

    [Fact]
    public void Bytes_are_counted_of_the_channel_and_of_who_delivered_them()
    {
        using TwoBanks world = new TwoBanks().Open();
        RegulatorSettings settings = new() { MaxPendingBytes = 3 * Megabyte, MaxPendingBytesOfMember = 5 * Megabyte };
        Dictionary<Core.Identifiers.ParticipantId, long> ofMembers = [];
        WaitingDeliveries first = new(settings, ofMembers), second = new(settings, ofMembers);
        Assert.Equal([true, true, false], [Add(first, 1, world.Alpha), Add(first, 2, world.Alpha), Add(first, 3, world.Alpha)]);
        Assert.Equal([true, true, false], [Add(second, 1, world.Alpha), Add(second, 2, world.Alpha), Add(second, 3, world.Alpha)]);
        // The other member has room of its own, and one for a place that is taken takes its room, too.
        Assert.True(Add(second, 1, world.Beta));
        Assert.True(first.TryTake(1, out DeliveredBatch? taken, out Core.Identifiers.ParticipantId from));
        Assert.Equal((1, world.Alpha.Id), (taken.Sequence, from));
        Assert.True(Add(first, 3, world.Alpha));
        Assert.False(first.TryTake(1, out _, out _));

        bool Add(WaitingDeliveries waiting, ulong sequence, TestNode of)
        {
            Assert.True(DeliveredBatch.TryRead(world.Context(world.Supervisor), MadeUp(world, sequence).Delivery, out DeliveredBatch? batch, out string code), code);
            return waiting.TryAdd(batch, of.Id);
        }
    }

    // What is left of a message of a megabyte is a commitment that nobody can check before the head is known.
    private static PeerMessage MadeUp(TwoBanks world, ulong sequence)
    {
        ChannelContext context = world.Context(world.Alpha);
        Digest previous = Digest.Of([(byte)sequence]);
        PositionSalts salts = PositionSalts.Draw(context.Terms, new SeededEntropy((long)sequence));
        Delivery delivery = new()
        {
            Channel = ByteString.CopyFrom(world.Channel.ToArray()), Term = 1, Sequence = sequence,
            PreviousHead = ByteString.CopyFrom(previous.ToArray()), StateRoot = ByteString.CopyFrom(previous.ToArray()),
            PositionSalts = salts.Seal(context, (long)sequence, previous, new SeededEntropy((long)sequence), out _),
        };
        for (int i = 0; i < 15_000; i++)
        {
            byte[] id = Digest.Of([(byte)i, (byte)(i >> 8), (byte)sequence]).ToArray();
            delivery.Items.Add(new DeliveryItem { Refusal = new RefusalLeaf { EntryId = ByteString.CopyFrom(id), ReasonCommitment = ByteString.CopyFrom(id) } });
        }

        return new PeerMessage { Delivery = delivery };
    }
}
