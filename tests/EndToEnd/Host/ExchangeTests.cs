using System.Globalization;
using Settlement.Client;
using Settlement.Tests.EndToEnd.Storage;

namespace Settlement.Tests.EndToEnd.Host;

/// <summary>Contracts of the library in which each bank gives something, between running nodes and under the supervisor's eyes.</summary>
public sealed class ExchangeTests(PostgresServer postgres) : IAsyncLifetime
{
    private const string Security = "security";

    private HostNetwork network = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => network = await HostNetwork.StartAsync(postgres, Ct);

    public ValueTask DisposeAsync() => network.DisposeAsync();

    [Fact]
    public async Task TwoCurrenciesChangeHandsTogetherOrNotAtAll()
    {
        string channel = await network.OpenChannelAsync(HostNetwork.BankA, HostNetwork.BankB, static order => order with
        {
            Contracts = [.. order.Contracts, "PaymentVersusPayment"], Currencies = ["EUR", "JPY"],
        }, Ct);
        await network.FundAsync(HostNetwork.BankA, channel, "EUR", "1000.00", Ct);
        await network.FundAsync(HostNetwork.BankB, channel, "JPY", "100000", Ct);
        using SettlementClient seller = network.BackOffice(HostNetwork.BankA), buyer = network.BackOffice(HostNetwork.BankB);

        // What the buyer does not have: the euros of the seller stay where they are.
        string beyond = await Orders.CreatedAsync(seller, channel, Trade("700.00", "112175"), Ct);
        await network.UntilAsync(async () => await EndAsync(buyer, channel, beyond, "settle") is ("RJCT", "AM04"), Ct);
        Assert.Equal("1000.00 EUR, 0 JPY", await PositionsAsync(seller));

        string trade = await Orders.CreatedAsync(seller, channel, Trade("400.00", "64100"), Ct);
        await network.UntilAsync(async () => await EndAsync(buyer, channel, trade, "settle") is ("ACSC", null), Ct);
        await network.UntilAsync(async () => await PositionsAsync(seller) == "600.00 EUR, 64100 JPY" && await PositionsAsync(buyer) == "400.00 EUR, 35900 JPY", Ct);
        Assert.Equal(("RJCT", "AM09"), await Orders.CreateAsync(seller, channel, Trade("1.00", "161"), Ct));
        Assert.Equal("Settled", (await seller.InstanceAsync(channel, trade, null, Ct)).State);
        await network.AssertProvenAsync(channel, HostNetwork.BankA, Ct);
    }

    [Fact]
    public async Task UnitsAreDeliveredAgainstMoneyOrComeFreeAfterTheDeadline()
    {
        // Nobody issues the units here: the deliverer comes to owe them, as far as the receiver lets it.
        await network.RestartAsync(HostNetwork.BankB, static bank => bank with { GrantedLimits = new Dictionary<(Core.Identifiers.ParticipantId, string), long> { [(TestNodes.Id(HostNetwork.BankA), Security)] = 500 } }, Ct);
        string channel = await network.OpenChannelAsync(HostNetwork.BankA, HostNetwork.BankB, static order => order with
        {
            Contracts = [.. order.Contracts, "DeliveryVersusPayment"], Limits = [new LimitOrder(HostNetwork.BankA, Security, "500")],
        }, Ct);
        await network.FundAsync(HostNetwork.BankB, channel, "EUR", "1000.00", Ct);
        using SettlementClient deliverer = network.BackOffice(HostNetwork.BankA), receiver = network.BackOffice(HostNetwork.BankB);

        string trade = await Orders.CreatedAsync(deliverer, channel, Delivery("300", "601.50", TimeSpan.FromHours(1)), Ct);
        Assert.Equal(("ACSC", null), await EndAsync(deliverer, channel, trade, "set_aside"));
        await network.UntilAsync(async () => await EndAsync(receiver, channel, trade, "settle") is ("ACSC", null), Ct);
        await network.UntilAsync(async () => await PositionsAsync(deliverer) == "601.50 EUR, -300 security" && await PositionsAsync(receiver) == "398.50 EUR, 300 security", Ct);

        string late = await Orders.CreatedAsync(deliverer, channel, Delivery("100", "201.50", TimeSpan.FromSeconds(5)), Ct);
        Assert.Equal(("ACSC", null), await EndAsync(deliverer, channel, late, "set_aside"));
        // Three hundred of five hundred are delivered and a hundred set aside.
        string second = await Orders.CreatedAsync(deliverer, channel, Delivery("101", "203.50", TimeSpan.FromHours(1)), Ct);
        Assert.Equal(("RJCT", "AM04"), await EndAsync(deliverer, channel, second, "set_aside"));
        await network.UntilAsync(async () => await EndAsync(receiver, channel, late, "expire") is ("ACSC", null), Ct);
        Assert.Equal("Failed", (await receiver.InstanceAsync(channel, late, null, Ct)).State);
        // What was set aside is free again: now there is enough of it.
        Assert.Equal(("ACSC", null), await EndAsync(deliverer, channel, second, "set_aside"));
        await network.AssertProvenAsync(channel, HostNetwork.BankA, Ct);
    }

    private static ActOrder Trade(string euros, string yen) => new()
    {
        Contract = "PaymentVersusPayment", Action = "agree", Values = new Dictionary<string, string>
        {
            ["base"] = $"{euros} EUR", ["counter"] = $"{yen} JPY", ["rate"] = "1.6025000000", ["opens"] = In(TimeSpan.FromSeconds(3)), ["closes"] = In(TimeSpan.FromHours(1)), ["trade"] = "FX-1",
        },
    };

    private static ActOrder Delivery(string units, string amount, TimeSpan time) => new()
    {
        Contract = "DeliveryVersusPayment", Action = "match", Values = new Dictionary<string, string>
        {
            ["quantity"] = units, ["price"] = "200.00000000", ["accrued"] = "1.50 EUR", ["amount"] = $"{amount} EUR", ["deadline"] = In(time), ["trade"] = "SEC-1", ["delivering_owner"] = "Ada",
        },
    };

    private static string In(TimeSpan time) => (TimeProvider.System.GetUtcNow() + time).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private static Task<(string, string?)> EndAsync(SettlementClient bank, string channel, string instance, string action) =>
        Orders.ActAsync(bank, channel, instance, new ActOrder { Action = action }, Ct);

    private static async Task<string> PositionsAsync(SettlementClient bank) =>
        string.Join(", ", (await bank.PositionsAsync(Ct)).Positions.OrderBy(static p => p.Currency, StringComparer.Ordinal).Select(static p => $"{p.Position} {p.Currency}"));
}
