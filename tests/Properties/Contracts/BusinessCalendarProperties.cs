using FsCheck;
using FsCheck.Fluent;
using Settlement.Contracts;

namespace Settlement.Tests.Properties.Contracts;

/// <summary>Days of business are those that a person counts on a wall calendar, one by one.</summary>
public sealed class BusinessCalendarProperties
{
    [Fact]
    public void CountingGivesTheSameDayOneByOneAndAtOnce() => Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
    {
        Random random = new(seed);
        DayOfWeek[] rest = [.. Enum.GetValues<DayOfWeek>().Where(_ => random.Next(3) == 0).Take(6)];
        DateOnly day = random.Next(8) switch
        {
            0 => DateOnly.MinValue.AddDays(random.Next(60)),
            1 => DateOnly.MaxValue.AddDays(-random.Next(60)),
            _ => new DateOnly(2026, 1, 1).AddDays(random.Next(2_000)),
        };
        // Some apart, and a long stretch.
        HashSet<DateOnly> holidays = [.. Enumerable.Range(0, random.Next(20)).Select(_ => At(day, random.Next(-90, 90))), .. Enumerable.Range(0, random.Next(60)).Select(k => At(day, 10 + k))];
        BusinessCalendar calendar = new(rest, holidays, new TimeOnly(18, 0));
        foreach (int count in new[] { 0, 1, -1, random.Next(-200, 200) }) Assert.Equal(Counted(day, count), calendar.Add(day, count));
        Assert.Equal(IsBusiness(day), calendar.IsBusinessDay(day));
        Assert.Equal(IsBusiness(day) ? day : Counted(day, 1), calendar.OnOrAfter(day));

        bool IsBusiness(DateOnly of) => !rest.Contains(of.DayOfWeek) && !holidays.Contains(of);

        DateOnly? Counted(DateOnly from, int count)
        {
            for (int left = Math.Abs(count); left > 0;)
            {
                if (from == (count > 0 ? DateOnly.MaxValue : DateOnly.MinValue)) return null;
                from = from.AddDays(Math.Sign(count));
                if (IsBusiness(from)) left--;
            }

            return from;
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Theory]
    [InlineData(10_000, true)]
    [InlineData(-10_000, true)]
    [InlineData(10_001, false)]
    [InlineData(-10_001, false)]
    [InlineData(long.MaxValue, false)]
    [InlineData(long.MinValue, false)]
    public void MoreThanTenThousandDaysAreNotCounted(long count, bool isCounted) => Assert.Equal(isCounted, BusinessCalendar.Weekdays.Add(new DateOnly(2026, 3, 2), count) is not null);

    private static DateOnly At(DateOnly day, int days) => DateOnly.FromDayNumber(Math.Clamp(day.DayNumber + days, 0, DateOnly.MaxValue.DayNumber));
}
