namespace Settlement.Contracts.Checking;

/// <summary>
/// Whether an action can be taken again and again without one party, and nothing that decides about it changes meanwhile. What is bounded
/// by a count, a limit or a date that moves on sets what it reads; whether that ends at all is not proved.
/// </summary>
/// <param name="actions">All actions of the contract.</param>
/// <param name="consenting">Who takes an action or agrees to it.</param>
/// <param name="steps">What may still be done.</param>
internal sealed class RepeatCheck(IReadOnlyList<ContractAction> actions, Func<ContractAction, Label> consenting, Steps steps)
{
    /// <summary>By party, the actions that are taken without it.</summary>
    private readonly Dictionary<Party, List<ContractAction>> without = [];

    private readonly Dictionary<(ContractAction Action, Party Party), bool> found = [];

    public bool IsEndless(ContractAction action, Party party)
    {
        if (action.Creates) return false;
        if (found.TryGetValue((action, party), out bool known)) return known;
        if (!without.TryGetValue(party, out List<ContractAction>? others)) without[party] = others = [.. actions.Where(a => !a.Creates && !consenting(a).Contains(party.Index))];
        List<ContractAction> around = Around(action, others);
        HashSet<Field> deciding = [.. around.SelectMany(Deciding)];
        List<ContractAction> changing = around.FindAll(a => a.Updates.Any(deciding.Contains));
        return found[(action, party)] = around.Count > 0 && !changing.Contains(action) && Around(action, around.FindAll(a => !changing.Contains(a))).Count > 0;
    }

    /// <summary>Of the actions those that lie on a way from the action back to itself, it included; none where there is no such way.</summary>
    private List<ContractAction> Around(ContractAction action, List<ContractAction> of)
    {
        HashSet<State> after = Reached(action.Outcomes, of, static a => a.When, static a => a.Outcomes);
        if (!action.When.Any(after.Contains)) return [];
        HashSet<State> before = Reached(action.When, of, static a => a.Outcomes, static a => a.When);
        return of.FindAll(a => a == action || (a.When.Any(after.Contains) && a.Outcomes.Any(before.Contains)));
    }

    private HashSet<State> Reached(IReadOnlyList<State> first, List<ContractAction> of, Func<ContractAction, IReadOnlyList<State>> from, Func<ContractAction, IReadOnlyList<State>> to)
    {
        ILookup<State, ContractAction> by = of.SelectMany(from, static (a, s) => (Action: a, State: s)).ToLookup(static p => p.State, static p => p.Action);
        HashSet<State> reached = [.. first];
        Queue<State> next = new(first);
        steps.Take(of.Count);
        while (!steps.AreSpent && next.TryDequeue(out State? state))
        {
            foreach (State other in by[state].SelectMany(to))
            {
                steps.Take(1);
                if (reached.Add(other)) next.Enqueue(other);
            }
        }

        return reached;
    }

    /// <summary>The fields on which it depends whether the action is refused, where it leads and how much it moves.</summary>
    private static IEnumerable<Field> Deciding(ContractAction action) => action.Body.All.SelectMany(static s => s switch
    {
        Statement.Require require => require.Condition.Sources,
        Statement.If branch => branch.Condition.Sources,
        Statement.Move move => move.Amount.Sources,
        Statement.Redeem redeem => redeem.Amount.Sources,
        Statement.Reserve reserve => reserve.Amount.Sources,
        _ => [],
    }).Concat(action.Window?.Moment.Sources ?? []).Concat(action.By.Field is { } field ? [field] : []);
}
