using System.Text.RegularExpressions;
using Google.Protobuf;
using Settlement.Core.Agent;
using Settlement.Core.Agent.Offsets;
using Settlement.Core.Cryptography;
using Settlement.Core.Store;
using Settlement.Core.Vault;
using Settlement.Core.Vault.Records;
using Settlement.Tests.Bank;
using Settlement.Wire.Agent;

namespace Settlement.Tests.Agent.Offsets;

/// <summary>Payments that wait at several banks settle together over their accounts, or wait on.</summary>
public sealed partial class OffsetTests
{
    private static OffsetWorld Ring(params string[] banks)
    {
        OffsetWorld world = new OffsetWorld(banks).Credit(10, banks);
        return world.Link(banks.Length == 2 ? [banks[0] + banks[1]] : [.. banks.Select((bank, i) => bank + banks[(i + 1) % banks.Length])]);
    }

    [Fact]
    public void A_ring_without_money_settles()
    {
        using OffsetWorld world = Ring("A", "B", "C");
        world.Queue("A", "B", 1_000);
        world.Queue("B", "C", 1_000);
        world.Queue("C", "A", 1_000);
        OffsetStatus ended = world.PassUntilEnded();
        Assert.Equal((OffsetStage.Settled, 3, 3, null), (ended.Stage, ended.Channels, ended.Payments, ended.Reason));
        Assert.All(world.Banks, static bank => Assert.Equal((0, 0L), (bank.Waiting.Count, Assert.Single(bank.Nets.Values))));
        Assert.Equal([10, 10, 10], world.Banks.Select(bank => world.BalanceOf(bank.Name[..1])));
        Assert.Empty(world.Agent.Alarms);
    }

    [Fact]
    public void What_does_not_cancel_is_paid_out_of_accounts_and_what_they_do_not_cover_waits()
    {
        using OffsetWorld world = Ring("A", "B", "C");
        world.Queue("A", "B", 1_005);
        world.Queue("B", "C", 1_003);
        world.Queue("C", "A", 999);
        world.Queue("A", "B", 5);
        OffsetStatus ended = world.PassUntilEnded();
        Assert.Equal((OffsetStage.Settled, 3), (ended.Stage, ended.Payments));
        Assert.Equal([4, 12, 14], world.Banks.Select(bank => world.BalanceOf(bank.Name[..1])));
        Assert.Equal([-6, 2, 4], world.Banks.Select(static bank => bank.Nets.Values.Single()));
        Assert.Equal(5, Assert.Single(world["A"].Waiting).MinorUnits);
        AssertAtRest(world);
    }

    [Fact]
    public void Higher_priorities_go_first_and_a_payment_that_is_left_keeps_what_follows_it()
    {
        using OffsetWorld world = Ring("A", "B");
        world.Queue("A", "B", 600);
        ByteString large = world.Queue("A", "B", 900, priority: 1);
        ByteString urgent = world.Queue("A", "B", 500, priority: 2);
        ByteString last = world.Queue("A", "B", 1);
        world.Queue("B", "A", 495);
        world.PassUntilEnded();
        Assert.DoesNotContain(urgent, world["A"].Waiting.Select(static p => p.Payment));
        // The large one is not covered, so that nothing after it settles, the smallest neither.
        Assert.Equal(3, world["A"].Waiting.Count);
        Assert.Contains(large, world["A"].Waiting.Select(static p => p.Payment));
        Assert.Contains(last, world["A"].Waiting.Select(static p => p.Payment));
    }

    [Theory]
    [InlineData("none", OffsetStage.Settled)]
    [InlineData("for all", null)]
    [InlineData("for B", null)]
    [InlineData("for C", OffsetStage.Settled)]
    public void Rooms_hold(string room, OffsetStage? stage)
    {
        using OffsetWorld world = Ring("A", "B", "C");
        world.Queue("A", "B", 1_005);
        world.Queue("B", "C", 1_000);
        world.Queue("C", "A", 1_000);
        if (room == "for all") world["A"].Room = 4;
        if (room == "for B") world["A"].Rooms[world["B"]] = 1_004;
        if (room == "for C") world["A"].Rooms[world["C"]] = 0;
        world.Pass(TimeSpan.FromSeconds(10));
        Assert.Equal(stage is { } expected ? [expected] : [], world.Offsets.Select(static o => o.Stage));
    }

