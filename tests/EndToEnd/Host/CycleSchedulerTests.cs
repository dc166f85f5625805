using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Quartz;
using Settlement.Core.Agent;
using Settlement.Core.Monetary;
using Settlement.Host;
using Settlement.Host.Configuration;
using Settlement.Host.Demo;
using Settlement.Host.SettlementAgent.Schedules;
using Settlement.Storage;
using Settlement.Tests.EndToEnd.Storage;

namespace Settlement.Tests.EndToEnd.Host;

/// <summary>Times of schedules are taken from one database: by one process each, none twice, and those that were missed together.</summary>
public sealed class CycleSchedulerTests(PostgresServer postgres) : IAsyncLifetime
{
    private const string EverySecond = "* * * * * ?", EveryHour = "0 0 * * * ?";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly DateTimeOffset HalfPastTen = new(2026, 3, 2, 10, 30, 0, TimeSpan.Zero);
    private string database = "";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        database = await postgres.CreateDatabaseAsync(Ct);
        await using PostgresVault migrated = await PostgresVault.OpenAsync(database, Ct);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task TwoProcessesOnOneDatabaseHaveEachTimeOnce()
    {
        Taken taken = new();
        await using CycleScheduler one = await StartAsync(taken.By("one"), TimeProvider.System, Schedule("often", EverySecond));
        await using CycleScheduler other = await StartAsync(taken.By("other"), TimeProvider.System, Schedule("often", EverySecond));
        await taken.UntilAsync(6);
        // The other goes on by itself.
        await one.StopAsync(Ct);
        int before = taken.All.Count;
        await taken.UntilAsync(before + 2);
        await other.StopAsync(Ct);
        (string By, ScheduledTime Time, Currency Currency)[] all = [.. taken.All];
        Assert.Equal(all.Length, all.Select(static t => t.Time).Distinct().Count());
        Assert.All(all, static t => Assert.Equal(("often", "EUR", 0), (t.Time.Schedule, t.Currency.Code, t.Time.DueAt.Millisecond)));
        Assert.Equal("other", all[^1].By);
    }

    [Fact]
    public async Task WhatWasMissedWhileNoProcessRanComesOnceForItsLastTime()
    {
        Taken taken = new();
        await using (CycleScheduler first = await StartAsync(taken.By("first"), new SetTime(HalfPastTen), Schedule("hourly", EveryHour)))
        {
            Assert.Equal(new DateTimeOffset(2026, 3, 2, 11, 0, 0, TimeSpan.Zero), (await first.NextAsync(Ct))["hourly"]);
            await first.StopAsync(Ct);
        }

        await using CycleScheduler later = await StartAsync(taken.By("later"), new SetTime(HalfPastTen.AddHours(3)), Schedule("hourly", EveryHour));
        await taken.UntilAsync(1);
        await UntilAsync(async () => (await later.NextAsync(Ct))["hourly"] == new DateTimeOffset(2026, 3, 2, 14, 0, 0, TimeSpan.Zero));
        await later.StopAsync(Ct);
        Assert.Equal([("later", new ScheduledTime("hourly", new DateTimeOffset(2026, 3, 2, 13, 0, 0, TimeSpan.Zero)))], taken.All.Select(static t => (t.By, t.Time)));
    }

    [Fact]
    public async Task WhatAProcessDoesNotFinishIsLeftToTheNextOne()
    {
        Taken taken = new();
        TaskCompletionSource<ScheduledTime> begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (CycleScheduler first = await StartAsync(
            async (time, _, ct) =>
            {
                begun.TrySetResult(time);
                await Task.Delay(Timeout.InfiniteTimeSpan, ct);
            },
            TimeProvider.System, Schedule("often", EverySecond)))
        {
            await begun.Task.WaitAsync(Patience, Ct);
            await first.StopAsync(Ct);
        }

        await using CycleScheduler next = await StartAsync(taken.By("next"), TimeProvider.System, Schedule("often", EverySecond));
        ScheduledTime left = await begun.Task;
        await UntilAsync(() => Task.FromResult(taken.All.Any(t => t.Time == left)));
        await next.StopAsync(Ct);
        Assert.Single(taken.All, t => t.Time == left && t.Currency.Code == "EUR");
    }

    [Fact]
    public async Task AScheduleThatIsConfiguredNoMoreIsRemovedAndAChangedOneReplaced()
    {
        SetTime time = new(HalfPastTen);
        await RunOnceAsync(time, Schedule("kept", EveryHour), Schedule("gone", EveryHour), Schedule("changed", EveryHour), Schedule("other-currency", EveryHour), Schedule("elsewhere", EveryHour));
        Assert.Equal(["changed 0 0 * * * ? UTC", "elsewhere 0 0 * * * ? UTC", "gone 0 0 * * * ? UTC", "kept 0 0 * * * ? UTC", "other-currency 0 0 * * * ? UTC"], await StoredAsync());
        CycleSchedule[] next =
        [
            Schedule("kept", EveryHour), Schedule("changed", "0 15 * * * ?"), Schedule("other-currency", EveryHour, "USD"), Schedule("elsewhere", "0 0 12 * * ?", zone: "Europe/Berlin"),
            // Its last time has passed.
            Schedule("over", "0 0 12 * * ? 2025"),
        ];
        await using CycleScheduler scheduler = await StartAsync(new Taken().By(""), time, next);
        Assert.Equal(["changed 0 15 * * * ? UTC", "elsewhere 0 0 12 * * ? Europe/Berlin", "kept 0 0 * * * ? UTC", "other-currency 0 0 * * * ? UTC"], await StoredAsync());
        IReadOnlyDictionary<string, DateTimeOffset?> due = await scheduler.NextAsync(Ct);
        Assert.Equal(
            [("changed", "11:15"), ("elsewhere", "11:00"), ("kept", "11:00"), ("other-currency", "11:00"), ("over", null)],
            due.OrderBy(static d => d.Key, StringComparer.Ordinal).Select(static d => (d.Key, d.Value?.UtcDateTime.ToString("HH:mm", null))));
        await scheduler.StopAsync(Ct);
    }

