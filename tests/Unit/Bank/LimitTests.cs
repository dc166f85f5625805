using Settlement.Core.Bank;
using Settlement.Core.Cryptography;
using Settlement.Core.Instructions;
using Settlement.Core.Monetary;
using Settlement.Core.Store;
using Settlement.Wire.Channels;

namespace Settlement.Tests.Bank;

/// <summary>A bank's own limits, beyond what the table of <see cref="QueueTests"/> says of them.</summary>
public sealed class LimitTests
{
    private static LimitKey OverAll(LimitKind kind) => new(kind, null, TwoBanks.Eur);

    [Fact]
    public void A_limit_over_all_banks_counts_every_channel_and_what_comes_in_through_one_lets_another_go_on()
    {
        using TwoBanks world = Three(out Digest toGamma);
        world.Fund(world.Alpha, 100).Fund(world.Beta, 100);
        Money more = new(TwoBanks.Eur, 100);
        world.Credit(world.Alpha, more);
        Assert.Null(world.Ask<FundAnswer>(world.Alpha, call => new BankInput.Fund(call, toGamma, more)).Refusal);
        Set(world, world.Alpha, OverAll(LimitKind.Multilateral), 50);
        Set(world, world.Alpha, new LimitKey(LimitKind.Bilateral, world.Gamma!.Id, TwoBanks.Eur), 15);
        _ = world.Pay(world.Alpha, 40);
        byte[] large = Enter(world, 20, "QU005"), small = Enter(world, 11, "QU001");
        _ = world.Pay(world.Beta, 1);
        // The larger one waits for its own limit, and the smaller one for nothing any more.
        Assert.Equal([(InstructionStatus.Queued, "QU005"), (InstructionStatus.Settled, null)], [world.StatusOf(world.Alpha, large), world.StatusOf(world.Alpha, small)]);
        world.Alpha.Restart();
        world.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal([50, 11], Listed(world).Where(l => l.Limit.Counterparty is null || l.Limit.Counterparty == world.Gamma.Id).OrderBy(static l => l.Limit.Counterparty is null ? 0 : 1).Select(static l => l.Used ?? -1));
        Set(world, world.Alpha, new LimitKey(LimitKind.Bilateral, world.Gamma.Id, TwoBanks.Eur), null);
        Assert.Equal((InstructionStatus.Queued, "QU006"), world.StatusOf(world.Alpha, large));
        _ = world.Pay(world.Beta, 19);
        Assert.Equal((InstructionStatus.Queued, "QU006"), world.StatusOf(world.Alpha, large));
        _ = world.Pay(world.Beta, 1);
        Assert.Equal((InstructionStatus.Settled, null), world.StatusOf(world.Alpha, large));

        byte[] Enter(TwoBanks network, long amount, string reason)
        {
            SubmittedInstruction entered = Assert.Single(network.Submit(network.Alpha, network.Transfer(network.Alpha, amount, network.Gamma)).Instructions);
            Assert.Equal(reason, entered.Reason);
            return Convert.FromHexString(entered.Id);
        }
    }

    [Fact]
    public void Limits_are_listed_with_what_is_in_effect_what_is_used_and_what_is_planned()
    {
        using TwoBanks world = new TwoBanks().Open((false, new Money(TwoBanks.Eur, 100)));
        LimitKey bilateral = new(LimitKind.Bilateral, world.Beta.Id, TwoBanks.Eur), kept = bilateral with { Kind = LimitKind.UrgentReservation };
        Set(world, world.Alpha, kept, 20);
        Set(world, world.Alpha, OverAll(LimitKind.DebitCap), 70);
        Set(world, world.Alpha, bilateral, 50);
        Set(world, world.Alpha, bilateral, 60, TwoBanks.Day.AddDays(2));
        Set(world, world.Alpha, bilateral, null, TwoBanks.Day.AddDays(3));
        Set(world, world.Alpha, kept, 20, TwoBanks.Day.AddDays(1));
        _ = world.Pay(world.Alpha, 30);
        Assert.Equal([$"{bilateral} 50 30 +2=60 +3=", $"{OverAll(LimitKind.DebitCap)} 70 30", $"{kept} 20  +1=20"], Texts());
        world.Alpha.Restart();
        world.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal([$"{bilateral} 50 30 +2=60 +3=", $"{OverAll(LimitKind.DebitCap)} 70 30", $"{kept} 20  +1=20"], Texts());
        // What was sent is of yesterday, what is owed is owed still.
        OpenDay(world, 2);
        Assert.Equal([$"{bilateral} 60 0 +3=", $"{OverAll(LimitKind.DebitCap)} 70 30", $"{kept} 20 "], Texts());
        OpenDay(world, 3);
        Assert.Equal($"{bilateral}  0", Texts()[0]);
        foreach (LimitKey key in new[] { bilateral, kept, OverAll(LimitKind.DebitCap) }) Set(world, world.Alpha, key, null);
        Assert.Empty(Texts());
        world.Alpha.Restart();
        Assert.Empty(Texts());
        Assert.DoesNotContain(world.Alpha.Vault.Scan(PayloadKind.Settings), static row => System.Text.Encoding.UTF8.GetString(row.Key).StartsWith("limit/", StringComparison.Ordinal));

        string[] Texts() => [.. Listed(world).Select(static l => $"{l.Limit} {l.MinorUnits} {l.Used}" + string.Concat(l.Planned.Select(static p => $" +{p.From.DayNumber - TwoBanks.Day.DayNumber}={p.MinorUnits}")))];
    }

