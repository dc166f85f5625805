using System.Runtime.InteropServices;

namespace Settlement.Contracts;

/// <summary>
/// What one run of an action knows, and the values of expressions in it. The first refusal ends the run: every step
/// answers null once <see cref="Code"/> is set. It lives on the stack, so that a run allocates nothing but its result.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal ref struct Frame(
    Contract contract, ContractAction action, Party? reader, IReadOnlyList<Value?> fields, IReadOnlyList<Value?> arguments, Occasion occasion)
{
    private readonly Value?[] locals = action.LocalCount == 0 ? [] : new Value?[action.LocalCount];
    private Value?[]? updated;

    /// <summary>The refusal's code, or null.</summary>
    public string? Code { get; private set; }

    /// <summary>What refused.</summary>
    public string? Place { get; private set; }

    /// <summary>The statement that runs.</summary>
    public Statement? Current { get; set; }

    public readonly DateTimeValue Now => new(occasion.Now.ToUnixTimeSeconds());

    public readonly DateOnly Today => DateOnly.FromDateTime(occasion.Now.UtcDateTime);

    /// <summary>Only the first refusal counts.</summary>
    public void Refuse(string code, string? place = null)
    {
        if (Code is not null) return;
        Code = code;
        Place = place ?? (Current is null ? "window" : Current.Place);
    }

    public readonly Value? Slot(Field field) => field.Index >= contract.Fields.Count ? arguments[field.Index - contract.Fields.Count]
        : updated is null ? fields[field.Index] : updated[field.Index];

    public void Update(Field field, Value? value)
    {
        if (updated is null)
        {
            updated = new Value?[fields.Count];
            for (int i = 0; i < updated.Length; i++) updated[i] = fields[i];
        }

        updated[field.Index] = value;
    }

    public readonly void Name(Local local, Value? value) => locals[local.Slot] = value;

    /// <summary>The participant that an expression of type party stands for.</summary>
    public Seat? SeatOf(Expression expression)
    {
        if (expression is Expression.Player player) return new Seat(player.Party.Index);
        return ValueOf(expression) is PartyValue value ? SeatOf(value) : null;
    }

    public readonly Seat SeatOf(PartyValue value) => new(contract.FindParty(value.Party)!.Index, value.Number - 1);

    /// <summary>Null when the run is refused inside the condition.</summary>
    public bool? Holds(Expression condition) => condition switch
    {
        Expression.Compare compare => Compare(compare),
        Expression.And and => Holds(and.Left) is { } left ? (left ? Holds(and.Right) : false) : null,
        Expression.Or or => Holds(or.Left) is { } left ? (left ? true : Holds(or.Right)) : null,
        Expression.Not not => !Holds(not.Operand),
        Expression.Present present => Slot(present.Field) is not null,
        Expression.Quantified quantified => Quantified(quantified),
        Expression.Call { Function: Function.IsBusinessDay } call => DayOf(call.First) is { } day ? occasion.Calendar.IsBusinessDay(day) : null,
        Expression.Choice choice => Holds(choice.Condition) is { } chosen ? Holds(chosen ? choice.Then : choice.Otherwise) : null,
        _ => ValueOf(condition) is { } value ? ((BooleanValue)value).Truth : null,
    };

    /// <summary>Null when the run is refused inside the expression.</summary>
    public Value? ValueOf(Expression expression)
    {
        switch (expression)
        {
            case Expression.Read read: return Present(read.Field);
            case Expression.Constant constant: return constant.Value;
            case Expression.Named named: return locals[named.Local.Slot];
            case Expression.ReadOf readOf: return (Present(readOf.Field) as ListValue)?.Items[((PartyValue)locals[readOf.Participant.Slot]!).Number - 1];
            case Expression.Sum sum: return Sum(sum);
            case Expression.Product product: return Product(product);
            case Expression.Quotient quotient: return Quotient(quotient);
            case Expression.Convert convert: return Convert(convert);
            case Expression.Chain chain: return Chain(chain);
            case Expression.Now: return Now;
            case Expression.Today: return new DateValue(Today);
            case Expression.Player player: return new PartyValue(player.Party.Name);
            case Expression.Length length: return NumberOf(length.Count) is { } count ? Fitting(Arithmetic.Multiply(count, length.SecondsEach), static s => new DurationValue(s)) : null;
            case Expression.Period period: return NumberOf(period.Count) is { } number ? new PeriodValue(number, period.Unit) : null;
            case Expression.Choice choice: return Holds(choice.Condition) is { } chosen ? ValueOf(chosen ? choice.Then : choice.Otherwise) : null;
            case Expression.Call { Function: not Function.IsBusinessDay } call: return Call(call);
            default: return Holds(expression) is { } truth ? BooleanValue.Of(truth) : null;
        }
    }

    /// <summary>
    /// The compiler lets an expression reach only values that are there, so an absent one is a bug, but for a reader that
    /// took the condition on it as asserted: then the assertion was false.
    /// </summary>
    public Value? Present(Field field)
    {
        if (Slot(field) is { } value) return value;
        if (reader is null) throw new InvalidOperationException($"{field.Name} is absent where it is read.");
        return Refused<Value>(PlatformCodes.Missing);
    }

    private long? NumberOf(Expression expression) => ValueOf(expression) is { } value ? ((IntegerValue)value).Number : null;

    private DateOnly? DayOf(Expression expression) => ValueOf(expression) is { } value ? ((DateValue)value).Date : null;

    private T? Refused<T>(string code) where T : class
    {
        Refuse(code);
        return null;
    }

    private Value? Fitting(long? number, Func<long, Value> value) => number is { } fit ? value(fit) : Refused<Value>(PlatformCodes.Overflow);

    private Value? Fitting(DateOnly? day) => day is { } fit ? new DateValue(fit) : Refused<Value>(PlatformCodes.Overflow);

    private Value? Fitting(AmountValue like, long? units) => units is { } fit ? like.With(fit) : Refused<Value>(PlatformCodes.Overflow);

    private bool? Compare(Expression.Compare compare)
    {
        if (ValueOf(compare.Left) is not { } left || ValueOf(compare.Right) is not { } right) return null;
        if (left is AmountValue a && right is AmountValue b && a.Unit != b.Unit)
        {
            Refuse(PlatformCodes.CurrenciesDiffer);
            return null;
        }

        return compare.Comparator switch
        {
            Comparator.Equal => left.Equals(right) || (IsOrdered(left) && Order(left, right) == 0),
            Comparator.NotEqual => !left.Equals(right) && !(IsOrdered(left) && Order(left, right) == 0),
            Comparator.Less => Order(left, right) < 0,
            Comparator.LessOrEqual => Order(left, right) <= 0,
            Comparator.Greater => Order(left, right) > 0,
            Comparator.GreaterOrEqual => Order(left, right) >= 0,
            _ => throw new InvalidOperationException("An unknown comparison."),
        };
    }

    private static bool IsOrdered(Value value) => value is AmountValue or IntegerValue or RateValue;

    private static int Order(Value left, Value right) => (left, right) switch
    {
        (AmountValue a, AmountValue b) => a.Units.CompareTo(b.Units),
        // The only integer beside an amount is the literal 0, which is nothing in every currency and unit.
        (AmountValue a, IntegerValue b) => a.Units.CompareTo(b.Number),
        (IntegerValue a, AmountValue b) => a.Number.CompareTo(b.Units),
        (IntegerValue a, IntegerValue b) => a.Number.CompareTo(b.Number),
        (DateValue a, DateValue b) => a.Date.CompareTo(b.Date),
        (DateTimeValue a, DateTimeValue b) => a.UnixSeconds.CompareTo(b.UnixSeconds),
        (DurationValue a, DurationValue b) => a.Seconds.CompareTo(b.Seconds),
        (RateValue a, RateValue b) => ((Int128)a.Digits * Arithmetic.PowerOfTen(b.Scale)).CompareTo((Int128)b.Digits * Arithmetic.PowerOfTen(a.Scale)),
        _ => throw new InvalidOperationException("The values have no order."),
    };

    private Value? Sum(Expression.Sum sum)
    {
        if (ValueOf(sum.Left) is not { } left || ValueOf(sum.Right) is not { } right) return null;
        bool subtract = sum.Subtract;
        switch (left, right)
        {
            case (AmountValue a, AmountValue b):
                return a.Unit == b.Unit ? Fitting(a, Arithmetic.Add(a.Units, b.Units, subtract)) : Refused<Value>(PlatformCodes.CurrenciesDiffer);
            case (IntegerValue a, IntegerValue b): return Fitting(Arithmetic.Add(a.Number, b.Number, subtract), static n => new IntegerValue(n));
            case (RateValue a, RateValue b): return Arithmetic.Add(a.Digits, b.Digits, subtract) is { } digits ? a with { Digits = digits } : Refused<Value>(PlatformCodes.Overflow);
            case (DurationValue a, DurationValue b): return Fitting(Arithmetic.Add(a.Seconds, b.Seconds, subtract), static s => new DurationValue(s));
            case (DateValue a, DateValue b) when subtract: return new IntegerValue(a.Date.DayNumber - b.Date.DayNumber);
            case (DateValue a, PeriodValue b): return Fitting(Arithmetic.Add(a.Date, b, subtract, occasion.Calendar));
            case (DateTimeValue a, DateTimeValue b) when subtract: return new DurationValue(a.UnixSeconds - b.UnixSeconds);
            case (DateTimeValue a, DurationValue b):
                return Arithmetic.Add(a.UnixSeconds, b.Seconds, subtract) is { } seconds and >= DateTimeValue.First and <= DateTimeValue.Last
                    ? new DateTimeValue(seconds) : Refused<Value>(PlatformCodes.Overflow);
            default: throw new InvalidOperationException("The values cannot be added.");
        }
    }

    private Value? Product(Expression.Product product)
    {
        if (ValueOf(product.Left) is not { } left || ValueOf(product.Factor) is not { } factor) return null;
        return left is AmountValue amount ? Fitting(amount, Scaled(amount.Units, factor, product.Rounding))
            : Fitting(Scaled(((IntegerValue)left).Number, factor, product.Rounding), static n => new IntegerValue(n));
    }

    private static long? Scaled(long units, Value factor, Rounding? rounding) => factor switch
    {
        IntegerValue number => Arithmetic.Multiply(units, number.Number),
        RateValue rate => Arithmetic.Divide((Int128)units * rate.Digits, Arithmetic.PowerOfTen(rate.Scale), rounding!.Value),
        RatioValue ratio => Arithmetic.Divide((Int128)units * ratio.Numerator, ratio.Denominator, rounding!.Value),
        _ => throw new InvalidOperationException("The value is no factor."),
    };

    private Value? Quotient(Expression.Quotient quotient)
    {
        if (ValueOf(quotient.Left) is not { } left || NumberOf(quotient.Divisor) is not { } divisor) return null;
        if (divisor == 0) return Refused<Value>(PlatformCodes.DividedByZero);
        return left is AmountValue amount ? Fitting(amount, Arithmetic.Divide(amount.Units, divisor, quotient.Rounding))
            : Fitting(Arithmetic.Divide(((IntegerValue)left).Number, divisor, quotient.Rounding), static n => new IntegerValue(n));
    }

    private Value? Convert(Expression.Convert convert)
    {
        if (ValueOf(convert.Amount) is not AmountValue amount || ValueOf(convert.Rate) is not { } rate) return null;
        AmountValue? like = convert.CurrencyOf is { } money ? ValueOf(money) as AmountValue : new QuantityValue(convert.Unit!.Name, 0);
        return like is null ? null : Fitting(like, Scaled(amount.Units, rate, convert.Rounding));
    }

    private Value? Chain(Expression.Chain chain)
    {
        if (ValueOf(chain.Amount) is not { } value) return null;
        var amount = value as AmountValue;
        Fraction? product = new Fraction(amount?.Units ?? ((IntegerValue)value).Number, 1);
        foreach (Factor factor in chain.Factors)
        {
            if (ValueOf(factor.Value) is not { } by) return null;
            if (factor.Divides && by is IntegerValue { Number: 0 }) return Refused<Value>(PlatformCodes.DividedByZero);
            product = (factor.Divides, by) switch
            {
                (true, IntegerValue number) => product.Value.Times(1, number.Number),
                (false, IntegerValue number) => product.Value.Times(number.Number, 1),
                (false, RateValue rate) => product.Value.Times(rate.Digits, Arithmetic.PowerOfTen(rate.Scale)),
                (false, RatioValue ratio) => product.Value.Times(ratio.Numerator, ratio.Denominator),
                _ => throw new InvalidOperationException("The value is no factor."),
            };
            if (product is null) return Refused<Value>(PlatformCodes.Overflow);
        }

        long? whole = product.Value.Rounded(chain.Rounding);
        return amount is null ? Fitting(whole, static n => new IntegerValue(n)) : Fitting(amount, whole);
    }

    private bool? Quantified(Expression.Quantified quantified)
    {
        if (ValueOf(quantified.List) is not ListValue list) return null;
        foreach (Value item in list.Items)
        {
            Name(quantified.Element, item);
            if (Holds(quantified.Condition) is not { } holds) return null;
            if (holds != quantified.All) return holds;
        }

        return quantified.All;
    }

    private Value? Call(Expression.Call call)
    {
        if (ValueOf(call.First) is not { } first) return null;
        Value? second = call.Second is null ? null : ValueOf(call.Second);
        if (call.Second is not null && second is null) return null;
        switch (call.Function)
        {
            case Function.Count: return new IntegerValue(((ListValue)first).Items.Count);
            case Function.Sum: return SumOf((ListValue)first, call);
            case Function.Min or Function.Max:
                if (first is AmountValue a && second is AmountValue b && a.Unit != b.Unit) return Refused<Value>(PlatformCodes.CurrenciesDiffer);
                return Order(first, second!) <= 0 == (call.Function == Function.Min) ? first : second;
            case Function.Days: return new IntegerValue(((DateValue)second!).Date.DayNumber - ((DateValue)first).Date.DayNumber);
            case Function.DateOf: return new DateValue(DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeSeconds(((DateTimeValue)first).UnixSeconds).UtcDateTime));
            case Function.CurrencyOf: return new CodeValue(((MoneyValue)first).Currency);
            case Function.NextBusinessDay: return Fitting(occasion.Calendar.OnOrAfter(((DateValue)first).Date));
            case Function.CutOff: return occasion.Calendar.CutOffOf(((DateValue)first).Date);
            default: throw new InvalidOperationException("An unknown function.");
        }
    }

    private Value? SumOf(ListValue list, Expression.Call call)
    {
        if (list.Items.Count == 0) return call.Nothing ?? Refused<Value>(PlatformCodes.NothingToAdd);
        Value total = list.Items[0];
        for (int i = 1; i < list.Items.Count; i++)
        {
            long? sum;
            if (total is AmountValue a && list.Items[i] is AmountValue b)
            {
                if (a.Unit != b.Unit) return Refused<Value>(PlatformCodes.CurrenciesDiffer);
                sum = Arithmetic.Add(a.Units, b.Units, subtract: false);
                if (sum is { } units) total = a.With(units);
            }
            else
            {
                sum = Arithmetic.Add(((IntegerValue)total).Number, ((IntegerValue)list.Items[i]).Number, subtract: false);
                if (sum is { } number) total = new IntegerValue(number);
            }

            if (sum is null) return Refused<Value>(PlatformCodes.Overflow);
        }

        return total;
    }
}
