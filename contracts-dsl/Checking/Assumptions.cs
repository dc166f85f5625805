namespace Settlement.Contracts.Checking;

/// <summary>What is known after a condition has held, or has not.</summary>
internal sealed class Assumptions(Known known)
{
    private const int StepsOfANode = 4;

    public Facts Assume(Expression condition, bool holds, Facts facts)
    {
        known.Steps.Take(StepsOfANode);
        if (known.Steps.AreSpent) return facts;
        switch (condition)
        {
            case Expression.Not not: return Assume(not.Operand, !holds, facts);
            case Expression.And and: return holds ? Assume(and.Right, true, Assume(and.Left, true, facts)) : Either(and.Left, and.Right, holds, facts);
            case Expression.Or or: return holds ? Either(or.Left, or.Right, holds, facts) : Assume(or.Right, false, Assume(or.Left, false, facts));
            case Expression.Compare compare: return Compared(compare, holds ? compare.Comparator : Opposite(compare.Comparator), facts);
            case Expression.Present { Field: { Optional: true } field }: return facts.WithPresence(field, holds);
            case Expression.Quantified { All: true } all when holds && Known.ThingOf(all.List) is { Of: null } list: return ForAll(all, list, facts);
            default: return facts;
        }
    }

    /// <summary>What is computed was not refused: an amount that moves is above zero.</summary>
    public static Facts Moved(Expression amount, Facts facts) => Known.ThingOf(amount) is { } thing ? facts.WithBounds(thing, Bounds.Positive) : facts;

    private Facts Either(Expression left, Expression right, bool holds, Facts facts) =>
        Assume(left, holds, facts).Or(Assume(right, holds, Assume(left, !holds, facts)));

    /// <summary>What holds for one value whatever it is holds for all values of the list.</summary>
    private Facts ForAll(Expression.Quantified all, Thing list, Facts facts)
    {
        Facts one = Assume(all.Condition, true, facts.Without(all.Element));
        Thing element = new(all.Element);
        // Of a list that may be empty nothing follows for the currencies of what its values were compared with.
        if (known.CountOf(all.List, facts).Least > 0)
            facts = facts.WithCurrencyOfAll(list, element, one);
        return facts.WithBounds(list, one.BoundsOf(element));
    }

    private Facts Compared(Expression.Compare compare, Comparator comparator, Facts facts)
    {
        Expression left = compare.Left, right = compare.Right;
        // Two amounts are compared only when they are of one currency, whatever comes out.
        if (left.IsMoney && right.IsMoney && Known.CurrencyOf(left, facts) is { } one && Known.CurrencyOf(right, facts) is { } other) facts = facts.WithOneCurrency(one, other);
        facts = Alike(left, right, comparator, facts);
        if (!HaveOneScale(left, right)) return facts;
        return Ordered(right, left, Mirrored(comparator), Ordered(left, right, comparator, facts));
    }

    /// <summary>Currencies and participants that are the same, or are not.</summary>
    private Facts Alike(Expression left, Expression right, Comparator comparator, Facts facts)
    {
        if (comparator == Comparator.Equal && Currency(left, facts) is { } currency && Currency(right, facts) is { } other) return facts.WithOneCurrency(currency, other);
        foreach ((Expression named, Expression by) in ((Expression, Expression)[])[(left, right), (right, left)])
        {
            if (Known.ThingOf(named) is not { } thing || Known.TypeOf(named) is not PartyType) continue;
            if (comparator == Comparator.Equal) facts = facts.WithPlayers(thing, known.PlayersOf(by, facts));
            else if (comparator == Comparator.NotEqual && by is Expression.Player { Party: { IsSeveral: false } party }) facts = facts.WithPlayers(thing, known.PlayersOf(named, facts).Without(party.Index));
        }

        return facts;
    }

    private static Thing? Currency(Expression expression, Facts facts) => expression switch
    {
        Expression.Call { Function: Function.CurrencyOf } call => Known.CurrencyOf(call.First, facts),
        Expression.Constant { Value: CodeValue code } => new Thing(code.Code),
        _ => null,
    };

    /// <summary>
    /// Numbers are compared as they are, except rates, which are digits of some number. What is said of two lists, or of two fields for each
    /// participant, is said of none of their values: that they differ means that some do.
    /// </summary>
    private static bool HaveOneScale(Expression left, Expression right) => (Known.TypeOf(left), Known.TypeOf(right)) switch
    {
        (RateType a, RateType b) => a == b,
        (RateType, _) => right is Expression.Constant { Value: IntegerValue { Number: 0 } },
        (_, RateType) => left is Expression.Constant { Value: IntegerValue { Number: 0 } },
        (ListType or EachType, _) or (_, ListType or EachType) => false,
        (DateType or DateTimeType or PartyType or TextType or BooleanType or CodeType or CodeSetType, _) => false,
        _ => true,
    };

    /// <summary>What a comparison says of its left side.</summary>
    private Facts Ordered(Expression left, Expression right, Comparator comparator, Facts facts)
    {
        if (Known.ThingOf(left) is not { } thing) return facts;
        Bounds by = known.BoundsOf(right, facts);
        facts = comparator switch
        {
            Comparator.Equal => facts.WithBounds(thing, by),
            Comparator.Less => facts.WithBounds(thing, new Bounds(long.MinValue, by.Most - 1)),
            Comparator.LessOrEqual => facts.WithBounds(thing, new Bounds(long.MinValue, by.Most)),
            Comparator.Greater => facts.WithBounds(thing, new Bounds(by.Least + 1, long.MaxValue)),
            Comparator.GreaterOrEqual => facts.WithBounds(thing, new Bounds(by.Least, long.MaxValue)),
            Comparator.NotEqual when known.BoundsOf(left, facts) is var bounds && by == Bounds.Exactly(bounds.Least) => facts.WithBounds(thing, bounds with { Least = bounds.Least + 1 }),
            _ => facts,
        };
        if (Known.ThingOf(right) is not { } other) return facts;
        return comparator switch
        {
            Comparator.Greater => facts.WithOrder(thing, other, 1),
            Comparator.GreaterOrEqual or Comparator.Equal => facts.WithOrder(thing, other, 0),
            _ => facts,
        };
    }

    private static Comparator Opposite(Comparator comparator) => comparator switch
    {
        Comparator.Equal => Comparator.NotEqual,
        Comparator.NotEqual => Comparator.Equal,
        Comparator.Less => Comparator.GreaterOrEqual,
        Comparator.LessOrEqual => Comparator.Greater,
        Comparator.Greater => Comparator.LessOrEqual,
        Comparator.GreaterOrEqual => Comparator.Less,
        _ => throw new InvalidOperationException("An unknown comparison."),
    };

    private static Comparator Mirrored(Comparator comparator) => comparator switch
    {
        Comparator.Less => Comparator.Greater,
        Comparator.LessOrEqual => Comparator.GreaterOrEqual,
        Comparator.Greater => Comparator.Less,
        Comparator.GreaterOrEqual => Comparator.LessOrEqual,
        _ => comparator,
    };
}
