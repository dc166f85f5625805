using Settlement.Client;
using Settlement.Tests.EndToEnd.Storage;

namespace Settlement.Tests.EndToEnd.Host;

/// <summary>A treasury takes money out of a channel through its bank's door.</summary>
public sealed class DefundingTests(PostgresServer postgres) : IAsyncLifetime
{
    private HostNetwork network = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => network = await HostNetwork.StartAsync(postgres, Ct);

    public ValueTask DisposeAsync() => network.DisposeAsync();

    [Fact]
    public async Task MoneyGoesBackToTheAccountOfWhosePositionItWas()
    {
        string channel = await network.OpenFundedChannelAsync("100.00", Ct);
        using SettlementClient bank = network.Operator(HostNetwork.BankA), agent = network.Operator(HostNetwork.AgentId);
        await bank.DefundAsync(channel, new MoneyOrder("EUR", "30.00"), Ct);
        Assert.Equal("70.00", Assert.Single((await bank.PositionsAsync(Ct)).Positions).Position);
        Assert.Equal(("30.00", "70.00"), await BooksAsync(agent));
        SettlementApiException refused = await Assert.ThrowsAsync<SettlementApiException>(() => bank.DefundAsync(channel, new MoneyOrder("EUR", "70.01"), Ct));
        Assert.Equal((422, "AM04"), (refused.Problem.Status, refused.Problem.Code));

        // What came back funds again, and goes out again after both have started anew.
        await bank.FundAsync(channel, new MoneyOrder("EUR", "10.00"), Ct);
        await network.RestartAsync(HostNetwork.AgentId, Ct);
        await network.RestartAsync(HostNetwork.BankA, Ct);
        using SettlementClient again = network.Operator(HostNetwork.BankA), books = network.Operator(HostNetwork.AgentId);
        await again.DefundAsync(channel, new MoneyOrder("EUR", "80.00"), Ct);
        Assert.Equal(("100.00", "0.00"), await BooksAsync(books));
        await network.AssertProvenAsync(channel, HostNetwork.BankA, Ct);
    }

    private static async Task<(string Account, string Pool)> BooksAsync(SettlementClient agent)
    {
        BooksInfo books = await agent.BooksAsync(Ct);
        return (books.Accounts.Single(static a => a.Owner == HostNetwork.BankA).Amount, Assert.Single(books.Pools).Amount);
    }
}
