namespace Settlement.Contracts;

/// <summary>
/// The days on which a channel does business and the time of day until which it does, as the channel's terms have them.
/// It is pure: the same for everybody who runs a contract. All times are UTC.
/// </summary>
public sealed class BusinessCalendar
{
    /// <summary>The most business days that are counted at once, about forty years.</summary>
    public const int MostDays = 10_000;

    private readonly HashSet<DateOnly> holidays;
    private readonly HashSet<DayOfWeek> restDays;

    /// <param name="restDays">The days of the week without business; not all seven.</param>
    /// <param name="holidays">Other days without business.</param>
    /// <param name="cutOff">When a business day ends, on that day.</param>
    /// <exception cref="ArgumentException">When no day of the week is left, or a time is not in whole seconds.</exception>
    public BusinessCalendar(IEnumerable<DayOfWeek> restDays, IEnumerable<DateOnly> holidays, TimeOnly cutOff)
    {
        this.restDays = [.. restDays];
        this.holidays = [.. holidays];
        if (this.restDays.Count >= 7) throw new ArgumentException("Some day of the week must be left for business.", nameof(restDays));
        if (cutOff.Ticks % TimeSpan.TicksPerSecond != 0) throw new ArgumentException("A cut-off is in whole seconds.", nameof(cutOff));
        CutOffTime = cutOff;
    }

    /// <summary>Saturdays and Sundays rest, there are no holidays, and a day's cut-off is 18:00.</summary>
    public static BusinessCalendar Weekdays { get; } = new([DayOfWeek.Saturday, DayOfWeek.Sunday], [], new TimeOnly(18, 0));

    /// <summary>The time of day of the cut-off.</summary>
    public TimeOnly CutOffTime { get; }

    /// <summary>Whether there is business on the day.</summary>
    public bool IsBusinessDay(DateOnly day) => !restDays.Contains(day.DayOfWeek) && !holidays.Contains(day);

    /// <summary>The first business day on or after the day; null past the calendar's end, the year 9999.</summary>
    public DateOnly? OnOrAfter(DateOnly day)
    {
        while (!IsBusinessDay(day))
        {
            if (day == DateOnly.MaxValue) return null;
            day = day.AddDays(1);
        }

        return day;
    }

    /// <summary>The day so many business days later, or earlier for a negative count; the day itself for 0. Null past the calendar's ends
    /// and beyond <see cref="MostDays"/>.</summary>
    public DateOnly? Add(DateOnly day, long count)
    {
        if (count is < -MostDays or > MostDays) return null;
        int step = Math.Sign(count);
        for (long left = Math.Abs(count); left > 0;)
        {
            if (day == (step > 0 ? DateOnly.MaxValue : DateOnly.MinValue)) return null;
            day = day.AddDays(step);
            if (IsBusinessDay(day)) left--;
        }

        return day;
    }

    /// <summary>When business ends on the day.</summary>
    public DateTimeValue CutOffOf(DateOnly day) => new(new DateTimeOffset(day.ToDateTime(CutOffTime), TimeSpan.Zero).ToUnixTimeSeconds());
}
