using System.Numerics;
using Settlement.Contracts;
using Settlement.Contracts.Language;

namespace Settlement.Tests.Properties.Contracts.Reference;

/// <summary>
/// What expressions come to, as LANGUAGE.md says it under "Types": from the tree as it was written, without types of its own,
/// and one node after the other. Every operator and function is a step, and every round of a loop.
/// </summary>
/// <param name="contract">The contract as written.</param>
/// <param name="action">The action.</param>
/// <param name="named">The fields, parameters and names that have a value; what is absent is not among them.</param>
/// <param name="now">The head's time.</param>
/// <param name="calendar">The business days.</param>
internal sealed class ReferenceExpressions(ContractSyntax contract, ActionSyntax action, Dictionary<string, Datum> named, DateTimeOffset now, BusinessCalendar calendar)
{
    private static readonly BigInteger FirstSecond = DateTimeValue.First, LastSecond = DateTimeValue.Last;

    /// <summary>How many steps were taken.</summary>
    public long Steps { get; set; }

    /// <summary>In 'for each P' the participant whose turn it is.</summary>
    public Dictionary<string, int> Turn { get; } = [];

    public bool Holds(ExpressionSyntax condition) => ((Datum.Truth)Of(condition)).Holds;

    public Datum Of(ExpressionSyntax expression)
    {
        if (expression is ExpressionSyntax.Not or ExpressionSyntax.Binary or ExpressionSyntax.Length or ExpressionSyntax.Convert or ExpressionSyntax.CutOff
            or ExpressionSyntax.Choice or ExpressionSyntax.Quantified or ExpressionSyntax.Call or ExpressionSyntax.Present) Steps++;
        return expression switch
        {
            ExpressionSyntax.Number number => new Datum.Whole(number.Value),
            ExpressionSyntax.Decimal number => new Datum.Rate(number.Digits, number.Scale),
            ExpressionSyntax.Ratio ratio => new Datum.Ratio(ratio.Numerator, ratio.Denominator),
            ExpressionSyntax.Money money => new Datum.Amount(true, money.Currency, money.MinorUnits),
            ExpressionSyntax.Truth truth => new Datum.Truth(truth.Value),
            ExpressionSyntax.Date date => new Datum.Day(date.Value.DayNumber),
            ExpressionSyntax.Text text => new Datum.Word(text.Value),
            ExpressionSyntax.Now => new Datum.Moment(now.ToUnixTimeSeconds()),
            ExpressionSyntax.Today => DayOf(now.ToUnixTimeSeconds()),
            ExpressionSyntax.Parenthesised inner => Of(inner.Inner),
            ExpressionSyntax.Reference reference => Read(reference.Name.Text),
            ExpressionSyntax.Present present => new Datum.Truth(named.ContainsKey(present.Name.Text)),
            ExpressionSyntax.Not not => new Datum.Truth(!Holds(not.Operand)),
            ExpressionSyntax.Binary { Operator: BinaryOperator.And } and => new Datum.Truth(Holds(and.Left) && Holds(and.Right)),
            ExpressionSyntax.Binary { Operator: BinaryOperator.Or } or => new Datum.Truth(Holds(or.Left) || Holds(or.Right)),
            ExpressionSyntax.Binary binary => Binary(binary),
            ExpressionSyntax.Length length => LengthOf(((Datum.Whole)Of(length.Count)).Number, length.Unit),
            ExpressionSyntax.Convert convert => Convert(convert),
            ExpressionSyntax.CutOff cutOff => new Datum.Moment(SecondsAt((Datum.Day)Of(cutOff.Day)) + (long)calendar.CutOffTime.ToTimeSpan().TotalSeconds),
            ExpressionSyntax.Choice choice => Holds(choice.Condition) ? Of(choice.Then) : Of(choice.Otherwise),
            ExpressionSyntax.Quantified quantified => Quantified(quantified),
            ExpressionSyntax.Call call => Call(call.Function.Text, [.. call.Arguments.Select(Of)]),
            _ => throw new InvalidOperationException("Unknown syntax."),
        };
    }

