using Settlement.Contracts.Language;

namespace Settlement.Contracts.Checking;

/// <summary>From a contract as written to one that can run, or to everything that prevents it.</summary>
internal sealed class ContractBinder(ContractSyntax syntax, DiagnosticBag diagnostics)
{
    private readonly HashSet<string> actionNames = new(StringComparer.Ordinal);

    /// <summary>Null when there is any error.</summary>
    public Contract? Bind(string source)
    {
        if (!new SizeCheck(diagnostics).Fits(syntax)) return null;
        var scope = new Scope(diagnostics, syntax.Incomplete);
        var declarations = new DeclarationBinder(scope);
        List<Party> parties = declarations.Parties(syntax.Parties);
        // States come before fields here so that a field named like a state is the one reported.
        List<State> states = declarations.States(syntax.States);
        List<Field> fields = declarations.Fields(scope, syntax.Fields, 0, parties, usual: null);
        List<ActionDraft> actions = [];
        foreach (ActionSyntax action in syntax.Actions)
        {
            if (!actionNames.Add(action.Name.Text))
                diagnostics.Report(Rules.NameTwice, action.Name.Span, $"there is already an action called '{action.Name.Text}'", "choose another name");
            actions.Add(new ActionBinder(action, scope, parties, fields).Bind(actions.Count, declarations));
        }

        if (!syntax.Incomplete && actions.All(a => a.Complete)) new LifecycleCheck(syntax, states, actions, diagnostics).Run();
        if (diagnostics.Errors > 0) return null;
        WarnOfUnused(parties, fields, actions);
        return new Contract(syntax.Name.Text, syntax.Version, DeclarationBinder.Doc(syntax.Docs), parties, fields, states,
            [.. actions.Select(Finish)], ContractPrinter.Print(syntax), source);
    }

    private static ContractAction Finish(ActionDraft draft) => new(draft.Index, draft.Syntax.Name.Text, DeclarationBinder.Doc(draft.Syntax.Docs),
        draft.By!, draft.AgreedBy, draft.When, draft.Parameters, draft.Statements, draft.Next!);

    private void WarnOfUnused(IReadOnlyList<Party> parties, IReadOnlyList<Field> fields, IReadOnlyList<ActionDraft> actions)
    {
        HashSet<Party> used = [.. fields.SelectMany(f => f.Audience)];
        foreach (ActionDraft action in actions)
        {
            used.Add(action.By!);
            used.UnionWith(action.AgreedBy);
            used.UnionWith(action.Parameters.SelectMany(p => p.Audience));
            used.UnionWith(action.Statements.OfType<Statement.Issue>().Select(i => i.To));
            used.UnionWith(action.Statements.OfType<Statement.Move>().SelectMany(m => new[] { m.From, m.To }));
        }

        foreach (Party party in parties.Where(p => !used.Contains(p)))
            diagnostics.Report(Rules.UnusedParty, syntax.Parties[party.Index].Name.Span, $"'{party.Name}' reads nothing and does nothing", "remove it");
    }
}
