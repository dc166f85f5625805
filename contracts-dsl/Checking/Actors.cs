using Settlement.Contracts.Language;

namespace Settlement.Contracts.Checking;

/// <summary>
/// Whether a field that says who acts names somebody who can. An observer acts nowhere (S010), so where there is one, whatever supplies or
/// sets the field must make sure that it does not name it: by a require of the same action, or by the value.
/// </summary>
internal sealed class Actors
{
    private readonly IReadOnlyList<ContractAction> actions;
    private readonly Steps steps = new(Limits.StepsOfChecks);
    private readonly Things things;
    private readonly Known known;
    private readonly Assumptions assumptions;
    private readonly Label observers;
    private readonly Dictionary<Field, bool> canAct = [];

    public Actors(IReadOnlyList<Party> parties, IReadOnlyList<Field> fields, IReadOnlyList<ContractAction> actions)
    {
        this.actions = actions;
        things = new Things(fields, actions, steps);
        known = new Known(parties, Counters.Of(fields, actions), steps);
        assumptions = new Assumptions(known);
        observers = Label.Of(parties.Where(static p => p.Observes));
    }

    /// <summary>False when nobody may be able to take the action.</summary>
    public bool CanAct(ContractAction action)
    {
        if (action.By.Field is not { } field || observers == Label.Nobody) return true;
        if (!canAct.TryGetValue(field, out bool can)) canAct.Add(field, can = actions.All(a => LeavesAMember(a, field)));
        return can && !steps.AreSpent;
    }

    /// <summary>A creator supplies what the action does not set; before any other action the field named a member.</summary>
    private bool LeavesAMember(ContractAction action, Field field)
    {
        if (!action.Creates && !action.Updates.Contains(field)) return true;
        things.Begin();
        Facts facts = Facts.None(things);
        bool leaves = true;
        After(action.Body, action.Creates ? facts : facts.WithPlayers(new Thing(field), Label.Everybody.Except(observers)), after => leaves &= !after.PlayersOf(new Thing(field)).Overlaps(observers) || after.AreImpossible);
        return leaves;
    }

    /// <summary>What is known after the block; null when every way through it has ended.</summary>
    private Facts? After(Block block, Facts facts, Action<Facts> ends)
    {
        foreach (Statement statement in block.Statements)
        {
            steps.Take(1);
            if (steps.AreSpent) return null;
            switch (statement)
            {
                case Statement.Outcome:
                    ends(facts);
                    return null;
                case Statement.Require require: facts = assumptions.Assume(require.Condition, true, facts); break;
                case Statement.Let { Local.Type: PartyType } let: facts = facts.WithPlayers(new Thing(let.Local), known.PlayersOf(let.Value, facts)); break;
                case Statement.Set { Field.Type: PartyType } set:
                    Label named = known.PlayersOf(set.Value, facts);
                    facts = facts.Without(set.Field).WithPlayers(new Thing(set.Field), named);
                    break;
                case Statement.If branch:
                    Facts? then = After(branch.Then, assumptions.Assume(branch.Condition, true, facts), ends);
                    Facts? otherwise = After(branch.Otherwise, assumptions.Assume(branch.Condition, false, facts), ends);
                    if ((then is null ? otherwise : otherwise is null ? then : then.Or(otherwise)) is not { } joined) return null;
                    facts = joined;
                    break;
                default:
                    // What any other sets, alone or in a loop, is not known any more.
                    facts = statement.All.Prepend(statement).Aggregate(facts, static (left, s) => s is Statement.Set or Statement.Clear ? left.Without(s is Statement.Set set ? set.Field : ((Statement.Clear)s).Field) : left);
                    break;
            }
        }

        return facts;
    }
}
