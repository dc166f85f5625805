using System.Globalization;
using Quartz;
using Settlement.Core.Agent;
using Settlement.Core.Monetary;

namespace Settlement.Host.SettlementAgent.Schedules;

/// <summary>Opens a cycle in a currency for a time of a schedule. It ends once it is known what became of that; cancelled, the time is left to whoever comes next.</summary>
internal delegate Task OpenScheduled(ScheduledTime time, Currency currency, CancellationToken ct);

/// <summary>What a schedule does when it is due.</summary>
internal sealed class OpeningJob(OpenScheduled open, TimeProvider time) : IJob
{
    /// <summary>Under what the database keeps the currency.</summary>
    public const string CurrencyKey = "currency";

    /// <inheritdoc/>
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        if (!Currency.TryParse(context.JobDetail.JobDataMap.GetString(CurrencyKey), out Currency currency)) throw new InvalidOperationException("A stored schedule has no currency.");
        await open(new ScheduledTime(context.JobDetail.Key.Name, DueAt(context)), currency, cancellationToken);
    }

    // Of several times that were missed the last one counts: they have come together. One that is taken over from another process stays the one that it was.
    private DateTimeOffset DueAt(IJobExecutionContext context)
    {
        // Such a one is scheduled for when the other process began with it, and carries when it was due.
        if (context.Trigger.JobDataMap.TryGetValue(SchedulerConstants.FailedJobOriginalTriggerScheduledFireTime, out object? kept)
            && DateTimeOffset.TryParse(kept as string, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset first)) return first;
        DateTimeOffset due = context.ScheduledFireTimeUtc ?? context.FireTimeUtc;
        DateTimeOffset now = time.GetUtcNow();
        if (now - due <= CycleScheduler.MissedAfter || context.Trigger is not ICronTrigger trigger || trigger.CronExpressionString is not { } cron) return due;
        DateTimeOffset? last = new CronExpression(cron, trigger.TimeZone).GetPreviousValidTimeBefore(now);
        return last > due ? last.Value : due;
    }
}