    [Fact]
    public void What_a_bank_could_pay_alone_is_not_settled()
    {
        using OffsetWorld world = new OffsetWorld("A", "B", "C", "D").Link("AB", "CD").Credit(1_000, "A", "B", "C", "D");
        world.Queue("A", "B", 10);
        world.Queue("C", "D", 10);
        world.Pass(TimeSpan.FromSeconds(10));
        Assert.Empty(world.Offsets);
        // Beside others that bring something in it still is not.
        world.Queue("D", "C", 5);
        Assert.Equal((1, 2), (world.PassUntilEnded().Channels, world.Offsets[0].Payments));
        Assert.Equal(1_000, world.BalanceOf("A"));
    }

    [Fact]
    public void A_payment_does_not_count_before_the_payee_has_shown_who_it_is()
    {
        using OffsetWorld world = Ring("A", "B", "C");
        world["C"].IsSilent = true;
        world.Queue("A", "B", 1_000);
        world.Queue("B", "C", 1_000);
        world.Queue("C", "A", 1_000);
        world.Pass(TimeSpan.FromSeconds(10));
        Assert.Empty(world.Offsets);
        world["C"].IsSilent = false;
        Assert.Equal(OffsetStage.Settled, world.PassUntilEnded().Stage);
    }

    [Fact]
    public void A_credit_is_enough_to_look_again()
    {
        using OffsetWorld world = Ring("A", "B");
        world.Queue("A", "B", 1_020);
        world.Queue("B", "A", 1_000);
        world.Pass(TimeSpan.FromSeconds(10));
        Assert.Empty(world.Offsets);
        world.Credit(10, "A");
        Assert.Equal(OffsetStage.Settled, world.PassUntilEnded().Stage);
    }

    [Fact]
    public void What_is_not_offered_again_is_forgotten_and_what_is_settled_is_not_settled_again()
    {
        using OffsetWorld world = Ring("A", "B");
        world.Queue("A", "B", 1_000);
        world.Queue("B", "A", 1_000);
        OffsetOffers before = world["A"].Offers(), other = world["B"].Offers();
        world.PassUntilEnded();
        // Banks that do not know yet offer the same again.
        Assert.Equal("", world.Say(world["A"], before).Code);
        Assert.Equal("", world.Say(world["B"], other).Code);
        world.Pass(TimeSpan.FromSeconds(1));
        world.Agent.Restart();
        Assert.Equal("", world.Say(world["A"], before).Code);
        Assert.Equal("", world.Say(world["B"], other).Code);
        world.Pass(TimeSpan.FromSeconds(2));
        Assert.Single(world.Offsets);
        world.Queue("A", "B", 1_000);
        foreach (FakeBank bank in world.Banks) bank.IsSilent = true;
        world.Say(world["A"], world["A"].Offers());
        world.Pass(OfferBook.Life);
        world.Queue("B", "A", 1_000);
        world.Say(world["B"], world["B"].Offers());
        world.Pass(TimeSpan.FromSeconds(2));
        Assert.Single(world.Offsets);
    }

    [Fact]
    public void One_that_is_silent_ends_the_offset_and_its_channels_are_left_out_for_longer_and_longer()
    {
        using OffsetWorld world = new OffsetWorld("A", "B", "C").Link("AB", "BC", "CA").Credit(10, "A", "B", "C");
        // Two circles: one of all three, and one of A and B alone.
        world.Queue("A", "B", 1_000);
        world.Queue("B", "A", 1_000);
        world.Queue("B", "C", 500);
        world.Queue("C", "A", 500);
        world.Queue("A", "B", 500);
        world["C"].IsSilent = true;
        world.Say(world["C"], world["C"].Offers());
        OffsetStatus ended = world.PassUntilEnded();
        Assert.Equal((OffsetStage.Void, AgentCodes.OffsetPassed, 3), (ended.Stage, ended.Reason, ended.Channels));
        Assert.Equal([10, 10, 10], world.Banks.Select(bank => world.BalanceOf(bank.Name[..1])));
        AssertAtRest(world);
        // The rest goes on without C.
        world.Pass(TimeSpan.FromSeconds(10));
        OffsetStatus next = world.Offsets[0];
        Assert.Equal((OffsetStage.Settled, 1, 2), (next.Stage, next.Channels, next.Payments));
        // What C offers counts again after a minute, then after two.
        foreach (int minutes in (int[])[1, 2])
        {
            OffsetStatus last = world.Offsets.First(static o => o.Stage == OffsetStage.Void);
            while (world.Offsets[0].OpenedAt <= last.EndsAt || world.Offsets[0].Stage == OffsetStage.Settled)
            {
                world.Say(world["C"], world["C"].Offers());
                world.Pass(TimeSpan.FromSeconds(5));
                Assert.True(world.Now - last.EndsAt < TimeSpan.FromMinutes(minutes + 1), "The rest does not end.");
            }

            Assert.InRange(world.Offsets[0].OpenedAt - last.EndsAt, TimeSpan.FromMinutes(minutes), TimeSpan.FromMinutes(minutes) + TimeSpan.FromSeconds(10));
            Assert.Equal(OffsetStage.Void, world.PassUntilEnded().Stage);
        }

        // It accuses nobody of whom it cannot know.
        Assert.All(Alarms(world).Where(static a => a.Code == AgentCodes.OffsetUnanswered), static a => Assert.Equal("", a.Party));
        Assert.Contains(Alarms(world), static a => a.Code == AgentCodes.OffsetUnanswered);
        Assert.DoesNotContain(Alarms(world), a => a.Subject == world.Channel("A", "B").Id.ToString());
    }

