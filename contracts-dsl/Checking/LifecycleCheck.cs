using Settlement.Contracts.Language;

namespace Settlement.Contracts.Checking;

/// <summary>Checks the life of an instance: every state is reached, every action can happen, and nothing is stuck where it may not rest.</summary>
internal sealed class LifecycleCheck(ContractSyntax syntax, IReadOnlyList<Party> parties, IReadOnlyList<Field> fields, IReadOnlyList<State> states, IReadOnlyList<ActionDraft> actions, DiagnosticBag diagnostics)
{
    public void Run()
    {
        if (actions.Count == 0 || states.Count == 0) return;
        if (actions.All(a => a.When.Count > 0))
        {
            diagnostics.Report(Rules.NothingCreates, actions[0].Syntax.Name.Span, "every action needs an instance, and none creates one", "one action must have no 'when'");
            return;
        }

        HashSet<State> reached = Reached();
        HashSet<State> explained = [];
        foreach (ActionDraft action in actions.Where(a => a.When.Count > 0 && !a.When.Any(reached.Contains)))
        {
            // The state behind a dead action is one mistake with it, and reported once.
            explained.UnionWith(action.When);
            explained.UnionWith(action.Outcomes);
            diagnostics.Report(Rules.NeverPossible, action.Syntax.Name.Span,
                $"'{action.Syntax.Name.Text}' can never be taken: nothing leads to {string.Join(" or ", action.When.Select(s => s.Name))}");
        }

        foreach (State state in states.Where(s => !reached.Contains(s) && !explained.Contains(s)))
            diagnostics.Report(Rules.Unreached, Place(state), $"nothing leads to the state '{state.Name}'", $"let an action end with '-> {state.Name}', or remove the state");
        CheckWaysOut(reached);
        if (actions.All(a => a.Action is not null && (a.Syntax.Window is null || a.Action.Window is not null)))
        {
            ContractAction[] all = [.. actions.Select(a => a.Action!)];
            new DeadEndCheck([.. states.Where(reached.Contains)], all, new Actors(parties, fields, all), diagnostics).Run(Place);
        }

        CheckAutomatic();
    }

    private TextSpan Place(State state) => syntax.States[state.Index].Name.Span;

    /// <summary>Of two automatic actions in one state, who demands one first would decide.</summary>
    private void CheckAutomatic()
    {
        foreach (State state in states)
        {
            foreach (ActionDraft second in actions.Where(a => a.Action is { By.IsNetwork: true } && a.When.Contains(state)).Skip(1))
                diagnostics.Report(Rules.TwoAutomatic, second.Syntax.Name.Span, $"'{second.Syntax.Name.Text}' is the second automatic action in the state '{state.Name}'", "make it one action that decides with 'if'");
        }
    }

    private HashSet<State> Reached()
    {
        HashSet<State> reached = [];
        ILookup<State, ActionDraft> from = actions.SelectMany(static a => a.When, static (a, s) => (Action: a, State: s)).ToLookup(static p => p.State, static p => p.Action);
        Queue<ActionDraft> next = new(actions.Where(static a => a.When.Count == 0));
        while (next.TryDequeue(out ActionDraft? action))
        {
            foreach (State state in action.Outcomes.Where(reached.Add))
            {
                foreach (ActionDraft following in from[state]) next.Enqueue(following);
            }
        }

        return reached;
    }

    /// <summary>From every state that is reached, some state where an instance may rest is within reach.</summary>
    private void CheckWaysOut(HashSet<State> reached)
    {
        HashSet<State> safe = [.. states.Where(s => s.MayRest)];
        ILookup<State, ActionDraft> to = actions.SelectMany(static a => a.Outcomes, static (a, s) => (Action: a, State: s)).ToLookup(static p => p.State, static p => p.Action);
        Queue<State> next = new(safe);
        while (next.TryDequeue(out State? reaches))
        {
            foreach (State state in to[reaches].SelectMany(static a => a.When).Where(safe.Add)) next.Enqueue(state);
        }

        foreach (State state in states.Where(s => reached.Contains(s) && !safe.Contains(s)))
        {
            string message = actions.Any(a => a.When.Contains(state))
                ? $"from '{state.Name}' no action ever leads to a state where an instance may rest"
                : $"no action leads out of '{state.Name}', and an instance may not rest there";
            diagnostics.Report(Rules.NoWayOut, Place(state), message, $"write '{state.Name} may rest', or add an action 'when {state.Name}'");
        }
    }
}
