using Settlement.Contracts.Language;

namespace Settlement.Contracts.Checking;

/// <summary>From a contract as written to one that can run, or to everything that prevents it.</summary>
internal sealed class ContractBinder(ContractSyntax syntax, DiagnosticBag diagnostics)
{
    /// <summary>What the checks that go over all ways between states may do together.</summary>
    private readonly Steps steps = new(Limits.StepsOfChecks);

    /// <summary>False only in tests.</summary>
    public bool ChecksFlow { get; init; } = true;

    /// <summary>Null when there is any error.</summary>
    public Contract? Bind(string source)
    {
        if (!new SizeCheck(diagnostics).Fits(syntax)) return null;
        if (syntax.Replaces is { } replaces && replaces.Number >= syntax.Version)
            diagnostics.Report(Rules.ReplacesLater, replaces.Span, "a version replaces one before it", "raise the version, or name an earlier one");
        // A section that is missing is reported, and its names are not unknown one by one.
        bool lacking = diagnostics.Errors > 0 && (syntax.Parties.Count == 0 || syntax.States.Count == 0);
        var scope = new Scope(diagnostics, syntax.Incomplete || lacking);
        var declarations = new DeclarationBinder(scope);
        List<Unit> units = declarations.Units(syntax.Units);
        List<CodeSet> codeSets = declarations.CodeSets(syntax.CodeSets);
        List<Party> parties = declarations.Parties(syntax.Parties);
        // States come before fields here so that a field named like a state is the one reported.
        List<State> states = declarations.States(syntax.States);
        List<Field> fields = declarations.Fields(scope, syntax.Fields, 0, parties, usual: null);
        List<ActionDraft> drafts = [];
        foreach (ActionSyntax action in syntax.Actions) drafts.Add(new ActionBinder(action, scope, parties, fields).Bind(drafts.Count, declarations));
        List<ContractAction> actions = [.. drafts.Select(d => d.Action).OfType<ContractAction>()];
        Check(states, fields, parties, drafts, actions);
        if (diagnostics.Errors > 0) return null;
        WarnOfUnused(parties, fields, actions);
        new ConsentCheck(parties, fields, actions, steps, diagnostics).Run();
        if (!IsChecked()) return null;
        ContractParts parts = new(syntax.Name.Text, syntax.Version, syntax.Replaces?.Number, DeclarationBinder.Doc(syntax.Docs),
            units, codeSets, parties, fields, states, actions);
        return new Contract(parts, ContractPrinter.Print(syntax), source);
    }

    private void Check(List<State> states, List<Field> fields, List<Party> parties, List<ActionDraft> drafts, List<ContractAction> actions)
    {
        new CaseCheck(diagnostics).Run(drafts);
        if (!syntax.Incomplete && drafts.All(a => a.Complete)) new LifecycleCheck(syntax, parties, fields, states, drafts, diagnostics).Run();
        // Who reads what is known only when everything that declares parties and fields could be read.
        if (!syntax.Incomplete && ChecksFlow)
        {
            foreach (ActionDraft draft in drafts.Where(d => d.Action is not null && d.Readable)) new FlowCheck(parties, draft.Action!, diagnostics).Run(draft.Sound);
        }

        if (diagnostics.Errors > 0) return;
        new ResidencyCheck(fields, actions, steps, diagnostics).Run();
        foreach (ContractAction action in actions)
        {
            new FutileCheck(diagnostics).Run(action);
            new OfferCheck(action, diagnostics).Run();
            if (ChecksFlow) new VouchCheck(parties, diagnostics).Run(action);
        }

        new MoneyCheck(syntax, states, actions, steps, diagnostics).Run();
        if (!IsChecked()) return;
        if (ChecksFlow && diagnostics.Errors == 0) new AutomaticCheck(parties, fields, actions, diagnostics).Run();
        new CostCheck(diagnostics).Run(fields, actions);
    }

    /// <summary>False after a report when the checks had to give up, so that what they did not find says nothing.</summary>
    private bool IsChecked()
    {
        if (!steps.AreSpent) return true;
        diagnostics.Report(Rules.TooMany, syntax.Name.Span, "this contract is too much to check: too many statements depend on too many fields, on too many ways", "split the contract, or let fewer of its actions lead to each other");
        return false;
    }

    private void WarnOfUnused(IReadOnlyList<Party> parties, IReadOnlyList<Field> fields, IReadOnlyList<ContractAction> actions)
    {
        HashSet<Party> used = [.. fields.SelectMany(f => f.Audience)];
        foreach (ContractAction action in actions)
        {
            if (action.By.Party is { } actor) used.Add(actor);
            used.UnionWith(action.AgreedBy);
            used.UnionWith(action.Parameters.SelectMany(p => p.Audience));
            used.UnionWith(action.Body.All.OfType<Statement.ForEachPlayer>().Select(e => e.Party));
            used.UnionWith(action.Expressions.SelectMany(e => e.Nodes).OfType<Expression.Player>().Select(p => p.Party));
        }

        foreach (Party party in parties.Where(p => !used.Contains(p)))
            diagnostics.Report(Rules.UnusedParty, syntax.Parties[party.Index].Name.Span, $"'{party.Name}' reads nothing and does nothing", "remove it");
    }
}