    /// <summary>The agent may stop anywhere; the ledger's answers to what it had asked are lost.</summary>
    [Fact]
    public void It_settles_wherever_the_agent_stops_and_starts()
    {
        int steps = Run(static _ => false, out int first);
        for (int step = first; step < steps; step++)
        {
            int at = step;
            Run(s => s == at, out _);
        }

        // And if it stops again and again.
        Run(NowAndThen, out _);
    }

    [Fact]
    public void It_is_void_wherever_the_agent_stops_and_starts()
    {
        foreach (bool restarts in (bool[])[false, true])
        {
            using OffsetWorld world = Ring("A", "B");
            if (restarts) world.Restarts = NowAndThen;
            world.Queue("A", "B", 1_009);
            world.Queue("B", "A", 1_000);
            world["B"].IsSilent = true;
            for (int i = 0; i < 60 && world.Offsets.Count == 0; i++)
            {
                world.Say(world["B"], world["B"].Offers());
                world.Pass(TimeSpan.FromSeconds(1));
            }

            Assert.Equal(9, Assert.Single(world.Books.SetAside).Balance.MinorUnits);
            Assert.Equal(1, world.BalanceOf("A"));
            Assert.Equal(OffsetStage.Void, world.PassUntilEnded().Stage);
            AssertAtRest(world);
            Assert.Equal(10, world.BalanceOf("A"));
        }
    }

    [Fact]
    public void It_ends_where_the_ledger_has_never_heard_of_it()
    {
        using OffsetWorld world = Ring("A", "B");
        world.Queue("A", "B", 1_009);
        world.Queue("B", "A", 1_000);
        world.IsLedgerAway = true;
        foreach (FakeBank bank in world.Banks)
        {
            bank.IsSilent = true;
            world.Say(bank, bank.Offers());
        }

        world.Pass(TimeSpan.FromSeconds(60));
        Assert.Equal(OffsetStage.Deciding, Assert.Single(world.Offsets).Stage);
        world.IsLedgerAway = false;
        world.Pass(TimeSpan.FromSeconds(60));
        Assert.Equal(OffsetStage.Void, Assert.Single(world.Offsets).Stage);
        AssertAtRest(world);
    }

    [Fact]
    public void Heads_of_the_agents_channel_that_nothing_needs_are_forgotten()
    {
        using OffsetWorld world = Ring("A", "B");
        for (int i = 0; i < 12; i++)
        {
            world.Queue("A", "B", 1_000);
            world.Queue("B", "A", 1_000);
            Assert.Equal(OffsetStage.Settled, world.PassUntilEnded().Stage);
            if (i == 6) world.Agent.Restart();
        }

        StoredPayload row = Assert.Single(world.Agent.Vault.Scan(PayloadKind.Channels));
        AgentChannelRow channel = world.Agent.Rows.Open(PayloadKind.Channels, row.Key, row.Body, AgentChannelRow.Parser);
        Assert.Equal((12, 11, 1), (channel.Notarised, channel.Forgotten, channel.Heads.Count));
    }

