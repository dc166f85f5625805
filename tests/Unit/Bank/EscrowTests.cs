using Settlement.Contracts;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Commitments;
using Settlement.Core.Monetary;
using Settlement.Core.Reading;
using Settlement.Wire.Channels;

namespace Settlement.Tests.Bank;

/// <summary>Money that an instance sets aside: no payment takes it, whoever asks, until it is paid or free again.</summary>
public sealed class EscrowTests
{
    private const string Escrow = """
        contract Escrow version 1
          "Money set aside for a delivery, paid on acceptance, free again after the deadline."

        parties
          buyer       bank
          seller      bank
          supervisor  regulator, observes

        fields
          amount    money      to buyer, seller, supervisor
          deadline  datetime   to buyer, seller, supervisor
          goods     text(140)  to buyer, seller

        states
          Held, Paid may rest, Free may rest

        on fund by buyer, agreed by seller
          require amount > 0 else AM01
          require deadline > now else DT01
          reserve amount from buyer
          -> Held

        on accept by buyer when Held by deadline else DT05
          release amount to buyer
          move amount from buyer to seller
          -> Paid

        on expire by network when Held after deadline
          release amount to buyer
          -> Free
        """;

    private static readonly Dictionary<string, string> None = [];

    [Fact]
    public void What_is_set_aside_is_paid_when_the_buyer_accepts()
    {
        using TwoBanks world = World();
        EntryId escrow = Funded(world, "60.00 EUR");
        Assert.Equal([100_00, 100_00], [world.Position(world.Alpha), world.Position(world.Beta)]);
        AssertReserved(world, 60_00);
        world.AssertUncovered(world.Alpha, 40_01);
        Assert.Equal("AM04", Reason(world, Fund(world, "40.01 EUR")));
        world.Pay(world.Alpha, 40_00);
        world.AssertUncovered(world.Alpha, 1);
        Assert.Equal((InstructionStatus.Rejected, "S010"), world.StatusOf(world.Beta, world.ActOn(world.Beta, escrow, "accept", None)));
        Assert.Equal((InstructionStatus.Settled, null), world.StatusOf(world.Alpha, world.ActOn(world.Alpha, escrow, "accept", None)));
        Assert.Equal([0, 200_00], [world.Position(world.Alpha), world.Position(world.Beta)]);
        AssertReserved(world, 0);
        Assert.Equal("Paid", world.InstanceOf(world.Beta, escrow)!.State);
        AssertProven(world);
    }

    [Fact]
    public void What_is_set_aside_is_free_again_after_the_deadline()
    {
        using TwoBanks world = World();
        EntryId escrow = Funded(world, "60.00 EUR");
        world.Pass(TimeSpan.FromSeconds(70));
        Assert.Equal((InstructionStatus.Rejected, "DT05"), world.StatusOf(world.Alpha, world.ActOn(world.Alpha, escrow, "accept", None)));
        Assert.Equal((InstructionStatus.Settled, null), world.StatusOf(world.Beta, world.ActOn(world.Beta, escrow, "expire", None)));
        Assert.Equal("Free", world.InstanceOf(world.Alpha, escrow)!.State);
        AssertReserved(world, 0);
        world.Pay(world.Alpha, 99_00);
        AssertProven(world);
    }

    [Fact]
    public void It_stays_set_aside_over_restarts_and_changes_of_office()
    {
        using TwoBanks world = World();
        const string later = "2026-03-02T09:10:00Z";
        EntryId first = Funded(world, "30.00 EUR", later), second = Funded(world, "20.00 EUR", later);
        world.Alpha.Restart();
        world.Beta.Restart();
        world.Pass(TimeSpan.FromSeconds(5));
        AssertReserved(world, 50_00);
        world.AssertUncovered(world.Alpha, 50_01);
        // Alpha's proposals do not arrive, so that Beta takes the office over with the acceptance under way.
        world.OnPeer = (from, _, message) => from == world.Alpha && message.Proposal is not null ? [] : [message];
        byte[] accepted = world.ActOn(world.Alpha, first, "accept", None);
        world.Pay(world.Beta, 1_00);
        world.Pass(TimeSpan.FromSeconds(30));
        world.Alpha.Restart();
        world.OnPeer = null;
        world.Pass(TimeSpan.FromSeconds(20));
        Assert.True(world.View(world.Alpha).Term > 1);
        Assert.Equal((InstructionStatus.Settled, null), world.StatusOf(world.Alpha, accepted));
        AssertReserved(world, 20_00);
        Assert.Equal([71_00, 129_00], [world.Position(world.Alpha), world.Position(world.Beta)]);
        Assert.Equal("Held", world.InstanceOf(world.Beta, second)!.State);
        AssertProven(world);
    }

