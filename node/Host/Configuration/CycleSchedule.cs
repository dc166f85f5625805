using System.Globalization;
using Quartz;
using Settlement.Core.Monetary;

namespace Settlement.Host.Configuration;

/// <summary>When the settlement agent opens cycles by itself.</summary>
/// <param name="Name">The operator's name for it, which logs and the database have.</param>
/// <param name="Currency">What the cycles net.</param>
/// <param name="Cron">The times, in the zone.</param>
/// <param name="Zone">Where the clock is that the times are read on.</param>
internal sealed record CycleSchedule(string Name, Currency Currency, CronExpression Cron, TimeZoneInfo Zone)
{
    /// <summary>Schedules of an agent.</summary>
    public const int MaximumCount = 32;

    private const int MaximumNameLength = 32;
    private const int MaximumCronLength = 120;
    private const string Universal = "UTC";

    /// <summary>Reads the list and notes what is wrong in it.</summary>
    public static IReadOnlyList<CycleSchedule> Read(PropertyReader read, IReadOnlyList<NodeFile.ScheduleSection?>? sections)
    {
        const string list = "cycles.schedule";
        if (sections is null) return [];
        if (sections.Count > MaximumCount) read.Invalid(list, string.Create(CultureInfo.InvariantCulture, $"more than {MaximumCount}"));
        List<CycleSchedule> schedules = [];
        for (int i = 0; i < Math.Min(sections.Count, MaximumCount); i++)
        {
            string property = string.Create(CultureInfo.InvariantCulture, $"{list}[{i}]");
            string name = ReadName(read, $"{property}.name", sections[i]?.Name);
            if (name.Length > 0 && schedules.Exists(schedule => schedule.Name == name)) read.Invalid($"{property}.name", "the same name twice");
            if (!Currency.TryParse(sections[i]?.Currency, out Currency currency)) Note(read, $"{property}.currency", sections[i]?.Currency, "a currency of ISO 4217");
            TimeZoneInfo zone = ReadZone(read, $"{property}.timeZone", sections[i]?.TimeZone);
            schedules.Add(new CycleSchedule(name, currency, ReadCron(read, $"{property}.cron", sections[i]?.Cron, zone), zone));
        }

        return schedules;
    }

    private static string ReadName(PropertyReader read, string property, string? value)
    {
        if (value is { Length: > 0 and <= MaximumNameLength } && value.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')) return value;
        Note(read, property, value, "1 to 32 lower-case letters, digits and hyphens");
        return "";
    }

    // What is returned beside a fault is never used.
    private static CronExpression ReadCron(PropertyReader read, string property, string? value, TimeZoneInfo zone)
    {
        if (value is { Length: <= MaximumCronLength } && CronExpression.TryParse(value, out CronExpression? cron)) return cron.WithTimeZone(zone);
        Note(read, property, value, "a cron expression of Quartz, seconds first, such as 0 0 16 ? * MON-FRI");
        return null!;
    }

    private static TimeZoneInfo ReadZone(PropertyReader read, string property, string? value)
    {
        if (value is null or Universal) return TimeZoneInfo.Utc;
        // Such an id names a file of the system's.
        if (value.Length > 0 && value.All(static c => char.IsAsciiLetterOrDigit(c) || c is '/' or '_' or '-' or '+') && TimeZoneInfo.TryFindSystemTimeZoneById(value, out TimeZoneInfo? zone)) return zone;
        read.Invalid(property, "not a time zone of the IANA database that this system has, such as Europe/Berlin");
        return TimeZoneInfo.Utc;
    }

    private static void Note(PropertyReader read, string property, string? value, string expected)
    {
        if (value is null) read.Missing(property, expected);
        else read.Invalid(property, $"not {expected}");
    }
}