    [Fact]
    public async Task TheDatabaseHoldsNamesCurrenciesAndTimesAlone()
    {
        Taken taken = new();
        await using CycleScheduler scheduler = await StartAsync(taken.By(""), TimeProvider.System, Schedule("often", EverySecond));
        await taken.UntilAsync(2);
        string rows = string.Join('\n', (await DatabaseContent.ReadAsync(database, Ct)).Where(static t => t.Table.Contains(SchedulerTables.Prefix, StringComparison.Ordinal))
            .SelectMany(static t => t.Rows.Select(static row => Encoding.UTF8.GetString(row))));
        await scheduler.StopAsync(Ct);
        Assert.Contains("often", rows, StringComparison.Ordinal);
        Assert.Contains("EUR", rows, StringComparison.Ordinal);
        Assert.DoesNotContain(Environment.MachineName, rows, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(["{\"currency\":\"EUR\"}"], await ListAsync("select convert_from(job_data, 'UTF8') from qrtz_job_details"));
        Assert.Equal(["0 0 0"], await ListAsync("select count(description) || ' ' || count(calendar_name) || ' ' || count(nullif(convert_from(job_data, 'UTF8'), '{}')) from qrtz_triggers"));
    }

    [Fact]
    public async Task WithoutItsTablesItDoesNotStart()
    {
        database = await postgres.CreateDatabaseAsync(Ct);
        HostException refused = await Assert.ThrowsAsync<HostException>(() => StartAsync(new Taken().By(""), TimeProvider.System, Schedule("often", EverySecond)));
        Assert.Equal(HostCodes.ScheduleUnusable, refused.Code);
    }

    private static CycleSchedule Schedule(string name, string cron, string currency = "EUR", string zone = "UTC")
    {
        TimeZoneInfo found = TimeZoneInfo.FindSystemTimeZoneById(zone);
        return new CycleSchedule(name, Currency.TryParse(currency, out Currency read) ? read : throw new ArgumentException(currency), CronExpression.Parse(cron).WithTimeZone(found), found);
    }

    private async Task RunOnceAsync(TimeProvider time, params CycleSchedule[] schedules)
    {
        await using CycleScheduler scheduler = await StartAsync(new Taken().By(""), time, schedules);
        await scheduler.StopAsync(Ct);
    }

    private async Task<CycleScheduler> StartAsync(OpenScheduled open, TimeProvider time, params CycleSchedule[] schedules)
    {
        CycleScheduler scheduler = new(schedules, database, open, new SystemEntropy(), time, NullLoggerFactory.Instance);
        try
        {
            await scheduler.StartAsync(Ct);
            return scheduler;
        }
        catch
        {
            await scheduler.DisposeAsync();
            throw;
        }
    }

    private Task<string[]> StoredAsync() => ListAsync("select trigger_name || ' ' || cron_expression || ' ' || time_zone_id from qrtz_cron_triggers order by trigger_name collate \"C\"");

    private async Task<string[]> ListAsync(string sql)
    {
        await using Npgsql.NpgsqlDataSource source = Npgsql.NpgsqlDataSource.Create(database);
        await using Npgsql.NpgsqlCommand command = source.CreateCommand(sql);
        await using Npgsql.NpgsqlDataReader reader = await command.ExecuteReaderAsync(Ct);
        List<string> rows = [];
        while (await reader.ReadAsync(Ct)) rows.Add(reader.GetString(0));
        return [.. rows];
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using CancellationTokenSource timer = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        timer.CancelAfter(Patience);
        while (!await holds()) await Task.Delay(TimeSpan.FromMilliseconds(50), timer.Token);
    }

    /// <summary>Who took which time.</summary>
    private sealed class Taken
    {
        private readonly SemaphoreSlim one = new(0);
        private int awaited;

        public ConcurrentQueue<(string By, ScheduledTime Time, Currency Currency)> All { get; } = new();

        public OpenScheduled By(string name) => (time, currency, _) =>
        {
            All.Enqueue((name, time, currency));
            one.Release();
            return Task.CompletedTask;
        };

        /// <summary>Waits until so many were taken.</summary>
        public async Task UntilAsync(int count)
        {
            for (; awaited < count; awaited++) Assert.True(await one.WaitAsync(Patience, Ct), $"{awaited} were taken, not {count}.");
        }
    }

    /// <summary>A clock that shows a time at its start and goes on.</summary>
    private sealed class SetTime(DateTimeOffset start) : TimeProvider
    {
        private readonly long began = System.GetTimestamp();

        public override DateTimeOffset GetUtcNow() => start + System.GetElapsedTime(began);
    }
}