    /// <summary>A name inside 'for each P': P is the participant, and a field for each P its own value.</summary>
    public Datum Read(string name)
    {
        if (contract.Parties.Any(p => p.Name.Text == name)) return new Datum.Participant(name, Turn.GetValueOrDefault(name, 1));
        Datum value = named[name];
        string? each = contract.Fields.Concat(action.Parameters).FirstOrDefault(f => f.Name.Text == name)?.ForEach?.Text;
        return each is not null && Turn.TryGetValue(each, out int number) ? ((Datum.Many)value).Items[number - 1] : value;
    }

    /// <summary>When a window's moment is: of a day its end.</summary>
    public static BigInteger MomentOf(Datum moment) => moment is Datum.Moment time ? time.Seconds : SecondsAt(new Datum.Day(((Datum.Day)moment).Number + 1));

    public Datum Plus(Datum left, Datum right, bool subtract)
    {
        int sign = subtract ? -1 : 1;
        return (left, right) switch
        {
            (Datum.Amount a, Datum.Amount b) => a.Unit == b.Unit ? a with { Units = Fit(a.Units + sign * b.Units) } : throw new RefusalException(PlatformCodes.CurrenciesDiffer),
            (Datum.Whole a, Datum.Whole b) => new Datum.Whole(Fit(a.Number + sign * b.Number)),
            (Datum.Rate or Datum.Whole, Datum.Rate or Datum.Whole) => RateOf(left, right, sign),
            (Datum.Length a, Datum.Length b) => new Datum.Length(Fit(a.Seconds + sign * b.Seconds)),
            (Datum.Day a, Datum.Day b) => new Datum.Whole(a.Number - b.Number),
            (Datum.Day a, Datum.Period b) => Later(a, sign * b.Count, b.Unit),
            // Beside a date, days are days of the calendar.
            (Datum.Day a, Datum.Length b) => Later(a, sign * b.Seconds / 86_400, TimeUnit.Days),
            (Datum.Moment a, Datum.Moment b) => new Datum.Length(a.Seconds - b.Seconds),
            (Datum.Moment a, Datum.Length b) => a.Seconds + sign * b.Seconds is var seconds && seconds >= FirstSecond && seconds <= LastSecond
                ? new Datum.Moment(seconds) : throw new RefusalException(PlatformCodes.Overflow),
            _ => throw new InvalidOperationException("These cannot be added."),
        };
    }

    private static BigInteger Fit(BigInteger number) => number >= long.MinValue && number <= long.MaxValue ? number : throw new RefusalException(PlatformCodes.Overflow);

    private static Datum.Day DayOf(BigInteger seconds) => new(DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber + Floor(seconds, 86_400));

    private static BigInteger SecondsAt(Datum.Day day) => (day.Number - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber) * 86_400;

    private static BigInteger Floor(BigInteger number, BigInteger by) => number >= 0 ? number / by : -((-number + by - 1) / by);

    private Datum Binary(ExpressionSyntax.Binary binary)
    {
        Datum left = Of(binary.Left), right = Of(binary.Right);
        return binary.Operator switch
        {
            BinaryOperator.Add => Plus(left, right, subtract: false),
            BinaryOperator.Subtract => Plus(left, right, subtract: true),
            BinaryOperator.Multiply => left is Datum.Amount or Datum.Whole && !(left is Datum.Whole && right is Datum.Amount) && !(left is Datum.Whole && binary.Rounding is not null && right is Datum.Whole)
                ? Times(left, right, binary.Rounding) : Times(right, left, binary.Rounding),
            BinaryOperator.Divide => ((Datum.Whole)right).Number.IsZero ? throw new RefusalException(PlatformCodes.DividedByZero) : Times(left, BigInteger.One, ((Datum.Whole)right).Number, binary.Rounding),
            _ => new Datum.Truth(Compare(left, binary.Operator, right)),
        };
    }

    private static Datum Times(Datum amount, Datum factor, Rounding? rounding) => factor switch
    {
        Datum.Whole whole => Times(amount, whole.Number, BigInteger.One, rounding),
        Datum.Rate rate => Times(amount, rate.Digits, BigInteger.Pow(10, rate.Scale), rounding),
        Datum.Ratio ratio => Times(amount, ratio.Numerator, ratio.Denominator, rounding),
        _ => throw new InvalidOperationException("This is no factor."),
    };

