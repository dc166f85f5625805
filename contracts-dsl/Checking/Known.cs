namespace Settlement.Contracts.Checking;

/// <summary>What is known of expressions by what is known of values.</summary>
/// <param name="parties">All parties.</param>
/// <param name="steps">How much the check may do.</param>
/// <param name="counters">Fields that only count: see <see cref="Counters"/>.</param>
internal sealed class Known(IReadOnlyList<Party> parties, IReadOnlySet<Field> counters, Steps steps)
{
    private const int StepsOfANode = 8, PartsPerStep = 4;

    /// <summary>A day's bound: no difference of days or seconds of the calendar is larger.</summary>
    private static readonly Bounds DaysBetween = new(-3_652_058, 3_652_058), SecondsBetween = new(-315_537_897_599, 315_537_897_599);

    /// <summary>The sums that were bounded by the same facts: each part of a long one is asked for by all those around it.</summary>
    private readonly Dictionary<Expression, Bounds> bounded = new(ReferenceEqualityComparer.Instance);
    private Facts? boundedBy;

    private readonly Label everybody = Label.Of(parties);

    private readonly HashSet<int> counting = [.. counters.Select(static f => f.Index)];

    /// <summary>How much the check may still do.</summary>
    public Steps Steps { get; } = steps;

    /// <summary>Who the parties are that hold positions.</summary>
    public Label Banks { get; } = Label.Of(parties.Where(static p => p is { Kind: PartyKind.Bank, Observes: false }));

    public bool IsCounter(Expression expression) => expression.Nodes.All(e => e switch
    {
        Expression.Read read => counting.Contains(read.Field.Index),
        Expression.Constant or Expression.Sum => true,
        _ => false,
    });

    /// <summary>What facts can be about; null for what is computed.</summary>
    public static Thing? ThingOf(Expression expression) => expression switch
    {
        Expression.Read read => new Thing(read.Field),
        Expression.ReadOf read => new Thing(read.Field, read.Participant),
        Expression.Named named => new Thing(named.Local),
        Expression.Call { Function: Function.Count, First: Expression.Read or Expression.Named } call => ThingOf(call.First)!.Value with { IsCount = true },
        _ => null,
    };

    public static FieldType? TypeOf(Expression expression) => expression switch
    {
        Expression.Constant { Value: IntegerValue } or Expression.Call { Function: Function.Count or Function.Days } => new IntegerType(),
        Expression.Constant { Value: RateValue rate } => new RateType(rate.Scale),
        Expression.Constant { Value: DateValue } or Expression.Today or Expression.Call { Function: Function.DateOf or Function.NextBusinessDay } => new DateType(),
        Expression.Constant { Value: DateTimeValue } or Expression.Now or Expression.Call { Function: Function.CutOff } => new DateTimeType(),
        Expression.Constant { Value: MoneyValue } => new MoneyType(),
        Expression.Read read => read.Field.Type,
        Expression.ReadOf read => (read.Field.Type as EachType)?.Element,
        Expression.Named named => named.Local.Type,
        Expression.Length => new DurationType(),
        Expression.Sum sum => TypeOf(sum.Left) switch
        {
            DateType when TypeOf(sum.Right) is DateType => new IntegerType(),
            DateTimeType when TypeOf(sum.Right) is DateTimeType => new DurationType(),
            var left => left,
        },
        Expression.Product product => TypeOf(product.Left),
        Expression.Quotient quotient => TypeOf(quotient.Left),
        Expression.Chain chain => TypeOf(chain.Amount),
        Expression.Choice choice => TypeOf(choice.Then),
        Expression.Call { Function: Function.Min or Function.Max } call => TypeOf(call.First),
        Expression.Call { Function: Function.Sum } call => ElementOf(TypeOf(call.First)),
        _ => null,
    };

    private static FieldType? ElementOf(FieldType? list) => list switch { ListType { Element: var element } => element, EachType { Element: var element } => element, _ => null };

    /// <summary>Between what a number lies, if computing it was not refused.</summary>
    public Bounds BoundsOf(Expression expression, Facts facts)
    {
        if (ReferenceEquals(facts, boundedBy) && bounded.TryGetValue(expression, out Bounds bounds)) return bounds;
        Steps.Take(StepsOfANode + StepsOfType(expression));
        if (Steps.AreSpent) return Bounds.Any;
        bounds = Bounded(expression, facts);
        if (expression is not Expression.Sum) return bounds;
        if (!ReferenceEquals(facts, boundedBy)) bounded.Clear();
        boundedBy = facts;
        bounded[expression] = bounds;
        return bounds;
    }

    /// <summary>What it takes to tell the type of a sum, which is that of its first part.</summary>
    public static int StepsOfType(Expression expression)
    {
        int parts = 0;
        for (; expression is Expression.Sum sum; expression = sum.Left) parts++;
        return parts / PartsPerStep;
    }

