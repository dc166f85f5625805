using System.Collections.Immutable;
using Settlement.Contracts.Language;

namespace Settlement.Contracts.Checking;

/// <summary>
/// Warns where money leaves a position whose bank need not have taken or agreed to anything by then, or only to another amount:
/// one that others have chosen since. Banks may mean that (a direct debit under a mandate), and have then agreed by pinning the
/// contract; who reviews it should know.
/// </summary>
internal sealed class ConsentCheck(IReadOnlyList<Party> parties, IReadOnlyList<Field> fields, IReadOnlyList<ContractAction> actions, DiagnosticBag diagnostics)
{
    /// <summary>Who has taken or agreed to an action on every way to a state; what nobody reaches is not there.</summary>
    private readonly Dictionary<State, ImmutableHashSet<Party>> agreed = [];

    /// <summary>The values that others may have chosen on some way to a state, since the party last took or agreed to an action.</summary>
    private readonly Dictionary<State, ImmutableHashSet<(Party Party, Field Field)>> chosen = [];
    private readonly Queue<State> toVisit = [];

    public void Run()
    {
        foreach (ContractAction action in actions.Where(a => a.Creates)) Arrive(action, [], []);
        while (toVisit.TryDequeue(out State? state))
        {
            foreach (ContractAction action in actions.Where(a => a.When.Contains(state))) Arrive(action, agreed[state], chosen[state]);
        }

        foreach (ContractAction action in actions) Check(action);
    }

    private void Arrive(ContractAction action, ImmutableHashSet<Party> before, ImmutableHashSet<(Party Party, Field Field)> known)
    {
        ImmutableHashSet<Party> after = before.Union(Consenting(action));
        known = Chosen(action, known);
        foreach (State state in action.Outcomes)
        {
            bool first = !agreed.TryGetValue(state, out ImmutableHashSet<Party>? other);
            ImmutableHashSet<Party> everyWay = first ? after : other!.Intersect(after);
            ImmutableHashSet<(Party, Field)> someWay = first ? known : chosen[state].Union(known);
            if (!first && other!.Count == everyWay.Count && chosen[state].Count == someWay.Count) continue;
            agreed[state] = everyWay;
            chosen[state] = someWay;
            toVisit.Enqueue(state);
        }
    }

    /// <summary>What the action leaves of it: whoever takes it or agrees to it knows all values, and others may have chosen what it sets.</summary>
    private ImmutableHashSet<(Party Party, Field Field)> Chosen(ContractAction action, ImmutableHashSet<(Party Party, Field Field)> before)
    {
        Party[] consenting = [.. Consenting(action)], others = [.. parties.Where(p => !consenting.Contains(p))];
        ImmutableHashSet<(Party Party, Field Field)> after = [.. before.Where(c => !consenting.Contains(c.Party))];
        for (int count = -1; count < after.Count;)
        {
            count = after.Count;
            foreach (Statement.Set set in action.Body.All.OfType<Statement.Set>())
                after = after.Union(others.Where(p => ChosenBy(set.Value, p, after) is not null).Select(p => (p, set.Field)));
        }

        return after;
    }

    /// <summary>What of the value others chose, or only others know; null when the party has agreed to all of it, or it follows from that.</summary>
    private Field? ChosenBy(Expression value, Party party, ImmutableHashSet<(Party Party, Field Field)> known) =>
        value.Sources.FirstOrDefault(f => f.Index >= fields.Count || !f.IsReadBy(party) || known.Contains((party, f)));

    /// <summary>Of several only one acts by 'any'; agreement is that of all.</summary>
    private static IEnumerable<Party> Consenting(ContractAction action) =>
        action.By is { Party: { } party, Any: false } ? action.AgreedBy.Append(party) : action.AgreedBy;

    private void Check(ContractAction action)
    {
        ImmutableHashSet<Party>? before = action.Creates ? []
            : action.When.Where(agreed.ContainsKey).Select(s => agreed[s]).Aggregate((ImmutableHashSet<Party>?)null, static (all, one) => all is null ? one : all.Intersect(one));
        if (before is null) return;
        ImmutableHashSet<Party> consenting = before.Union(Consenting(action));
        ImmutableHashSet<(Party Party, Field Field)> known = Chosen(action, [.. action.When.Where(chosen.ContainsKey).SelectMany(s => chosen[s])]);
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
                Expression.Player player => consenting.Contains(player.Party) ? null : player.Party.Name,
                Expression.Named named when players.TryGetValue(named.Local, out Party? party) => consenting.Contains(party) ? null : $"each {party.Name}",
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
            if (paying is null || Consenting(action).Contains(paying) || ChosenBy(amount!, paying, known) is not { } field) continue;
            diagnostics.Report(Rules.WithoutConsent, statement.Span, $"money of {paying.Name} leaves here, and how much depends on '{field.Name}', which others may have chosen since {paying.Name} last took or agreed to an action",
                $"let {paying.Name} agree to this action, or to the one that sets {field.Name}, unless the channel's terms are meant to be enough");
        }
    }
}
