using Settlement.Client;
using Settlement.Tests.EndToEnd.Storage;

namespace Settlement.Tests.EndToEnd.Host;

/// <summary>Payments of several channels that settle together or not at all, ordered at the doors of running banks.</summary>
public sealed class GroupTests(PostgresServer postgres) : IAsyncLifetime
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(20);
    private HostNetwork network = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => network = await HostNetwork.StartThreeBanksAsync(postgres, Ct);

    public ValueTask DisposeAsync() => network.DisposeAsync();

    [Fact]
    public async Task TwoCurrenciesOfTwoChannelsChangeHandsTogether()
    {
        (string euros, string dollars) = await OpenAsync();
        using SettlementClient first = network.BackOffice(HostNetwork.BankA), second = network.BackOffice(HostNetwork.BankB);
        GroupOrder order = new() { Legs = [Payment(euros, "100.00 EUR")], Expects = [Expected(dollars, "110.00 USD")] };
        GroupReceipt begun = await first.OrderGroupAsync(order, "swap", TimeSpan.Zero, Ct);
        GroupReceipt again = await first.OrderGroupAsync(order, "swap", TimeSpan.Zero, Ct);
        Assert.Equal((begun.MessageId, begun.Group), (again.MessageId, again.Group));
        Assert.Equal((409, "BK002", null), await RefusalAsync(() => first.OrderGroupAsync(order with { LifeSeconds = 5 }, "swap", TimeSpan.Zero, Ct)));

        // The counterparty learns of the group from the leg that was set aside.
        GroupInfo offered = await OfferedAsync(second, begun.Group!);
        Assert.Equal((2, false, null), (offered.Channels.Count, offered.IsOrdered, offered.IsCommitted));
        LegInfo leg = Assert.Single(offered.Legs);
        Assert.Equal((euros, "GrossPayment", "pay", false, "100.00 EUR"), (leg.Channel, leg.Contract, leg.Action, leg.IsOwn, leg.Values["amount"]));
        Assert.True(Assert.Single((await first.GroupsAsync(10, Ct)).Groups).IsOrdered);
        Assert.Equal("1000.00 EUR 100.00, 0.00 USD 0.00", await PositionsAsync(first));

        GroupOrder joining = new() { Group = begun.Group, Legs = [Payment(dollars, "110.00 USD")], Expects = [Expected(euros, "100.00 EUR")] };
        GroupReceipt joined = await second.OrderGroupAsync(joining, null, Wait, Ct);
        Assert.Equal((begun.Group, "ACSC", null), (joined.Group, Assert.Single(joined.Instructions).Status, joined.Instructions[0].Reason));
        await network.UntilAsync(async () => await EndAsync(first, begun) is ("ACSC", null), Ct);
        await network.UntilAsync(async () => await PositionsAsync(first) == "900.00 EUR 0.00, 110.00 USD 0.00" && await PositionsAsync(second) == "100.00 EUR 0.00, 890.00 USD 0.00", Ct);
        await network.UntilAsync(async () => (await first.GroupsAsync(10, Ct)).Total + (await second.GroupsAsync(10, Ct)).Total == 0, Ct);
        foreach (string channel in new[] { euros, dollars }) await network.AssertProvenAsync(channel, HostNetwork.BankA, Ct);
    }

    [Fact]
    public async Task ThreeBanksPayEachOtherRoundInOneGroup()
    {
        string[] banks = [HostNetwork.BankA, HostNetwork.BankB, HostNetwork.BankC];
        string[] channels = new string[banks.Length];
        for (int i = 0; i < banks.Length; i++) channels[i] = await network.OpenFundedChannelAsync(banks[i], banks[(i + 1) % banks.Length], "50.00", Ct);
        SettlementClient[] offices = [.. banks.Select(network.BackOffice)];
        string? group = null;
        GroupReceipt[] receipts = new GroupReceipt[banks.Length];
        for (int i = 0; i < banks.Length; i++)
        {
            int before = (i + banks.Length - 1) % banks.Length;
            // The one that begins names the channel of the two others, in which it is not; those see in it what the one before pays.
            receipts[i] = await offices[i].OrderGroupAsync(new GroupOrder
            {
                Group = group, Channels = group is null ? [channels[1]] : [], Legs = [Payment(channels[i], "50.00 EUR")], Expects = [Expected(channels[before], "50.00 EUR")],
            }, null, TimeSpan.Zero, Ct);
            group = receipts[i].Group;
            if (i + 1 < banks.Length) Assert.Equal(3, (await OfferedAsync(offices[i + 1], group!)).Channels.Count);
        }

        for (int i = 0; i < banks.Length; i++)
        {
            int at = i;
            await network.UntilAsync(async () => await EndAsync(offices[at], receipts[at]) is ("ACSC", null), Ct);
            await network.AssertProvenAsync(channels[i], banks[i], Ct);
        }

        foreach (SettlementClient office in offices) office.Dispose();
    }

    [Fact]
    public async Task UnitsOfOneChannelAreDeliveredAgainstMoneyOfAnother()
    {
        const string Security = "security";
        // Nobody issues the units here: the deliverer comes to owe them, as far as the receiver lets it.
        await network.RestartAsync(HostNetwork.BankB, static bank => bank with { GrantedLimits = new Dictionary<(Core.Identifiers.ParticipantId, string), long> { [(TestNodes.Id(HostNetwork.BankA), Security)] = 500 } }, Ct);
        string units = await network.OpenChannelAsync(HostNetwork.BankA, HostNetwork.BankB, static order => order with
        {
            Contracts = ["SecuritiesDelivery", .. order.Contracts], Currencies = ["USD"], Limits = [new LimitOrder(HostNetwork.BankA, Security, "500")],
        }, Ct);
        string cash = await network.OpenChannelAsync(HostNetwork.BankA, HostNetwork.BankB, static order => order, Ct);
        await network.FundAsync(HostNetwork.BankB, cash, "EUR", "1000.00", Ct);
        using SettlementClient deliverer = network.BackOffice(HostNetwork.BankA), receiver = network.BackOffice(HostNetwork.BankB);
        LegOrder delivery = new() { Channel = units, Contract = "SecuritiesDelivery", Action = "deliver", Values = new Dictionary<string, string> { ["quantity"] = "300", ["trade"] = "SEC-1" } };
        LegOrder price = Payment(cash, "600.00 EUR"), expected = Expected(cash, "600.00 EUR");

        GroupReceipt beyond = await deliverer.OrderGroupAsync(
            new GroupOrder { Legs = [delivery with { Values = new Dictionary<string, string> { ["quantity"] = "501", ["trade"] = "SEC-1" } }], Expects = [expected] }, null, TimeSpan.Zero, Ct);
        Assert.Equal((null, "RJCT", "AM04"), (beyond.Group, beyond.Instructions[0].Status, beyond.Instructions[0].Reason));
        GroupReceipt begun = await deliverer.OrderGroupAsync(new GroupOrder { Legs = [delivery], Expects = [expected] }, null, TimeSpan.Zero, Ct);
        GroupInfo offered = await OfferedAsync(receiver, begun.Group!);
        Assert.Equal(("SecuritiesDelivery", "300"), (offered.Legs[0].Contract, offered.Legs[0].Values["quantity"].Split(' ')[0]));
        GroupReceipt joined = await receiver.OrderGroupAsync(new GroupOrder { Group = begun.Group, Legs = [price], Expects = [delivery] }, null, Wait, Ct);
        Assert.Equal("ACSC", joined.Instructions[0].Status);
        await network.UntilAsync(async () => await EndAsync(deliverer, begun) is ("ACSC", null), Ct);
        await network.UntilAsync(async () => await PositionsAsync(deliverer) == "600.00 EUR 0.00, 0.00 USD 0.00, -300 security 0" && await PositionsAsync(receiver) == "400.00 EUR 0.00, 0.00 USD 0.00, 300 security 0", Ct);
        foreach (string channel in new[] { units, cash }) await network.AssertProvenAsync(channel, HostNetwork.BankA, Ct);
    }

    [Fact]
    public async Task WhatNobodyJoinsComesFreeAfterItsTime()
    {
        (string euros, string dollars) = await OpenAsync();
        using SettlementClient first = network.BackOffice(HostNetwork.BankA), second = network.BackOffice(HostNetwork.BankB);
        GroupReceipt begun = await first.OrderGroupAsync(new GroupOrder { LifeSeconds = 5, Legs = [Payment(euros, "100.00 EUR")], Expects = [Expected(dollars, "110.00 USD")] }, null, TimeSpan.Zero, Ct);
        await OfferedAsync(second, begun.Group!);
        // What comes instead of the expected leg is refused.
        GroupReceipt less = await second.OrderGroupAsync(new GroupOrder { Group = begun.Group, Legs = [Payment(dollars, "109.99 USD")], Expects = [Expected(euros, "100.00 EUR")] }, null, Wait, Ct);
        Assert.Equal(("RJCT", "GR005"), (less.Instructions[0].Status, less.Instructions[0].Reason));
        await network.UntilAsync(async () => await EndAsync(first, begun) is ("RJCT", "GR006"), Ct);
        await network.UntilAsync(async () => await PositionsAsync(first) == "1000.00 EUR 0.00, 0.00 USD 0.00" && await PositionsAsync(second) == "0.00 EUR 0.00, 1000.00 USD 0.00", Ct);
    }

    [Fact]
    public async Task OrdersThatMakeNoSenseAreRefusedWithTheirPlace()
    {
        (string euros, string dollars) = await OpenAsync();
        using SettlementClient bank = network.BackOffice(HostNetwork.BankA), auditor = network.Auditor(HostNetwork.BankA), chief = network.Operator(HostNetwork.BankA);
        LegOrder leg = Payment(euros, "100.00 EUR"), expected = Expected(dollars, "110.00 USD");
        GroupOrder order = new() { Legs = [leg], Expects = [expected] };
        string zeros = new('0', 64);
        (GroupOrder Order, (int, string, string?) Refusal)[] orders =
        [
            (order with { Group = "swap" }, (400, "HO104", "group")),
            (order with { Group = zeros, LifeSeconds = 5 }, (400, "HO104", "group")),
            (order with { Channels = ["nowhere"] }, (400, "HO104", "channels[0]")),
            (order with { Channels = [.. Enumerable.Repeat(zeros, 257)] }, (400, "HO104", "channels")),
            (order with { Legs = [leg with { Channel = "nowhere" }] }, (400, "HO104", "legs[0].channel")),
            (order with { Group = zeros }, (422, "LG045", "group")),
            (order with { LifeSeconds = 0 }, (422, "GR001", "lifeSeconds")),
            (order with { LifeSeconds = 3600 }, (422, "GR001", "lifeSeconds")),
            (order with { Channels = [euros], Legs = [] }, (422, "GR008", "legs")),
            (order with { Expects = [] }, (422, "GR008", "channels")),
            (order with { Channels = [dollars], Expects = [] }, (422, "GR008", "expects")),
            (order with { Expects = [expected with { Channel = zeros }] }, (422, "GR008", "expects[0].channel")),
            (order with { Expects = [expected with { Contract = "Loan" }] }, (422, "BK011", "expects[0].contract")),
            (order with { Expects = [expected with { Action = "return" }] }, (422, "BK008", "expects[0].action")),
            (order with { Expects = [Expected(dollars, "a lot")] }, (422, "BK009", "expects[0].values.amount")),
            (order with { Expects = [expected with { Values = new Dictionary<string, string>() }] }, (422, "GR008", "expects[0].values.amount")),
        ];
        Assert.Equal(orders.Select(static o => o.Refusal), await Task.WhenAll(orders.Select(o => RefusalAsync(() => bank.OrderGroupAsync(o.Order, null, TimeSpan.Zero, Ct)))));
        Assert.Equal((403, "HO102", null), await RefusalAsync(() => auditor.OrderGroupAsync(order, null, TimeSpan.Zero, Ct)));
        Assert.Equal((403, "HO102", null), await RefusalAsync(() => chief.GroupsAsync(10, Ct)));
        Assert.Equal((400, "HO104", null), await RefusalAsync(() => bank.GroupsAsync(0, Ct)));

        // A leg of its own that cannot be taken is an instruction that says why, and takes the order with it.
        GroupReceipt refused = await bank.OrderGroupAsync(order with { Legs = [Payment(euros, "a lot")] }, null, TimeSpan.Zero, Ct);
        Assert.Equal((null, new InstructionStatus(refused.Instructions[0].Id, "RJCT", "BK009", "amount")), (refused.Group, Assert.Single(refused.Instructions)));
        Assert.Empty((await auditor.GroupsAsync(10, Ct)).Groups);
        Assert.Equal("1000.00 EUR 0.00, 0.00 USD 0.00", await PositionsAsync(bank));
    }

    /// <summary>A channel of euros, which the first bank has, and one of dollars, which the second has.</summary>
    private async Task<(string Euros, string Dollars)> OpenAsync()
    {
        string euros = await network.OpenFundedChannelAsync("1000.00", Ct);
        string dollars = await network.OpenChannelAsync(HostNetwork.BankA, HostNetwork.BankB, static order => order with { Currencies = ["USD"] }, Ct);
        await network.FundAsync(HostNetwork.BankB, dollars, "USD", "1000.00", Ct);
        return (euros, dollars);
    }

    private async Task<GroupInfo> OfferedAsync(SettlementClient bank, string group)
    {
        GroupInfo? offered = null;
        await network.UntilAsync(async () => (offered = (await bank.GroupsAsync(10, Ct)).Groups.SingleOrDefault(g => g.Group == group)) is not null, Ct);
        return offered!;
    }

    private static LegOrder Payment(string channel, string amount) => new()
    {
        Channel = channel, Contract = "GrossPayment", Action = "pay",
        Values = new Dictionary<string, string> { ["amount"] = amount, ["value_date"] = "2026-03-02", ["end_to_end"] = "SWAP", ["debtor"] = "One", ["creditor"] = "Other" },
    };

    private static LegOrder Expected(string channel, string amount) =>
        new() { Channel = channel, Contract = "GrossPayment", Action = "pay", Values = new Dictionary<string, string> { ["amount"] = amount } };

    private static async Task<(string, string?)> EndAsync(SettlementClient bank, GroupReceipt order) =>
        await bank.GetInstructionAsync(order.Instructions[0].Id, Ct) is var end ? (end.Status, end.Reason) : default;

    private static async Task<(int Status, string Code, string? Place)> RefusalAsync(Func<Task> call)
    {
        SettlementApiException refused = await Assert.ThrowsAsync<SettlementApiException>(call);
        return (refused.Status, refused.Code, refused.Problem.Place);
    }

    private static async Task<string> PositionsAsync(SettlementClient bank) =>
        string.Join(", ", (await bank.PositionsAsync(Ct)).Positions.OrderBy(static p => p.Currency, StringComparer.Ordinal).Select(static p => $"{p.Position} {p.Currency} {p.Reserved}"));
}