    [Fact]
    public void What_ended_is_shown_for_a_while_and_its_postings_with_it()
    {
        using OffsetWorld world = Ring("A", "B");
        world.Queue("A", "B", 1_000);
        world.Queue("B", "A", 1_000);
        world.PassUntilEnded();
        Assert.NotNull(Assert.Single(world.Say(world["A"], new OffsetOffers()).Offsets).Posting);
        world.Pass(OffsetBook.Shown);
        Assert.Empty(world.Offsets);
        Assert.Empty(world.Say(world["A"], new OffsetOffers()).Offsets);
        Assert.Empty(world.Agent.Vault.Scan(PayloadKind.InFlight));
    }

    [Fact]
    public void A_stranger_gets_an_empty_answer_and_leaves_nothing()
    {
        using OffsetWorld world = new OffsetWorld("A", "B", "S").Link("AB", "SA").Credit(10, "A", "B");
        OffsetOffers offers = world["S"].Offers();
        offers.Queues[0].Currency = "nonsense";
        Assert.Equal(new OffsetAnswer(), world.Say(world["S"], offers));
        Assert.Empty(world.Agent.Alarms);
    }

    [Fact]
    public void A_bank_is_told_nothing_of_what_others_pay_each_other()
    {
        List<string> one = ToldToA(700, 1), other = ToldToA(700_000_00, 5);
        Assert.Contains(one, static told => told.Contains("legs", StringComparison.Ordinal));
        Assert.Contains(one, static told => told.Contains("posting", StringComparison.Ordinal));
        Assert.Equal(one, other);
    }

    [Fact]
    public void Events_name_offsets_and_no_amounts()
    {
        using OffsetWorld world = Ring("A", "B");
        world.Queue("A", "B", 1_009);
        world.Queue("B", "A", 1_000);
        string group = world.PassUntilEnded().Group.ToString();
        Assert.Equal([("offset_called", $$"""{"Group":"{{group}}"}"""), ("offset_settled", $$"""{"Group":"{{group}}"}""")],
            world.Agent.Vault.Stream("offsets").Select(static e => (e.Type, e.Data)));
    }

    /// <summary>Everything that A is told while B, C and D pay each other so much in so many payments.</summary>
    private static List<string> ToldToA(long others, int times)
    {
        using OffsetWorld world = Ring("A", "B", "C", "D").Link("BD");
        world.Queue("A", "B", 1_000);
        for (int i = 0; i < times; i++)
        {
            world.Queue("B", "D", others);
            world.Queue("D", "C", others);
            world.Queue("C", "B", others);
        }

        world.Queue("B", "C", 1_000);
        world.Queue("C", "D", 1_000);
        world.Queue("D", "A", 1_000);
        Assert.Equal((3 * times) + 4, world.PassUntilEnded().Payments);
        return [.. world["A"].Told.Select(static told => Opaque().Replace(told.ToString(), "\"…\""))];
    }

    /// <summary>One step in 29, in no step with the beat of ticks and polls.</summary>
    private static bool NowAndThen(int step) => unchecked((uint)step * 2_654_435_761u) % 29 == 0;

    private static int Run(Func<int, bool> restarts, out int first)
    {
        using OffsetWorld world = Ring("A", "B", "C");
        world.Queue("A", "B", 1_005);
        world.Queue("B", "C", 1_003);
        world.Queue("C", "A", 999);
        first = world.Steps;
        world.Restarts = restarts;
        Assert.Equal(OffsetStage.Settled, world.PassUntilEnded().Stage);
        Assert.Equal([4, 12, 14], world.Banks.Select(bank => world.BalanceOf(bank.Name[..1])));
        Assert.Equal([-6, 2, 4], world.Banks.Select(static bank => bank.Nets.Values.Single()));
        AssertAtRest(world);
        return world.Steps;
    }

    private static void AssertAtRest(OffsetWorld world) => Assert.Empty(world.Books.SetAside);

    private static IEnumerable<AlarmRow> Alarms(OffsetWorld world) =>
        world.Agent.Vault.Scan(PayloadKind.Alarms).Select(row => world.Agent.Rows.Open(PayloadKind.Alarms, row.Key, row.Body, AlarmRow.Parser));

    /// <summary>Bytes as the text form of a message has them.</summary>
    [GeneratedRegex("\"[A-Za-z0-9+/=]{16,}\"")]
    private static partial Regex Opaque();
}
