using Settlement.Contracts.Language;

namespace Settlement.Contracts.Checking;

/// <summary>Personal data stays where it is called so: a value that depends on it is stored in a field of the same exporter.</summary>
internal sealed class ResidencyCheck(DiagnosticBag diagnostics)
{
    public void Run(ContractAction action)
    {
        foreach (Statement.Set set in action.Body.All.OfType<Statement.Set>())
        {
            if (set.Value.Sources.FirstOrDefault(f => f.PersonalOf is not null && f.PersonalOf != set.Field.PersonalOf) is not { } source) continue;
            diagnostics.Report(Rules.PersonalLeaves, set.Span, $"'{source.Name}' is personal of {source.PersonalOf!.Name}, and '{set.Field.Name}', which is set from it, is not",
                $"declare {set.Field.Name} as personal of {source.PersonalOf.Name}");
        }
    }
}
