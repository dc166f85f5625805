using Settlement.Contracts.Language;

namespace Settlement.Contracts.Checking;

/// <summary>Which types an operator or function takes and what it gives (LANGUAGE.md, "What mixes with what").</summary>
internal sealed class OperatorTypes(DiagnosticBag diagnostics)
{
    public Bound Binary(ExpressionSyntax.Binary syntax, Bound left, Bound right)
    {
        if (left.Expression is null || right.Expression is null) return Bound.Failed;
        if (syntax.Rounding is not null && syntax.Operator is not (BinaryOperator.Multiply or BinaryOperator.Divide)) throw new InvalidOperationException("Only products are rounded.");
        return syntax.Operator switch
        {
            BinaryOperator.Add or BinaryOperator.Subtract => Sum(syntax, left, right),
            BinaryOperator.Multiply => Product(syntax, left, right),
            BinaryOperator.Divide => Quotient(syntax, left, right),
            _ => Comparison(syntax, left, right),
        };
    }

    public Bound Choice(ExpressionSyntax.Choice syntax, Expression condition, Bound then, Bound otherwise)
    {
        new LiteralTypes(diagnostics).TryAlign(syntax.Then.Span, ref then, syntax.Otherwise.Span, ref otherwise, zeroIsAmount: false);
        if (then.Type is TextType a && otherwise.Type is TextType b) return Bound.Plain(new Expression.Choice(condition, then.Expression!, otherwise.Expression!), a.MaxLength > b.MaxLength ? a : b);
        if (then.Type != otherwise.Type) return Mixed(syntax.Span, then, otherwise);
        return Bound.Plain(new Expression.Choice(condition, then.Expression!, otherwise.Expression!), then.Type);
    }

    public Bound Length(ExpressionSyntax.Length syntax, Bound count)
    {
        if (count.Expression is null) return Bound.Failed;
        if (count.Type is not IntegerType)
        {
            diagnostics.Report(Rules.UnitsMixed, syntax.Count.Span, $"{TypeNames.Of(count.Type)} cannot count a time", "an integer can");
            return Bound.Failed;
        }

        return syntax.Unit switch
        {
            TimeUnit.Seconds => Duration(1),
            TimeUnit.Minutes => Duration(60),
            TimeUnit.Hours => Duration(60 * 60),
            TimeUnit.Days => Duration(24 * 60 * 60),
            TimeUnit.BusinessDays => Period(PeriodUnit.BusinessDays),
            TimeUnit.Weeks => Period(PeriodUnit.Weeks),
            TimeUnit.Months => Period(PeriodUnit.Months),
            _ => throw new InvalidOperationException("An unknown unit of time."),
        };

        Bound Duration(long seconds) => Bound.Plain(new Expression.Length(count.Expression, seconds), new DurationType());
        Bound Period(PeriodUnit unit) => Bound.Plain(new Expression.Period(count.Expression, unit), new PeriodType());
    }

    public Bound CutOff(ExpressionSyntax.CutOff syntax, Bound day)
    {
        if (day.Expression is null) return Bound.Failed;
        if (day.Type is DateType) return Bound.Plain(new Expression.Call(Function.CutOff, day.Expression), new DateTimeType());
        diagnostics.Report(Rules.UnitsMixed, syntax.Day.Span, $"a cut-off is of a date, not of {TypeNames.Of(day.Type)}");
        return Bound.Failed;
    }

    public Bound Convert(ExpressionSyntax.Convert syntax, Bound amount, Bound rate, Bound? money, Unit? unit)
    {
        if (amount.Type is not (MoneyType or QuantityType) || rate.Type is not (RateType or RatioType) || money is { Type: not MoneyType })
        {
            diagnostics.Report(Rules.NoSuchOperation, syntax.Span, "'at' takes an amount, a rate or ratio, and 'currency of' money or a unit");
            return Bound.Failed;
        }

        if (syntax.Rounding is { } rounding)
            return Bound.Plain(new Expression.Convert(amount.Expression!, rate.Expression!, money?.Expression, unit, rounding), unit is null ? new MoneyType() : new QuantityType(unit));
        return NotRounded(syntax.Span);
    }

