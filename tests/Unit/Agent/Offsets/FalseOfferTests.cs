using Google.Protobuf;
using Settlement.Core.Agent;
using Settlement.Core.Agent.Offsets;
using Settlement.Wire.Agent;

namespace Settlement.Tests.Agent.Offsets;

/// <summary>What a bank may not offer. It is refused as a whole, nothing of it is kept, and what it offered before stays.</summary>
public sealed class FalseOfferTests
{
    private static readonly Dictionary<string, (string Code, Action<OffsetWorld, OffsetOffers> Tell)> Lies = new(StringComparer.Ordinal)
    {
        ["a queue of no currency"] = (AgentCodes.Malformed, static (_, o) => o.Queues[0].Currency = ""),
        ["a queue of a currency that is none"] = (AgentCodes.Malformed, static (_, o) => o.Queues[0].Currency = "EU1"),
        ["two queues of one currency"] = (AgentCodes.Malformed, static (_, o) => o.Queues.Add(new OffsetQueue { Currency = "EUR" })),
        ["more queues than an offer may have"] = (AgentCodes.Malformed, static (_, o) =>
        {
            foreach (string currency in (string[])["USD", "JPY", "GBP", "CHF", "SEK", "NOK", "DKK", "CAD", "AUD", "NZD", "PLN", "CZK", "HUF", "RON", "TRY", "ZAR"]) o.Queues.Add(new OffsetQueue { Currency = currency });
        }),
        ["more channels than a queue may have"] = (AgentCodes.Malformed, static (_, o) =>
        {
            for (int i = 0; i < OfferBounds.MaxChannels; i++) o.Queues[0].Channels.Add(new OffsetChannel { OpeningBody = ByteString.CopyFrom([(byte)i]) });
        }),
        ["more payments than a queue may have"] = (AgentCodes.Malformed, static (_, o) =>
        {
            for (int i = 0; i < OfferBounds.MaxPayments; i++) o.Queues[0].Payments.Add(Payment((byte)i));
        }),
        ["more reports than offsets can have channels"] = (AgentCodes.Malformed, static (_, o) =>
        {
            for (int i = 0; i <= OfferBounds.MaxReports; i++) o.Reports.Add(new OffsetReport { Group = ByteString.CopyFrom(new byte[32]), Channel = ByteString.CopyFrom(new byte[32]) });
        }),
        ["a report on no group"] = (AgentCodes.Malformed, static (_, o) => o.Reports.Add(new OffsetReport { Channel = ByteString.CopyFrom(new byte[32]) })),
        ["a report on a short channel"] = (AgentCodes.Malformed, static (_, o) => o.Reports.Add(new OffsetReport { Group = ByteString.CopyFrom(new byte[32]), Channel = ByteString.CopyFrom(new byte[31]) })),
        ["a payment of nothing"] = (AgentCodes.Malformed, static (_, o) => o.Queues[0].Payments[0].MinorUnits = 0),
        ["a payment of less than nothing"] = (AgentCodes.Malformed, static (_, o) => o.Queues[0].Payments[0].MinorUnits = -1),
        ["a payment of the least amount"] = (AgentCodes.Malformed, static (_, o) => o.Queues[0].Payments[0].MinorUnits = long.MinValue),
        ["a priority that is none"] = (AgentCodes.Malformed, static (_, o) => o.Queues[0].Payments[0].Priority = 3),
        ["a payment with a short name"] = (AgentCodes.Malformed, static (_, o) => o.Queues[0].Payments[0].Payment = ByteString.CopyFrom(new byte[15])),
        ["a payment with a long name"] = (AgentCodes.Malformed, static (_, o) => o.Queues[0].Payments[0].Payment = ByteString.CopyFrom(new byte[17])),
        ["a payment without a name"] = (AgentCodes.Malformed, static (_, o) => o.Queues[0].Payments[0].Payment = ByteString.Empty),
        ["a payment twice"] = (AgentCodes.Malformed, static (_, o) => o.Queues[0].Payments.Add(o.Queues[0].Payments[0].Clone())),
        ["a payment in two currencies"] = (AgentCodes.Malformed, static (_, o) => o.Queues.Add(new OffsetQueue { Currency = "USD", Channels = { o.Queues[0].Channels }, Payments = { o.Queues[0].Payments } })),
        ["a payment in no channel"] = (AgentCodes.Malformed, static (_, o) => o.Queues[0].Payments[0].Channel = 1),
        ["a payment in the last channel that can be named"] = (AgentCodes.Malformed, static (_, o) => o.Queues[0].Payments[0].Channel = uint.MaxValue),
        ["a room below zero"] = (AgentCodes.Malformed, static (_, o) => o.Queues[0].RoomMinorUnits = -1),
        ["a room for a counterparty below zero"] = (AgentCodes.Malformed, static (_, o) => o.Queues[0].Channels[0].RoomMinorUnits = long.MinValue),
        ["a channel twice"] = (AgentCodes.Malformed, static (_, o) => o.Queues[0].Channels.Add(o.Queues[0].Channels[0].Clone())),
        ["a channel without an opening"] = (AgentCodes.NotAMember, static (_, o) => o.Queues[0].Channels.Add(new OffsetChannel())),
        ["a channel whose opening does not read"] = (AgentCodes.NotAMember, static (_, o) => o.Queues[0].Channels.Add(new OffsetChannel { OpeningBody = ByteString.CopyFrom([1, 2, 3]) })),
        ["a channel of two others, with its member's signature"] = (AgentCodes.NotAMember, static (w, o) => o.Queues[0].Channels.Add(w["B"].Offers().Queues[0].Channels.Last().Clone())),
        ["a channel of two others, unsigned"] = (AgentCodes.NotAMember, static (w, o) => o.Queues[0].Channels.Add(new OffsetChannel { OpeningBody = w.Channel("B", "C").Opening })),
    };

