using Google.Protobuf;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Machines;
using Settlement.Core.Participants;
using Settlement.Core.Reading;
using Settlement.Core.Store;
using Settlement.Tests.Hostile;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.Bank;

/// <summary>Entries that are handed over in another term than the channel's, or to another member than its sequencer, however many:
/// nothing of them is opened, and nothing of them is taken in.</summary>
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
        // Late is not the same as false.
        Assert.Empty(world.Alpha.Alarms);
    }

    [Fact]
    public void Entries_for_a_member_that_is_not_the_sequencer_are_late()
    {
        using HostileWorld world = new();
        PeerMessage handed = Handed(world, world.Alpha, term: 1);
        Input.PeerReceived received = Received(world.Alpha, handed);
        Assert.Empty(world.Beta.Machine.Needs([received]));
        world.Beta.Inbox.Add(received);
        Assert.Empty(ProposalsOfStep(world, world.Beta));
        AssertLate(world, world.Beta, world.Alpha);
        world.Banks.AssertGoesOn();
    }

    [Fact]
    public void Entries_whose_term_ends_in_the_drain_that_brings_them_are_late()
    {
        using HostileWorld world = new();
        // When the drain is looked at, they are in their term and for its sequencer.
        Input.PeerReceived received = Received(world.Beta, Handed(world, world.Beta, term: 1));
        Assert.NotEmpty(world.Alpha.Machine.Needs([received]));
        Input takeover = LearnsOfTakeover(world, world.Alpha);
        world.Alpha.Inbox.AddRange([takeover, received]);
        Assert.Empty(ProposalsOfStep(world, world.Alpha));
        Assert.Equal(2, world.Banks.View(world.Alpha).Term);
        AssertLate(world, world.Alpha, world.Beta);
        world.Banks.AssertGoesOn();
    }

    [Fact]
    public void Entries_whose_term_begins_in_the_drain_that_brings_them_wait_until_they_are_said_again()
    {
        using HostileWorld world = new();
        // When the drain is looked at, nobody asks the vault for what they depend on.
        Input.PeerReceived received = Received(world.Alpha, Handed(world, world.Alpha, term: 2));
        Input takeover = LearnsOfTakeover(world, world.Beta);
        world.Beta.Inbox.AddRange([takeover, received]);
        Assert.Empty(ProposalsOfStep(world, world.Beta));
        Assert.Equal(2, world.Banks.View(world.Beta).Term);
        Assert.DoesNotContain(world.AlarmsOf(world.Beta), static a => a.Code == ChannelCodes.Late);

        world.Beta.Inbox.Add(received);
        Assert.Single(ProposalsOfStep(world, world.Beta));
        world.Banks.Pass(TimeSpan.FromSeconds(30));
        world.Banks.AssertGoesOn();
    }

    /// <summary>A good payment of a member, handed to the other one.</summary>
    private static PeerMessage Handed(HostileWorld world, TestNode from, ulong term) =>
        new() { Commands = new Commands { Channel = world.Channel, Term = term, Entries = { world.Payment(from).Shared } } };

    private static Input.PeerReceived Received(TestNode from, PeerMessage message) =>
        new(from.Id, new PeerBatch { Suite = 1, Network = TwoBanks.Network, Messages = { message } }.ToByteArray());

    /// <summary>Beta takes over at the ledger, and a member asks the ledger: its answer has not been heard yet.</summary>
    private static Input.Answered LearnsOfTakeover(HostileWorld world, TestNode member)
    {
        world.Banks.AskLedger(world.Beta, new LedgerRequest { Suite = 1, Network = TwoBanks.Network, Submissions = { OtherCases.Takeover(world, world.Beta, 2) } });
        member.Inbox.Add(Received(world.Banks.Other(member), new PeerMessage { Finality = new FinalityNotice { Channel = world.Channel, Sequence = 99 } }));
        Effect.Send asked = Assert.Single(member.Step(world.Banks.Now).OfType<Effect.Send>(), static send => send.Door == Door.Ledger);
        LedgerReply reply = world.Banks.AskLedger(member, LedgerRequest.Parser.ParseFrom(asked.Body));
        Assert.Equal(2u, Assert.Single(reply.Channels).Term);
        return new Input.Answered(asked.Token, reply.ToByteArray());
    }

    /// <summary>What a bank proposes in one step, of which nothing arrives.</summary>
    private static List<Proposal> ProposalsOfStep(HostileWorld world, TestNode bank)
    {
        List<Effect.Send> sends = [.. bank.Step(world.Banks.Now).OfType<Effect.Send>()];
        bank.Inbox.AddRange(sends.Select(static send => new Input.SendFailed(send.Token)));
        return [.. sends.Where(static send => send.Door == Door.Peer).SelectMany(static send => PeerBatch.Parser.ParseFrom(send.Body).Messages).Select(static m => m.Proposal).OfType<Proposal>()];
    }

    private static void AssertLate(HostileWorld world, TestNode at, TestNode by)
    {
        AlarmView alarm = Assert.Single(world.AlarmsOf(at), a => a.Party == by.Id.ToString() && a.Code != ChannelCodes.TakenOver);
        Assert.Equal((ChannelCodes.Late, 1L), (alarm.Code, alarm.Count));
        Assert.Empty(at.Alarms);
    }
}
