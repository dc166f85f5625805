using Google.Protobuf;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Reading;
using Settlement.Tests.Hostile;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.Bank;

/// <summary>Entries that are handed over again, in the right term and to the right member: nothing of what was taken in is opened again.</summary>
public sealed class RepeatedCommandsTests
{
    private const int Payments = 3;
    private const int Repeats = 5;

    // What is in flight waits for long, and is neither taken over nor refused for its time.
    private static readonly BankSettings Patient = new() { TakeoverAfter = TimeSpan.FromHours(1), MaxClockSkew = TimeSpan.FromMinutes(10) };

    [Fact]
    public void Entries_that_wait_or_are_in_flight_are_known_by_their_headers()
    {
        using TwoBanks world = Funded();
        List<PeerMessage> handed = HandOver(world, out byte[][] paid);
        Assert.Equal(0, OpenedBy(() => Repeat(world, handed)));
        // Also after a restart: what only waited was handed over again and opened once.
        world.Alpha.Restart();
        world.Pass(TimeSpan.FromSeconds(20));
        Assert.Equal(0, OpenedBy(() => Repeat(world, handed)));

        world.OnPeer = null;
        world.Pass(TimeSpan.FromSeconds(30));
        AssertSettledOnce(world, paid);
        Assert.Empty(world.Alpha.Alarms);
    }

    [Fact]
    public void Entries_that_are_final_are_late_before_they_are_opened()
    {
        using TwoBanks world = Funded();
        List<PeerMessage> handed = HandOver(world, out byte[][] paid);
        world.OnPeer = null;
        world.Pass(TimeSpan.FromSeconds(30));
        long before = world.Alpha.Written;
        Assert.Equal(0, OpenedBy(() => Repeat(world, handed)));
        // Nothing but their count.
        Assert.InRange(world.Alpha.Written - before, 1, 4);
        AssertSettledOnce(world, paid);
        world.AssertGoesOn();
    }

    [Fact]
    public void An_entry_that_waited_too_long_is_taken_in_anew()
    {
        using TwoBanks world = Funded();
        HandOver(world, out byte[][] paid);
        // For longer than what was looked up for it is remembered.
        world.Pass(TimeSpan.FromSeconds(70));
        world.OnPeer = null;
        world.Pass(TimeSpan.FromSeconds(60));
        AssertSettledOnce(world, paid);
    }

    [Fact]
    public void An_entry_that_was_let_go_with_the_office_is_taken_in_anew()
    {
        using HostileWorld world = new();
        byte[] paid = Interrupted(world);
        foreach (int term in new[] { 2, 3 })
        {
            TestNode taker = term == 2 ? world.Beta : world.Alpha;
            world.Banks.Pass(TimeSpan.FromMinutes(1));
            Assert.Equal("", Assert.Single(world.Banks.AskLedger(taker, new LedgerRequest { Suite = 1, Network = TwoBanks.Network, Submissions = { OtherCases.Takeover(world, taker, (ulong)term) } }).Results).Code);
            foreach (TestNode bank in new[] { world.Alpha, world.Beta })
                world.Banks.Send(world.Banks.Other(bank), bank, new PeerMessage { Finality = new FinalityNotice { Channel = world.Channel, Sequence = 99 } });
            Assert.Equal(term, world.Banks.View(world.Alpha).Term);
        }

        world.Banks.OnPeer = null;
        world.Banks.Pass(TimeSpan.FromSeconds(30));
        Assert.Equal((InstructionStatus.Settled, null), world.Banks.StatusOf(world.Beta, paid));
        Assert.Equal(3, world.Banks.View(world.Alpha).Term);
    }