    /// <summary>The type of the values of a list; null after a report.</summary>
    public FieldType? ElementOf(TextSpan span, Bound list)
    {
        if (list.Expression is null) return null;
        switch (list.Type)
        {
            case ListType type: return type.Element;
            case EachType type: return type.Element;
            default:
                diagnostics.Report(Rules.UnitsMixed, span, $"this is {TypeNames.Of(list.Type)}, where a list is needed");
                return null;
        }
    }

    public Bound Call(ExpressionSyntax.Call syntax, IReadOnlyList<Bound> arguments)
    {
        string name = syntax.Function.Text;
        int wanted = name is "min" or "max" or "days" ? 2 : 1;
        if (arguments.Count != wanted)
        {
            diagnostics.Report(Rules.WrongArguments, syntax.Span, $"'{name}' takes {(wanted == 1 ? "one value" : "two values")}");
            return Bound.Failed;
        }

        if (arguments.Any(a => a.Expression is null)) return Bound.Failed;
        if (name is "sum" or "count") return OfList(syntax, arguments[0]);
        if (name is "min" or "max") return Extreme(syntax, arguments[0], arguments[1]);
        return (name, arguments[0].Type, arguments[^1].Type) switch
        {
            ("days", DateType, DateType) => Bound.Plain(new Expression.Call(Function.Days, arguments[0].Expression!, arguments[1].Expression!), new IntegerType()),
            ("date", DateTimeType, _) => Bound.Plain(new Expression.Call(Function.DateOf, arguments[0].Expression!), new DateType()),
            ("currency", MoneyType, _) => Bound.Plain(new Expression.Call(Function.CurrencyOf, arguments[0].Expression!), new CodeType()),
            ("next_business_day", DateType, _) => Bound.Plain(new Expression.Call(Function.NextBusinessDay, arguments[0].Expression!), new DateType()),
            ("is_business_day", DateType, _) => Bound.Condition(new Expression.Call(Function.IsBusinessDay, arguments[0].Expression!)),
            _ => WrongArgument(syntax, arguments[0]),
        };
    }

    private Bound OfList(ExpressionSyntax.Call syntax, Bound list)
    {
        if (ElementOf(syntax.Arguments[0].Span, list) is not { } element) return Bound.Failed;
        if (syntax.Function.Text == "count") return Bound.Plain(new Expression.Call(Function.Count, list.Expression!), new IntegerType());
        return element switch
        {
            MoneyType => Bound.Plain(new Expression.Call(Function.Sum, list.Expression!), element),
            QuantityType quantity => Bound.Plain(new Expression.Call(Function.Sum, list.Expression!, Nothing: new QuantityValue(quantity.Unit.Name, 0)), element),
            IntegerType => Bound.Plain(new Expression.Call(Function.Sum, list.Expression!, Nothing: new IntegerValue(0)), element),
            _ => WrongArgument(syntax, list),
        };
    }

    private Bound Extreme(ExpressionSyntax.Call syntax, Bound first, Bound second)
    {
        new LiteralTypes(diagnostics).TryAlign(syntax.Arguments[0].Span, ref first, syntax.Arguments[1].Span, ref second, zeroIsAmount: false);
        if (first.Type != second.Type) return Mixed(syntax.Span, first, second);
        if (!first.Type.IsOrdered) return WrongArgument(syntax, first);
        return Bound.Plain(new Expression.Call(syntax.Function.Text == "min" ? Function.Min : Function.Max, first.Expression!, second.Expression!), first.Type);
    }

    private Bound WrongArgument(ExpressionSyntax.Call syntax, Bound argument)
    {
        diagnostics.Report(Rules.WrongArguments, syntax.Span, $"'{syntax.Function.Text}' does not take {TypeNames.Of(argument.Type)}");
        return Bound.Failed;
    }

