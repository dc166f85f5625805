namespace Settlement.Host.SettlementAgent.Schedules;

/// <summary>What schedules report, with stable ids: names that the operator gave them, times, codes and ids of cycles.</summary>
internal static partial class ScheduleLog
{
    [LoggerMessage(3040, LogLevel.Information, "The schedule {Schedule} opens cycles in {Currency}")]
    public static partial void ScheduleKept(this ILogger logger, string schedule, string currency);

    [LoggerMessage(3041, LogLevel.Information, "The schedule {Schedule} is configured no more and was removed")]
    public static partial void ScheduleRemoved(this ILogger logger, string schedule);

    [LoggerMessage(3042, LogLevel.Warning, "The schedule {Schedule} is never due again")]
    public static partial void ScheduleOver(this ILogger logger, string schedule);

    [LoggerMessage(3043, LogLevel.Information, "The schedule {Schedule} opened the cycle {Cycle} for {DueAt:O}")]
    public static partial void ScheduledOpened(this ILogger logger, string schedule, DateTimeOffset dueAt, string cycle);

    [LoggerMessage(3044, LogLevel.Warning, "The schedule {Schedule} opened no cycle for {DueAt:O}: {Code}")]
    public static partial void ScheduledRefused(this ILogger logger, string schedule, DateTimeOffset dueAt, string code);

    [LoggerMessage(3045, LogLevel.Information, "The schedule {Schedule} was brought once more for {DueAt:O}: {Code}")]
    public static partial void ScheduledHandled(this ILogger logger, string schedule, DateTimeOffset dueAt, string code);
}
