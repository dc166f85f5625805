using Settlement.Core.Alarms;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Machines;
using Settlement.Core.Notarisation;
using Settlement.Core.Reading;
using Settlement.Ledger;
using Settlement.Tests.Bank;
using Settlement.Tests.Ledger;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.Hostile;

/// <summary>Storms at the ledger, whose victim is everybody, and a network that is hostile without being anybody.</summary>
public sealed class StormTests
{
    [Fact]
    public void A_takeover_storm_costs_the_ledger_a_leaf_and_is_recorded_with_the_members_signature()
    {
        using HostileWorld world = new();
        TwoBanks banks = world.Banks;
        long leaves = banks.Ledger.Count;
        for (int i = 0; i < HostileWorld.Storm; i++)
        {
            // Its own takeover again and again, and those that are not its turn.
            foreach (ulong term in new ulong[] { 2, 3, 4 }) Ask(world, world.Beta, OtherCases.Takeover(world, world.Beta, term));
            if (i == 0) banks.Pass(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(leaves + 1, banks.Ledger.Count);
        AlarmView soon = Assert.Single(world.AlarmsOfLedger(), a => a.Code == LedgerCodes.TakeoverTerm);
        Assert.Equal(banks.Beta.Id.ToString(), soon.Party);
        Assert.Equal("submission", world.EvidenceOfLedger(Assert.Single(soon.Pieces).Id).Parts[0].Name);
        Assert.All(world.AlarmsOfLedger(), a => Assert.InRange(a.Pieces.Count, 1, AlarmBounds.MaxPiecesOfCode));
        world.AssertGoesOnWithGamma(world.Alpha);
        world.AssertGoesOnWithGamma(world.Beta);
        banks.AssertGoesOn();
    }

    [Fact]
    public void Two_takeovers_of_one_channel_are_apart_and_the_storm_between_them_is_recorded()
    {
        using HostileWorld world = new();
        Ask(world, world.Beta, OtherCases.Takeover(world, world.Beta, 2));
        // Both members storm now.
        for (int i = 0; i < HostileWorld.Storm; i++) Assert.Equal(LedgerCodes.TakeoverTooSoon, Assert.Single(Ask(world, world.Alpha, OtherCases.Takeover(world, world.Alpha, 3)).Results).Code);
        AlarmView soon = Assert.Single(world.AlarmsOfLedger(), a => a.Code == LedgerCodes.TakeoverTooSoon);
        Assert.Equal((world.Alpha.Id.ToString(), 1), (soon.Party, soon.Pieces.Count));
        world.AssertGoesOnWithGamma(world.Alpha);
        world.Banks.AssertGoesOn();
    }

    [Fact]
    public void An_opening_storm_ends_at_the_submitters_quota_and_others_open_channels_all_the_same()
    {
        using HostileWorld world = new(isBetaLate: true);
        long leaves = world.Banks.Ledger.Count;
        List<string> codes = [.. Enumerable.Range(0, 300).Select(i => Assert.Single(Ask(world, world.Alpha, OtherCases.Opening(i)).Results).Code)];
        int openings = LedgerSettings.Default.OpeningsPerWindow;
        Assert.InRange(codes.Count(c => c.Length == 0), openings - 2, openings);
        Assert.All(codes.Skip(openings), c => Assert.Equal(LedgerCodes.QuotaUsed, c));
        Assert.InRange(world.Banks.Ledger.Count - leaves, openings - 2, openings);
        AlarmView used = Assert.Single(world.AlarmsOfLedger(), a => a.Code == LedgerCodes.QuotaUsed);
        Assert.Equal((world.Alpha.Id.ToString(), "submission"), (used.Party, Assert.Single(world.EvidenceOfLedger(Assert.Single(used.Pieces).Id).Parts).Name));
        world.AssertGoesOnWithGamma(world.Beta);
        world.AssertGoesOnWithGamma(world.Alpha);
        world.Banks.AssertGoesOn();
    }

    [Theory]
    [InlineData("a head whose endorsements are another head's", LedgerCodes.EndorsementSignature)]
    [InlineData("a takeover signed by nobody", LedgerCodes.TakeoverSignature)]
    [InlineData("an opening signed by nobody", LedgerCodes.OpeningSignature)]
    [InlineData("nothing", LedgerCodes.UnknownKind)]
    [InlineData("a request of another network", LedgerCodes.OtherNetwork)]
    [InlineData("a request without end", LedgerCodes.TooLarge)]
    public void What_the_ledger_refuses_is_recorded_with_the_record_as_it_was_submitted(string what, string code)
    {
        using HostileWorld world = new();
        LedgerRequest request = new() { Suite = 1, Network = TwoBanks.Network };
        switch (what)
        {
            case "a head whose endorsements are another head's":
                HeadRecord head = Newest(world);
                (head.Sequence, head.PreviousHead, head.Head) = (head.Sequence + 1, head.Head, Channels.Lies.Flipped(head.Head, 0));
                request.Submissions.Add(new Submission { Head = head });
                break;
            case "a takeover signed by nobody":
                Submission takeover = OtherCases.Takeover(world, world.Beta, 2);
                takeover.Takeover.Signature = Channels.Lies.Flipped(takeover.Takeover.Signature, 3);
                request.Submissions.Add(takeover);
                break;
            case "an opening signed by nobody":
                Submission opening = OtherCases.Opening(1);
                opening.Opening.Signatures[0] = opening.Opening.Signatures[1];
                request.Submissions.Add(opening);
                break;
            case "nothing":
                request.Submissions.Add(new Submission());
                break;
            case "a request of another network":
                request.Network = "other";
                break;
            default:
                request.Submissions.Add(Enumerable.Repeat(new Submission(), LedgerSettings.Default.MaximumSubmissionsPerRequest + 1));
                break;
        }

        long leaves = world.Banks.Ledger.Count;
        for (int i = 0; i < HostileWorld.Storm; i++) world.Banks.AskLedger(world.Beta, request);
        Assert.Equal(leaves, world.Banks.Ledger.Count);
        AlarmView alarm = Assert.Single(world.AlarmsOfLedger(), a => a.Code == code);
        Assert.Equal(world.Beta.Id.ToString(), alarm.Party);
        PartView part = Assert.Single(world.EvidenceOfLedger(Assert.Single(alarm.Pieces).Id).Parts);
        bool isKept = code is not (LedgerCodes.OtherNetwork or LedgerCodes.TooLarge);
        Assert.Equal((isKept ? "submission" : "body", isKept), (part.Name, part.Body is not null));
        world.AssertGoesOnWithGamma(world.Beta);
        world.Banks.AssertGoesOn();
    }

    [Fact]
    public void A_stranger_at_the_ledger_is_counted_and_nothing_of_it_is_kept()
    {
        using HostileWorld world = new();
        for (int i = 0; i < HostileWorld.Storm; i++) world.Banks.AskLedger("", new LedgerRequest { Suite = 1, Network = TwoBanks.Network, Submissions = { OtherCases.Opening(i) } });
        world.Banks.Pass(TimeSpan.FromSeconds(2));
        AlarmView alarm = Assert.Single(world.AlarmsOfLedger(), a => a.Party == AlarmParties.Strangers);
        Assert.Equal((LedgerCodes.NotAdmitted, 0), (alarm.Code, alarm.Pieces.Count));
    }

    [Fact]
    public void Heads_of_one_submitter_keep_to_a_rate_and_those_of_others_go_on()
    {
        LedgerWorld world = new LedgerWorld(settings: LedgerSettings.Default with { HeadsPerSecond = 1, HeadBurst = 3 }).WithBanks();
        TestChannel mine = world.Open(), theirs = world.Open(by: LedgerWorld.Beta);
        Digest previous = Digest.Zero;
        List<string> codes = [];
        for (int i = 1; i <= 5; i++)
        {
            Digest head = world.NewDigest();
            codes.Add(world.Submit(LedgerWorld.Alpha, mine.Head(1, Math.Min(i, 4), previous, head)).Code);
            if (codes[^1].Length == 0) previous = head;
        }

        Assert.Equal(["", "", "", LedgerCodes.QuotaUsed, LedgerCodes.QuotaUsed], codes);
        Assert.Equal(LedgerCodes.QuotaUsed, world.Submit(LedgerWorld.Alpha, theirs.Takeover(Digest.Zero, 2, 1)).Code);
        Assert.Equal("", world.Submit(LedgerWorld.Beta, theirs.Head(1, 1, Digest.Zero, world.NewDigest())).Code);
        world.Now += TimeSpan.FromSeconds(1);
        Assert.Equal("", world.Submit(LedgerWorld.Alpha, mine.Head(1, 4, previous, world.NewDigest())).Code);
    }

    [Theory]
    [InlineData("drops")]
    [InlineData("repeats")]
    [InlineData("reorders")]
    [InlineData("all of it")]
    public void A_hostile_network_delays_payments_and_accuses_nobody(string what)
    {
        using HostileWorld world = new();
        Random chance = new(7);
        List<(TestNode From, TestNode To, PeerMessage Message)> late = [];
        world.Banks.OnPeer = (from, to, message) =>
        {
            List<PeerMessage> passed = [message];
            if (what is "drops" or "all of it" && chance.Next(3) == 0) passed.Clear();
            if (what is "repeats" or "all of it" && chance.Next(3) == 0) passed.AddRange(passed);
            if (what is not ("reorders" or "all of it")) return passed;
            late.AddRange(passed.Select(p => (from, to, p)));
            List<PeerMessage> now = [.. late.Where(l => l.From == from && l.To == to && chance.Next(2) == 0).Select(l => l.Message)];
            late.RemoveAll(l => l.From == from && l.To == to && now.Contains(l.Message));
            now.Reverse();
            return now;
        };
        List<(TestNode Bank, byte[] Paid)> payments = [];
        for (int i = 0; i < 10; i++)
        {
            foreach (TestNode bank in new[] { world.Alpha, world.Beta }) payments.Add((bank, world.Banks.Pay(bank, 1)));
            world.Banks.Pass(TimeSpan.FromSeconds(5));
        }

        for (int i = 0; i < 60 && payments.Any(p => world.Banks.StatusOf(p.Bank, p.Paid).Status == InstructionStatus.Accepted); i++) world.Banks.Pass(TimeSpan.FromSeconds(5));
        Assert.All(payments, p => Assert.Equal((InstructionStatus.Settled, null), world.Banks.StatusOf(p.Bank, p.Paid)));
        string[] common = [ChannelCodes.Late, ChannelCodes.TakenOver, ChannelCodes.TooOften, LedgerCodes.EndorsementExpired];
        Assert.All(world.Banks.Nodes.SelectMany(n => world.AlarmsOf(n)), a => Assert.Contains(a.Code, common));
        world.Banks.AssertGoesOn();
    }

    private static LedgerReply Ask(HostileWorld world, TestNode member, Submission submission) =>
        world.Banks.AskLedger(member, new LedgerRequest { Suite = 1, Network = TwoBanks.Network, Submissions = { submission } });

    private static HeadRecord Newest(HostileWorld world) =>
        world.Banks.AskLedger(world.Alpha, new LedgerRequest { Suite = 1, Network = TwoBanks.Network, Log = new LogQuery { Limit = 1_000 } }).Log.Select(l => Leaf.Parser.ParseFrom(l))
            .Last(l => l.RecordCase == Leaf.RecordOneofCase.Head && l.Head.Channel.Equals(world.Channel)).Head.Clone();
}