    private Bound Sum(ExpressionSyntax.Binary syntax, Bound left, Bound right)
    {
        bool subtract = syntax.Operator == BinaryOperator.Subtract;
        new LiteralTypes(diagnostics).TryAlign(syntax.Left.Span, ref left, syntax.Right.Span, ref right, zeroIsAmount: false);
        // Beside a date, days are days of the calendar.
        if (left.Type is DateType && right.Expression is Expression.Length { SecondsEach: 24 * 60 * 60 } days)
            right = Bound.Plain(new Expression.Period(days.Count, PeriodUnit.Days), new PeriodType());
        FieldType? result = (left.Type, right.Type) switch
        {
            (DateType, PeriodType) => left.Type,
            (DateType, DateType) when subtract => new IntegerType(),
            (DateTimeType, DurationType) => left.Type,
            (DateTimeType, DateTimeType) when subtract => new DurationType(),
            (MoneyType or QuantityType or IntegerType or RateType or DurationType, _) when left.Type == right.Type => left.Type,
            _ => null,
        };
        if (result is not null && IsBeyondAllTime(left.Type, right.Expression!, subtract))
        {
            diagnostics.Report(Rules.AlwaysRefused, syntax.Right.Span, $"this leads out of the calendar, and is refused with {PlatformCodes.Overflow} whatever the values are",
                string.Create(System.Globalization.CultureInfo.InvariantCulture, $"the calendar has the years 1 to 9999, and {BusinessCalendar.MostDays} business days are counted at most"));
            return Bound.Failed;
        }

        if (result is not null) return Bound.Plain(new Expression.Sum(left.Expression!, right.Expression!, subtract), result);
        if (left.Type != right.Type) return Mixed(syntax.Span, left, right);
        diagnostics.Report(Rules.NoSuchOperation, syntax.Span, $"{TypeNames.Of(left.Type)} cannot be {(subtract ? "subtracted" : "added")}");
        return Bound.Failed;
    }

    /// <summary>True for a literal time that leads out of the calendar from its first day as from its last, and so from every one.</summary>
    private static bool IsBeyondAllTime(FieldType from, Expression time, bool subtract) => (from, time) switch
    {
        // Every calendar counts as many business days at most, and none is among the literals of a contract.
        (DateType, Expression.Period period) => Folding.Number(period.Count) is { } count && new PeriodValue(count, period.Unit) is var literal
            && Arithmetic.Add(DateOnly.MinValue, literal, subtract, BusinessCalendar.Weekdays) is null && Arithmetic.Add(DateOnly.MaxValue, literal, subtract, BusinessCalendar.Weekdays) is null,
        (DateTimeType, _) => Folding.Number(time) is { } seconds && Int128.Abs(seconds) > DateTimeValue.Last - DateTimeValue.First,
        _ => false,
    };

    private Bound Product(ExpressionSyntax.Binary syntax, Bound left, Bound right)
    {
        // 'rate * amount' reads as well as 'amount * rate'.
        if (left.Type is RateType or RatioType || (left.Type is IntegerType && right.Type is MoneyType or QuantityType)) (left, right) = (right, left);
        if (left.Type is not (MoneyType or QuantityType or IntegerType) || right.Type is not (IntegerType or RateType or RatioType))
        {
            diagnostics.Report(Rules.NoSuchOperation, syntax.Span, $"{TypeNames.Of(left.Type)} and {TypeNames.Of(right.Type)} cannot be multiplied");
            return Bound.Failed;
        }

        if (right.Type is IntegerType)
        {
            if (syntax.Rounding is null) return Bound.Plain(new Expression.Product(left.Expression!, right.Expression!, null), left.Type);
            diagnostics.Report(Rules.NeedlesslyRounded, syntax.Span, "a product with an integer is whole", "leave out 'rounded'");
            return Bound.Failed;
        }

        return syntax.Rounding is { } rounding ? Bound.Plain(new Expression.Product(left.Expression!, right.Expression!, rounding), left.Type) : NotRounded(syntax.Span);
    }

