using Settlement.Contracts.Language;

namespace Settlement.Contracts.Checking;

/// <summary>
/// Warns where money leaves a position whose bank need not have taken or agreed to anything by then, or only to another amount:
/// one that others have chosen since, or as often as others choose. Banks may mean that (a direct debit under a mandate), and have then agreed by pinning the
/// contract; who reviews it should know.
/// </summary>
internal sealed class ConsentCheck(IReadOnlyList<Party> parties, IReadOnlyList<Field> fields, IReadOnlyList<ContractAction> actions, Steps steps, DiagnosticBag diagnostics)
{
    /// <summary>Who has taken or agreed to an action on every way to a state; what nobody reaches is not there.</summary>
    private readonly Dictionary<State, Label> agreed = [];

    /// <summary>By state, for each field, for whom others may have chosen its value on some way there, since the party last took or agreed to an action.</summary>
    private readonly Dictionary<State, Label[]> chosen = [];
    private readonly Queue<State> toVisit = [];
    private readonly Label everybody = Label.Of(parties);
    private readonly RepeatCheck repeats = new(actions, Consenting, steps);

    public void Run()
    {
        ILookup<State, ContractAction> from = actions.SelectMany(static a => a.When, static (a, s) => (Action: a, State: s)).ToLookup(static p => p.State, static p => p.Action);
        HashSet<State> waiting = [];
        foreach (ContractAction action in actions.Where(static a => a.Creates)) Arrive(action, Label.Nobody, new Label[fields.Count], waiting);
        while (!steps.AreSpent && toVisit.TryDequeue(out State? state))
        {
            waiting.Remove(state);
            foreach (ContractAction action in from[state]) Arrive(action, agreed[state], chosen[state], waiting);
        }

        foreach (ContractAction action in actions) Check(action);
    }

    private void Arrive(ContractAction action, Label before, Label[] known, HashSet<State> waiting)
    {
        Label after = before | Consenting(action);
        known = Chosen(action, known);
        foreach (State state in action.Outcomes)
        {
            steps.Take(1 + fields.Count);
            bool first = !agreed.TryGetValue(state, out Label other);
            Label everyWay = first ? after : other & after;
            Label[] someWay = first ? known : [.. known.Zip(chosen[state], static (one, two) => one | two)];
            if (!first && other == everyWay && someWay.SequenceEqual(chosen[state])) continue;
            agreed[state] = everyWay;
            chosen[state] = someWay;
            if (waiting.Add(state)) toVisit.Enqueue(state);
        }
    }

    /// <summary>What the action leaves of it: whoever takes it or agrees to it knows all values, and others may have chosen what it sets.</summary>
    private Label[] Chosen(ContractAction action, Label[] before)
    {
        Label consenting = Consenting(action), others = everybody.Except(consenting);
        Label[] after = [.. before.Select(l => l.Except(consenting))];
        Statement.Set[] sets = [.. action.Body.All.OfType<Statement.Set>()];
        Field[][] sources = [.. sets.Select(static s => s.Value.Sources.ToArray())];
        bool grows = true;
        while (grows && !steps.AreSpent)
        {
            grows = false;
            for (int i = 0; i < sets.Length; i++)
            {
                steps.Take(1 + sources[i].Length);
                ref Label known = ref after[sets[i].Field.Index];
                Label more = known | (others & sources[i].Aggregate(Label.Nobody, (all, f) => all | ChosenOf(f, after)));
                grows |= more != known;
                known = more;
            }
        }

        return after;
    }

    /// <summary>For whom others chose the value, or only others know it: not those who have agreed to it, or to all from which it follows.</summary>
    private Label ChosenOf(Field field, Label[] known) => field.Index >= fields.Count ? Label.Everybody : Label.Everybody.Except(field.Readers) | known[field.Index];

    /// <summary>What of the value others chose, or only others know; null when the party has agreed to all of it.</summary>
    private Field? ChosenBy(Expression value, Party party, Label[] known) => value.Sources.FirstOrDefault(f => ChosenOf(f, known).Contains(party.Index));

    /// <summary>Of several only one acts by 'any'; agreement is that of all.</summary>
    private static Label Consenting(ContractAction action) =>
        Label.Of(action.By is { Party: { } party, Any: false } ? action.AgreedBy.Append(party) : action.AgreedBy);

    private void Check(ContractAction action)
    {
        State[] reached = [.. action.When.Where(agreed.ContainsKey)];
        if (!action.Creates && reached.Length == 0) return;
        Label before = action.Creates ? Label.Nobody : reached.Aggregate(Label.Everybody, (all, s) => all & agreed[s]), own = Consenting(action), consenting = before | own;
        steps.Take(1 + (reached.Length * fields.Count));
        if (steps.AreSpent) return;
        Label[] known = Chosen(action, reached.Aggregate(new Label[fields.Count], (all, s) => [.. all.Zip(chosen[s], static (one, two) => one | two)]));
        Dictionary<Local, Party> players = action.Body.All.OfType<Statement.ForEachPlayer>().ToDictionary(static e => e.Participant, static e => e.Party);
        foreach (Statement statement in action.Body.All)
        {
            (Expression? payer, Expression? amount) = statement switch
            {
                Statement.Move move => (move.From, move.Amount),
                Statement.Reserve reserve => (reserve.From, reserve.Amount),
                Statement.Redeem redeem => (redeem.From, redeem.Amount),
                _ => ((Expression?)null, (Expression?)null),
            };
            string? blind = payer switch
            {
                Expression.Player player => consenting.Contains(player.Party.Index) ? null : player.Party.Name,
                Expression.Named named when players.TryGetValue(named.Local, out Party? party) => consenting.Contains(party.Index) ? null : $"each {party.Name}",
                Expression.Named named => $"whoever '{named.Local.Name}' names",
                Expression.Read read => read.Field == action.By.Field ? null : $"whoever '{read.Field.Name}' names",
                Expression.ReadOf read => $"whoever '{read.Field.Name}' names",
                _ => null,
            };
            if (blind is not null)
            {
                diagnostics.Report(Rules.WithoutConsent, statement.Span, $"money of {blind} leaves here, who need not have agreed to anything by then", "write 'agreed by' in this action or one before it, unless the channel's terms are meant to be enough");
                continue;
            }

            Party? paying = payer switch { Expression.Player player => player.Party, Expression.Named named => players.GetValueOrDefault(named.Local), _ => null };
            if (paying is null || own.Contains(paying.Index)) continue;
            if (ChosenBy(amount!, paying, known) is { } field)
            {
                diagnostics.Report(Rules.WithoutConsent, statement.Span, $"money of {paying.Name} leaves here, and how much depends on '{field.Name}', which others may have chosen since {paying.Name} last took or agreed to an action",
                    $"let {paying.Name} agree to this action, or to the one that sets {field.Name}, unless the channel's terms are meant to be enough");
            }
            else if (statement is Statement.Move or Statement.Redeem && repeats.IsEndless(action, paying))
            {
                diagnostics.Report(Rules.WithoutConsent, statement.Span, $"money of {paying.Name} leaves here as often as others choose: '{action.Name}' can be taken again and again without {paying.Name}, and changes nothing that decides about it",
                    $"let {paying.Name} agree to this action, or set a field that counts or limits, unless the channel's terms are meant to be enough");
            }
        }
    }
}