    private Bounds Bounded(Expression expression, Facts facts) => expression switch
    {
        Expression.Constant => Folding.Number(expression) is { } number ? Bounds.Exactly(number) : Bounds.Any,
        Expression.Read or Expression.ReadOf or Expression.Named => BoundsOf(ThingOf(expression)!.Value, facts),
        Expression.Sum sum => TypeOf(sum.Left) switch
        {
            DateType => TypeOf(sum.Right) is DateType ? DaysBetween : Bounds.Any,
            DateTimeType => TypeOf(sum.Right) is DateTimeType ? SecondsBetween : Bounds.Any,
            _ => Whole(sum, facts).Fitting,
        },
        Expression.Product or Expression.Quotient or Expression.Length => (Whole(expression, facts) ?? Bounds.Any).Fitting,
        Expression.Choice choice => BoundsOf(choice.Then, facts).Or(BoundsOf(choice.Otherwise, facts)),
        Expression.Call { Function: Function.Count } call => CountOf(call.First, facts),
        Expression.Call { Function: Function.Sum } call => TotalOf(call.First, facts).Fitting,
        Expression.Call { Function: Function.Days } => DaysBetween,
        Expression.Call { Function: Function.Min, Second: { } second } call => Extreme(BoundsOf(call.First, facts), BoundsOf(second, facts), Int128.Min),
        Expression.Call { Function: Function.Max, Second: { } second } call => Extreme(BoundsOf(call.First, facts), BoundsOf(second, facts), Int128.Max),
        _ => Bounds.Any,
    };

    /// <summary>Between what the exact result lies, before it is known whether it fits; null where that is not known.</summary>
    public Bounds? Whole(Expression expression, Facts facts)
    {
        switch (expression)
        {
            case Expression.Sum sum: return Whole(sum, facts);
            case Expression.Length length: return BoundsOf(length.Count, facts).Times(Bounds.Exactly(length.SecondsEach));
            case Expression.Product product when TypeOf(product.Factor) is IntegerType: return BoundsOf(product.Left, facts).Times(BoundsOf(product.Factor, facts));
            case Expression.Product product when TypeOf(product.Factor) is RateType rate:
                return BoundsOf(product.Left, facts).Times(BoundsOf(product.Factor, facts)).Over(Arithmetic.PowerOfTen(rate.Scale), product.Rounding!.Value);
            case Expression.Product { Factor: Expression.Constant { Value: RatioValue ratio } } product:
                return BoundsOf(product.Left, facts).Times(Bounds.Exactly(ratio.Numerator)).Over(ratio.Denominator, product.Rounding!.Value);
            case Expression.Quotient quotient when BoundsOf(quotient.Divisor, facts) is { IsEmpty: false } divisor && divisor.Least > 0:
                Bounds left = BoundsOf(quotient.Left, facts);
                return left.Over(divisor.Least, quotient.Rounding).Or(left.Over(divisor.Most, quotient.Rounding));
            default: return null;
        }
    }

    /// <summary>How many values a list has: of those for each participant there is always one.</summary>
    public Bounds CountOf(Expression list, Facts facts)
    {
        Bounds count = TypeOf(list) switch { ListType type => new Bounds(0, type.Most), EachType each => new Bounds(1, each.Party.Most), _ => new Bounds(0, long.MaxValue) };
        return ThingOf(list) is { } thing ? count.And(facts.BoundsOf(thing with { Of = null, IsCount = true })) : count;
    }

    /// <summary>Between what the exact sum of a list lies.</summary>
    public Bounds TotalOf(Expression list, Facts facts) => (ThingOf(list) is { } thing ? BoundsOf(thing, facts) : Bounds.Any).Times(CountOf(list, facts));

    private Bounds Whole(Expression.Sum sum, Facts facts)
    {
        Bounds left = BoundsOf(sum.Left, facts), right = BoundsOf(sum.Right, facts);
        if (!sum.Subtract) return left.Plus(right);
        Bounds difference = left.Minus(right);
        return ThingOf(sum.Left) is { } larger && ThingOf(sum.Right) is { } smaller && facts.OrderOf(larger, smaller) is { } by
            ? difference.And(new Bounds(by, Int128.MaxValue)) : difference;
    }

    private static Bounds Extreme(Bounds left, Bounds right, Func<Int128, Int128, Int128> of) => new(of(left.Least, right.Least), of(left.Most, right.Most));

    public Bounds BoundsOf(Thing thing, Facts facts)
    {
        Bounds bounds = facts.BoundsOf(thing);
        if (thing.Of is not null) bounds = bounds.And(facts.BoundsOf(thing with { Of = null }));
        return thing.Name is Field field && counting.Contains(field.Index) ? bounds.And(Counters.Range) : bounds;
    }

    /// <summary>Something that is of the same currency; null where none is known.</summary>
    public static Thing? CurrencyOf(Expression expression, Facts facts) => expression switch
    {
        Expression.Constant { Value: MoneyValue money } => new Thing(money.Currency),
        Expression.Read or Expression.ReadOf or Expression.Named => ThingOf(expression),
        Expression.Sum sum => CurrencyOf(sum.Left, facts),
        Expression.Product product => CurrencyOf(product.Left, facts),
        Expression.Quotient quotient => CurrencyOf(quotient.Left, facts),
        Expression.Chain chain => CurrencyOf(chain.Amount, facts),
        Expression.Convert { CurrencyOf: { } money } => CurrencyOf(money, facts),
        Expression.Choice choice => CurrencyOf(choice.Then, facts) is { } then && CurrencyOf(choice.Otherwise, facts) is { } other && facts.AreOfOneCurrency(then, other) ? then : null,
        Expression.Call { Function: Function.Min or Function.Max } call => CurrencyOf(call.First, facts),
        // It was summed up, so that all its values are of the sum's currency.
        Expression.Call { Function: Function.Sum } call => ThingOf(call.First),
        _ => null,
    };

    /// <summary>Whom a value of type party may name.</summary>
    public Label PlayersOf(Expression expression, Facts facts) => expression switch
    {
        Expression.Player player => Label.Nobody.With(player.Party.Index),
        Expression.Choice choice => PlayersOf(choice.Then, facts) | PlayersOf(choice.Otherwise, facts),
        _ => ThingOf(expression) is { } thing ? facts.PlayersOf(thing) & everybody : everybody,
    };
}
