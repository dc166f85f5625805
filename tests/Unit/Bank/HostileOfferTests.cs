using Google.Protobuf;
using Settlement.Contracts;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Identifiers;
using Settlement.Core.Instructions;
using Settlement.Core.Reading;
using Settlement.Tests.Simulation;
using Settlement.Wire.Channels;

namespace Settlement.Tests.Bank;

/// <summary>What a member that is not the sequencer can do by its offers while a payment of the sequencer waits for cover.</summary>
public sealed class HostileOfferTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    [InlineData(long.MinValue)]
    public void An_offer_of_nothing_or_less_is_told_and_takes_no_part(long amount)
    {
        using TwoBanks world = Waiting(out TestNode victim, out TestNode evil, out byte[] waiting);
        OpenedEntry offer = Payment(world, evil, amount, 6);
        world.Send(evil, victim, Offers(world, offer));
        Assert.Equal([ChannelCodes.EntryNotOurs], victim.Alarms);
        Assert.Equal(InstructionStatus.Queued, world.StatusOf(victim, waiting).Status);
        victim.Restart();
        world.Pass(TimeSpan.FromSeconds(5));
        world.AssertSameState();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_id_that_is_handed_over_and_offered_gets_one_place(bool isOfferedLast)
    {
        using TwoBanks world = Waiting(out TestNode victim, out TestNode evil, out _);
        OpenedEntry offered = Payment(world, evil, 50, 6), handed = Payment(world, evil, 1, 6);
        Assert.Equal(offered.Id, handed.Id);
        List<Proposal> proposals = [];
        world.OnPeer = (from, to, message) =>
        {
            if (from == victim && message.Proposal is { } proposal) proposals.Add(proposal);
            return from == evil ? [] : [message];
        };
        PeerMessage commands = new() { Commands = new Commands { Channel = ByteString.CopyFrom(world.Channel.ToArray()), Term = 1, Entries = { handed.Shared } } };
        PeerMessage[] said = isOfferedLast ? [commands, Offers(world, offered)] : [Offers(world, offered), commands];
        world.Send(evil, victim, said);
        Assert.NotEmpty(proposals);
        Assert.All(proposals, proposal =>
        {
            List<ByteString> ids = [.. ProposalBody.Parser.ParseFrom(proposal.Body).Items
                .Select(static item => item.Refusal?.EntryId ?? EntryHeader.Parser.ParseFrom(item.Entry.Header).EntryId)];
            Assert.Equal(ids.Distinct().Count(), ids.Count);
        });
    }

    [Fact]
    public void A_list_that_is_too_long_is_told_and_read_no_further()
    {
        using TwoBanks world = Waiting(out TestNode victim, out TestNode evil, out byte[] waiting);
        PeerMessage offers = Offers(world, [.. Enumerable.Range(0, Core.Bank.BilateralOffsetting.MaxOffers + 1).Select(i => Payment(world, evil, 50, 100 + i))]);
        long opened = EntryOpener.OpeningsOnThisThread;
        world.Send(evil, victim, offers);
        Assert.Equal(0, EntryOpener.OpeningsOnThisThread - opened);
        Assert.Equal([ChannelCodes.EntryMalformed], victim.Alarms);
        Assert.Equal(InstructionStatus.Queued, world.StatusOf(victim, waiting).Status);
    }

    /// <summary>The sequencer's payment of 50 waits, and the other member has 100.</summary>
    private static TwoBanks Waiting(out TestNode victim, out TestNode evil, out byte[] waiting)
    {
        TwoBanks world = new TwoBanks().Open();
        victim = world.View(world.Alpha).IsSequencer ? world.Alpha : world.Beta;
        evil = world.Other(victim);
        world.Fund(evil, 100);
        SubmittedInstruction entered = Assert.Single(world.Submit(victim, world.Transfer(victim, 50)).Instructions);
        Assert.Equal(InstructionStatus.Queued, entered.Status);
        waiting = Convert.FromHexString(entered.Id);
        return world;
    }

    private static PeerMessage Offers(TwoBanks world, params OpenedEntry[] entries) => new()
    {
        Commands = new Commands { Channel = ByteString.CopyFrom(world.Channel.ToArray()), Term = 1, AreOffers = true, Entries = { entries.Select(static entry => entry.Shared) } },
    };

    // One seed, one id.
    private static OpenedEntry Payment(TwoBanks world, TestNode by, long amount, int seed)
    {
        ChannelContext own = world.Context(by);
        ContractPlan plan = own.Terms.Contracts[0];
        Value?[] values = [new MoneyValue("EUR", amount), new DateValue(TwoBanks.Day), new TextValue($"E{seed}"), new TextValue(Uetr.Create(new SeededEntropy(seed)).ToString()), null,
            new TextValue("Debtor"), null, new TextValue("Creditor"), null, null];
        return EntrySealer.Seal(own, plan, plan.Contract.Actions[0], values, world.Now, new SeededEntropy(seed));
    }
}
