using System.Globalization;
using Settlement.Contracts.Language;

namespace Settlement.Contracts.Checking;

/// <summary>Refuses an action whose bound of steps or bytes is beyond what every node agrees to spend.</summary>
internal sealed class CostCheck(DiagnosticBag diagnostics)
{
    public void Run(IReadOnlyList<Field> fields, IReadOnlyList<ContractAction> actions)
    {
        foreach (ContractAction action in actions)
        {
            CostBound cost = CostBound.Of(fields, action);
            if (cost.Steps > CostBound.MaxSteps)
                diagnostics.Report(Rules.TooManySteps, action.NameSpan, string.Create(CultureInfo.InvariantCulture, $"'{action.Name}' can need {cost.Steps} steps, and at most {CostBound.MaxSteps} are allowed"), "shorten its lists, or go over them less often");
            if (cost.Bytes > CostBound.MaxBytes)
                diagnostics.Report(Rules.TooManyBytes, action.NameSpan, string.Create(CultureInfo.InvariantCulture, $"the values of '{action.Name}' can have {cost.Bytes} bytes, and at most {CostBound.MaxBytes} are allowed"), "shorten its texts and lists");
        }
    }
}
