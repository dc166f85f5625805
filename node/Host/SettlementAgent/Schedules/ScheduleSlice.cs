using Npgsql;
using Quartz;
using Settlement.Client;
using Settlement.Core.Agent;
using Settlement.Core.Cryptography;
using Settlement.Host.Api;
using Settlement.Host.Configuration;
using Settlement.Host.Running;
using Settlement.Storage;

namespace Settlement.Host.SettlementAgent.Schedules;

/// <summary>Cycles that open by schedule. Where no schedule is configured nothing is started, and no table is touched.</summary>
internal static class ScheduleSlice
{
    /// <summary>Registers what opens the cycles.</summary>
    /// <param name="services">Those of the API's listener, beside which it runs.</param>
    /// <param name="schedules">What is configured.</param>
    /// <param name="database">Where the vault is; null for a vault without a database.</param>
    /// <param name="entropy">Names the process among those on the database.</param>
    public static void AddCycleSchedules(this IServiceCollection services, IReadOnlyList<CycleSchedule> schedules, string? database, IEntropy entropy)
    {
        services.AddSingleton(schedules);
        if (schedules.Count == 0) return;
        string connection = database ?? throw new InvalidOperationException("A schedule needs a vault in a database.");
        services.AddSingleton(provider =>
        {
            ILoggerFactory loggers = provider.GetRequiredService<ILoggerFactory>();
            TimeProvider time = provider.GetRequiredService<TimeProvider>();
            MachineOpening opening = new(provider.GetRequiredService<RoleLoop>(), time, loggers.CreateLogger<MachineOpening>());
            return new CycleScheduler(schedules, connection, opening.OpenAsync, entropy, time, loggers);
        });
        services.AddHostedService(static provider => provider.GetRequiredService<CycleScheduler>());
    }

    /// <summary>Maps the list of schedules.</summary>
    public static void MapCycleSchedules(this IEndpointRouteBuilder routes) => routes.MapGet("/v1/cycles/schedule", ListAsync).Demands(ApiRole.Operator, ApiRole.Audit);

    private static async Task ListAsync(HttpContext context)
    {
        if (await ApiRequest.CallAsync<ScheduleReport>(context, static call => new AgentInput.ListSchedules(call)) is not { } report) return;
        IServiceProvider services = context.RequestServices;
        IReadOnlyDictionary<string, DateTimeOffset?> next = new Dictionary<string, DateTimeOffset?>();
        try
        {
            if (services.GetService<CycleScheduler>() is { } scheduler) next = await scheduler.NextAsync(context.RequestAborted);
        }
        catch (Exception error) when (error is SchedulerException or NpgsqlException)
        {
            await Problems.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, StorageCodes.Unavailable, "The database does not answer; ask again later.");
            return;
        }

        CycleScheduleList answer = new([.. services.GetRequiredService<IReadOnlyList<CycleSchedule>>().Select(schedule => View(
            schedule, next.GetValueOrDefault(schedule.Name), report.Outcomes.FirstOrDefault(outcome => outcome.Time.Schedule == schedule.Name)))]);
        await ApiRequest.WriteAsync(context, StatusCodes.Status200OK, answer, ApiJson.Default.CycleScheduleList);
    }

    private static CycleScheduleInfo View(CycleSchedule schedule, DateTimeOffset? next, ScheduledOutcome? last) => new()
    {
        Name = schedule.Name,
        Currency = schedule.Currency.Code,
        Cron = schedule.Cron.CronExpressionString,
        TimeZone = schedule.Zone.Id,
        NextAt = next,
        LastDueAt = last?.Time.DueAt,
        LastCycle = last?.Cycle?.ToString(),
        LastRefusal = last?.Refusal,
    };
}
