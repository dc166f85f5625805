using Settlement.Contracts.Language;

namespace Settlement.Contracts.Checking;

/// <summary>
/// A chain of products and quotients that is rounded once, at its end: interest is <c>amount * days * rate / 360 rounded
/// half even</c>. Rounding in between as well would be wrong by a unit now and then.
/// </summary>
/// <param name="diagnostics">Where faults go.</param>
/// <param name="bind">Binds what stands between the operators.</param>
internal sealed class ChainBinder(DiagnosticBag diagnostics, Func<ExpressionSyntax, Bound> bind)
{
    /// <summary>True for a product or quotient that is rounded behind one that is not.</summary>
    public static bool IsChain(ExpressionSyntax.Binary syntax) => syntax.Rounding is not null && Inner(syntax) is not null;

    /// <summary>What stands between the operators of a chain, from left to right.</summary>
    public static IReadOnlyList<ExpressionSyntax> PartsOf(ExpressionSyntax.Binary chain)
    {
        List<ExpressionSyntax.Binary> operators = Operators(chain);
        return [operators[0].Left, .. operators.Select(static o => o.Right)];
    }

    public Bound Bind(ExpressionSyntax.Binary syntax)
    {
        List<Link> links = Links(syntax);
        if (links.Any(static l => l.Value.Expression is null)) return Bound.Failed;
        // 'rate * amount' reads as well as 'amount * rate'.
        Link? amount = links.Find(static l => !l.Divides && l.Value.Type is MoneyType or QuantityType) ?? links.Find(static l => !l.Divides && l.Value.Type is IntegerType);
        Link? wrong = amount is null ? links[0] : links.Find(l => !ReferenceEquals(l, amount) && l.Value.Type is not IntegerType && (l.Divides || l.Value.Type is not (RateType or RatioType)));
        if (wrong is not null)
        {
            diagnostics.Report(Rules.NoSuchOperation, syntax.Span, $"{TypeNames.Of(wrong.Value.Type)} cannot {(wrong.Divides ? "divide" : "be a factor")} here",
                "one amount or integer is multiplied by integers, rates and ratios, and divided by integers");
            return Bound.Failed;
        }

        List<Factor> factors = [.. links.Where(l => !ReferenceEquals(l, amount)).Select(static l => new Factor(l.Value.Expression!, l.Divides))];
        if (factors.Exists(static f => f.Divides) || links.Exists(static l => l.Value.Type is RateType or RatioType))
            return Bound.Plain(new Expression.Chain(amount!.Value.Expression!, factors, syntax.Rounding!.Value), amount.Value.Type);
        diagnostics.Report(Rules.NeedlesslyRounded, syntax.Span, "a product of integers is whole", "leave out 'rounded'");
        return Bound.Failed;
    }

    private List<Link> Links(ExpressionSyntax.Binary last)
    {
        List<ExpressionSyntax.Binary> operators = Operators(last);
        return [new Link(bind(operators[0].Left), Divides: false), .. operators.Select(o => new Link(bind(o.Right), o.Operator == BinaryOperator.Divide))];
    }

    private static List<ExpressionSyntax.Binary> Operators(ExpressionSyntax.Binary last)
    {
        List<ExpressionSyntax.Binary> operators = [];
        for (ExpressionSyntax.Binary? one = last; one is not null; one = Inner(one)) operators.Insert(0, one);
        return operators;
    }

    /// <summary>The product or quotient directly before the last operator, when it is not rounded.</summary>
    private static ExpressionSyntax.Binary? Inner(ExpressionSyntax.Binary syntax) => syntax is { Operator: BinaryOperator.Multiply or BinaryOperator.Divide }
        && syntax.Left is ExpressionSyntax.Binary { Operator: BinaryOperator.Multiply or BinaryOperator.Divide, Rounding: null } inner ? inner : null;

    private sealed record Link(Bound Value, bool Divides);
}
