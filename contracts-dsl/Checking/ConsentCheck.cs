using System.Collections.Immutable;
using Settlement.Contracts.Language;

namespace Settlement.Contracts.Checking;

/// <summary>
/// Warns where money leaves a position whose bank need not have taken or agreed to anything by then. Banks may mean that (a
/// direct debit under a mandate), and have then agreed by pinning the contract; who reviews it should know.
/// </summary>
internal sealed class ConsentCheck(IReadOnlyList<ContractAction> actions, DiagnosticBag diagnostics)
{
    /// <summary>Who has taken or agreed to an action on every way to a state; what nobody reaches is not there.</summary>
    private readonly Dictionary<State, ImmutableHashSet<Party>> agreed = [];
    private readonly Queue<State> toVisit = [];

    public void Run()
    {
        foreach (ContractAction action in actions.Where(a => a.Creates)) Arrive(action, []);
        while (toVisit.TryDequeue(out State? state))
        {
            foreach (ContractAction action in actions.Where(a => a.When.Contains(state))) Arrive(action, agreed[state]);
        }

        foreach (ContractAction action in actions) Check(action);
    }

    private void Arrive(ContractAction action, ImmutableHashSet<Party> before)
    {
        ImmutableHashSet<Party> after = before.Union(Consenting(action));
        foreach (State state in action.Outcomes)
        {
            ImmutableHashSet<Party> known = agreed.TryGetValue(state, out ImmutableHashSet<Party>? other) ? other.Intersect(after) : after;
            if (other is not null && other.Count == known.Count) continue;
            agreed[state] = known;
            toVisit.Enqueue(state);
        }
    }

    /// <summary>Of several only one acts by 'any'; agreement is that of all.</summary>
    private static IEnumerable<Party> Consenting(ContractAction action) =>
        action.By is { Party: { } party, Any: false } ? action.AgreedBy.Append(party) : action.AgreedBy;

    private void Check(ContractAction action)
    {
        ImmutableHashSet<Party>? before = action.Creates ? []
            : action.When.Where(agreed.ContainsKey).Select(s => agreed[s]).Aggregate((ImmutableHashSet<Party>?)null, static (all, one) => all is null ? one : all.Intersect(one));
        if (before is null) return;
        ImmutableHashSet<Party> consenting = before.Union(Consenting(action));
        Dictionary<Local, Party> players = action.Body.All.OfType<Statement.ForEachPlayer>().ToDictionary(static e => e.Participant, static e => e.Party);
        foreach (Statement statement in action.Body.All)
        {
            Expression? payer = statement switch
            {
                Statement.Move move => move.From,
                Statement.Reserve reserve => reserve.From,
                Statement.Redeem redeem => redeem.From,
                _ => null,
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
                diagnostics.Report(Rules.WithoutConsent, statement.Span, $"money of {blind} leaves here, who need not have agreed to anything by then", "write 'agreed by' in this action or one before it, unless the channel's terms are meant to be enough");
        }
    }
}
