using Google.Protobuf;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Instructions;
using Settlement.Core.Monetary;
using Settlement.Core.Reading;
using Settlement.Core.Store;
using Settlement.Wire.Channels;

namespace Settlement.Tests.Bank;

/// <summary>Limits that the members of a channel change after it has opened. Alpha proposes in the first term.</summary>
public sealed class GrantTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_raised_limit_lets_go_on_what_waits_and_a_lowered_one_stops_whoever_owes_more(bool sequencerGrants)
    {
        using TwoBanks world = new TwoBanks().Open();
        TestNode lender = sequencerGrants ? world.Alpha : world.Beta, debtor = world.Other(lender);
        world.Fund(debtor, 100).Fund(lender, 100);
        byte[] large = Enter(world, debtor, 150, "AM04"), larger = Enter(world, debtor, 40, "QU001");
        Assert.Equal("0/0 =60", Grant(world, lender, 60));
        Assert.Equal([(InstructionStatus.Settled, null), (InstructionStatus.Queued, "AM04")], [world.StatusOf(debtor, large), world.StatusOf(debtor, larger)]);
        Assert.Equal(["60/0", "0/60"], [Limits(world, lender), Limits(world, debtor)]);
        Assert.Equal(60, world.View(debtor).Positions.Single(static p => p.Limit.Currency == TwoBanks.Eur).Limit.MinorUnits);
        // Below the new limit: what is owed stays, and the debtor pays nothing until it is within it.
        Assert.Equal(InstructionStatus.Rejected, world.Ask<QueueChanged>(debtor, call => new BankInput.ChangeQueued(call, Convert.ToHexStringLower(larger), new QueueChange.Cancel())).Status);
        Assert.Equal("60/0 =20", Grant(world, lender, 20));
        Assert.Equal(-50, world.Position(debtor));
        world.AssertUncovered(debtor, 1);
        _ = world.Pay(lender, 30);
        world.AssertUncovered(debtor, 1);
        _ = world.Pay(lender, 1);
        _ = world.Pay(debtor, 1);
        Assert.Equal(-20, world.Position(debtor));
        world.AssertSameState();
        world.Pass(TimeSpan.FromSeconds(5));
        Assert.True(world.Audit() is { IsComplete: true, ReExecuted: true });
        foreach (TestNode member in new[] { lender, debtor })
            Assert.Equal([("0.60 EUR", lender.Id.ToString()), ("0.20 EUR", lender.Id.ToString())], world.Entries(member).Where(static e => e.Limit is not null).Select(static e => (e.Limit!, e.ActedBy!)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_on_its_way_when_its_limit_falls_waits_again(bool sequencerGrants)
    {
        using TwoBanks world = new TwoBanks().Open();
        TestNode lender = sequencerGrants ? world.Alpha : world.Beta, debtor = world.Other(lender);
        Grant(world, lender, 60);
        // A payment of the lender is in flight, so that what comes now waits for the batch after it.
        world.Fund(lender, 10);
        world.OnPeer = static (_, _, message) => message.Endorsement is null ? [message] : [];
        _ = world.Pay(lender, 1);
        byte[] onItsWay = world.Pay(debtor, 50);
        Grant(world, lender, 20);
        world.OnPeer = null;
        world.Pass(TimeSpan.FromSeconds(30));
        Assert.Equal((InstructionStatus.Queued, "AM04"), world.StatusOf(debtor, onItsWay));
        Assert.Equal(1, world.Position(debtor));
        Grant(world, lender, 49);
        world.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal((InstructionStatus.Settled, null), world.StatusOf(debtor, onItsWay));
        world.AssertSameState();
    }

    [Fact]
    public void A_limit_of_a_day_to_come_waits_for_it_over_a_restart()
    {
        using TwoBanks world = new TwoBanks().Open();
        Assert.Equal("0/0 +1=30", Grant(world, world.Beta, 30, 1));
        Assert.Equal("0/0 +1=40", Grant(world, world.Beta, 40, 1));
        Assert.Equal("0/0 +1=40 +3=0", Grant(world, world.Beta, 0, 3));
        world.Beta.Restart();
        world.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(["0/0 +1=40 +3=0", "0/0"], [Limits(world, world.Beta), Limits(world, world.Alpha)]);
        Assert.Equal(0, world.View(world.Beta).Sequence);
        OpenDay(world, world.Alpha, 2);
        Assert.Equal("0/0", Limits(world, world.Alpha));
        OpenDay(world, world.Beta, 2);
        Assert.Equal(["40/0 +3=0", "0/40"], [Limits(world, world.Beta), Limits(world, world.Alpha)]);
        // A day that is skipped is over: the newest that has come holds.
        Grant(world, world.Beta, 70, 4);
        Grant(world, world.Beta, 80, 5);
        OpenDay(world, world.Beta, 6);
        Assert.Equal("80/0", Limits(world, world.Beta));
        world.Beta.Restart();
        world.Alpha.Restart();
        world.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(["80/0", "0/80"], [Limits(world, world.Beta), Limits(world, world.Alpha)]);
        Assert.DoesNotContain(world.Beta.Vault.Scan(PayloadKind.Settings), static row => System.Text.Encoding.UTF8.GetString(row.Key).StartsWith("grant/", StringComparison.Ordinal));
        world.AssertSameState();
    }

    [Fact]
    public void An_order_is_taken_back_until_it_leaves_and_then_the_next_one_follows_it()
    {
        using TwoBanks world = new TwoBanks().Open();
        world.Fund(world.Alpha, 10);
        world.OnPeer = static (_, _, message) => message.Endorsement is null ? [message] : [];
        _ = world.Pay(world.Alpha, 1);
        // The sequencer's batch is in flight: nothing of this has left it.
        Grant(world, world.Alpha, 1_000);
        Assert.Equal("0/0 =5", Grant(world, world.Alpha, 5));
        // The other member hands over at once.
        Grant(world, world.Beta, 2_000);
        Assert.Equal("0/0 =2000 =7", Grant(world, world.Beta, 7));
        Assert.Equal("0/0 =2000 =7", Grant(world, world.Beta, 7));
        world.Beta.Restart();
        world.OnPeer = null;
        world.Pass(TimeSpan.FromSeconds(30));
        Assert.Equal(["5/7", "7/5"], [Limits(world, world.Alpha), Limits(world, world.Beta)]);
        Assert.Equal(3, world.Entries(world.Beta).Count(static e => e.Limit is not null));
        Assert.Equal(2, world.Entries(world.Beta).Where(static e => e.Limit is not null).Select(static e => e.Sequence).Distinct().Count());
        long before = world.View(world.Alpha).Sequence;
        Assert.Equal("7/5", Grant(world, world.Beta, 7));
        world.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal(before, world.View(world.Alpha).Sequence);
        world.AssertSameState();
    }

    [Fact]
    public void An_order_that_makes_no_sense_is_refused()
    {
        using TwoBanks world = new TwoBanks().Open();
        Assert.Equal(ChannelCodes.ChannelUnknown, Ask(world, world.Alpha, call => new BankInput.GrantLimit(call, Digest.Zero, "EUR", 5, null)).Refusal);
        Assert.Equal(ChannelCodes.ChannelUnknown, Ask(world, world.Alpha, static call => new BankInput.ListChannelLimits(call, Digest.Zero)).Refusal);
        Assert.Equal(ReasonCodes.CurrencyNotProcessable, Ask(world, world.Alpha, call => new BankInput.GrantLimit(call, world.Channel, "USD", 5, null)).Refusal);
        Assert.Equal(BankCodes.DayPassed, Ask(world, world.Alpha, call => new BankInput.GrantLimit(call, world.Channel, "EUR", 5, TwoBanks.Day.AddDays(-1))).Refusal);
        for (int day = 1; day <= GrantOrders.MaxPlanned; day++) Grant(world, world.Alpha, day, day);
        Assert.Equal(BankCodes.TooManyLimits, Ask(world, world.Alpha, call => new BankInput.GrantLimit(call, world.Channel, "EUR", 5, TwoBanks.Day.AddDays(GrantOrders.MaxPlanned + 1))).Refusal);
        Grant(world, world.Alpha, 5, GrantOrders.MaxPlanned);
        Assert.StartsWith("0/0 =5 +1=1", Grant(world, world.Alpha, 5), StringComparison.Ordinal);
        Assert.StartsWith("5/0 +1=1", Limits(world, world.Alpha), StringComparison.Ordinal);
    }

    /// <summary>What a sequencer makes of the grants of its proposal, when Beta has ordered 30 and, before, 90.</summary>
    public static TheoryData<string> Lies { get; } = ["its own limit, raised", "the ordered one, raised", "the one before, again", "the ordered one twice", "the ordered one, and the next"];

    [Theory]
    [MemberData(nameof(Lies))]
    public void No_sequencer_has_a_limit_that_was_not_granted(string lie)
    {
        using TwoBanks world = new TwoBanks().Open();
        LimitGrant? before = null;
        world.OnPeer = (_, _, message) =>
        {
            if (message.Commands is { Grants.Count: > 0 } commands) before = commands.Grants[0];
            return [message];
        };
        Grant(world, world.Beta, 90);
        Assert.Equal("0/90", Limits(world, world.Alpha));
        PeerMessage? told = null;
        world.OnPeer = (from, _, message) => from != world.Alpha || message.Proposal is not { Term: 1 } proposal ? [message]
            : [told = OtherProposal.Of(world, world.Alpha, proposal, p => Lie(lie, p.Body.Grants, before!))];
        Grant(world, world.Beta, 30);
        Assert.NotNull(told);
        Assert.Equal(1, world.View(world.Beta).Sequence);
        Assert.Contains(lie == "the ordered one twice" ? ChannelCodes.EntryMalformed : ChannelCodes.GrantNotOrdered, world.Beta.Alarms);
        world.OnPeer = null;
        // The office is taken over, and what was ordered holds.
        world.Pass(TimeSpan.FromSeconds(60));
        Assert.Equal(["30/0", "0/30"], [Limits(world, world.Beta), Limits(world, world.Alpha)]);
        Assert.Equal(2, world.View(world.Alpha).Term);
        world.AssertSameState();
        Assert.True(world.Audit() is { IsComplete: true, ReExecuted: true });
    }

    [Fact]
    public void A_member_grants_no_limit_but_the_other_ones()
    {
        using TwoBanks world = new TwoBanks().Open();
        // Beta hands Alpha a grant of Beta's own limit, and one that is none.
        LimitGrant own = new() { Member = 1, Currency = "EUR", MinorUnits = 1_000, Generation = 1, Salt = ByteString.CopyFrom(new byte[32]) };
        foreach (LimitGrant grant in new[] { own, new LimitGrant(own) { Member = 0, MinorUnits = -1 }, new LimitGrant(own) { Member = 0, Currency = "USD" }, new LimitGrant(own) { Member = 0, Salt = ByteString.Empty } })
        {
            world.Alpha.Alarms.Clear();
            world.Send(world.Beta, world.Alpha, new PeerMessage { Commands = new Commands { Channel = ByteString.CopyFrom(world.Channel.ToArray()), Term = 1, Grants = { grant } } });
            Assert.Contains(ChannelCodes.GrantNotOrdered, world.Alpha.Alarms);
        }

        Assert.Equal(0, world.View(world.Alpha).Sequence);
        Assert.Equal("0/0", Limits(world, world.Alpha));
    }

    [Fact]
    public void A_busy_sequencer_that_leaves_a_grant_out_loses_its_office()
    {
        using TwoBanks world = new TwoBanks().Open((false, new Money(TwoBanks.Eur, 1_000)));
        world.OnPeer = (from, _, message) =>
        {
            if (from == world.Beta) message.Commands?.Grants.Clear();
            return [message];
        };
        Grant(world, world.Beta, 5);
        int paid = 0;
        while (world.View(world.Alpha).Term == 1)
        {
            Assert.True(++paid < 60, "It goes on in its office.");
            _ = world.Pay(world.Alpha, 1);
            world.Pass(TimeSpan.FromMilliseconds(500));
        }

        Assert.True(paid > 10);
        world.OnPeer = null;
        world.Pass(TimeSpan.FromSeconds(30));
        Assert.Equal("5/0", Limits(world, world.Beta));
        world.AssertUncovered(world.Alpha, 1);
        world.AssertSameState();
    }

    [Fact]
    public void A_copy_that_comes_late_is_nothing_new()
    {
        using TwoBanks world = new TwoBanks().Open();
        PeerMessage? first = null;
        world.OnPeer = (_, _, message) =>
        {
            if (message.Commands is not null) first ??= message;
            return [message];
        };
        Grant(world, world.Beta, 90);
        Grant(world, world.Beta, 30);
        world.Send(world.Beta, world.Alpha, first!);
        world.Alpha.Restart();
        world.Send(world.Beta, world.Alpha, first!);
        world.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal(["30/0", "0/30"], [Limits(world, world.Beta), Limits(world, world.Alpha)]);
        Assert.Equal(2, world.View(world.Alpha).Sequence);
        Assert.DoesNotContain(ChannelCodes.GrantNotOrdered, world.Beta.Alarms.Concat(world.Alpha.Alarms));
    }

    private static void Lie(string lie, ICollection<LimitGrant> grants, LimitGrant before)
    {
        LimitGrant ordered = grants.Single();
        grants.Clear();
        foreach (LimitGrant grant in (IEnumerable<LimitGrant>)(lie switch
        {
            "its own limit, raised" => [ordered, new LimitGrant(ordered) { Currency = "JPY", Generation = 1, MinorUnits = 1_000 }],
            "the ordered one, raised" => [new LimitGrant(ordered) { MinorUnits = 31 }],
            "the one before, again" => [new LimitGrant(before) { Generation = 2 }],
            "the ordered one twice" => [ordered, ordered],
            "the ordered one, and the next" => [ordered, new LimitGrant(ordered) { Generation = 3, MinorUnits = 1_000 }],
            _ => throw new ArgumentException(lie),
        })) grants.Add(grant);
    }

    private static string Grant(TwoBanks world, TestNode bank, long units, int afterDays = 0) => Text(Ask(world, bank, call =>
        new BankInput.GrantLimit(call, world.Channel, "EUR", units, afterDays == 0 ? null : TwoBanks.Day.AddDays(afterDays))));

    private static string Limits(TwoBanks world, TestNode bank) => Text(Ask(world, bank, call => new BankInput.ListChannelLimits(call, world.Channel)));

    private static ChannelLimitList Ask(TwoBanks world, TestNode bank, Func<long, BankInput> input) => world.Ask<ChannelLimitList>(bank, input);

    /// <summary>Granted, received, and what is pending by how many days after the first.</summary>
    private static string Text(ChannelLimitList list)
    {
        Assert.Null(list.Refusal);
        ChannelLimitView euro = list.Limits.Single(static l => l.Holding == "EUR");
        return $"{euro.Granted}/{euro.Received}" + string.Concat(euro.Pending.Select(static p => p.From is { } from ? $" +{from.DayNumber - TwoBanks.Day.DayNumber}={p.Units}" : $" ={p.Units}"));
    }

    private static byte[] Enter(TwoBanks world, TestNode bank, long amount, string reason)
    {
        SubmittedInstruction entered = Assert.Single(world.Submit(bank, world.Transfer(bank, amount)).Instructions);
        Assert.Equal(reason, entered.Reason);
        return Convert.FromHexString(entered.Id);
    }

    private static void OpenDay(TwoBanks world, TestNode bank, int after) =>
        Assert.Null(world.Ask<BusinessDayResult>(bank, call => new BankInput.OpenBusinessDay(call, TwoBanks.Day.AddDays(after))).Refusal);
}
