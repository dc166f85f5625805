using System.Globalization;
using Settlement.Client;
using Settlement.Tests.EndToEnd.Storage;

namespace Settlement.Tests.EndToEnd.Host;

/// <summary>Contracts of the library that are no payments, between running nodes and under the supervisor's eyes.</summary>
public sealed class ContractTests(PostgresServer postgres) : IAsyncLifetime
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(20);
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
        Assert.Equal(("RJCT", "AM04"), await EndAsync(buyer.CreateAsync(channel, Order("600.01", TimeSpan.FromHours(1)), null, Wait, Ct)));
        Assert.Equal(("ACSC", null), await EndAsync(buyer.ActAsync(channel, first, new ActOrder { Action = "accept" }, null, Wait, Ct)));
        Assert.Equal(("600.00", "0.00"), await PositionAsync(buyer));
        await network.UntilAsync(async () => await PositionAsync(seller) == ("400.00", "0.00"), Ct);

        string second = await FundAsync(buyer, channel, "500.00", TimeSpan.FromSeconds(4));
        Assert.Equal(("600.00", "500.00"), await PositionAsync(buyer));
        await network.RestartAsync(HostNetwork.BankA, Ct);
        using SettlementClient again = network.BackOffice(HostNetwork.BankA);
        await network.UntilAsync(() => again.IsReadyAsync(Ct), Ct);
        Assert.Equal(("600.00", "500.00"), await PositionAsync(again));
        // The seller demands what nobody decides, until its time has come.
        await network.UntilAsync(async () => await EndAsync(seller.ActAsync(channel, second, new ActOrder { Action = "expire" }, null, Wait, Ct)) == ("ACSC", null), Ct);
        await network.UntilAsync(async () => await PositionAsync(again) == ("600.00", "0.00"), Ct);
        Assert.Equal(["Paid", "Free"], [(await seller.InstanceAsync(channel, first, null, Ct)).State, (await again.InstanceAsync(channel, second, null, Ct)).State]);
        await AssertProvenAsync(channel, sequences: 5);
    }

    private static async Task<string> FundAsync(SettlementClient buyer, string channel, string amount, TimeSpan time)
    {
        InstructionStatus status = Assert.Single((await buyer.CreateAsync(channel, Order(amount, time), null, Wait, Ct)).Instructions);
        Assert.Equal(("ACSC", null), (status.Status, status.Reason));
        return (await buyer.GetInstructionAsync(status.Id, Ct)).Entry!;
    }

    private static ActOrder Order(string amount, TimeSpan time) => new()
    {
        Contract = "Escrow", Action = "fund", Values = new Dictionary<string, string>
        {
            ["amount"] = $"{amount} EUR", ["deadline"] = (TimeProvider.System.GetUtcNow() + time).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture), ["order"] = "O-1", ["goods"] = "a ship",
        },
    };

    private static async Task<(string, string?)> EndAsync(Task<MessageReceipt> order) => Assert.Single((await order).Instructions) is var status ? (status.Status, status.Reason) : default;

    private static async Task<(string, string)> PositionAsync(SettlementClient bank) => (await bank.PositionsAsync(Ct)).Positions.Single() is var position ? (position.Position, position.Reserved) : default;

    private async Task AssertProvenAsync(string channel, ulong sequences)
    {
        using SettlementClient regulator = network.Auditor(HostNetwork.RegulatorId);
        await network.UntilAsync(async () => (await regulator.AuditChannelsAsync(Ct)).Channels.Any(known => known.Id == channel && known.HeldSequence >= sequences), Ct);
        AuditReport proof = await regulator.AuditAsync(channel, Ct);
        Assert.Empty(proof.Delivered.Findings.Concat(proof.Authentic.Findings).Concat(proof.ReExecuted.Findings));
        Assert.Equal((true, true, true), (proof.Delivered.Holds, proof.Authentic.Holds, proof.ReExecuted.Holds));
    }
}
