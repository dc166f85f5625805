using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Settlement.Client;
using Settlement.Tests.EndToEnd.Storage;

namespace Settlement.Tests.EndToEnd.Host;

/// <summary>Payments that wait, as a back office sees and changes them through its bank's door.</summary>
public sealed class QueueTests(PostgresServer postgres) : IAsyncLifetime
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(20);
    private HostNetwork network = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => network = await HostNetwork.StartAsync(postgres, Ct);

    public ValueTask DisposeAsync() => network.DisposeAsync();

    [Fact]
    public async Task WhatIsNotCoveredWaitsSaysWhyAndGoesOnWhenItIs()
    {
        string channel = await network.OpenFundedChannelAsync("100.00", Ct);
        using SettlementClient bank = network.BackOffice(HostNetwork.BankA);
        string large = await SubmitAsync(bank, "LARGE", "150.00", "PDNG", "AM04"), small = await SubmitAsync(bank, "SMALL", "20.00", "PDNG", "QU001");
        string urgent = await SubmitAsync(bank, "URGENT", "90.00", "ACSC", null, "URGT"), late = await SubmitAsync(bank, "LATE", "200.00", "PDNG", "AM04", "HIGH");

        QueuePage queue = await bank.QueueAsync(channel, 10, Ct);
        Assert.Equal([(late, "200.00", "HIGH", "AM04"), (large, "150.00", "NORM", "AM04"), (small, "20.00", "NORM", "QU001")],
            queue.Payments.Select(static p => (p.Instruction, p.Amount, p.Priority, p.Reason)));
        Assert.Equal((3, 3), (queue.Waiting, Assert.Single((await bank.ChannelsAsync(Ct)).Channels).Queued));
        Assert.Equal(3, (await bank.QueueAsync(null, 1, Ct)).Waiting);

        // A report tells it in the words of ISO 20022.
        ReportItem waits = Assert.Single((await bank.ReportsAsync("0", 10, Ct)).Reports, r => r.Instruction == large);
        Assert.Equal(("PDNG", "AM04"), (waits.Status, waits.Reason));
        Assert.Equal(["PDNG", "AM04"], XDocument.Parse(waits.Document).Descendants().Where(static e => e.Name.LocalName is "TxSts" or "Cd").Select(static e => e.Value));
        Assert.Equal(["PDNG", "QU001"], XDocument.Parse(Encoding.UTF8.GetString(await bank.GetInstructionReportAsync(small, Ct))).Descendants()
            .Where(static e => e.Name.LocalName is "TxSts" or "Prtry").Select(static e => e.Value));

        await network.RestartAsync(HostNetwork.BankA, Ct);
        using SettlementClient again = network.BackOffice(HostNetwork.BankA);
        Assert.Equal(["PDNG QU002", "PDNG AM04", "RJCT DS02"], [await ChangeAsync(again, late, "hold"), await ChangeAsync(again, late, "release"), await ChangeAsync(again, late, "cancel")]);
        Assert.Equal("PDNG AM04", await ChangeAsync(again, large, "prioritise", "URGT"));
        await network.FundAsync(HostNetwork.BankA, channel, "EUR", "160.00", Ct);
        await network.UntilAsync(async () => (await again.GetInstructionAsync(large, Ct)).Status == "ACSC" && (await again.GetInstructionAsync(small, Ct)).Status == "ACSC", Ct);
        Assert.Equal("ACSC", (await again.GetInstructionAsync(urgent, Ct)).Status);
        Assert.Equal("0.00", Assert.Single((await again.PositionsAsync(Ct)).Positions).Position);
        Assert.Equal(0, (await again.QueueAsync(null, 10, Ct)).Waiting);
        await network.AssertProvenAsync(channel, HostNetwork.BankA, Ct);
    }

    [Fact]
    public async Task ALimitThatTheCounterpartyRaisesLetsAPaymentGoOnAndEveryReaderSeesIt()
    {
        string channel = await network.OpenFundedChannelAsync("100.00", Ct);
        using SettlementClient bank = network.BackOffice(HostNetwork.BankA), lender = network.Operator(HostNetwork.BankB);
        string large = await SubmitAsync(bank, "LARGE", "150.00", "PDNG", "AM04");
        string tomorrow = DateOnly.ParseExact((await lender.ChannelsAsync(Ct)).BusinessDay!, "yyyy-MM-dd", CultureInfo.InvariantCulture).AddDays(1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        Assert.Equal(new PendingChannelLimit("20.00", tomorrow), Assert.Single(Assert.Single((await lender.GrantLimitAsync(channel, new ChannelLimitOrder("EUR", "20.00", tomorrow), Ct)).Limits).Pending));
        ChannelLimit ordered = Assert.Single((await lender.GrantLimitAsync(channel, new ChannelLimitOrder("EUR", "60.00"), Ct)).Limits);
        Assert.Equal(("EUR", "0.00", "0.00", 2), (ordered.Currency, ordered.Granted, ordered.Received, ordered.Pending.Count));
        await network.UntilAsync(async () => (await bank.GetInstructionAsync(large, Ct)).Status == "ACSC", Ct);
        Assert.Equal(("-50.00", "60.00"), Assert.Single((await bank.PositionsAsync(Ct)).Positions) is var position ? (position.Position, position.Limit) : default);
        await network.RestartAsync(HostNetwork.BankB, Ct);
        using SettlementClient again = network.Operator(HostNetwork.BankB);
        ChannelLimit held = Assert.Single((await again.ChannelLimitsAsync(channel, Ct)).Limits);
        Assert.Equal(("60.00", new PendingChannelLimit("20.00", tomorrow)), (held.Granted, Assert.Single(held.Pending)));
        Assert.Equal("60.00", Assert.Single((await bank.ChannelLimitsAsync(channel, Ct)).Limits).Received);
        EntryInfo shown = Assert.Single((await bank.EntriesAsync(channel, 0, 100, Ct)).Entries, static e => e.Limit is not null);
        Assert.Equal(("60.00 EUR", HostNetwork.BankB), (shown.Limit, shown.ActedBy));
        await network.AssertProvenAsync(channel, HostNetwork.BankA, Ct);
    }

    [Fact]
    public async Task WhatTheTreasuryLimitsWaitsSaysForWhichLimitAndGoesOnWhenThatHasRoom()
    {
        string channel = await network.OpenFundedChannelAsync("100.00", Ct);
        using SettlementClient bank = network.BackOffice(HostNetwork.BankA), chief = network.Operator(HostNetwork.BankA);
        Assert.Empty((await bank.LimitsAsync(Ct)).Limits);
        TreasuryLimitOrder bilateral = new("bilateral", "EUR", "50.00", HostNetwork.BankB);
        TreasuryLimit set = await chief.SetLimitAsync(bilateral, Ct);
        Assert.Equal(("50.00", "0.00"), (set.Amount, set.Used));
        await chief.SetLimitAsync(bilateral with { Amount = null, From = "2026-03-03" }, Ct);
        await chief.SetLimitAsync(new TreasuryLimitOrder("urgent-reservation", "EUR", "30.00", HostNetwork.BankB), Ct);
        await chief.SetLimitAsync(new TreasuryLimitOrder("debit-cap", "EUR", "0.00"), Ct);
        string normal = await SubmitAsync(bank, "NORMAL", "60.00", "PDNG", "QU005"), high = await SubmitAsync(bank, "HIGH", "80.00", "PDNG", "QU008", "HIGH");
        await SubmitAsync(bank, "URGENT", "15.00", "ACSC", null, "URGT");
        Assert.Equal([(high, "QU008"), (normal, "QU005")], (await bank.QueueAsync(channel, 10, Ct)).Payments.Select(static p => (p.Instruction, p.Reason)));

        await network.RestartAsync(HostNetwork.BankA, Ct);
        using SettlementClient again = network.BackOffice(HostNetwork.BankA), chiefAgain = network.Operator(HostNetwork.BankA);
        Assert.Equal(["bilateral BANBDEFFXXX 50.00 15.00 2026-03-03=", "debit-cap  0.00 0.00 ", "urgent-reservation BANBDEFFXXX 30.00  "],
            (await again.LimitsAsync(Ct)).Limits.Select(static l => $"{l.Kind} {l.Counterparty} {l.Amount} {l.Used} {string.Join(' ', l.Planned.Select(static p => $"{p.From}={p.Amount}"))}"));
        Assert.Equal("RJCT DS02", await ChangeAsync(again, high, "cancel"));
        Assert.Equal((403, "HO102"), await RefusalAsync(() => again.SetLimitAsync(bilateral, Ct)));
        await chiefAgain.SetLimitAsync(bilateral with { Amount = "75.00" }, Ct);
        Assert.Equal("PDNG", (await again.GetInstructionAsync(normal, Ct)).Status);
        await chiefAgain.SetLimitAsync(new TreasuryLimitOrder("urgent-reservation", "EUR", "25.00", HostNetwork.BankB), Ct);
        await network.UntilAsync(async () => (await again.GetInstructionAsync(normal, Ct)).Status == "ACSC", Ct);
        Assert.Equal("25.00", Assert.Single((await again.PositionsAsync(Ct)).Positions).Position);
    }

    [Fact]
    public async Task WhatStillWaitsWhenTheDayEndsIsRefused()
    {
        await network.OpenFundedChannelAsync("100.00", Ct);
        using SettlementClient bank = network.BackOffice(HostNetwork.BankA), chief = network.Operator(HostNetwork.BankA);
        string large = await SubmitAsync(bank, "LARGE", "150.00", "PDNG", "AM04");
        await chief.OpenBusinessDayAsync(new DateOnly(2026, 3, 3), Ct);
        Instruction ended = await bank.GetInstructionAsync(large, Ct);
        Assert.Equal(("RJCT", "AM04"), (ended.Status, ended.Reason));
        Assert.Equal(["PDNG", "RJCT"], (await bank.ReportsAsync("0", 10, Ct)).Reports.Select(static r => r.Status));
    }

    [Fact]
    public async Task OrdersThatMakeNoSenseAreRefused()
    {
        await network.OpenFundedChannelAsync("100.00", Ct);
        using SettlementClient bank = network.BackOffice(HostNetwork.BankA), auditor = network.Auditor(HostNetwork.BankA);
        string large = await SubmitAsync(bank, "LARGE", "150.00", "PDNG", "AM04"), settled = await SubmitAsync(bank, "URGENT", "1.00", "ACSC", null, "URGT");
        foreach (string id in new[] { settled, new string('0', 32), "nothing" }) Assert.Equal((409, "BK012"), await RefusalAsync(() => bank.ChangeQueuedAsync(id, new QueueOrder("hold"), Ct)));
        foreach (QueueOrder order in new[] { new QueueOrder("stop"), new QueueOrder("hold", "URGT"), new QueueOrder("prioritise"), new QueueOrder("prioritise", "SOON") })
            Assert.Equal((400, "HO104"), await RefusalAsync(() => bank.ChangeQueuedAsync(large, order, Ct)));
        Assert.Equal((400, "HO104"), await RefusalAsync(() => bank.QueueAsync("nothing", 10, Ct)));
        Assert.Equal((400, "HO104"), await RefusalAsync(() => bank.QueueAsync(null, 0, Ct)));
        Assert.Equal(404, (await RefusalAsync(() => bank.QueueAsync(new string('0', 64), 10, Ct))).Status);
        Assert.Equal(403, (await RefusalAsync(() => auditor.QueueAsync(null, 10, Ct))).Status);
        Assert.Equal(403, (await RefusalAsync(() => auditor.ChangeQueuedAsync(large, new QueueOrder("cancel"), Ct))).Status);
        Assert.Equal("PDNG", (await bank.GetInstructionAsync(large, Ct)).Status);
    }

    private static async Task<(int Status, string Code)> RefusalAsync(Func<Task> call)
    {
        SettlementApiException refused = await Assert.ThrowsAsync<SettlementApiException>(call);
        return (refused.Status, refused.Code);
    }

    private static async Task<string> ChangeAsync(SettlementClient bank, string instruction, string change, string? priority = null)
    {
        InstructionStatus now = await bank.ChangeQueuedAsync(instruction, new QueueOrder(change, priority), Ct);
        return $"{now.Status} {now.Reason}";
    }

    private static async Task<string> SubmitAsync(SettlementClient bank, string reference, string amount, string status, string? reason, string priority = "NORM")
    {
        byte[] message = Encoding.UTF8.GetBytes(new JsonObject
        {
            ["messageId"] = reference, ["endToEndId"] = reference, ["transactionId"] = reference, ["amount"] = amount, ["currency"] = "EUR", ["priority"] = priority,
            ["settlementDate"] = "2026-03-02", ["instructingAgent"] = HostNetwork.BankA, ["instructedAgent"] = HostNetwork.BankB,
            ["debtor"] = new JsonObject { ["name"] = "A debtor" }, ["creditor"] = new JsonObject { ["name"] = "A creditor" },
        }.ToJsonString());
        InstructionStatus entered = Assert.Single((await bank.SubmitAsync(message, "application/json", null, Wait, Ct)).Instructions);
        Assert.Equal((status, reason), (entered.Status, entered.Reason));
        return entered.Id;
    }
}
