namespace Settlement.Contracts.Checking;

/// <summary>An action may be written in several cases under one name. In every state at most one of them can be taken.</summary>
internal sealed class CaseCheck(Language.DiagnosticBag diagnostics)
{
    public void Run(IReadOnlyList<ActionDraft> drafts)
    {
        foreach (IGrouping<string, ActionDraft> cases in drafts.GroupBy(d => d.Syntax.Name.Text).Where(g => g.Count() > 1))
        {
            // A case without 'when' stands where there is no instance.
            HashSet<State?> taken = [];
            foreach (ActionDraft draft in cases.Where(c => !c.Syntax.Broken))
            {
                List<State?> own = draft.Syntax.When.Count == 0 ? [null] : [.. draft.When];
                List<State?> twice = [.. own.Where(taken.Contains)];
                if (own.Count > 0 && twice.Count == own.Count)
                    diagnostics.Report(Rules.CaseHidden, draft.Syntax.Name.Span, $"this case of '{cases.Key}' is never taken: those before it have {Named(twice)}", "remove it, or give it a name of its own");
                else if (twice.Count > 0)
                    diagnostics.Report(Rules.CasesOverlap, draft.Syntax.Name.Span, $"another case of '{cases.Key}' has {Named(twice)} too", "let each state have one case");
                taken.UnionWith(own);
            }
        }
    }

    private static string Named(IEnumerable<State?> states) => string.Join(" and ", states.Select(s => s is null ? "the creation of an instance" : s.Name));
}