    private static Datum Times(Datum amount, BigInteger numerator, BigInteger denominator, Rounding? rounding) => amount switch
    {
        Datum.Amount a => a with { Units = Fit(Rounded(a.Units * numerator, denominator, rounding)) },
        Datum.Whole w => new Datum.Whole(Fit(Rounded(w.Number * numerator, denominator, rounding))),
        _ => throw new InvalidOperationException("This cannot be multiplied."),
    };

    /// <summary>"Rounding" in LANGUAGE.md, from the two whole numbers between which the quotient lies.</summary>
    private static BigInteger Rounded(BigInteger numerator, BigInteger denominator, Rounding? rounding)
    {
        if (denominator.Sign < 0) (numerator, denominator) = (-numerator, -denominator);
        BigInteger below = Floor(numerator, denominator);
        BigInteger rest = numerator - below * denominator;
        if (rest.IsZero) return below;
        BigInteger above = below + 1, smaller = numerator.Sign < 0 ? above : below, larger = numerator.Sign < 0 ? below : above;
        int middle = (2 * rest).CompareTo(denominator);
        BigInteger nearer = middle < 0 ? below : above;
        return rounding switch
        {
            Rounding.Up => larger,
            Rounding.Down => smaller,
            Rounding.Ceiling => above,
            Rounding.Floor => below,
            Rounding.HalfUp => middle == 0 ? larger : nearer,
            Rounding.HalfDown => middle == 0 ? smaller : nearer,
            Rounding.HalfEven => middle == 0 ? (below.IsEven ? below : above) : nearer,
            _ => throw new InvalidOperationException("A result that is not whole was not rounded."),
        };
    }

    private Datum Convert(ExpressionSyntax.Convert convert)
    {
        Datum.Amount amount = (Datum.Amount)Of(convert.Amount);
        Datum rate = Of(convert.Rate);
        Datum.Amount like = convert.CurrencyOf is null ? new Datum.Amount(false, convert.Unit!.Text, 0) : (Datum.Amount)Of(convert.CurrencyOf);
        return like with { Units = ((Datum.Amount)Times(amount, rate, convert.Rounding)).Units };
    }

    private static Datum.Rate RateOf(Datum left, Datum right, int sign)
    {
        Datum.Rate a = AsRate(left), b = AsRate(right);
        int scale = Math.Max(a.Scale, b.Scale);
        return new Datum.Rate(Fit(At(a, scale) + sign * At(b, scale)), scale);
    }

    private static Datum.Rate AsRate(Datum datum) => datum is Datum.Whole whole ? new Datum.Rate(whole.Number, 0) : (Datum.Rate)datum;

    private static BigInteger At(Datum.Rate rate, int scale) => rate.Digits * BigInteger.Pow(10, scale - rate.Scale);

    private static Datum LengthOf(BigInteger count, TimeUnit unit) => unit switch
    {
        TimeUnit.Seconds => new Datum.Length(count),
        TimeUnit.Minutes => new Datum.Length(Fit(count * 60)),
        TimeUnit.Hours => new Datum.Length(Fit(count * 3600)),
        TimeUnit.Days => new Datum.Length(Fit(count * 86_400)),
        _ => new Datum.Period(count, unit),
    };

    /// <summary>So many units later, day by day or month by month; beyond the calendar it refuses.</summary>
    private Datum.Day Later(Datum.Day day, BigInteger count, TimeUnit unit)
    {
        switch (unit)
        {
            case TimeUnit.Days: return OnCalendar(day.Number + count);
            case TimeUnit.Weeks: return OnCalendar(day.Number + 7 * count);
            case TimeUnit.Months:
                DateOnly date = Date(day);
                BigInteger months = date.Year * 12 + date.Month - 1 + count, year = Floor(months, 12);
                if (year < 1 || year > 9999) throw new RefusalException(PlatformCodes.Overflow);
                int month = (int)(months - 12 * year) + 1;
                return new Datum.Day(new DateOnly((int)year, month, Math.Min(date.Day, DateTime.DaysInMonth((int)year, month))).DayNumber);
            default:
                if (BigInteger.Abs(count) > BusinessCalendar.MostDays) throw new RefusalException(PlatformCodes.Overflow);
                BigInteger number = day.Number;
                for (BigInteger left = BigInteger.Abs(count); left > 0;)
                {
                    number = OnCalendar(number + count.Sign).Number;
                    if (calendar.IsBusinessDay(Date(new Datum.Day(number)))) left--;
                }

                return new Datum.Day(number);
        }
    }