    [Fact]
    public void A_limit_that_makes_no_sense_is_refused()
    {
        using TwoBanks world = new TwoBanks(settings: new BankSettings { MaxLimits = 2 }, withGamma: true).Open();
        LimitKey bilateral = new(LimitKind.Bilateral, world.Beta.Id, TwoBanks.Eur);
        Assert.Equal(BankCodes.NoChannelWith, Refusal(bilateral with { Counterparty = world.Gamma!.Id }));
        Assert.Equal(ReasonCodes.CurrencyNotProcessable, Refusal(bilateral with { Currency = TwoBanks.CurrencyOf("USD") }));
        Assert.Equal(BankCodes.DayPassed, Refusal(bilateral, TwoBanks.Day.AddDays(-1)));
        Assert.Null(Refusal(bilateral, TwoBanks.Day));
        for (int day = 1; day <= OwnLimits.MaxPlanned; day++) Assert.Null(Refusal(bilateral, TwoBanks.Day.AddDays(day), day + 5));
        Assert.Equal(BankCodes.TooManyLimits, Refusal(bilateral, TwoBanks.Day.AddDays(OwnLimits.MaxPlanned + 1)));
        Assert.Null(Refusal(bilateral, TwoBanks.Day.AddDays(OwnLimits.MaxPlanned), 4));
        Assert.Null(Refusal(OverAll(LimitKind.Multilateral)));
        Assert.Equal(BankCodes.TooManyLimits, Refusal(OverAll(LimitKind.DebitCap)));
        Assert.Null(Refusal(bilateral));

        string? Refusal(LimitKey key, DateOnly? from = null, long amount = 5) => world.Ask<LimitSet>(world.Alpha, call => new BankInput.SetLimit(call, key, amount, from)).Refusal;
    }

    // Both have 10. What the sequencer limits itself to, the payments, s of it and o of the other member, and what waits then.
    [Theory]
    [InlineData(LimitKind.Bilateral, 5, "s60 o55", "")]
    [InlineData(LimitKind.Bilateral, 4, "s60 o55", "s60 o55")]
    [InlineData(LimitKind.Multilateral, 4, "s60 o55", "s60 o55")]
    [InlineData(LimitKind.Multilateral, 4, "s!60 o55", "")]
    [InlineData(LimitKind.UrgentReservation, 10, "s60 o60", "")]
    [InlineData(LimitKind.UrgentReservation, 10, "s60 o59", "s60 o59")]
    [InlineData(LimitKind.UrgentReservation, 10, "s!!60 o50", "")]
    [InlineData(LimitKind.HighReservation, 10, "s60 s!60 o50", "s60")]
    public void Offsetting_leaves_the_sequencer_within_its_limits(LimitKind kind, long limit, string payments, string waiting)
    {
        using TwoBanks world = Funded();
        TestNode sequencer = world.View(world.Alpha).IsSequencer ? world.Alpha : world.Beta, other = world.Other(sequencer);
        Set(world, sequencer, new LimitKey(kind, kind == LimitKind.Multilateral ? null : other.Id, TwoBanks.Eur), limit);
        List<(TestNode Bank, byte[] Key, string Text)> all = [];
        foreach (string payment in payments.Split(' ')) all.Add((payment[0] == 's' ? sequencer : other, Enter(world, payment[0] == 's' ? sequencer : other, payment[1..]), payment));
        world.Pass(TimeSpan.FromSeconds(40));
        Assert.Equal(waiting, string.Join(' ', all.Where(p => world.StatusOf(p.Bank, p.Key).Status == InstructionStatus.Queued).Select(static p => p.Text)));
        world.AssertSameState();
    }

