using Settlement.Contracts.Language;

namespace Settlement.Contracts.Checking;

/// <summary>
/// Nobody decides an automatic action, so that one which is refused stays refused: the instance is stuck. Whatever may refuse in one
/// must be impossible by what every way to its states has required, moved, reserved or set; only the channel's test of cover may still
/// refuse, because it can hold later. A walk over all ways gathers what is known in each state, and a second one reports.
/// </summary>
internal sealed class AutomaticCheck
{
    private const int VisitsBeforeWidening = 4, StepsOfAStatement = 4;

    private readonly IReadOnlyList<ContractAction> actions;
    private readonly DiagnosticBag diagnostics;
    private readonly Steps steps = new(Limits.StepsOfProof);
    private readonly Things things;
    private readonly Known known;
    private readonly Assumptions assumptions;
    private readonly Doubts doubts;
    private readonly Dictionary<int, Facts> inState = [];
    private readonly Dictionary<int, int> visits = [];
    private readonly Queue<State> toVisit = [];
    private readonly HashSet<int> waiting = [];
    private ContractAction? reported;

    public AutomaticCheck(IReadOnlyList<Party> parties, IReadOnlyList<Field> fields, IReadOnlyList<ContractAction> actions, DiagnosticBag diagnostics)
    {
        this.actions = actions;
        this.diagnostics = diagnostics;
        things = new Things(fields, actions, steps);
        known = new Known(parties, Counters.Of(fields, actions), steps);
        assumptions = new Assumptions(known);
        doubts = new Doubts(known, assumptions);
    }

    public void Run()
    {
        if (!actions.Any(static a => a.By.IsNetwork)) return;
        foreach (ContractAction action in actions.Where(static a => a.Creates)) Begin(action, Facts.None(things));
        ILookup<int, ContractAction> from = actions.SelectMany(static a => a.When, static (a, s) => (State: s.Index, Action: a)).ToLookup(static p => p.State, static p => p.Action);
        while (!steps.AreSpent && toVisit.TryDequeue(out State? state))
        {
            waiting.Remove(state.Index);
            foreach (ContractAction action in from[state.Index]) Begin(action, inState[state.Index]);
        }

        foreach (ContractAction action in actions.Where(static a => a.By.IsNetwork))
        {
            foreach (State state in action.When.Where(s => inState.ContainsKey(s.Index)))
            {
                reported = action;
                things.Begin();
                if (action.Window is { } window) Report(doubts.Of(window.Moment, inState[state.Index]), window.Span);
                Walk(action.Body, inState[state.Index]);
            }
        }

        if (!steps.AreSpent) return;
        ContractAction first = actions.First(static a => a.By.IsNetwork);
        diagnostics.Report(Rules.MayBeStuck, first.Body.Statements[0].Span, $"that '{first.Name}' is never refused is too much to prove: the contract has too many ways to it",
            "let a bank take what the network takes here, set fields to results in the actions before it, use fewer states, or fewer 'and' and 'or' within each other");
    }

    private void Begin(ContractAction action, Facts facts)
    {
        things.Begin();
        Walk(action.Body, facts);
    }

    /// <summary>What is known after the block; null when nothing comes after it: every way ended with an outcome, or nothing gets there.</summary>
    private Facts? Walk(Block block, Facts facts)
    {
        foreach (Statement statement in block.Statements)
        {
            steps.Take(StepsOfAStatement);
            if (facts.AreImpossible || steps.AreSpent) return null;
            switch (statement)
            {
                case Statement.Outcome outcome:
                    if (reported is null) Arrive(outcome.State, facts);
                    return null;
                case Statement.If branch:
                    Report(reported is null ? null : doubts.Of(branch.Condition, facts), branch.ConditionSpan);
                    Facts? then = Walk(branch.Then, assumptions.Assume(branch.Condition, true, facts));
                    Facts? otherwise = Walk(branch.Otherwise, assumptions.Assume(branch.Condition, false, facts));
                    if ((then is null ? otherwise : otherwise is null ? then : then.Or(otherwise)) is not { } joined) return null;
                    facts = joined;
                    break;
                default:
                    facts = After(statement, facts);
                    break;
            }
        }

        return facts;
    }