    [Fact]
    public void A_message_costs_no_more_memory_where_more_entries_wait()
    {
        const int messages = Core.Nodes.PeerBatches.MaxOfChannel, wait = 90, bytesOfDigest = 32;
        long few = Allocated(2), many = Allocated(2 + wait);
        // A copy of what waits would be some ninety digests for each of them.
        Assert.InRange(many - few, long.MinValue, messages * wait * bytesOfDigest / 4);

        static long Allocated(int payments)
        {
            using TwoBanks world = Funded();
            List<PeerMessage> handed = HandOver(world, out _, payments);
            PeerMessage[] said = [.. Enumerable.Repeat(handed[0], messages)];
            // The first time may cost what is done once.
            world.Send(world.Beta, world.Alpha, said);
            long before = GC.GetAllocatedBytesForCurrentThread();
            world.Send(world.Beta, world.Alpha, said);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    public void Another_entry_of_an_id_that_is_under_way_is_not_taken_in()
    {
        TakenIn taken = new();
        using HostileWorld world = new();
        OpenedEntry entry = world.Payment(world.Beta);
        SealedEntry said = entry.Sealed.Clone();
        said.Header = ByteString.CopyFromUtf8("another header");
        OpenedEntry other = new(said, entry.Id, entry.Plan, entry.Action, entry.Parties, entry.Root, entry.Values, entry.ContentKeys, entry.TimeUnixMs);
        Assert.False(taken.IsUnderWay(entry.Id.Value));
        taken.Begin(entry);
        Assert.True(taken.IsUnderWay(entry.Id.Value));
        // It was never under way.
        taken.End(other);
        Assert.True(taken.IsUnderWay(entry.Id.Value));
        taken.Drop(entry);
        Assert.False(taken.IsUnderWay(entry.Id.Value));
        taken.Begin(entry);
        taken.DropAll();
        Assert.False(taken.IsUnderWay(entry.Id.Value));
    }

    [Fact]
    public void What_is_remembered_of_final_entries_is_bounded()
    {
        TakenIn taken = new();
        using HostileWorld world = new();
        OpenedEntry entry = world.Payment(world.Beta);
        List<SealedEntry> said = [];
        for (int i = 0; i <= TakenIn.RememberedFinal; i++)
        {
            SealedEntry one = entry.Sealed.Clone();
            one.Header = ByteString.CopyFromUtf8($"header {i}");
            said.Add(one);
            OpenedEntry opened = new(one, entry.Id, entry.Plan, entry.Action, entry.Parties, entry.Root, entry.Values, entry.ContentKeys, entry.TimeUnixMs);
            taken.Begin(opened);
            taken.End(opened);
            // Once more is not another one.
            taken.End(opened);
        }

        Assert.Null(taken.Find(said[0]));
        Assert.All(said.Skip(1), one => Assert.Equal((null, true), (taken.Find(one)!.Entry, taken.Find(one)!.IsKnown)));
    }

    private static TwoBanks Funded()
    {
        TwoBanks world = new TwoBanks(settings: Patient).Open();
        world.Fund(world.Beta, 100_00);
        return world;
    }

    /// <summary>Beta pays, and Alpha's proposals do not arrive: the first payment is in flight, and the others wait.</summary>
    private static List<PeerMessage> HandOver(TwoBanks world, out byte[][] paid, int payments = Payments)
    {
        List<PeerMessage> handed = [];
        world.OnPeer = (_, _, message) =>
        {
            if (message.Commands is not null) handed.Add(message.Clone());
            return message.Proposal is null ? [message] : [];
        };
        paid = [.. Enumerable.Range(0, payments).Select(_ => world.Pay(world.Beta, 1_00))];
        Assert.Equal(payments, handed.Count);
        return [.. handed];
    }

    /// <summary>Neither member's proposals arrive, so that a payment of Beta's waits.</summary>
    private static byte[] Interrupted(HostileWorld world)
    {
        world.Banks.OnPeer = (_, _, message) => message.Proposal is null ? [message] : [];
        return world.Banks.Pay(world.Beta, 1_00);
    }

    private static void Repeat(TwoBanks world, List<PeerMessage> handed)
    {
        for (int i = 0; i < Repeats; i++) world.Send(world.Beta, world.Alpha, [.. handed]);
    }

    private static long OpenedBy(Action act)
    {
        long before = EntryOpener.OpeningsOnThisThread;
        act();
        return EntryOpener.OpeningsOnThisThread - before;
    }

    private static void AssertSettledOnce(TwoBanks world, byte[][] paid)
    {
        Assert.All(paid, payment => Assert.Equal((InstructionStatus.Settled, null), world.StatusOf(world.Beta, payment)));
        Assert.Equal((Payments * 1_00, 100_00 - (Payments * 1_00)), (world.Position(world.Alpha), world.Position(world.Beta)));
    }
}
