namespace Settlement.Contracts.Checking;

/// <summary>
/// Whether a window opens and stays open as time goes on. A moment that reads neither 'now' nor 'today' comes once. One that moves on
/// with them always keeps the same distance from now, or comes again every day as a cut-off does, or depends on values: then it may
/// be ahead or behind for ever, so that nothing is assumed.
/// </summary>
internal static class MovingMoments
{
    private const long SecondsOfDay = 24 * 60 * 60;
    private const int ShortestMonth = 28, LongestMonth = 31;

    /// <summary>A cut-off is taken to be further than this from both ends of its day.</summary>
    private const long NearCutOff = 6 * 60 * 60;

    /// <summary>Farther than any two moments lie apart, and small enough to be added up.</summary>
    private static readonly Bounds Anywhere = new(-(Int128.One << 100), Int128.One << 100);

    public static Openness Of(Window window) => Of(window.Moment, window.Opens);

    private static Openness Of(Expression moment, bool opens)
    {
        if (!moment.Nodes.Any(static e => e is Expression.Now or Expression.Today)) return opens ? Openness.Lasts : Openness.Uncertain;
        Bounds ahead = SecondsAhead(moment);
        if (ahead.Least > 0) return opens ? Openness.Never : Openness.Lasts;
        if (ahead.Most <= 0) return opens ? Openness.Lasts : Openness.Never;
        switch (moment)
        {
            case Expression.Call { Function: Function.Min or Function.Max, Second: { } second } call:
                Openness one = Of(call.First, opens), other = Of(second, opens);
                // Before the later of two, or after the earlier, is open where one of them is; else both must be.
                return call.Function == Function.Max != opens ? Most(one, other) : Least(one, other);
            case Expression.Choice choice:
                Openness then = Of(choice.Then, opens), otherwise = Of(choice.Otherwise, opens);
                if (then == otherwise && then is Openness.Never or Openness.Lasts) return then;
                // Within a day only one of them counts, where the condition does not change in it.
                return choice.Condition.Nodes.Any(static e => e is Expression.Now) ? Openness.Uncertain : Most(Openness.Uncertain, Least(then, otherwise));
            default:
                return IsNearCutOff(moment, opens) ? Openness.Recurs : Openness.Uncertain;
        }
    }

    private static Openness Least(Openness one, Openness other) => one < other ? one : other;

    private static Openness Most(Openness one, Openness other) => one > other ? one : other;

    private static bool IsNearCutOff(Expression moment, bool opens)
    {
        long offset = 0;
        while (moment is Expression.Sum sum && Step(sum) is { } step && Arithmetic.Add(offset, step, subtract: false) is { } more) (moment, offset) = (sum.Left, more);
        if (moment is not Expression.Call { Function: Function.CutOff, First: var day } || offset is <= -NearCutOff or >= NearCutOff) return false;
        return opens ? day is Expression.Today or Expression.Call { Function: Function.NextBusinessDay, First: Expression.Today } : DaysAhead(day).Least >= 0;
    }

    /// <summary>By how many literal seconds a sum is later than its left side; null when that depends on values.</summary>
    private static long? Step(Expression.Sum sum) => Folding.Number(sum.Right) is { } number ? Arithmetic.Add(0, number, sum.Subtract) : null;

    /// <summary>Between how many seconds after now the moment is, whenever that is asked: of a day its end.</summary>
    private static Bounds SecondsAhead(Expression moment)
    {
        Bounds days;
        switch (moment)
        {
            case var _ when Known.TypeOf(moment) is DateType:
                days = DaysAhead(moment);
                return new Bounds(days.Least * SecondsOfDay + 1, (days.Most + 1) * SecondsOfDay);
            case Expression.Now: return Bounds.Exactly(0);
            case Expression.Sum sum when Step(sum) is { } step: return SecondsAhead(sum.Left).Plus(Bounds.Exactly(step));
            case Expression.Call { Function: Function.CutOff } cutOff:
                days = DaysAhead(cutOff.First);
                return new Bounds(days.Least * SecondsOfDay - SecondsOfDay + 1, days.Most * SecondsOfDay + SecondsOfDay - 1);
            default: return Joined(moment, SecondsAhead);
        }
    }

    private static Bounds DaysAhead(Expression day)
    {
        switch (day)
        {
            case Expression.Today: return Bounds.Exactly(0);
            case Expression.Sum { Right: Expression.Period period } sum when Folding.Number(period.Count) is { } number && Arithmetic.Add(0, number, sum.Subtract) is { } count:
                return DaysAhead(sum.Left).Plus(DaysIn(count, period.Unit));
            case Expression.Call { Function: Function.NextBusinessDay } next: return DaysAhead(next.First) with { Most = Anywhere.Most };
            case Expression.Call { Function: Function.DateOf, First: Expression.Call { Function: Function.CutOff } cutOff }: return DaysAhead(cutOff.First);
            case Expression.Call { Function: Function.DateOf } date:
                Bounds seconds = SecondsAhead(date.First);
                return new Bounds(Floor(seconds.Least), Floor(seconds.Most + SecondsOfDay - 1));
            default: return Joined(day, DaysAhead);
        }
    }

    private static Bounds DaysIn(long count, PeriodUnit unit) => unit switch
    {
        PeriodUnit.Days => Bounds.Exactly(count),
        PeriodUnit.Weeks => Bounds.Exactly((Int128)count * 7),
        PeriodUnit.Months => Bounds.Exactly((Int128)count * ShortestMonth).Or(Bounds.Exactly((Int128)count * LongestMonth)),
        // Between two business days there may be any number of others.
        _ => count switch { 0 => Bounds.Exactly(0), > 0 => Anywhere with { Least = count }, < 0 => Anywhere with { Most = count } },
    };

    private static Bounds Joined(Expression expression, Func<Expression, Bounds> ahead)
    {
        switch (expression)
        {
            case Expression.Choice choice: return ahead(choice.Then).Or(ahead(choice.Otherwise));
            case Expression.Call { Function: Function.Min or Function.Max, Second: { } second } call:
                Func<Int128, Int128, Int128> of = call.Function == Function.Min ? Int128.Min : Int128.Max;
                Bounds one = ahead(call.First), other = ahead(second);
                return new Bounds(of(one.Least, other.Least), of(one.Most, other.Most));
            default: return Anywhere;
        }
    }

    private static Int128 Floor(Int128 seconds) => (seconds - (((seconds % SecondsOfDay) + SecondsOfDay) % SecondsOfDay)) / SecondsOfDay;
}
