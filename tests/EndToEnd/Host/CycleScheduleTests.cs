using Quartz;
using Settlement.Client;
using Settlement.Core.Monetary;
using Settlement.Host.Configuration;
using Settlement.Tests.EndToEnd.Storage;

namespace Settlement.Tests.EndToEnd.Host;

/// <summary>A running settlement agent opens cycles by its schedule, as its operator would, and says which schedule it was.</summary>
public sealed class CycleScheduleTests(PostgresServer postgres) : IAsyncLifetime
{
    private HostNetwork network = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => network = await HostNetwork.StartAsync(postgres, Ct);

    public ValueTask DisposeAsync() => network.DisposeAsync();

    [Fact]
    public async Task AScheduleOpensACycleAndIsRefusedAsTheOperatorWouldBe()
    {
        using (SettlementClient agent = network.Operator(HostNetwork.AgentId))
        {
            Assert.Empty((await agent.CycleSchedulesAsync(Ct)).Schedules);
            foreach (string bank in new[] { HostNetwork.BankA, HostNetwork.BankB }) await agent.CreditAsync(bank, new CreditOrder($"for {bank}", "EUR", "10.00"), Ct);
        }

        await RestartAsync(Schedule("often", "EUR", "* * * * * ?"), Schedule("yen-at-noon", "JPY", "0 0 12 * * ?"));
        using SettlementClient started = network.Operator(HostNetwork.AgentId), auditor = network.Auditor(HostNetwork.AgentId), backOffice = network.BackOffice(HostNetwork.AgentId);
        CycleInfo? opened = null;
        await network.UntilAsync(async () => (opened = (await auditor.CyclesAsync(Ct)).Cycles.SingleOrDefault()) is not null, Ct);
        Assert.Equal(("EUR", "joining", "often"), (opened!.Currency, opened.Stage, opened.Schedule));
        Assert.Equal([HostNetwork.BankA, HostNetwork.BankB], opened.Banks.Select(static b => b.Bank));

        // The banks take part in none, so that it stays, and the next time finds it.
        await network.UntilAsync(async () => (await ScheduleAsync("often")).LastRefusal == "AG012", Ct);
        CycleScheduleInfo often = await ScheduleAsync("often"), noon = await ScheduleAsync("yen-at-noon");
        Assert.Equal(("EUR", "* * * * * ?", "UTC", null), (often.Currency, often.Cron, often.TimeZone, often.LastCycle));
        Assert.InRange(often.NextAt!.Value - often.LastDueAt!.Value, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        Assert.Equal(("JPY", 12, null), (noon.Currency, noon.NextAt!.Value.Hour, noon.LastDueAt));
        await network.UntilAsync(async () => (await auditor.AlarmsAsync("0", 10, Ct)).Alarms.Any(static alarm => alarm is { Code: "AG012", Subject: "often" }), Ct);
        Assert.Equal(403, (await Assert.ThrowsAsync<SettlementApiException>(() => backOffice.CycleSchedulesAsync(Ct))).Status);
        Assert.Equal([$"often {opened.Cycle}"], await HistoryAsync("select data->>'Schedule' || ' ' || (data->>'Cycle') from mt_events where stream_id = 'cycles' and type = 'schedule_opened'"));

        // Without the schedule there is no next time; an operator's cycle is of none.
        await started.EndCycleAsync(opened.Cycle, Ct);
        await RestartAsync();
        using SettlementClient without = network.Operator(HostNetwork.AgentId);
        Assert.Empty((await without.CycleSchedulesAsync(Ct)).Schedules);
        await EndAllAsync(without);
        Assert.Null((await without.OpenCycleAsync(new CycleOrder { Currency = "EUR" }, Ct)).Schedule);
    }

    private static CycleSchedule Schedule(string name, string currency, string cron) =>
        new(name, Currency.TryParse(currency, out Currency read) ? read : throw new ArgumentException(currency), CronExpression.Parse(cron).WithTimeZone(TimeZoneInfo.Utc), TimeZoneInfo.Utc);

    private async Task RestartAsync(params CycleSchedule[] schedules)
    {
        await network.RestartAsync(HostNetwork.AgentId, configuration => configuration with { CycleSchedules = schedules }, Ct);
        using SettlementClient started = network.Operator(HostNetwork.AgentId);
        await network.UntilAsync(() => started.IsReadyAsync(Ct), Ct);
    }

    private async Task<CycleScheduleInfo> ScheduleAsync(string name)
    {
        using SettlementClient auditor = network.Auditor(HostNetwork.AgentId);
        return (await auditor.CycleSchedulesAsync(Ct)).Schedules.Single(s => s.Name == name);
    }

    // The schedule may have opened another one after the first was ended.
    private static async Task EndAllAsync(SettlementClient agent)
    {
        foreach (CycleInfo cycle in (await agent.CyclesAsync(Ct)).Cycles.Where(static c => c.Stage == "joining")) await agent.EndCycleAsync(cycle.Cycle, Ct);
    }

    private async Task<string[]> HistoryAsync(string sql)
    {
        await using Npgsql.NpgsqlDataSource source = Npgsql.NpgsqlDataSource.Create(network.Configuration(HostNetwork.AgentId).Database!);
        await using Npgsql.NpgsqlCommand command = source.CreateCommand(sql);
        await using Npgsql.NpgsqlDataReader reader = await command.ExecuteReaderAsync(Ct);
        List<string> rows = [];
        while (await reader.ReadAsync(Ct)) rows.Add(reader.GetString(0));
        return [.. rows];
    }
}
