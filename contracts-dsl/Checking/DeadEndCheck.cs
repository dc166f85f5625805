using Settlement.Contracts.Language;

namespace Settlement.Contracts.Checking;

/// <summary>
/// Finds the states where an instance may not rest and yet can be stuck once a moment has passed: every way out closes. A way stays
/// open when it has no window, opens 'after' a moment (which comes, and does not go), or opens again and again as time goes on. One
/// that has closed, or may never open, does when a way that stays open leads back to it and sets what its moment reads.
/// </summary>
/// <param name="states">The states that are reached.</param>
/// <param name="actions">All actions.</param>
/// <param name="diagnostics">Where it reports.</param>
internal sealed class DeadEndCheck(IReadOnlyList<State> states, IReadOnlyList<ContractAction> actions, DiagnosticBag diagnostics)
{
    public void Run(Func<State, TextSpan> place)
    {
        HashSet<State> once = Safe(static (_, _) => true), always = Safe((state, action) => StaysOpen(action) || OpensAgain(state, action));
        foreach (State state in states.Where(s => once.Contains(s) && !always.Contains(s)))
        {
            // The state to blame is one with a way out that closes; those before it are stuck only because of it.
            ContractAction[] closing = [.. actions.Where(a => a.When.Contains(state) && !StaysOpen(a) && !OpensAgain(state, a) && a.Outcomes.Any(once.Contains))];
            // A way that is never open at all is a fault of its own (CD603).
            if (closing.Length == 0 || closing.Any(static a => MovingMoments.Of(a.Window!) == Openness.Never)) continue;
            ContractAction last = closing[^1];
            string window = last.Window!.Written.Split(" else ")[0];
            if (last.Window.Moment.Nodes.Any(static e => e is Expression.Now or Expression.Today))
            {
                diagnostics.Report(Rules.DeadEnd, place(state), $"no way out of '{state.Name}' is sure to be open some day: '{window}' of '{last.Name}' moves on with the time and may never be, and an instance may not rest there",
                    $"let an automatic action lead on, after a moment that does not move: on ACTION by network when {state.Name} after MOMENT");
                continue;
            }

            // A parameter is given when an action is taken, and nobody gives one to the network.
            string moment = last.Window.Moment.Sources.Any(last.Parameters.Contains) ? "MOMENT, of a field that keeps it"
                : window is ['b', 'y', ' ', .. var written] ? written : "that moment";
            diagnostics.Report(Rules.DeadEnd, place(state), $"every way out of '{state.Name}' closes, the last with '{window}' of '{last.Name}', and an instance may not rest there",
                $"let an automatic action lead on: on ACTION by network when {state.Name} after {moment}");
        }
    }

    private static bool StaysOpen(ContractAction action) => action.Window is not { } window || MovingMoments.Of(window) >= Openness.Recurs;

    /// <summary>The states from which a state where an instance may rest is within reach by the ways that count.</summary>
    private HashSet<State> Safe(Func<State, ContractAction, bool> counts)
    {
        HashSet<State> safe = [.. states.Where(static s => s.MayRest)];
        for (int before = -1; before < safe.Count;)
        {
            before = safe.Count;
            safe.UnionWith(states.Where(s => !safe.Contains(s) && actions.Any(a => a.When.Contains(s) && a.Outcomes.Any(safe.Contains) && counts(s, a))));
        }

        return safe;
    }

    /// <summary>Whether from the state, by ways that stay open, something sets what the moment of a closed way reads and leads back to it.</summary>
    private bool OpensAgain(State state, ContractAction closed)
    {
        HashSet<Field> reads = [.. closed.Window!.Moment.Sources];
        return Within([state]) is var near && actions.Any(a => StaysOpen(a) && a.When.Any(near.Contains) && a.Updates.Any(reads.Contains) && Within(a.Outcomes).Overlaps(closed.When));
    }

    private HashSet<State> Within(IEnumerable<State> from)
    {
        HashSet<State> within = [.. from];
        for (int before = -1; before < within.Count;)
        {
            before = within.Count;
            within.UnionWith(actions.Where(a => StaysOpen(a) && a.When.Any(within.Contains)).SelectMany(static a => a.Outcomes));
        }

        return within;
    }
}
