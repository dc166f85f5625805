using Settlement.Contracts.Language;

namespace Settlement.Contracts.Checking;

/// <summary>Binds the time in which an action can be taken.</summary>
internal sealed class WindowBinder(DiagnosticBag diagnostics, ExpressionBinder expressions)
{
    public Window? Bind(WindowSyntax syntax)
    {
        if (syntax.Code is { } code) Codes.Check(diagnostics, code);
        Bound moment = syntax switch
        {
            WindowSyntax.By by => expressions.Bind(by.Moment, []),
            WindowSyntax.After after => expressions.Bind(after.Moment, []),
            // 'within 2 business days of day' is 'by day + 2 business days'.
            WindowSyntax.Within within => expressions.Bind(new ExpressionSyntax.Binary(within.Start, BinaryOperator.Add, within.Length), []),
            _ => throw new InvalidOperationException("Unknown syntax."),
        };
        if (moment.Expression is null) return null;
        if (moment.Type is DateType or DateTimeType)
            return new Window(syntax.Span, moment.Expression, syntax is WindowSyntax.After, syntax.Code?.Text ?? PlatformCodes.OutsideWindow, ContractPrinter.WindowText(syntax)) { Plain = ContractPrinter.WindowText(NeedlessParentheses.Without(syntax)) };
        diagnostics.Report(Rules.UnitsMixed, syntax.Span, $"this is {TypeNames.Of(moment.Type)}, where a moment is needed", "a date or a datetime is one");
        return null;
    }
}
