using System.Numerics;

namespace Settlement.Contracts.Checking;

/// <summary>Why computing something may be refused.</summary>
/// <param name="Code">The platform's code.</param>
/// <param name="Because">As the end of a sentence.</param>
/// <param name="Mend">What to write.</param>
internal sealed record Doubt(string Code, string Because, string Mend);

/// <summary>
/// Finds what may be refused in an expression, by what is known. Dates are taken to be within the calendar, and a length of up to ten
/// thousand units of time, or one that counts, not to lead out of it.
/// </summary>
internal sealed class Doubts(Known known, Assumptions assumptions)
{
    private const int StepsOfANode = 4;
    private const long MostUnits = 10_000;
    private const long MostSeconds = MostUnits * 24 * 60 * 60;

    private static readonly BigInteger ChainBound = BigInteger.One << 125;

    private static readonly Doubt Large = new(PlatformCodes.Overflow, "a result may not fit", "bound what it reads by a require in every action that supplies or sets it, or decide with 'if'");

    private static readonly Doubt AnyRatio = new(PlatformCodes.Overflow, "a ratio may be of any size, and so may the result", "use a rate instead, which a require can bound, or let the action before it compute the result and set a field to it");

    /// <summary>Null when nothing in it may be refused.</summary>
    public Doubt? Of(Expression expression, Facts facts)
    {
        known.Steps.Take(StepsOfANode);
        if (facts.AreImpossible || known.Steps.AreSpent) return null;
        switch (expression)
        {
            case Expression.And and: return Of(and.Left, facts) ?? Of(and.Right, assumptions.Assume(and.Left, true, facts));
            case Expression.Or or: return Of(or.Left, facts) ?? Of(or.Right, assumptions.Assume(or.Left, false, facts));
            case Expression.Choice choice:
                return Of(choice.Condition, facts) ?? Of(choice.Then, assumptions.Assume(choice.Condition, true, facts))
                    ?? Of(choice.Otherwise, assumptions.Assume(choice.Condition, false, facts));
            case Expression.Quantified quantified:
                return Of(quantified.Condition, Element(quantified.List, quantified.Element, facts));
        }

        foreach (Expression child in expression.Children)
        {
            if (Of(child, facts) is { } doubt) return doubt;
        }

        return OfItself(expression, facts);
    }

    /// <summary>What is known of one value of a list.</summary>
    public Facts Element(Expression list, Local element, Facts facts)
    {
        if (Known.ThingOf(list) is not { Of: null } thing) return facts;
        Thing one = new(element);
        facts = facts.Without(element);
        if (facts.IsOfOneCurrency(thing)) facts = facts.WithOneCurrency(one, thing);
        return facts.WithBounds(one, facts.BoundsOf(thing));
    }

    /// <summary>Why an amount may be refused that moves, is set aside or is given back.</summary>
    public Doubt? OfAmount(Expression amount, Facts facts)
    {
        if (Of(amount, facts) is { } doubt) return doubt;
        if (known.BoundsOf(amount, facts).Least > 0) return null;
        string written = Known.ThingOf(amount) is { } thing ? $"'{NameOf(thing)}'" : "the amount";
        return new Doubt(PlatformCodes.NothingToMove, $"{written} may be zero or negative",
            Known.ThingOf(amount) is { Name: Field { Optional: true } optional } ? $"require not present({optional.Name}) or {optional.Name} > 0 in every action that supplies or sets it, or decide with 'if {optional.Name} > 0'"
            : Known.ThingOf(amount) is { Name: Field field } ? $"require {field.Name} > 0 in every action that supplies or sets it, or decide with 'if {field.Name} > 0'" : "decide with 'if' whether there is something to move");
    }

    /// <summary>Why a position may be none; for a movement between two also why they may be one.</summary>
    public Doubt? OfHolders(Expression from, Expression? to, Facts facts)
    {
        Label payers = known.PlayersOf(from, facts);
        Label payees = to is null ? known.Banks : known.PlayersOf(to, facts);
        if ((payers & known.Banks) != payers || (payees & known.Banks) != payees)
            return new Doubt(PlatformCodes.NoPosition, "it may name a party that holds no money", "require in every action that supplies or sets it which banks it may name");
        return to is not null && (payers & payees) != Label.Nobody
            ? new Doubt(PlatformCodes.NoPosition, "payer and payee may be the same", "require in every action that supplies or sets them which banks they may name") : null;
    }

    private Doubt? OfItself(Expression expression, Facts facts) => expression switch
    {
        Expression.Sum sum => OfSum(sum, facts),
        Expression.Product or Expression.Length => known.Whole(expression, facts) is not { } whole ? AnyRatio : whole.Fits ? null : Large,
        Expression.Quotient quotient => Divides(known.BoundsOf(quotient.Divisor, facts), known.BoundsOf(quotient.Left, facts)),
        Expression.Chain chain => OfChain(chain, facts),
        Expression.Convert convert => OfConversion(convert, facts),
        Expression.Compare { Left.IsMoney: true, Right.IsMoney: true } compare => OfCurrencies(compare.Left, compare.Right, facts),
        Expression.Call { Function: Function.Min or Function.Max, First.IsMoney: true, Second: { } second } call => OfCurrencies(call.First, second, facts),
        Expression.Call { Function: Function.Sum } call => OfTotal(call, facts),
        _ => null,
    };

