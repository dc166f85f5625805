using Settlement.Contracts.Language;

namespace Settlement.Contracts.Checking;

/// <summary>
/// Finds actions that nobody can ever take, whatever the values are: every way through one is refused by a condition of literals, by an
/// amount that is a literal and not above zero, or by a division by a literal zero; or its window is never open. It folds literals and
/// solves no conditions. Of an automatic action the proof that it is never refused says so (CD609).
/// </summary>
internal sealed class FutileCheck(DiagnosticBag diagnostics)
{
    private TextSpan refusal;
    private string why = "";

    public void Run(ContractAction action)
    {
        if (action.Window is { } window && MovingMoments.Of(window) == Openness.Never)
        {
            diagnostics.Report(Rules.NeverPossible, window.Span, $"'{action.Name}' can never be taken: '{window.Written}' is never open",
                window.Opens ? "a moment that moves on with the time never comes: name one that an action sets" : "what is before now is over at once: name a later moment, or one that an action sets");
        }
        else if (!action.By.IsNetwork && !Ends(action.Body, out _))
        {
            diagnostics.Report(Rules.NeverPossible, refusal, $"'{action.Name}' can never be taken: {why} whatever the values are", "remove the action, or let this depend on a value");
        }
    }

    /// <summary>False when every way through the block is refused.</summary>
    private bool Ends(Block block, out bool goesOn)
    {
        goesOn = true;
        bool ends = false;
        foreach (Statement statement in block.Statements)
        {
            if (Refused(statement) is { } reason)
            {
                (refusal, why, goesOn) = (statement.Span, reason, false);
                return ends;
            }

            switch (statement)
            {
                case Statement.Outcome:
                    goesOn = false;
                    return true;
                case Statement.Require require when Folding.Truth(require.Condition) is false:
                    (refusal, why, goesOn) = (require.ConditionSpan, "this is false", false);
                    return ends;
                case Statement.If branch:
                    bool? chosen = Folding.Truth(branch.Condition), thenGoesOn = false, otherwiseGoesOn = false;
                    if (chosen is not false)
                    {
                        ends |= Ends(branch.Then, out bool on);
                        thenGoesOn = on;
                    }

                    if (chosen is not true)
                    {
                        ends |= Ends(branch.Otherwise, out bool on);
                        otherwiseGoesOn = on;
                    }

                    goesOn = thenGoesOn is true || otherwiseGoesOn is true;
                    if (!goesOn) return ends;
                    break;
            }
        }

        return ends;
    }

    /// <summary>Why the statement is refused as soon as it is reached; null where that depends on values.</summary>
    private static string? Refused(Statement statement)
    {
        Expression? amount = statement switch
        {
            Statement.Move move => move.Amount,
            Statement.Issue issue => issue.Amount,
            Statement.Redeem redeem => redeem.Amount,
            _ => null,
        };
        if (amount is not null && Folding.Number(amount) is <= 0) return "the amount is not above zero";
        return statement.Expressions.Any(DividesByZero) ? "this divides by zero" : null;
    }

    /// <summary>Whether what always runs of the expression divides by zero: of a choice its condition, of 'and' and 'or' the left side.</summary>
    private static bool DividesByZero(Expression expression)
    {
        Stack<Expression> left = new([expression]);
        while (left.TryPop(out Expression? next))
        {
            if (next is Expression.Quotient quotient && Folding.Number(quotient.Divisor) == 0) return true;
            if (next is Expression.Chain chain && chain.Factors.Any(static f => f.Divides && Folding.Number(f.Value) == 0)) return true;
            IReadOnlyList<Expression> always = next switch
            {
                Expression.And and => [and.Left],
                Expression.Or or => [or.Left],
                Expression.Choice choice => [choice.Condition],
                Expression.Quantified quantified => [quantified.List],
                _ => next.Children,
            };
            foreach (Expression child in always) left.Push(child);
        }

        return false;
    }
}
