using Settlement.Contracts.Language;

namespace Settlement.Contracts.Checking;

/// <summary>
/// Finds actions that nobody can ever take, whatever the values are: every way through one is refused by a condition of literals or
/// by an amount that is a literal and not above zero; or its window is never open. It folds literals and solves no conditions. What literals
/// make refuse in an expression is an error already (CD416), and of an automatic action the proof that it is never refused says so (CD609).
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
            if (IsRefused(statement))
            {
                (refusal, why, goesOn) = (statement.Span, "the amount is not above zero", false);
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

    /// <summary>Whether the statement is refused as soon as it is reached, whatever the values are.</summary>
    private static bool IsRefused(Statement statement)
    {
        Expression? amount = statement switch
        {
            Statement.Move move => move.Amount,
            Statement.Issue issue => issue.Amount,
            Statement.Redeem redeem => redeem.Amount,
            _ => null,
        };
        return amount is not null && Folding.Number(amount) is <= 0;
    }
}
