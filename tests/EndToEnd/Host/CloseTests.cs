using System.Text;
using System.Text.Json.Nodes;
using Settlement.Client;
using Settlement.Tests.EndToEnd.Storage;

namespace Settlement.Tests.EndToEnd.Host;

/// <summary>A bank leaves a channel while the other one is down, and both get their money.</summary>
public sealed class CloseTests(PostgresServer postgres) : IAsyncLifetime
{
    private HostNetwork network = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => network = await HostNetwork.StartAsync(postgres, Ct);

    public ValueTask DisposeAsync() => network.DisposeAsync();

    [Fact]
    public async Task OneMemberClosesAloneAndBothGetWhatTheyHold()
    {
        string channel = await network.OpenFundedChannelAsync("100.00", Ct);
        using SettlementClient bank = network.Operator(HostNetwork.BankA), office = network.BackOffice(HostNetwork.BankA), agent = network.Operator(HostNetwork.AgentId);
        Assert.Equal("ACSC", Assert.Single((await office.SubmitAsync(Transfer("first", "30.00"), "application/json", null, TimeSpan.FromSeconds(20), Ct)).Instructions).Status);
        await network.AssertProvenAsync(channel, HostNetwork.BankB, Ct);

        ClosedChannel closed = new(0);
        await network.WhileDownAsync(HostNetwork.BankB, async () =>
        {
            // What is on its way to the other bank never becomes final.
            string waiting = Assert.Single((await office.SubmitAsync(Transfer("second", "5.00"), "application/json", null, TimeSpan.Zero, Ct)).Instructions).Id;
            closed = await bank.CloseChannelAsync(channel, new CloseOrder(), Ct);
            Assert.Equal(closed, await bank.CloseChannelAsync(channel, new CloseOrder(), Ct));
            Instruction ended = await office.GetInstructionAsync(waiting, Ct);
            Assert.Equal(("RJCT", "CH045"), (ended.Status, ended.Reason));
            await network.UntilAsync(async () => await AccountAsync(agent, HostNetwork.BankA) == "70.00", Ct);
            await network.UntilAsync(async () => (await bank.ChannelsAsync(Ct)).Channels.Single(c => c.Id == channel).End is { Exits: [{ Amount: "70.00" }], ByCounterparty: false } end && end.Leaf == closed.Leaf, Ct);
            SettlementApiException refused = await Assert.ThrowsAsync<SettlementApiException>(() => bank.FundAsync(channel, new MoneyOrder("EUR", "1.00"), Ct));
            Assert.Equal("CH045", refused.Code);

            // The agent stops the other one from a leaf after its head: what it held before that is honoured.
            Assert.Equal("AG032", (await Assert.ThrowsAsync<SettlementApiException>(() => agent.LiftStopAsync(HostNetwork.BankB, new LiftOrder("the board"), Ct))).Code);
            Assert.Null(Assert.Single((await agent.StopAsync(new StopOrder(closed.Leaf, "the board", [HostNetwork.BankB]), Ct)).Stops).LiftedAt);
        }, Ct);
        await network.UntilAsync(async () => await AccountAsync(agent, HostNetwork.BankB) == "30.00", Ct);
        Assert.Equal("0.00", Assert.Single((await agent.BooksAsync(Ct)).Pools).Amount);
        Assert.NotNull(Assert.Single((await agent.LiftStopAsync(HostNetwork.BankB, new LiftOrder("the board"), Ct)).Stops).LiftedAt);
        using SettlementClient regulator = network.Auditor(HostNetwork.RegulatorId);
        await network.UntilAsync(async () => Assert.Single((await regulator.AuditChannelsAsync(Ct)).Channels).ClosedAt is not null, Ct);
        await network.AssertProvenAsync(channel, HostNetwork.BankA, Ct);
    }

    private static async Task<string?> AccountAsync(SettlementClient agent, string bank) => (await agent.BooksAsync(Ct)).Accounts.SingleOrDefault(a => a.Owner == bank)?.Amount;

    private static byte[] Transfer(string reference, string amount) => Encoding.UTF8.GetBytes(new JsonObject
    {
        ["messageId"] = reference, ["instructionId"] = reference, ["endToEndId"] = reference, ["transactionId"] = reference,
        ["amount"] = amount, ["currency"] = "EUR", ["settlementDate"] = "2026-03-02",
        ["instructingAgent"] = HostNetwork.BankA, ["instructedAgent"] = HostNetwork.BankB,
        ["debtor"] = new JsonObject { ["name"] = "A debtor" }, ["creditor"] = new JsonObject { ["name"] = "A creditor" },
    }.ToJsonString());
}