    private Bound Quotient(ExpressionSyntax.Binary syntax, Bound left, Bound right)
    {
        if (left.Type is not (MoneyType or QuantityType or IntegerType) || right.Type is not IntegerType)
        {
            diagnostics.Report(Rules.NoSuchOperation, syntax.Span, $"{TypeNames.Of(left.Type)} cannot be divided by {TypeNames.Of(right.Type)}", "amounts and integers are divided by integers");
            return Bound.Failed;
        }

        return syntax.Rounding is { } rounding ? Bound.Plain(new Expression.Quotient(left.Expression!, right.Expression!, rounding), left.Type) : NotRounded(syntax.Span);
    }

    private Bound NotRounded(TextSpan span)
    {
        diagnostics.Report(Rules.NotRounded, span, "the result may not be whole", "say how it is rounded, for example 'rounded half even'");
        return Bound.Failed;
    }

    private Bound Comparison(ExpressionSyntax.Binary syntax, Bound left, Bound right)
    {
        Comparator comparator = ComparatorOf(syntax.Operator);
        bool equality = comparator is Comparator.Equal or Comparator.NotEqual;
        if ((left.IsCondition || right.IsCondition) && !(equality && left.IsCondition && right.IsCondition))
        {
            ExpressionSyntax condition = left.IsCondition ? syntax.Left : syntax.Right;
            diagnostics.Report(Rules.NotACondition, condition.Span, "this is true or false, where a value to compare is needed", "join conditions with 'and' or 'or'");
            return Bound.Failed;
        }

        if (!new LiteralTypes(diagnostics).TryAlign(syntax.Left.Span, ref left, syntax.Right.Span, ref right, zeroIsAmount: true)) return Bound.Failed;
        if (!AreOneKind(left, right)) return Mixed(syntax.Span, left, right);
        bool isOrdered = left.Type.IsOrdered || right.Type.IsOrdered;
        if (left.Type is PeriodType || (!equality && !isOrdered))
        {
            diagnostics.Report(Rules.NoSuchOperation, syntax.Span, $"{TypeNames.Of(left.Type)} has no order", "compare it with = or !=");
            return Bound.Failed;
        }

        return Bound.Condition(new Expression.Compare(left.Expression!, comparator, right.Expression!));
    }

    private static bool AreOneKind(Bound left, Bound right) => left.Type == right.Type
        || (left.Type is TextType && right.Type is TextType)
        || (left.Type is CodeType && right.Type is CodeSetType) || (left.Type is CodeSetType && right.Type is CodeType)
        || (left.Type is MoneyType or QuantityType && LiteralTypes.IsZero(right)) || (right.Type is MoneyType or QuantityType && LiteralTypes.IsZero(left));

    private Bound Mixed(TextSpan span, Bound left, Bound right)
    {
        bool money = left.Type is MoneyType or QuantityType && right.Type is IntegerType;
        diagnostics.Report(Rules.UnitsMixed, span, $"{TypeNames.Of(left.Type)} and {TypeNames.Of(right.Type)} do not mix",
            money ? $"{TypeNames.Of(left.Type)} can be compared with its like, or with 0" : null);
        return Bound.Failed;
    }

    private static Comparator ComparatorOf(BinaryOperator written) => written switch
    {
        BinaryOperator.Equal => Comparator.Equal,
        BinaryOperator.NotEqual => Comparator.NotEqual,
        BinaryOperator.Less => Comparator.Less,
        BinaryOperator.LessOrEqual => Comparator.LessOrEqual,
        BinaryOperator.Greater => Comparator.Greater,
        BinaryOperator.GreaterOrEqual => Comparator.GreaterOrEqual,
        _ => throw new InvalidOperationException("Not a comparison."),
    };
}
