namespace Settlement.Contracts;

/// <summary>
/// The days on which a channel does business and the time of day until which it does, as the channel's terms have them.
/// It is pure: the same for everybody who runs a contract. All times are UTC.
/// </summary>
public sealed class BusinessCalendar
{
    /// <summary>The most business days that are counted at once, about forty years.</summary>
    public const int MostDays = 10_000;

    private const int DaysOfWeek = 7;

    // Of a week that begins on the weekday of day 0: how many days of business are among its first 1 to 7 days.
    private readonly int[] inWeek = new int[DaysOfWeek];
    // The holidays that take a day of business away, rising, by day number.
    private readonly int[] holidays;

    /// <param name="restDays">The days of the week without business; not all seven.</param>
    /// <param name="holidays">Other days without business.</param>
    /// <param name="cutOff">When a business day ends, on that day.</param>
    /// <exception cref="ArgumentException">When no day of the week is left, or a time is not in whole seconds.</exception>
    public BusinessCalendar(IEnumerable<DayOfWeek> restDays, IEnumerable<DateOnly> holidays, TimeOnly cutOff)
    {
        HashSet<DayOfWeek> resting = [.. restDays];
        if (resting.Count >= DaysOfWeek) throw new ArgumentException("Some day of the week must be left for business.", nameof(restDays));
        if (cutOff.Ticks % TimeSpan.TicksPerSecond != 0) throw new ArgumentException("A cut-off is in whole seconds.", nameof(cutOff));
        CutOffTime = cutOff;
        for (int day = 0, count = 0; day < DaysOfWeek; day++) inWeek[day] = count += resting.Contains(DateOnly.FromDayNumber(day).DayOfWeek) ? 0 : 1;
        this.holidays = [.. holidays.Where(d => !resting.Contains(d.DayOfWeek)).Select(static d => d.DayNumber).Distinct().Order()];
    }

    /// <summary>Saturdays and Sundays rest, there are no holidays, and a day's cut-off is 18:00.</summary>
    public static BusinessCalendar Weekdays { get; } = new([DayOfWeek.Saturday, DayOfWeek.Sunday], [], new TimeOnly(18, 0));

    /// <summary>The time of day of the cut-off.</summary>
    public TimeOnly CutOffTime { get; }

    /// <summary>Whether there is business on the day.</summary>
    public bool IsBusinessDay(DateOnly day) => Until(day.DayNumber) > Until(day.DayNumber - 1);

    /// <summary>The first business day on or after the day; null past the calendar's end, the year 9999.</summary>
    public DateOnly? OnOrAfter(DateOnly day) => IsBusinessDay(day) ? day : Add(day, 1);

    /// <summary>The day so many business days later, or earlier for a negative count; the day itself for 0. Null past the calendar's ends
    /// and beyond <see cref="MostDays"/>. It costs the same however many days that are.</summary>
    public DateOnly? Add(DateOnly day, long count)
    {
        if (count is < -MostDays or > MostDays) return null;
        if (count == 0) return day;
        // The day is the one on which the number of business days since the first of all is reached.
        int wanted = (int)(count > 0 ? Until(day.DayNumber) + count : Until(day.DayNumber - 1) + count + 1);
        int low = DateOnly.MinValue.DayNumber, high = DateOnly.MaxValue.DayNumber;
        if (wanted < 1 || wanted > Until(high)) return null;
        while (low < high)
        {
            int middle = low + (high - low) / 2;
            if (Until(middle) < wanted) low = middle + 1;
            else high = middle;
        }

        return DateOnly.FromDayNumber(low);
    }

    /// <summary>The business days up to and with a day, from the calendar's first on.</summary>
    private int Until(int day)
    {
        int place = Array.BinarySearch(holidays, day);
        int weeks = (day + 1) / DaysOfWeek, days = (day + 1) % DaysOfWeek;
        return (weeks * inWeek[^1]) + (days == 0 ? 0 : inWeek[days - 1]) - (place < 0 ? ~place : place + 1);
    }

    /// <summary>When business ends on the day.</summary>
    public DateTimeValue CutOffOf(DateOnly day) => new(new DateTimeOffset(day.ToDateTime(CutOffTime), TimeSpan.Zero).ToUnixTimeSeconds());
}