    public static TheoryData<string> Names => [.. Lies.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_false_offer_is_refused_as_a_whole(string lie)
    {
        using OffsetWorld world = new OffsetWorld("A", "B", "C").Link("AB", "BC").Credit(10, "A", "B", "C");
        foreach (FakeBank bank in world.Banks) bank.IsSilent = true;
        world.Queue("A", "B", 1_000);
        Assert.Equal("", world.Say(world["A"], world["A"].Offers()).Code);
        OffsetOffers offers = world["A"].Offers();
        Lies[lie].Tell(world, offers);
        Assert.Equal(Lies[lie].Code, world.Say(world["A"], offers).Code);
        Assert.Contains(Lies[lie].Code, world.Agent.Alarms);
        // What was offered before stands.
        world.Queue("B", "A", 1_000);
        Assert.Equal("", world.Say(world["B"], world["B"].Offers()).Code);
        world.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal(2, Assert.Single(world.Offsets).Payments);
    }

    [Fact]
    public void What_a_key_did_not_sign_for_this_bank_shows_no_membership()
    {
        using OffsetWorld world = new OffsetWorld("A", "B", "C").Link("AB", "BC").Credit(10, "A", "B", "C");
        OffsetOffers offers = world["A"].Offers();
        offers.Queues[0].Channels[0].Signature = Settlement.Tests.Channels.Lies.Flipped(offers.Queues[0].Channels[0].Signature, 0);
        Assert.Equal(AgentCodes.NotAMember, world.Say(world["A"], offers).Code);
    }

    [Fact]
    public void What_was_verified_is_not_verified_again()
    {
        using OffsetWorld world = new OffsetWorld("A", "B").Link("AB").Credit(10, "A", "B");
        long before = world.Agent.Checks;
        world.Say(world["A"], world["A"].Offers());
        long first = world.Agent.Checks - before;
        Assert.InRange(first, 1, 2);
        world.Say(world["A"], world["A"].Offers());
        Assert.Equal(first, world.Agent.Checks - before);
    }

    [Fact]
    public void One_offer_costs_no_more_verifications_than_its_bound_and_the_rest_is_looked_at_later()
    {
        using OffsetWorld world = new OffsetWorld("A", "B").Credit(10, "A", "B");
        for (int i = 0; i < Memberships.Burst + 2; i++) world.LinkAlone("A", "B");
        OffsetOffers offers = new();
        // Two queues, since one has no room for so many.
        OffsetQueue all = world["A"].Offers().Queues[0];
        offers.Queues.Add(new OffsetQueue { Currency = "EUR", Channels = { all.Channels.Take(200) } });
        offers.Queues.Add(new OffsetQueue { Currency = "USD", Channels = { all.Channels.Skip(200) } });
        long before = world.Agent.Checks;
        Assert.Equal("", world.Say(world["A"], offers).Code);
        Assert.InRange(world.Agent.Checks - before, Memberships.Burst, 2 * Memberships.Burst);
        foreach (FakeBank bank in world.Banks) bank.IsSilent = true;
        world.Pass(TimeSpan.FromSeconds(1));
        before = world.Agent.Checks;
        Assert.Equal("", world.Say(world["A"], offers).Code);
        Assert.InRange(world.Agent.Checks - before, 2, 4);
    }

    [Fact]
    public void Whoever_is_refused_too_often_is_not_looked_at_any_more()
    {
        using OffsetWorld world = new OffsetWorld("A", "B").Link("AB").Credit(10, "A", "B");
        OffsetOffers offers = world["A"].Offers();
        offers.Queues[0].Currency = "";
        for (int i = 0; i < RefusalBudget.Burst; i++) Assert.Equal(AgentCodes.Malformed, world.Say(world["A"], offers).Code);
        Assert.Equal(AgentCodes.TooManyRefusals, world.Say(world["A"], offers).Code);
        Assert.Equal(AgentCodes.TooManyRefusals, world.Say(world["A"], world["A"].Offers()).Code);
        Assert.Equal("", world.Say(world["B"], world["B"].Offers()).Code);
    }

    private static OfferedPayment Payment(byte name) => new() { Payment = ByteString.CopyFrom([1, .. new byte[14], name]), MinorUnits = 1 };
}
