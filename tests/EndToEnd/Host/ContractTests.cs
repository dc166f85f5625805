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
        string agreed = (await first.GetInstructionAsync(Assert.Single((await first.CreateAsync(channel, agree, null, Wait, Ct)).Instructions).Id, Ct)).Entry!;
        Assert.Equal(("ACSC", null), await EndAsync(first.ActAsync(channel, agreed, Exchange("miles_to_stars", "300", "200", "4711"), null, Wait, Ct)));
        Assert.Equal(("RJCT", "AM04"), await EndAsync(first.ActAsync(channel, agreed, Exchange("miles_to_stars", "201", "134", "4712"), null, Wait, Ct)));
        await network.RestartAsync(HostNetwork.BankA, Ct);
        using SettlementClient again = network.BackOffice(HostNetwork.BankA);
        await network.UntilAsync(() => again.IsReadyAsync(Ct), Ct);
        await network.UntilAsync(async () => await EndAsync(second.ActAsync(channel, agreed, Exchange("stars_to_miles", "20", "30", "0815"), null, Wait, Ct)) == ("ACSC", null), Ct);
        await network.UntilAsync(async () => await UnitsAsync(again) == ("-330", "220"), Ct);
        Assert.Equal(("330", "-220"), await UnitsAsync(second));
        Assert.Equal(["4711", null], await MembersAsync(again, channel));
        Assert.Equal([null, "0815"], await MembersAsync(second, channel));
        Assert.Equal([null, "0815"], (await second.InstanceAsync(channel, agreed, null, Ct)).Entries.OrderBy(static e => e.Sequence).SelectMany(Members));
        await AssertProvenAsync(channel, sequences: 3);
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
