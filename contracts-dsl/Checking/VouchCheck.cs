using Settlement.Contracts.Language;

namespace Settlement.Contracts.Checking;

/// <summary>
/// Whoever takes an action computes what it sets, because it seals the values. A require that some members cannot decide, and a value
/// that is named and that they cannot compute though it may refuse, is the assertion of those who take the action or agree to it, so
/// that one of them must be able to. All else that may refuse every member computes (CD505).
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
                case Statement.Require require: Asserted(action, takers, require.Readers, require.Condition, require.ConditionSpan, "decide this"); break;
                case Statement.Let let when let.Value.MayRefuse: Asserted(action, takers, let.Local.Readers, let.Value, let.Span, "tell whether this fits"); break;
            }
        }
    }

    private void Asserted(ContractAction action, Party[] takers, Label readers, Expression expression, TextSpan span, string what)
    {
        if (action.AgreedBy.Any(a => readers.Contains(a.Index)) || takers.FirstOrDefault(t => !readers.Contains(t.Index)) is not { } blind) return;
        Report(action, expression, span, blind, $"takes '{action.Name}' and cannot {what}{(action.AgreedBy.Count == 0 ? "" : ", nor can anyone who agrees to it")}");
    }

    private void Report(ContractAction action, Expression expression, TextSpan span, Party blind, string what)
    {
        Field hidden = expression.Sources.First(f => !f.IsReadBy(blind));
        Party? knowing = parties.FirstOrDefault(p => !p.Observes && expression.Readers.Contains(p.Index));
        diagnostics.Report(Rules.NobodyVouches, span, $"'{blind.Name}' {what}: it does not read '{hidden.Name}'",
            knowing is null ? $"add {blind.Name} to the audience of {hidden.Name}" : $"let {knowing.Name} take '{action.Name}', or add {blind.Name} to the audience of {hidden.Name}");
    }
}
