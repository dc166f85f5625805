using System.Text;
using System.Text.Json.Nodes;
using Settlement.Client;
using Settlement.Core.Nodes;
using Settlement.Tests.EndToEnd.Storage;

namespace Settlement.Tests.EndToEnd.Host;

/// <summary>What three running banks owe each other is netted over their accounts, as the settlement agent's operator orders it.</summary>
public sealed class CycleTests(PostgresServer postgres) : IAsyncLifetime
{
    private const string A = HostNetwork.BankA, B = HostNetwork.BankB, C = HostNetwork.BankC;
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);
    private HostNetwork network = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        network = await HostNetwork.StartThreeBanksAsync(postgres, Ct);
        foreach (string bank in new[] { A, B, C }) await PollAsync(bank, Poll);
    }

    public ValueTask DisposeAsync() => network.DisposeAsync();

    [Fact]
    public async Task WhatBanksOweIsNettedOverTheirAccountsAndTheirChannelsOweNothing()
    {
        string[] channels = await OweAsync();
        await CreditAsync((A, "500.00"), (B, "500.00"), (C, "500.00"));
        Assert.Equal("-100.00, 100.00 / -70.00, 70.00 / -50.00, 50.00", await PositionsAsync(channels));
        using SettlementClient agent = network.Operator(HostNetwork.AgentId), auditor = network.Auditor(HostNetwork.AgentId);
        CycleInfo opened = await agent.OpenCycleAsync(new CycleOrder { Currency = "EUR" }, Ct);
        Assert.Equal(("EUR", 0, "joining", 0), (opened.Currency, opened.Round, opened.Stage, opened.Channels));
        Assert.Equal([(A, true), (B, true), (C, true)], opened.Banks.Select(static b => (b.Bank, b.IsAwaited)));
        // One at a time in a currency.
        Assert.Equal((422, "AG012", null), await RefusalAsync(() => agent.OpenCycleAsync(new CycleOrder { Currency = "EUR" }, Ct)));

        CycleInfo settled = await StageAsync(opened.Cycle, "settled");
        Assert.Equal((1, 3, null), (settled.Round, settled.Channels, settled.Reason));
        Assert.Equal([(A, "-50.00"), (B, "30.00"), (C, "20.00")], settled.Banks.Select(static b => (b.Bank, b.Net!)));
        Assert.Equal($"{A} 450.00, {B} 530.00, {C} 520.00; 0 set aside; issued 1500.00", await BooksAsync());
        await network.UntilAsync(async () => await PositionsAsync(channels) == "0.00, 0.00 / 0.00, 0.00 / 0.00, 0.00", Ct);
        foreach ((string bank, string net) in new[] { (A, "-50.00"), (B, "30.00"), (C, "20.00") })
        {
            using SettlementClient seen = network.Auditor(bank);
            await network.UntilAsync(async () => Assert.Single((await seen.BankCyclesAsync(Ct)).Cycles) is { Stage: "settled", Channels: 2 } cycle && cycle.Cycle == opened.Cycle && cycle.Net == net, Ct);
            Assert.Empty((await seen.AlarmsAsync("0", 10, Ct)).Alarms);
        }

        // A bank may have asked before the agent had read that the ledger lists it.
        Assert.DoesNotContain((await auditor.AlarmsAsync("0", 10, Ct)).Alarms, static alarm => alarm.Code != NodeCodes.Stranger);
        Assert.Equal((422, "AG018", null), await RefusalAsync(() => agent.EndCycleAsync(opened.Cycle, Ct)));
        foreach ((string channel, string member) in channels.Zip([A, B, C])) await network.AssertProvenAsync(channel, member, Ct);
    }

    [Fact]
    public async Task ABankWithoutCoverIsNamedAndSettlesOnceItsAccountIsFilled()
    {
        string[] channels = await OweAsync();
        await CreditAsync((A, "20.00"), (B, "1.00"), (C, "1.00"));
        using SettlementClient agent = network.Operator(HostNetwork.AgentId), debtor = network.BackOffice(A);
        string cycle = (await agent.OpenCycleAsync(new CycleOrder { Currency = "EUR", Banks = [A, B, C], RoundSeconds = 120 }, Ct)).Cycle;
        CycleInfo waits = await UntilAsync(cycle, static c => c.Stage == "confirming" && c.Banks.Any(static b => b.IsShort) && c.Banks.Count(static b => b.IsAwaited) == 1);
        CycleBankInfo named = Assert.Single(waits.Banks, static b => b.IsAwaited);
        // The agent knows who is short, and not of how much.
        Assert.Equal((A, true), (named.Bank, named.IsShort));
        Assert.All(waits.Banks, static b => Assert.Null(b.Net));
        BankCycle seen = Assert.Single((await debtor.BankCyclesAsync(Ct)).Cycles);
        Assert.Equal(("confirming", true, "-50.00", "20.00"), (seen.Stage, seen.IsAwaited, seen.Net, seen.Balance));

        await CreditAsync((A, "30.00"));
        await StageAsync(cycle, "settled");
        Assert.Equal($"{A} 0.00, {B} 31.00, {C} 21.00; 0 set aside; issued 52.00", await BooksAsync());
        await network.UntilAsync(async () => await PositionsAsync(channels) == "0.00, 0.00 / 0.00, 0.00 / 0.00, 0.00", Ct);
    }

    [Fact]
    public async Task ABankThatDoesNotJoinIsExcludedAndTheOthersSettle()
    {
        string[] channels = await OweAsync();
        await CreditAsync((A, "500.00"), (B, "500.00"), (C, "500.00"));
        await PollAsync(C, null);
        using SettlementClient agent = network.Operator(HostNetwork.AgentId), excluded = network.BackOffice(C);
        string cycle = (await agent.OpenCycleAsync(new CycleOrder { Currency = "EUR" }, Ct)).Cycle;
        await UntilAsync(cycle, static c => c.Banks.Where(static b => b.IsAwaited).Select(static b => b.Bank).SequenceEqual([C]));
        CycleInfo next = await agent.NextRoundAsync(cycle, new RoundOrder { Exclude = [C], RoundSeconds = 120 }, Ct);
        Assert.Equal((1, "cutting", 1, true), (next.Round, next.Stage, next.Channels, next.Banks.Single(static b => b.Bank == C).IsExcluded));
        // While channels hold what they cut for a round there is no other.
        Assert.Equal((422, "AG012", null), await RefusalAsync(() => agent.NextRoundAsync(cycle, new RoundOrder(), Ct)));
        await StageAsync(cycle, "settled");
        Assert.Equal($"{A} 400.00, {B} 600.00, {C} 500.00; 0 set aside; issued 1500.00", await BooksAsync());
        await network.UntilAsync(async () => await PositionsAsync(channels) == "0.00, 0.00 / -70.00, 70.00 / -50.00, 50.00", Ct);
        Assert.Empty((await excluded.BankCyclesAsync(Ct)).Cycles);
    }

    [Fact]
    public async Task AnEndedCycleMovesNothingAndOrdersThatMakeNoSenseAreRefusedWithTheirPlace()
    {
        await OweAsync();
        await CreditAsync((A, "500.00"), (B, "500.00"), (C, "500.00"));
        await PollAsync(C, null);
        using SettlementClient agent = network.Operator(HostNetwork.AgentId), auditor = network.Auditor(HostNetwork.AgentId), bank = network.Operator(A);
        string cycle = (await agent.OpenCycleAsync(new CycleOrder { Currency = "EUR" }, Ct)).Cycle;
        string zeros = new('0', 64);
        (Func<Task> Call, (int, string, string?) Refusal)[] calls =
        [
            (() => agent.OpenCycleAsync(new CycleOrder { Currency = "euro" }, Ct), (400, "HO104", "currency")),
            (() => agent.OpenCycleAsync(new CycleOrder { Currency = "EUR", Banks = [A, "nobody"] }, Ct), (400, "HO104", "banks[1]")),
            (() => agent.OpenCycleAsync(new CycleOrder { Currency = "EUR", Banks = [.. Enumerable.Repeat(A, 257)] }, Ct), (400, "HO104", "banks")),
            (() => agent.OpenCycleAsync(new CycleOrder { Currency = "EUR", RoundSeconds = 0 }, Ct), (400, "HO104", "roundSeconds")),
            (() => agent.OpenCycleAsync(new CycleOrder { Currency = "EUR", RoundSeconds = 541 }, Ct), (400, "HO104", "roundSeconds")),
            (() => agent.OpenCycleAsync(new CycleOrder { Currency = "USD" }, Ct), (422, "AG013", null)),
            (() => agent.OpenCycleAsync(new CycleOrder { Currency = "USD", Banks = [A, A] }, Ct), (422, "AG013", null)),
            (() => agent.NextRoundAsync(cycle, new RoundOrder { Exclude = ["nobody"] }, Ct), (400, "HO104", "exclude[0]")),
            (() => agent.NextRoundAsync(cycle, new RoundOrder { Exclude = [HostNetwork.RegulatorId] }, Ct), (422, "AG011", null)),
            (() => agent.NextRoundAsync(cycle, new RoundOrder { RoundSeconds = -1 }, Ct), (400, "HO104", "roundSeconds")),
            (() => agent.NextRoundAsync(zeros, new RoundOrder(), Ct), (422, "AG011", null)),
            (() => agent.EndCycleAsync(zeros, Ct), (422, "AG011", null)),
            (() => agent.EndCycleAsync("nothing", Ct), (404, "HO103", null)),
            (() => auditor.OpenCycleAsync(new CycleOrder { Currency = "EUR" }, Ct), (403, "HO102", null)),
            (() => auditor.EndCycleAsync(cycle, Ct), (403, "HO102", null)),
            (() => bank.OpenCycleAsync(new CycleOrder { Currency = "EUR" }, Ct), (405, "HO110", null)),
        ];
        Assert.Equal(calls.Select(static c => c.Refusal), await Task.WhenAll(calls.Select(static c => RefusalAsync(c.Call))));
        CycleInfo ended = await agent.EndCycleAsync(cycle, Ct);
        Assert.Equal(("void", "AG020"), (ended.Stage, ended.Reason));
        Assert.Equal((422, "AG018", null), await RefusalAsync(() => agent.NextRoundAsync(cycle, new RoundOrder(), Ct)));
        Assert.Equal($"{A} 500.00, {B} 500.00, {C} 500.00; 0 set aside; issued 1500.00", await BooksAsync());
        // Another begins at once.
        await agent.OpenCycleAsync(new CycleOrder { Currency = "EUR", Banks = [A, B] }, Ct);
        Assert.Equal([true, false], (await auditor.CyclesAsync(Ct)).Cycles.Select(static c => c.Stage == "void").Order().Reverse());
    }

    /// <summary>A owes B 100, B owes C 70, and C owes A 50, each on the limit that the other grants and without any funds.</summary>
    /// <returns>Their channels, in this order.</returns>
    private async Task<string[]> OweAsync() => [await OweAsync(A, B, "100.00"), await OweAsync(B, C, "70.00"), await OweAsync(C, A, "50.00")];

    private async Task<string> OweAsync(string debtor, string creditor, string amount)
    {
        string channel = await network.OpenChannelAsync(creditor, debtor, order => order with { Limits = [new LimitOrder(debtor, "EUR", "1000.00")] }, Ct);
        using SettlementClient bank = network.BackOffice(debtor), other = network.BackOffice(creditor);
        await network.UntilAsync(async () => (await bank.ChannelsAsync(Ct)).Channels.Any(c => c.Id == channel), Ct);
        byte[] message = Encoding.UTF8.GetBytes(new JsonObject
        {
            ["messageId"] = $"OWED-{debtor}", ["endToEndId"] = "OWED", ["transactionId"] = $"OWED-{debtor}", ["amount"] = amount, ["currency"] = "EUR",
            ["settlementDate"] = "2026-03-02", ["instructingAgent"] = debtor, ["instructedAgent"] = creditor,
            ["debtor"] = new JsonObject { ["name"] = "A debtor" }, ["creditor"] = new JsonObject { ["name"] = "A creditor" },
        }.ToJsonString());
        InstructionStatus paid = Assert.Single((await bank.SubmitAsync(message, "application/json", null, Wait, Ct)).Instructions);
        Assert.Equal(("ACSC", null), (paid.Status, paid.Reason));
        await network.UntilAsync(async () => (await other.PositionsAsync(Ct)).Positions.Single(p => p.Channel == channel).Position == amount, Ct);
        return channel;
    }

    private async Task CreditAsync(params (string Bank, string Amount)[] credits)
    {
        using SettlementClient agent = network.Operator(HostNetwork.AgentId);
        foreach ((string bank, string amount) in credits) await agent.CreditAsync(bank, new CreditOrder($"{amount} for {bank}", "EUR", amount), Ct);
    }

    private async Task PollAsync(string bank, TimeSpan? poll)
    {
        await network.RestartAsync(bank, configuration => configuration with { CyclePoll = poll }, Ct);
        using SettlementClient started = network.Operator(bank);
        await network.UntilAsync(() => started.IsReadyAsync(Ct), Ct);
    }

    private Task<CycleInfo> StageAsync(string cycle, string stage) => UntilAsync(cycle, c => c.Stage == stage);

    private async Task<CycleInfo> UntilAsync(string cycle, Func<CycleInfo, bool> holds)
    {
        using SettlementClient auditor = network.Auditor(HostNetwork.AgentId);
        CycleInfo? seen = null;
        await network.UntilAsync(async () => holds(seen = (await auditor.CyclesAsync(Ct)).Cycles.Single(c => c.Cycle == cycle)), Ct);
        return seen!;
    }

    /// <summary>The debtor's position and the creditor's, channel by channel.</summary>
    private async Task<string> PositionsAsync(string[] channels)
    {
        List<string> shown = [];
        foreach ((string channel, (string debtor, string creditor)) in channels.Zip([(A, B), (B, C), (C, A)]))
            shown.Add($"{await PositionAsync(debtor, channel)}, {await PositionAsync(creditor, channel)}");
        return string.Join(" / ", shown);
    }

    private async Task<string> PositionAsync(string bank, string channel)
    {
        using SettlementClient seen = network.Operator(bank);
        PositionInfo position = (await seen.PositionsAsync(Ct)).Positions.Single(p => p.Channel == channel);
        return position.Reserved == "0.00" ? position.Position : $"{position.Position} ({position.Reserved} reserved)";
    }

    private async Task<string> BooksAsync()
    {
        using SettlementClient agent = network.Operator(HostNetwork.AgentId);
        BooksInfo books = await agent.BooksAsync(Ct);
        return $"{string.Join(", ", books.Accounts.OrderBy(static a => a.Owner, StringComparer.Ordinal).Select(static a => $"{a.Owner} {a.Amount}"))}; {books.SetAside.Count} set aside; issued {Assert.Single(books.Issued).Amount}";
    }

    private static async Task<(int Status, string Code, string? Place)> RefusalAsync(Func<Task> call)
    {
        SettlementApiException refused = await Assert.ThrowsAsync<SettlementApiException>(call);
        return (refused.Status, refused.Code, refused.Problem.Place);
    }
}