    private Doubt? OfSum(Expression.Sum sum, Facts facts)
    {
        known.Steps.Take(Known.StepsOfType(sum));
        switch (Known.TypeOf(sum.Left))
        {
            case DateType when sum.Right is Expression.Period period:
                return known.IsCounter(period.Count) || Within(period.Count, MostUnits, facts) ? null : Large;
            case DateTimeType when Known.TypeOf(sum.Right) is DurationType:
                return sum.Right is Expression.Length length && known.IsCounter(length.Count) || Within(sum.Right, MostSeconds, facts) ? null : Large;
            case DateType or DateTimeType: return null;
            default:
                if (sum.Left.IsMoney && OfCurrencies(sum.Left, sum.Right, facts) is { } doubt) return doubt;
                return known.Whole(sum, facts) is { Fits: true } ? null : Large;
        }
    }

    private bool Within(Expression number, long most, Facts facts) => known.BoundsOf(number, facts) is var bounds && bounds.Least >= -most && bounds.Most <= most;

    private static Doubt? OfCurrencies(Expression left, Expression right, Facts facts)
    {
        if (Known.CurrencyOf(left, facts) is { } one && Known.CurrencyOf(right, facts) is { } other)
        {
            if (facts.AreOfOneCurrency(one, other)) return null;
            string names = one.Name is Field or Local && other.Name is Field or Local ? $"'{NameOf(one)}' and '{NameOf(other)}'" : "the amounts";
            return new Doubt(PlatformCodes.CurrenciesDiffer, $"{names} may be of two currencies", "require one currency of them in every action that supplies or sets them, or decide with 'if'");
        }

        return new Doubt(PlatformCodes.CurrenciesDiffer, "the amounts may be of two currencies", "require one currency of them in every action that supplies or sets them, or decide with 'if'");
    }

    private static Doubt? Divides(Bounds divisor, Bounds left)
    {
        if (divisor.Holds(0)) return new Doubt(PlatformCodes.DividedByZero, "the divisor may be zero", "require that it is above zero in every action that supplies or sets it, or decide with 'if'");
        return left.Holds(long.MinValue) && divisor.Holds(-1) ? Large : null;
    }

    /// <summary>As <see cref="Fraction"/> computes it, by the sizes of its parts.</summary>
    private Doubt? OfChain(Expression.Chain chain, Facts facts)
    {
        BigInteger numerator = SizeOf(known.BoundsOf(chain.Amount, facts)), denominator = 1, least = 1;
        foreach (Factor factor in chain.Factors)
        {
            Bounds bounds = known.BoundsOf(factor.Value, facts);
            if (factor.Divides)
            {
                if (Divides(bounds, Bounds.Exactly(1)) is { } doubt) return doubt;
                denominator *= SizeOf(bounds);
                least *= bounds.Least > 0 ? (BigInteger)bounds.Least : -(BigInteger)bounds.Most;
            }
            else if (factor.Value is Expression.Constant { Value: RatioValue ratio })
            {
                numerator *= ratio.Numerator;
                denominator *= ratio.Denominator;
                least *= ratio.Denominator;
            }
            else if (Known.TypeOf(factor.Value) is not (IntegerType or RateType))
            {
                return AnyRatio;
            }
            else
            {
                BigInteger scale = Known.TypeOf(factor.Value) is RateType rate ? Arithmetic.PowerOfTen(rate.Scale) : 1;
                numerator *= SizeOf(bounds);
                denominator *= scale;
                least *= scale;
            }
        }

        return numerator < ChainBound && denominator < ChainBound && (numerator / least) < long.MaxValue ? null : Large;
    }

    private static BigInteger SizeOf(Bounds bounds) => BigInteger.Max(BigInteger.Abs((BigInteger)bounds.Least), BigInteger.Abs((BigInteger)bounds.Most));

    private Doubt? OfConversion(Expression.Convert convert, Facts facts)
    {
        Bounds amount = known.BoundsOf(convert.Amount, facts);
        Bounds? whole = convert.Rate is Expression.Constant { Value: RatioValue ratio } ? amount.Times(Bounds.Exactly(ratio.Numerator)).Over(ratio.Denominator, convert.Rounding)
            : Known.TypeOf(convert.Rate) is RateType rate ? amount.Times(known.BoundsOf(convert.Rate, facts)).Over(Arithmetic.PowerOfTen(rate.Scale), convert.Rounding) : null;
        return whole is null ? AnyRatio : whole.Value.Fits ? null : Large;
    }

    private Doubt? OfTotal(Expression.Call call, Facts facts)
    {
        if (Known.ThingOf(call.First) is not { } list) return Large;
        string name = NameOf(list);
        if (call.IsMoney && !facts.IsOfOneCurrency(list))
        {
            bool mayBeEmpty = known.CountOf(call.First, facts).Least < 1;
            return new Doubt(mayBeEmpty ? PlatformCodes.NothingToAdd : PlatformCodes.CurrenciesDiffer, $"'{name}' may be {(mayBeEmpty ? "empty, or " : "")}of several currencies",
                $"require {(mayBeEmpty ? $"count({name}) > 0 and " : "")}(all one in {name}: currency(one) = currency of something) in every action that supplies or sets it, or let the action before it set a field to the sum");
        }

        return known.TotalOf(call.First, facts).Fits ? null
            : new Doubt(PlatformCodes.Overflow, $"the sum of '{name}' may not fit", $"require a bound for all one in {name} in every action that supplies or sets it, or let the action before it set a field to the sum");
    }

    private static string NameOf(Thing thing) => thing.Name switch { Field field => field.Name, Local local => local.Name, var text => (string)text };
}
