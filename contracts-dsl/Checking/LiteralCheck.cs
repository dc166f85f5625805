using Settlement.Contracts.Language;

namespace Settlement.Contracts.Checking;

/// <summary>
/// Finds what literals alone make refuse wherever it is computed: what does not fit, is divided by zero, or brings amounts of two
/// currencies together. It runs the largest parts of an expression in which nothing else is read, as an action would.
/// </summary>
/// <param name="scope">The contract's names; of them a literal part has only units.</param>
internal sealed class LiteralCheck(Scope scope)
{
    // What reads nothing asks nothing of the contract and the action that it runs in.
    private static readonly Contract Nothing = new(new ContractParts("Nothing", 1, null, null, [], [], [], [], [], []), "", "");
    private static readonly ContractAction Never = new(new ActionParts(0, "never", null, new Actor(null, null, Any: false), [], [], null, [], [], null, new Block([]), 0, default, default));

    /// <summary>An action that was bound without an error.</summary>
    public void Run(ActionSyntax action)
    {
        foreach (ExpressionSyntax expression in action.Window.Expressions().Concat(action.Statements.SelectMany(SyntaxParts.All).SelectMany(static s => s.Expressions())))
        {
            if (IsLiteral(expression)) ValueOf(expression);
        }
    }

    /// <summary>True when it reads nothing but literals; of any other the parts that do are run.</summary>
    private bool IsLiteral(ExpressionSyntax expression)
    {
        IReadOnlyList<ExpressionSyntax> parts = PartsOf(expression);
        List<ExpressionSyntax> literal = [.. parts.Where(IsLiteral)];
        if (literal.Count == parts.Count && !Reads(expression)) return true;
        foreach (ExpressionSyntax part in literal)
        {
            if (ValueOf(part) is IntegerValue { Number: 0 } && Divides(expression, part)) Report(part.Span, PlatformCodes.DividedByZero);
        }

        return false;
    }

    /// <summary>The links of a chain are its parts: what lies between two of them is not rounded, and so nothing by itself.</summary>
    private static IReadOnlyList<ExpressionSyntax> PartsOf(ExpressionSyntax expression) =>
        expression is ExpressionSyntax.Binary binary && ChainBinder.IsChain(binary) ? ChainBinder.PartsOf(binary) : expression.Parts();

    private static bool Divides(ExpressionSyntax whole, ExpressionSyntax part)
    {
        for (var left = whole as ExpressionSyntax.Binary; left is not null; left = left.Left as ExpressionSyntax.Binary)
            if (ReferenceEquals(left.Right, part)) return left.Operator == BinaryOperator.Divide;
        return false;
    }

    private static bool Reads(ExpressionSyntax expression) => expression switch
    {
        ExpressionSyntax.Reference or ExpressionSyntax.Present or ExpressionSyntax.Now or ExpressionSyntax.Today or ExpressionSyntax.CutOff or ExpressionSyntax.Quantified => true,
        // The calendar is the channel's.
        ExpressionSyntax.Length length => length.Unit == TimeUnit.BusinessDays,
        ExpressionSyntax.Call call => call.Function.Text is "next_business_day" or "is_business_day",
        _ => false,
    };

    /// <summary>What comes of it; null after a report.</summary>
    private Value? ValueOf(ExpressionSyntax literal)
    {
        if (new ExpressionBinder(scope, new LocalSlots(), []).Bind(literal, []).Expression is not { } expression) return null;
        Frame frame = new(Nothing, Never, reader: null, [], [], default);
        Value? value = frame.ValueOf(expression);
        if (frame.Code is { } code) Report(literal.Span, code);
        return value;
    }

    private void Report(TextSpan span, string code)
    {
        string why = code switch
        {
            PlatformCodes.DividedByZero => "this divides by zero",
            PlatformCodes.CurrenciesDiffer => "amounts of two currencies meet here",
            _ => "this does not fit 64 bits or the calendar",
        };
        scope.Diagnostics.Report(Rules.AlwaysRefused, span, $"{why}, and is refused with {code} whatever the values are", "to refuse on purpose, write a require");
    }
}
