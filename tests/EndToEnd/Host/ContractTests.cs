using System.Globalization;
using Settlement.Client;
using Settlement.Tests.EndToEnd.Storage;

namespace Settlement.Tests.EndToEnd.Host;

/// <summary>Contracts of the library that are no payments, between running nodes and under the supervisor's eyes.</summary>
public sealed class ContractTests(PostgresServer postgres) : IAsyncLifetime
{
    private HostNetwork network = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => network = await HostNetwork.StartAsync(postgres, Ct);

    public ValueTask DisposeAsync() => network.DisposeAsync();

    [Fact]
    public async Task MoneyInEscrowIsPaidOnAcceptanceAndFreeAfterTheDeadline()
    {
        string channel = await network.OpenFundedChannelAsync("1000.00", Ct, "Escrow");
        using SettlementClient buyer = network.BackOffice(HostNetwork.BankA), seller = network.BackOffice(HostNetwork.BankB);
        string first = await FundAsync(buyer, channel, "400.00", TimeSpan.FromHours(1));
        Assert.Equal(("1000.00", "400.00"), await PositionAsync(buyer));
        Assert.Equal(("RJCT", "AM04"), await Orders.CreateAsync(buyer, channel, Order("600.01", TimeSpan.FromHours(1)), Ct));
        Assert.Equal(("ACSC", null), await Orders.ActAsync(buyer, channel, first, new ActOrder { Action = "accept" }, Ct));
        Assert.Equal(("600.00", "0.00"), await PositionAsync(buyer));
        await network.UntilAsync(async () => await PositionAsync(seller) == ("400.00", "0.00"), Ct);

        string second = await FundAsync(buyer, channel, "500.00", TimeSpan.FromSeconds(4));
        Assert.Equal(("600.00", "500.00"), await PositionAsync(buyer));
        await network.RestartAsync(HostNetwork.BankA, Ct);
        using SettlementClient again = network.BackOffice(HostNetwork.BankA);
        await network.UntilAsync(() => again.IsReadyAsync(Ct), Ct);
        Assert.Equal(("600.00", "500.00"), await PositionAsync(again));
        // The seller demands what nobody decides, until its time has come.
        await network.UntilAsync(async () => await Orders.ActAsync(seller, channel, second, new ActOrder { Action = "expire" }, Ct) == ("ACSC", null), Ct);
        await network.UntilAsync(async () => await PositionAsync(again) == ("600.00", "0.00"), Ct);
        Assert.Equal(["Paid", "Free"], [(await seller.InstanceAsync(channel, first, null, Ct)).State, (await again.InstanceAsync(channel, second, null, Ct)).State]);
        await network.AssertProvenAsync(channel, HostNetwork.BankA, Ct);
    }

    [Fact]
    public async Task MilesBecomeStarsAndTheOtherBankNeverLearnsWhose()
    {
        // Each bank owes its own points as far as the other lets it.
        await network.RestartAsync(HostNetwork.BankB, static bank => bank with { GrantedLimits = new Dictionary<(Core.Identifiers.ParticipantId, string), long> { [(TestNodes.Id(HostNetwork.BankA), "miles")] = 500 } }, Ct);
        string channel = await network.OpenChannelAsync(HostNetwork.BankA, HostNetwork.BankB, static order => order with
        {
            Contracts = [.. order.Contracts, "LoyaltyExchange"], Limits = [new LimitOrder(HostNetwork.BankA, "miles", "500"), new LimitOrder(HostNetwork.BankB, "stars", "400")],
        }, Ct);
        using SettlementClient first = network.BackOffice(HostNetwork.BankA), second = network.BackOffice(HostNetwork.BankB);
        string day = TimeProvider.System.GetUtcNow().AddDays(30).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        ActOrder agree = new() { Contract = "LoyaltyExchange", Action = "agree", Values = new Dictionary<string, string> { ["exchange_ratio"] = "2:3", ["miles_left"] = "1000", ["stars_left"] = "1000", ["last_day"] = day, ["agreement"] = "A-1" } };
        string agreed = await Orders.CreatedAsync(first, channel, agree, Ct);
        Assert.Equal(("ACSC", null), await Orders.ActAsync(first, channel, agreed, Exchange("miles_to_stars", "300", "200", "4711"), Ct));
        Assert.Equal(("RJCT", "AM04"), await Orders.ActAsync(first, channel, agreed, Exchange("miles_to_stars", "201", "134", "4712"), Ct));
        await network.RestartAsync(HostNetwork.BankA, Ct);
        using SettlementClient again = network.BackOffice(HostNetwork.BankA);
        await network.UntilAsync(() => again.IsReadyAsync(Ct), Ct);
        await network.UntilAsync(async () => await Orders.ActAsync(second, channel, agreed, Exchange("stars_to_miles", "20", "30", "0815"), Ct) == ("ACSC", null), Ct);
        await network.UntilAsync(async () => await UnitsAsync(again) == ("-330", "220"), Ct);
        Assert.Equal(("330", "-220"), await UnitsAsync(second));
        Assert.Equal(["4711", null], await MembersAsync(again, channel));
        Assert.Equal([null, "0815"], await MembersAsync(second, channel));
        Assert.Equal([null, "0815"], (await second.InstanceAsync(channel, agreed, null, Ct)).Entries.OrderBy(static e => e.Sequence).SelectMany(Members));
        await network.AssertProvenAsync(channel, HostNetwork.BankB, Ct);
        using SettlementClient regulator = network.Auditor(HostNetwork.RegulatorId);
        Assert.Equal([null, null], await MembersAsync(regulator, channel));
    }

    private static ActOrder Exchange(string action, string given, string taken, string member) =>
        new() { Action = action, Values = new Dictionary<string, string> { ["given"] = given, ["taken"] = taken, ["member"] = member } };

    private static async Task<IEnumerable<string?>> MembersAsync(SettlementClient reader, string channel) =>
        (await reader.EntriesAsync(channel, 0, 100, Ct)).Entries.SelectMany(Members);

    /// <summary>Whose points they were, as far as the reader is told; nothing for what is no exchange.</summary>
    private static IEnumerable<string?> Members(EntryInfo entry)
    {
        Assert.Null(entry.Fault);
        return entry.Fields.Where(static field => field.Name == "member").Select(static field => field.Readable == (field.Value is not null) ? field.Value : "said and not readable");
    }

    private static async Task<(string, string)> UnitsAsync(SettlementClient bank) => (await bank.PositionsAsync(Ct)).Positions is var all
        ? (all.Single(static p => p.Currency == "miles").Position, all.Single(static p => p.Currency == "stars").Position) : default;

    private static Task<string> FundAsync(SettlementClient buyer, string channel, string amount, TimeSpan time) => Orders.CreatedAsync(buyer, channel, Order(amount, time), Ct);

    private static ActOrder Order(string amount, TimeSpan time) => new()
    {
        Contract = "Escrow", Action = "fund", Values = new Dictionary<string, string>
        {
            ["amount"] = $"{amount} EUR", ["deadline"] = (TimeProvider.System.GetUtcNow() + time).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture), ["order"] = "O-1", ["goods"] = "a ship",
        },
    };

    private static async Task<(string, string)> PositionAsync(SettlementClient bank) => (await bank.PositionsAsync(Ct)).Positions.Single() is var position ? (position.Position, position.Reserved) : default;
}