    [Fact]
    public void A_sequencer_that_sets_aside_what_it_does_not_have_is_refused()
    {
        using TwoBanks world = World();
        Funded(world, "60.00 EUR");
        ChannelContext own = world.Context(world.Alpha);
        ContractPlan plan = own.Terms.Contracts.Single(c => c.Contract.Name == "Escrow");
        Value?[] values = [new MoneyValue("EUR", 40_01), new DateTimeValue((TwoBanks.Start + TimeSpan.FromSeconds(60)).ToUnixTimeSeconds()), new TextValue("more")];
        SealedEntry entry = EntrySealer.Seal(own, plan, plan.Contract.Actions[0], values, world.Now, new Simulation.SeededEntropy(3)).Sealed;
        world.OnPeer = (from, _, message) => from == world.Alpha && message.Proposal is { } proposal
            ? [OtherProposal.Of(world, world.Alpha, proposal, p => p.Body.Items[0] = new BatchItem { Entry = entry })] : [message];
        world.Pay(world.Alpha, 1);
        Core.Vault.Records.InFlightRow endorsed = world.Beta.Rows.Open(Core.Store.PayloadKind.InFlight, world.Channel.ToArray(),
            world.Beta.Vault.Find(Core.Store.PayloadKind.InFlight, world.Channel.ToArray())!, Core.Vault.Records.InFlightRow.Parser);
        Assert.Equal("AM04", Assert.Single(endorsed.Refusals).Refusal.Code);
        world.OnPeer = null;
        world.Pass(TimeSpan.FromSeconds(40));
        world.AssertGoesOn();
    }

    private static TwoBanks World()
    {
        TwoBanks world = new TwoBanks(contracts: [ContractLibrary.Load("GrossPayment").Source, ContractLibrary.Load("PoolFunding").Source, Escrow]).Open();
        return world.Fund(world.Alpha, 100_00).Fund(world.Beta, 100_00);
    }

    private static SubmissionAnswer Fund(TwoBanks world, string amount, string deadline = "2026-03-02T09:01:10Z") => world.Ask<SubmissionAnswer>(world.Alpha, call => new BankInput.Act(call, null, [1],
        new ActOrder(world.Channel, null, "Escrow", "fund", new Dictionary<string, string> { ["amount"] = amount, ["deadline"] = deadline, ["goods"] = "a ship" })));

    private static EntryId Funded(TwoBanks world, string amount, string deadline = "2026-03-02T09:01:10Z")
    {
        InstructionView view = world.ViewOf(world.Alpha, Convert.FromHexString(Assert.Single(Fund(world, amount, deadline).Instructions).Id));
        Assert.Equal((InstructionStatus.Settled, null), (view.Status, view.Reason));
        Assert.True(EntryId.TryParse(view.Entry, out EntryId entry));
        return entry;
    }

    private static string? Reason(TwoBanks world, SubmissionAnswer answer) => world.StatusOf(world.Alpha, Convert.FromHexString(Assert.Single(answer.Instructions).Id)).Reason;

    /// <summary>Both members have the same set aside of Alpha's position.</summary>
    private static void AssertReserved(TwoBanks world, long minorUnits)
    {
        foreach (TestNode bank in new[] { world.Alpha, world.Beta }) Assert.Equal(minorUnits, world.Snapshot(bank).Positions.Single(p => p is { Member: 0, Currency: "EUR" }).Reserved);
        Assert.Equal(new Money(TwoBanks.Eur, minorUnits), world.View(world.Alpha).Positions.Single(p => p.Position.Currency == TwoBanks.Eur).Reserved);
    }

    private static void AssertProven(TwoBanks world)
    {
        world.AssertSameState();
        Core.Regulator.ChannelVerdict verdict = world.Audit();
        Assert.True(verdict is { IsComplete: true, ReExecuted: true });
        Assert.Equal(world.Snapshot(world.Alpha).Positions.Select(p => (p.MinorUnits, p.Reserved)), verdict.Positions.Select(p => (p.MinorUnits, p.Reserved)));
    }
}