    private static Datum.Day OnCalendar(BigInteger number) => number >= 0 && number <= DateOnly.MaxValue.DayNumber ? new Datum.Day(number) : throw new RefusalException(PlatformCodes.Overflow);

    private static DateOnly Date(Datum.Day day) => DateOnly.FromDayNumber((int)day.Number);

    private static bool Compare(Datum left, BinaryOperator comparison, Datum right)
    {
        if (comparison is BinaryOperator.Equal or BinaryOperator.NotEqual && !IsNumber(left)) return Equals(left, right) == (comparison == BinaryOperator.Equal);
        int order = Order(left, right);
        return comparison switch
        {
            BinaryOperator.Equal => order == 0,
            BinaryOperator.NotEqual => order != 0,
            BinaryOperator.Less => order < 0,
            BinaryOperator.LessOrEqual => order <= 0,
            BinaryOperator.Greater => order > 0,
            _ => order >= 0,
        };
    }

    private static bool IsNumber(Datum datum) => datum is Datum.Amount or Datum.Whole or Datum.Rate;

    private static int Order(Datum left, Datum right) => (left, right) switch
    {
        (Datum.Amount a, Datum.Amount b) => a.Unit == b.Unit ? a.Units.CompareTo(b.Units) : throw new RefusalException(PlatformCodes.CurrenciesDiffer),
        (Datum.Amount a, Datum.Whole) => a.Units.Sign,
        (Datum.Whole, Datum.Amount b) => -b.Units.Sign,
        (Datum.Whole a, Datum.Whole b) => a.Number.CompareTo(b.Number),
        (Datum.Rate or Datum.Whole, Datum.Rate or Datum.Whole) => At(AsRate(left), RateType.ScaleLimit).CompareTo(At(AsRate(right), RateType.ScaleLimit)),
        (Datum.Day a, Datum.Day b) => a.Number.CompareTo(b.Number),
        (Datum.Moment a, Datum.Moment b) => a.Seconds.CompareTo(b.Seconds),
        (Datum.Length a, Datum.Length b) => a.Seconds.CompareTo(b.Seconds),
        _ => throw new InvalidOperationException("These have no order."),
    };

    private Datum.Truth Quantified(ExpressionSyntax.Quantified quantified)
    {
        foreach (Datum item in ((Datum.Many)Read(quantified.List.Text)).Items)
        {
            Steps++;
            named[quantified.Element.Text] = item;
            bool holds = Holds(quantified.Condition);
            named.Remove(quantified.Element.Text);
            if (holds != quantified.All) return new Datum.Truth(holds);
        }

        return new Datum.Truth(quantified.All);
    }

    private Datum Call(string function, Datum[] given)
    {
        switch (function)
        {
            case "count": return new Datum.Whole(((Datum.Many)given[0]).Items.Count);
            case "sum": return Sum((Datum.Many)given[0]);
            case "min": return Order(given[0], given[1]) <= 0 ? given[0] : given[1];
            case "max": return Order(given[0], given[1]) > 0 ? given[0] : given[1];
            case "days": return new Datum.Whole(((Datum.Day)given[1]).Number - ((Datum.Day)given[0]).Number);
            case "date": return DayOf(((Datum.Moment)given[0]).Seconds);
            case "currency": return new Datum.Word(((Datum.Amount)given[0]).Unit);
            case "is_business_day": return new Datum.Truth(calendar.IsBusinessDay(Date((Datum.Day)given[0])));
            default:
                Datum.Day day = (Datum.Day)given[0];
                while (!calendar.IsBusinessDay(Date(day))) day = OnCalendar(day.Number + 1);
                return day;
        }
    }

    private Datum Sum(Datum.Many many)
    {
        if (many.Items.Count == 0)
        {
            return many.Element.Word.Text switch
            {
                "money" => throw new RefusalException(PlatformCodes.NothingToAdd),
                "quantity" => new Datum.Amount(false, many.Element.Unit!.Text, 0),
                _ => new Datum.Whole(0),
            };
        }

        Datum total = many.Items[0];
        foreach (Datum item in many.Items.Skip(1))
        {
            Steps++;
            total = Plus(total, item, subtract: false);
        }

        return total;
    }
}
