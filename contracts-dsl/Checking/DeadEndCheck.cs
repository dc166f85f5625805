using Settlement.Contracts.Language;

namespace Settlement.Contracts.Checking;

/// <summary>
/// Finds the states where an instance may not rest and yet can be stuck once a moment has passed: every way out closes. A way stays
/// open when it has no window, opens 'after' a moment (which comes, and does not go), or opens again and again as time goes on. One
/// that has closed, or may never open, does when a way that stays open leads back to it and sets what its moment reads. A way that only an observer may be named for is none at all.
/// </summary>
internal sealed class DeadEndCheck
{
    private readonly IReadOnlyList<State> states;
    private readonly IReadOnlyList<Way> ways;
    private readonly ILookup<int, Way> to;
    private readonly Label[] within;

    /// <summary>By a way that closes: from where something leads back to it that sets what its moment reads, by ways that stay open.</summary>
    private readonly Dictionary<Way, Label> reopened;
    private readonly DiagnosticBag diagnostics;

    /// <param name="states">The states that are reached.</param>
    /// <param name="actions">All actions.</param>
    /// <param name="actors">Who can act.</param>
    /// <param name="diagnostics">Where it reports.</param>
    public DeadEndCheck(IReadOnlyList<State> states, IReadOnlyList<ContractAction> actions, Actors actors, DiagnosticBag diagnostics)
    {
        (this.states, this.diagnostics) = (states, diagnostics);
        ways = [.. actions.Select(a => new Way(a, actors.CanAct(a), Set(a.When.Select(static s => s.Index)), Set(a.Outcomes.Select(static s => s.Index)), Set(a.Updates.Select(static f => f.Index))))];
        to = ways.SelectMany(static w => w.Action.Outcomes, static (w, s) => (Way: w, State: s.Index)).ToLookup(static p => p.State, static p => p.Way);
        within = Reached(ways);
        (Way Way, Label To)[] open = [.. ways.Where(static w => w.StaysOpen).Select(w => (w, within.Where((_, i) => w.To.Contains(i)).Aggregate(w.To, static (all, one) => all | one)))];
        reopened = ways.Where(static w => !w.StaysOpen).ToDictionary(static w => w, closed => open.Where(o => o.Way.Sets.Overlaps(closed.Reads) && o.To.Overlaps(closed.From)).Aggregate(Label.Nobody, static (all, o) => all | o.Way.From));
    }

    public void Run(Func<State, TextSpan> place)
    {
        Label once = Safe(static (_, _) => true), always = Safe((state, way) => way.StaysOpen || OpensAgain(state, way));
        foreach (State state in states.Where(s => once.Contains(s.Index) && !always.Contains(s.Index)))
        {
            // The state to blame is one with a way out that closes; those before it are stuck only because of it.
            Way[] shut = [.. ways.Where(w => w.From.Contains(state.Index) && !w.StaysOpen && w.To.Overlaps(once) && !OpensAgain(state, w))];
            if (shut.FirstOrDefault(static w => !w.CanAct) is { Action: var named })
            {
                string field = named.By.Field!.Name;
                diagnostics.Report(Rules.DeadEnd, place(state), $"no way out of '{state.Name}' is sure to be taken: '{field}' says who takes '{named.Name}' and may name an observer, who cannot, and an instance may not rest there",
                    $"require in every action that supplies or sets {field} whom it may name, or let an automatic action lead on");
                continue;
            }

            ContractAction[] closing = [.. shut.Select(static w => w.Action)];
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

    /// <summary>An action by the numbers of states and fields.</summary>
    /// <param name="action">The action.</param>
    /// <param name="canAct">False when who acts may be nobody who can.</param>
    /// <param name="from">The states in which it can be taken.</param>
    /// <param name="to">Those to which it leads.</param>
    /// <param name="sets">The fields to which it may give another value.</param>
    private sealed class Way(ContractAction action, bool canAct, Label from, Label to, Label sets)
    {
        public ContractAction Action { get; } = action;

        public Label From { get; } = from;

        public Label To { get; } = to;

        public Label Sets { get; } = sets;

        public bool CanAct => canAct;

        public bool StaysOpen { get; } = canAct && (action.Window is not { } window || MovingMoments.Of(window) >= Openness.Recurs);

        /// <summary>What its moment reads of the instance's fields, or of its own parameters, which nothing sets.</summary>
        public Label Reads { get; } = action.Window is { } window ? Set(window.Moment.Sources.Select(static f => f.Index)) : Label.Nobody;
    }

    private static Label Set(IEnumerable<int> numbers) => numbers.Aggregate(Label.Nobody, static (set, number) => set.With(number));

    /// <summary>The states from which a state where an instance may rest is within reach by the ways that count.</summary>
    private Label Safe(Func<State, Way, bool> counts)
    {
        Queue<State> next = new(states.Where(static s => s.MayRest));
        Label safe = Set(next.Select(static s => s.Index));
        while (next.TryDequeue(out State? reaches))
        {
            foreach (Way way in to[reaches.Index])
            {
                foreach (State state in way.Action.When.Where(s => !safe.Contains(s.Index) && counts(s, way)))
                {
                    safe = safe.With(state.Index);
                    next.Enqueue(state);
                }
            }
        }

        return safe;
    }

    /// <summary>Whether from the state, by ways that stay open, something sets what the moment of a closed way reads and leads back to it.</summary>
    private bool OpensAgain(State state, Way closed) => closed.CanAct && reopened[closed].Overlaps(within[state.Index]);

    /// <summary>By state: those within reach by ways that stay open, itself among them.</summary>
    private static Label[] Reached(IReadOnlyList<Way> ways)
    {
        int most = ways.SelectMany(static w => w.Action.When.Concat(w.Action.Outcomes)).Select(static s => s.Index).DefaultIfEmpty(-1).Max();
        Label[] reached = [.. Enumerable.Range(0, most + 1).Select(static i => Label.Nobody.With(i))];
        foreach (Way way in ways.Where(static w => w.StaysOpen))
        {
            foreach (State state in way.Action.When) reached[state.Index] |= way.To;
        }

        for (int through = 0; through < reached.Length; through++)
        {
            for (int i = 0; i < reached.Length; i++)
            {
                if (reached[i].Contains(through)) reached[i] |= reached[through];
            }
        }

        return reached;
    }
}
