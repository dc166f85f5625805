namespace Settlement.Contracts;

/// <summary>Exact arithmetic on whole numbers. Null stands for a result that does not fit.</summary>
internal static class Arithmetic
{
    private const int LastMonth = 12 * 9999;

    public static long? Fit(Int128 number) => number >= long.MinValue && number <= long.MaxValue ? (long)number : null;

    public static long? Add(long left, long right, bool subtract) => Fit(subtract ? (Int128)left - right : (Int128)left + right);

    public static long? Multiply(long left, long right) => Fit((Int128)left * right);

    /// <summary>A quotient as a whole number. Two 64-bit factors over a 64-bit divisor never leave 128 bits.</summary>
    /// <param name="numerator">Below 2^126 in size.</param>
    /// <param name="denominator">Not zero.</param>
    /// <param name="rounding">What becomes of the rest.</param>
    public static long? Divide(Int128 numerator, Int128 denominator, Rounding rounding)
    {
        if (denominator < 0) (numerator, denominator) = (-numerator, -denominator);
        (Int128 quotient, Int128 rest) = Int128.DivRem(numerator, denominator);
        if (rest == 0) return Fit(quotient);
        int sign = numerator < 0 ? -1 : 1;
        int middle = (2 * Int128.Abs(rest)).CompareTo(denominator);
        bool away = rounding switch
        {
            Rounding.Up => true,
            Rounding.Down => false,
            Rounding.Ceiling => sign > 0,
            Rounding.Floor => sign < 0,
            Rounding.HalfUp => middle >= 0,
            Rounding.HalfDown => middle > 0,
            Rounding.HalfEven => middle > 0 || (middle == 0 && !Int128.IsEvenInteger(quotient)),
            _ => throw new InvalidOperationException("An unknown rounding."),
        };
        return Fit(away ? quotient + sign : quotient);
    }

    /// <summary>Ten to the scale of a rate.</summary>
    public static long PowerOfTen(int scale)
    {
        long power = 1;
        for (int i = 0; i < scale; i++) power *= 10;
        return power;
    }

    /// <summary>A day so many units later.</summary>
    public static DateOnly? Add(DateOnly day, PeriodValue period, bool subtract, BusinessCalendar calendar)
    {
        if (Fit(subtract ? -(Int128)period.Count : period.Count) is not { } count) return null;
        return period.Unit switch
        {
            PeriodUnit.Days => AddDays(day, count),
            PeriodUnit.Weeks => AddDays(day, (Int128)count * 7),
            PeriodUnit.Months => AddMonths(day, count),
            PeriodUnit.BusinessDays => calendar.Add(day, count),
            _ => throw new InvalidOperationException("An unknown period."),
        };
    }

    private static DateOnly? AddDays(DateOnly day, Int128 count)
    {
        Int128 number = day.DayNumber + count;
        return number >= DateOnly.MinValue.DayNumber && number <= DateOnly.MaxValue.DayNumber ? DateOnly.FromDayNumber((int)number) : null;
    }

    private static DateOnly? AddMonths(DateOnly day, long count)
    {
        if (count is < -LastMonth or > LastMonth) return null;
        int month = (day.Year - 1) * 12 + day.Month - 1 + (int)count;
        return month is >= 0 and < LastMonth ? day.AddMonths((int)count) : null;
    }
}
