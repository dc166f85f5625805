using Settlement.Contracts.Language;

namespace Settlement.Contracts.Checking;

/// <summary>
/// Whoever takes an action computes what it sets, because it seals the values. A require that some members cannot decide is the
/// assertion of those who take the action or agree to it, so that one of them must be able to decide it.
/// </summary>
internal sealed class VouchCheck(IReadOnlyList<Party> parties, DiagnosticBag diagnostics)
{
    public void Run(ContractAction action)
    {
        // Of what a field may name, each must be able to; an automatic action may be demanded by any member, which reads all of it (CD506).
        Party[] takers = action.By.Party is { } party ? [party] : [.. parties.Where(static p => !p.Observes)];
        foreach (Statement statement in action.Body.All)
        {
            switch (statement)
            {
                case Statement.Set set when takers.FirstOrDefault(t => !set.Readers.Contains(t.Index)) is { } blind:
                    Report(action, set.Value, set.Span, blind, $"takes '{action.Name}' and seals the new value of '{set.Field.Name}', which it cannot compute");
                    break;
                case Statement.Require require when !action.AgreedBy.Any(a => require.Readers.Contains(a.Index))
                    && takers.FirstOrDefault(t => !require.Readers.Contains(t.Index)) is { } blind:
                    Report(action, require.Condition, require.ConditionSpan, blind,
                        action.AgreedBy.Count == 0 ? $"takes '{action.Name}' and cannot decide this" : $"takes '{action.Name}' and cannot decide this, nor can anyone who agrees to it");
                    break;
            }
        }
    }

    private void Report(ContractAction action, Expression expression, TextSpan span, Party blind, string what)
    {
        Field hidden = expression.Sources.First(f => !f.IsReadBy(blind));
        Party? knowing = parties.FirstOrDefault(p => !p.Observes && expression.Readers.Contains(p.Index));
        diagnostics.Report(Rules.NobodyVouches, span, $"'{blind.Name}' {what}: it does not read '{hidden.Name}'",
            knowing is null ? $"add {blind.Name} to the audience of {hidden.Name}" : $"let {knowing.Name} take '{action.Name}', or add {blind.Name} to the audience of {hidden.Name}");
    }
}
