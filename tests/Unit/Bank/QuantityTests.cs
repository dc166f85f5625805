using Settlement.Contracts;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Commitments;
using Settlement.Core.Identifiers;
using Settlement.Core.Reading;

namespace Settlement.Tests.Bank;

/// <summary>Positions that are not of money: units of contracts, which a bank owes up to the limit that the other one grants.</summary>
public sealed class QuantityTests
{
    [Fact]
    public void Miles_become_stars_as_far_as_limits_go()
    {
        using TwoBanks world = World();
        EntryId agreed = Agreed(world, miles: "1000", stars: "1000");
        Assert.Equal(("Open", "1000"), (world.InstanceOf(world.Beta, agreed)!.State, world.InstanceOf(world.Beta, agreed)!.Fields.Single(f => f.Name == "miles_left").Value));
        Assert.Equal((InstructionStatus.Settled, null), Exchanged(world, agreed, "300", "200"));
        Assert.Equal("-300 200 / 300 -200", $"{Units(world, world.Alpha)} / {Units(world, world.Beta)}");
        // Alpha may owe 500 miles.
        Assert.Equal((InstructionStatus.Rejected, "AM04"), Exchanged(world, agreed, "201", "134"));
        Assert.Equal((InstructionStatus.Rejected, "AM09"), Exchanged(world, agreed, "30", "30"));
        Assert.Equal((InstructionStatus.Settled, null), Exchanged(world, agreed, "150", "100"));
        Assert.Equal("-450 300 / 450 -300", $"{Units(world, world.Alpha)} / {Units(world, world.Beta)}");
        Assert.Equal("550", world.InstanceOf(world.Alpha, agreed)!.Fields.Single(f => f.Name == "miles_left").Value);
        world.Alpha.Restart();
        world.Beta.Restart();
        world.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal("-450 300", Units(world, world.Alpha));
        world.Fund(world.Alpha, 100).Fund(world.Beta, 100).AssertGoesOn();
        Core.Regulator.ChannelVerdict verdict = world.Audit();
        Assert.True(verdict is { IsComplete: true, ReExecuted: true });
        Assert.Equal([-450, 450], verdict.Positions.Where(p => p.Currency == "miles").Select(p => p.MinorUnits));
    }

    [Fact]
    public void A_bank_grants_no_limit_of_a_unit_that_it_does_not_name()
    {
        using TwoBanks world = new(contracts: Contracts);
        OpenChannelResult refused = world.Ask<OpenChannelResult>(world.Alpha, call => new BankInput.OpenChannel(call, world.Request() with { UnitLimits = [(false, "miles", 1)] }));
        Assert.Equal(ChannelCodes.TermsNotAccepted, refused.Refusal);
        Assert.Contains(ChannelCodes.LimitNotGranted, world.Beta.Alarms);
    }

    private static IReadOnlyList<string> Contracts => [ContractLibrary.Load("GrossPayment").Source, ContractLibrary.Load("PoolFunding").Source, ContractLibrary.Load("LoyaltyExchange").Source];

    private static TwoBanks World()
    {
        Assert.True(ParticipantId.TryParse("ALPHDEFFXXX", out ParticipantId alpha));
        BankSettings settings = new() { GrantedLimits = new Dictionary<(ParticipantId, string), long> { [(alpha, "miles")] = 500, [(alpha, "EUR")] = 0 } };
        return new TwoBanks(settings: settings, contracts: Contracts).Open(request => request with { UnitLimits = [(false, "miles", 500), (true, "stars", 400)] });
    }

    private static EntryId Agreed(TwoBanks world, string miles, string stars)
    {
        Dictionary<string, string> values = new() { ["exchange_ratio"] = "2:3", ["miles_left"] = miles, ["stars_left"] = stars, ["last_day"] = "2026-03-02", ["agreement"] = "A-1" };
        SubmissionAnswer answer = world.Ask<SubmissionAnswer>(world.Alpha, call => new BankInput.Act(call, null, [1], new ActOrder(world.Channel, null, "LoyaltyExchange", "agree", values)));
        InstructionView view = world.ViewOf(world.Alpha, Convert.FromHexString(Assert.Single(answer.Instructions).Id));
        Assert.Equal((InstructionStatus.Settled, null), (view.Status, view.Reason));
        Assert.True(EntryId.TryParse(view.Entry, out EntryId entry));
        return entry;
    }

    private static (InstructionStatus Status, string? Reason) Exchanged(TwoBanks world, EntryId agreed, string given, string taken) =>
        world.StatusOf(world.Alpha, world.ActOn(world.Alpha, agreed, "miles_to_stars", new Dictionary<string, string> { ["given"] = given, ["taken"] = taken, ["member"] = "M-1" }));

    private static string Units(TwoBanks world, TestNode bank)
    {
        IReadOnlyList<UnitPositionView> units = world.View(bank).Units;
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{units.Single(u => u.Unit == "miles").Position} {units.Single(u => u.Unit == "stars").Position}");
    }
}
