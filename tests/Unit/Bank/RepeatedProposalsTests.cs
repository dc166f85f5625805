using Google.Protobuf;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Machines;
using Settlement.Core.Reading;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.Bank;

/// <summary>Proposals said again, and many for one place: of each place one is opened, whatever a sequencer signs and however often it says it.</summary>
public sealed class RepeatedProposalsTests
{
    private const int Repeats = 20;
    private const long HourMs = 3_600_000;

    [Theory]
    [InlineData(1)]
    [InlineData(Repeats)]
    public void One_that_was_objected_to_is_known_when_it_is_said_again(int atOnce)
    {
        using TwoBanks world = Held(out PeerMessage honest);
        PeerMessage late = OtherProposal.Of(world, world.Alpha, honest.Proposal, static p => p.Body.TimeUnixMs += HourMs);
        Assert.Equal(1, OpenedBy(() => world.Send(world.Alpha, world.Beta, late)));
        long checks = world.Beta.Checks;
        Assert.Equal(0, OpenedBy(() => Repeat(world, late, atOnce)));
        Assert.Equal(0, world.Beta.Checks - checks);
        Assert.Contains(ChannelCodes.TimeRefused, world.Beta.Alarms);
        GoesOn(world);
    }

    [Fact]
    public void Of_many_for_one_place_the_first_is_opened_and_the_others_prove_the_fork()
    {
        using TwoBanks world = Held(out PeerMessage honest);
        PeerMessage[] many = [.. Enumerable.Range(1, Repeats).Select(i => OtherProposal.Of(world, world.Alpha, honest.Proposal, p => p.Body.TimeUnixMs += i))];
        // It is endorsed, and what is in flight is known by its hash.
        Assert.Equal(1, OpenedBy(() => world.Send(world.Alpha, world.Beta, many)));
        Assert.Equal(0, OpenedBy(() => world.Send(world.Alpha, world.Beta, many)));
        Assert.Contains(ChannelCodes.SecondHead, world.Beta.Alarms);
        GoesOn(world);
    }

    [Fact]
    public void Those_out_of_their_place_are_not_opened()
    {
        using TwoBanks world = Held(out PeerMessage honest);
        PeerMessage[] many =
        [
            .. Enumerable.Range(1, Repeats).Select(i => OtherProposal.Of(world, world.Alpha, honest.Proposal, p => p.Sequence += (ulong)i)),
            .. Enumerable.Range(1, Repeats).Select(i => OtherProposal.Of(world, world.Alpha, honest.Proposal, p => p.Term += (ulong)i)),
            .. Enumerable.Range(1, Repeats).Select(i => OtherProposal.Of(world, world.Alpha, honest.Proposal, p => p.PreviousHead = Channels.Lies.Flipped(p.PreviousHead, i))),
        ];
        Assert.Equal(0, OpenedBy(() => world.Send(world.Alpha, world.Beta, many)));
        Assert.Contains(ChannelCodes.ProposalOutOfPlace, world.Beta.Alarms);
        GoesOn(world);
    }

    [Fact]
    public void Of_many_for_the_place_after_the_batch_in_flight_one_is_opened()
    {
        using TwoBanks world = Held(out PeerMessage honest);
        EndorsementAnswer? answer = null;
        world.OnPeer = (_, to, message) =>
        {
            answer ??= message.Endorsement;
            return to == world.Alpha || message.Proposal is not null ? [] : [message];
        };
        world.Send(world.Alpha, world.Beta, honest);
        PeerMessage[] many = [.. Enumerable.Range(1, Repeats).Select(i => OtherProposal.Of(world, world.Alpha, honest.Proposal, p =>
        {
            p.Sequence++;
            p.PreviousHead = answer!.Head;
            p.Body.TimeUnixMs += i;
        }))];
        Assert.Equal(1, OpenedBy(() =>
        {
            for (int i = 0; i < Repeats; i++) world.Send(world.Alpha, world.Beta, many);
        }));
        GoesOn(world);
        // The honest one for that place was not the first.
        Assert.Contains(ChannelCodes.SecondHead, world.Beta.Alarms);
    }

    [Fact]
    public void One_that_comes_in_the_same_step_as_the_word_that_its_place_is_free_is_endorsed_without_being_said_again()
    {
        using TwoBanks world = Held(out PeerMessage honest);
        PeerMessage? next = null;
        world.OnPeer = (_, to, message) =>
        {
            if (to == world.Beta && message.Proposal is { } proposal && proposal.Sequence > honest.Proposal.Sequence) next = message;
            return next is not null || message.Finality is not null ? [] : [message];
        };
        world.Send(world.Alpha, world.Beta, honest);
        byte[] paid = world.Pay(world.Alpha, 1_00);
        Assert.NotNull(next);
        world.OnPeer = null;

        world.Beta.Inbox.Add(Said(world, new PeerMessage { Finality = new FinalityNotice { Channel = next.Proposal.Channel, Sequence = honest.Proposal.Sequence } }));
        Effect.Send asked = Assert.Single(world.Beta.Step(world.Now).OfType<Effect.Send>(), static send => send.Door == Door.Ledger);
        LedgerReply reply = world.AskLedger(world.Beta, LedgerRequest.Parser.ParseFrom(asked.Body));
        world.Beta.Inbox.Add(new Input.Answered(asked.Token, reply.ToByteArray()));
        world.Beta.Inbox.Add(Said(world, next));
        world.Settle();
        Assert.Equal((InstructionStatus.Settled, null), world.StatusOf(world.Alpha, paid));
    }

    /// <summary>Alpha pays, and its proposal does not arrive until it is said.</summary>
    private static TwoBanks Held(out PeerMessage honest)
    {
        TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Alpha, 100_00);
        PeerMessage? held = null;
        world.OnPeer = (_, to, message) =>
        {
            if (to != world.Beta || message.Proposal is null) return [message];
            held ??= message.Clone();
            return [];
        };
        world.Pay(world.Alpha, 1_00);
        honest = held!;
        return world;
    }

    private static Input.PeerReceived Said(TwoBanks world, PeerMessage message) =>
        new(world.Alpha.Id, new PeerBatch { Suite = 1, Network = TwoBanks.Network, Messages = { message } }.ToByteArray());

    private static void Repeat(TwoBanks world, PeerMessage message, int atOnce)
    {
        for (int i = 0; i < Repeats; i++) world.Send(world.Alpha, world.Beta, [.. Enumerable.Repeat(message, atOnce)]);
    }

    /// <summary>In the next term, where the sequencer signed two for one place.</summary>
    private static void GoesOn(TwoBanks world)
    {
        world.OnPeer = null;
        world.Pass(TimeSpan.FromSeconds(60));
        world.AssertGoesOn();
    }

    private static long OpenedBy(Action act)
    {
        long before = EntryOpener.OpeningsOnThisThread;
        act();
        return EntryOpener.OpeningsOnThisThread - before;
    }
}