    private Facts After(Statement statement, Facts facts)
    {
        switch (statement)
        {
            case Statement.Let let:
                return Assigned(let.Local, let.Value, facts, Report(reported is null ? null : doubts.Of(let.Value, facts), let.Span));
            case Statement.Set set:
                return Assigned(set.Field, set.Value, facts, Report(reported is null ? null : doubts.Of(set.Value, facts), set.Span));
            case Statement.Clear clear: return facts.Without(clear.Field).WithPresence(clear.Field, isPresent: false);
            case Statement.Require require: return assumptions.Assume(require.Condition, true, facts);
            case Statement.Move move: return Moved(move.Amount, move.AmountSpan, move.From, move.To, move.Span, facts);
            case Statement.Reserve reserve: return Moved(reserve.Amount, reserve.Span, reserve.From, null, reserve.Span, facts);
            case Statement.Issue issue:
                ReportAgent("the posting that it cites may not exist, or have served already", issue.Span);
                return Assumptions.Moved(issue.Amount, facts);
            case Statement.Redeem redeem:
                ReportAgent("the settlement agent may not take the money", redeem.Span);
                return Assumptions.Moved(redeem.Amount, facts);
            // What is released was reserved, by somebody who could, and has not changed (CD903, CD904).
            case Statement.Release release: return Assumptions.Moved(release.Amount, facts);
            case Statement.ForEachPlayer each: return ForEach(each, facts);
            case Statement.ForEachValue each:
                Report(reported is null ? null : doubts.Of(each.List, facts), each.ListSpan);
                facts = Repeated(each, facts);
                Walk(each.Body, doubts.Element(each.List, each.Element, facts));
                return facts;
            default: throw new InvalidOperationException("An unknown statement.");
        }
    }

    private Facts Moved(Expression amount, TextSpan amountSpan, Expression from, Expression? to, TextSpan span, Facts facts)
    {
        if (reported is not null)
        {
            Report(doubts.OfAmount(amount, facts), amountSpan);
            Report(doubts.OfHolders(from, to, facts), span);
        }

        return Assumptions.Moved(amount, facts);
    }

    /// <summary>What every round leaves of each participant's value holds of all.</summary>
    private Facts ForEach(Statement.ForEachPlayer each, Facts facts)
    {
        facts = Repeated(each, facts);
        if (Walk(each.Body, facts.WithPlayers(new Thing(each.Participant), Label.Nobody.With(each.Party.Index))) is not { } round) return facts;
        return things.PartsOf(each.Participant).Aggregate(facts, (all, part) => all.WithBounds(part with { Of = null }, round.BoundsOf(part)));
    }

    /// <summary>What a loop sets may be set already when a round begins.</summary>
    private static Facts Repeated(Statement loop, Facts facts) => loop.All.Aggregate(facts, static (left, s) => s switch
    {
        Statement.Set set => left.Without(set.Field),
        Statement.Clear clear => left.Without(clear.Field),
        _ => left,
    });

    /// <param name="reports">True when its value was reported, so that nothing is said of what follows from it.</param>
    private Facts Assigned(object name, Expression value, Facts facts, bool reports)
    {
        Thing thing = new(name);
        Bounds bounds = reports ? Bounds.Positive : known.BoundsOf(value, facts);
        // A list hands on what is known of all its values, and how many they are.
        Thing? list = Known.ThingOf(value) is { IsList: true } other ? other : null;
        Bounds count = list is null ? Bounds.Any : known.CountOf(value, facts);
        Thing? currency = value.IsMoney ? Known.CurrencyOf(value, facts) : list is { } all && facts.IsOfOneCurrency(all) ? list : null;
        Label players = known.PlayersOf(value, facts);
        bool isParty = Known.TypeOf(value) is PartyType || value is Expression.Player;
        bool keeps = currency is { } of && facts.AreOfOneCurrency(of, thing);
        facts = facts.Without(name, keeps).WithBounds(thing, bounds);
        if (currency is { } one && !keeps) facts = facts.WithOneCurrency(thing, one);
        if (list is not null) facts = facts.WithBounds(thing with { IsCount = true }, count);
        return isParty ? facts.WithPlayers(thing, players) : facts;
    }

    private void Arrive(State state, Facts facts)
    {
        if (inState.TryGetValue(state.Index, out Facts? before))
        {
            if (before.SaysNoMoreThan(facts)) return;
            facts = before.Or(facts.OfFields());
            visits[state.Index] = visits.GetValueOrDefault(state.Index) + 1;
            if (visits[state.Index] > VisitsBeforeWidening) facts = facts.Widened(before);
        }
        else
        {
            facts = facts.OfFields();
        }

        inState[state.Index] = facts;
        if (waiting.Add(state.Index)) toVisit.Enqueue(state);
    }

    /// <summary>What the settlement agent does is no value, so that no condition makes sure of it.</summary>
    private void ReportAgent(string because, TextSpan span)
    {
        if (reported is null || steps.AreSpent) return;
        diagnostics.Report(Rules.MayBeStuck, span, $"'{reported.Name}' may be refused here for ever: {because}", "let a bank take this action, who can answer to the settlement agent");
    }

    private bool Report(Doubt? doubt, TextSpan span)
    {
        if (doubt is null || reported is null || steps.AreSpent) return false;
        diagnostics.Report(Rules.MayBeStuck, span, $"'{reported.Name}' may be refused here for ever with {doubt.Code}: {doubt.Because}", doubt.Mend);
        return true;
    }
}