    [Fact]
    public void What_an_own_limit_binds_closer_than_cover_is_not_offered()
    {
        using TwoBanks world = Funded();
        TestNode sequencer = world.View(world.Alpha).IsSequencer ? world.Alpha : world.Beta, other = world.Other(sequencer);
        LimitKey bilateral = new(LimitKind.Bilateral, sequencer.Id, TwoBanks.Eur);
        Set(world, other, bilateral, 4);
        int offers = 0;
        world.OnPeer = (from, _, message) =>
        {
            offers += message.Commands is { AreOffers: true } offered ? offered.Entries.Count : 0;
            return [message];
        };
        byte[] offered = Enter(world, other, "60"), covering = Enter(world, sequencer, "55");
        world.Pass(TimeSpan.FromSeconds(40));
        Assert.Equal(0, offers);
        Set(world, other, bilateral, 10);
        world.Pass(TimeSpan.FromSeconds(40));
        Assert.Equal([InstructionStatus.Settled, InstructionStatus.Settled], [world.StatusOf(other, offered).Status, world.StatusOf(sequencer, covering).Status]);
    }

    [Fact]
    public void An_offer_for_which_there_is_no_room_when_its_batch_comes_is_taken_back()
    {
        using TwoBanks world = Funded();
        TestNode sequencer = world.View(world.Alpha).IsSequencer ? world.Alpha : world.Beta, other = world.Other(sequencer);
        LimitKey bilateral = new(LimitKind.Bilateral, sequencer.Id, TwoBanks.Eur);
        byte[] offered = Enter(world, other, "60");
        List<PeerMessage> proposals = [];
        world.OnPeer = (from, _, message) =>
        {
            if (from != sequencer || message.Proposal is null) return [message];
            proposals.Add(message);
            return [];
        };
        byte[] covering = Enter(world, sequencer, "55");
        Assert.NotEmpty(proposals);
        Set(world, other, bilateral, 4);
        world.OnPeer = null;
        world.Send(sequencer, other, proposals[0]);
        world.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal([InstructionStatus.Queued, InstructionStatus.Queued], [world.StatusOf(other, offered).Status, world.StatusOf(sequencer, covering).Status]);
        Assert.Equal([10, 10], [world.Position(sequencer), world.Position(other)]);
        world.AssertSameState();
        Set(world, other, bilateral, null);
        world.Pass(TimeSpan.FromSeconds(40));
        Assert.Equal([InstructionStatus.Settled, InstructionStatus.Settled], [world.StatusOf(other, offered).Status, world.StatusOf(sequencer, covering).Status]);
        world.AssertSameState();
    }

    private static byte[] Enter(TwoBanks world, TestNode bank, string payment)
    {
        string amount = payment.TrimStart('!');
        CreditTransfer transfer = world.Transfer(bank, long.Parse(amount, System.Globalization.CultureInfo.InvariantCulture)) with { Priority = (Priority)(payment.Length - amount.Length) };
        return Convert.FromHexString(Assert.Single(world.Submit(bank, transfer).Instructions).Id);
    }

    private static void OpenDay(TwoBanks world, int after)
    {
        foreach (TestNode bank in new[] { world.Alpha, world.Beta }) Assert.Null(world.Ask<BusinessDayResult>(bank, call => new BankInput.OpenBusinessDay(call, TwoBanks.Day.AddDays(after))).Refusal);
    }

    private static TwoBanks Funded()
    {
        TwoBanks world = new TwoBanks().Open();
        return world.Fund(world.Alpha, 10).Fund(world.Beta, 10);
    }

    private static TwoBanks Three(out Digest toGamma)
    {
        TwoBanks world = new TwoBanks(withGamma: true).Open();
        ChannelRequest request = new(world.Gamma!.Id, world.Gamma.Keys.RootFingerprint, [(world.Supervisor.Id, world.Supervisor.Keys.RootFingerprint)], world.Contracts, [TwoBanks.Eur], []);
        toGamma = world.Ask<OpenChannelResult>(world.Alpha, call => new BankInput.OpenChannel(call, request)).Channel!.Value;
        Assert.Null(world.Ask<BusinessDayResult>(world.Gamma, static call => new BankInput.OpenBusinessDay(call, TwoBanks.Day)).Refusal);
        return world;
    }

    private static void Set(TwoBanks world, TestNode bank, LimitKey limit, long? amount, DateOnly? from = null) =>
        Assert.Null(world.Ask<LimitSet>(bank, call => new BankInput.SetLimit(call, limit, amount, from)).Refusal);

    private static IReadOnlyList<LimitView> Listed(TwoBanks world) => world.Ask<LimitList>(world.Alpha, static call => new BankInput.ListLimits(call)).Limits;
}
