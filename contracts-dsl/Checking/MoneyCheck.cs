using System.Collections.Immutable;
using Settlement.Contracts.Language;

namespace Settlement.Contracts.Checking;

/// <summary>
/// What is reserved for an instance is the same on every way to a state, does not change, and is released before the
/// instance may rest. Movements conserve money by themselves: what leaves one position enters another.
/// </summary>
internal sealed class MoneyCheck(ContractSyntax syntax, IReadOnlyList<State> states, IReadOnlyList<ContractAction> actions, DiagnosticBag diagnostics)
{
    /// <summary>A field's amount of one holder: a party, a field of type party, or each of several.</summary>
    private readonly record struct Held(Field Amount, string Holder);

    private readonly Dictionary<State, ImmutableHashSet<Held>> reserved = [];
    private readonly Queue<State> toVisit = [];

    public void Run()
    {
        if (!actions.Any(a => a.Body.All.Any(s => s is Statement.Reserve or Statement.Release))) return;
        foreach (ContractAction action in actions.Where(a => a.Creates)) Walk(action, []);
        while (toVisit.TryDequeue(out State? state))
        {
            foreach (ContractAction action in actions.Where(a => a.When.Contains(state))) Walk(action, reserved[state]);
        }

        foreach (State state in states.Where(s => s.MayRest && reserved.TryGetValue(s, out ImmutableHashSet<Held>? held) && held.Count > 0))
        {
            diagnostics.Report(Rules.ReservedAtRest, syntax.States[state.Index].Name.Span, $"an instance may rest in '{state.Name}' while {Written(reserved[state])} is reserved",
                "release it on every way there, or let the instance go on");
        }
    }

    private readonly List<Local> rounds = [];
    private Dictionary<Local, Expression> named = [];

    private void Walk(ContractAction action, ImmutableHashSet<Held> held)
    {
        named = action.Body.All.OfType<Statement.Let>().ToDictionary(l => l.Local, l => l.Value);
        Walk(action.Body, held, repeats: false);
    }

    /// <summary>What is reserved after the block; null when it ended with an outcome.</summary>
    private ImmutableHashSet<Held>? Walk(Block block, ImmutableHashSet<Held> held, bool repeats)
    {
        foreach (Statement statement in block.Statements)
        {
            switch (statement)
            {
                case Statement.Reserve reserve: held = Reserve(reserve, held, repeats); break;
                case Statement.Release release: held = Release(release, held, repeats); break;
                case Statement.Set set: CheckUnchanged(set.Field, set.Span, held); break;
                case Statement.Clear clear: CheckUnchanged(clear.Field, clear.Span, held); break;
                case Statement.If branch:
                    if (Join(branch, Walk(branch.Then, held, repeats), Walk(branch.Otherwise, held, repeats)) is not { } joined) return null;
                    held = joined;
                    break;
                case Statement.ForEachPlayer each:
                    rounds.Add(each.Participant);
                    held = Walk(each.Body, held, repeats) ?? held;
                    rounds.Remove(each.Participant);
                    break;
                case Statement.ForEachValue each: held = Walk(each.Body, held, repeats: true) ?? held; break;
                case Statement.Outcome outcome:
                    Arrive(outcome, held);
                    return null;
            }
        }

        return held;
    }

    private ImmutableHashSet<Held> Reserve(Statement.Reserve reserve, ImmutableHashSet<Held> held, bool repeats)
    {
        if (HeldBy(reserve.Field, reserve.From, reserve.Span) is not { } one) return held;
        repeats |= Repeats(reserve.Amount, reserve.From);
        if (repeats || held.Contains(one))
            diagnostics.Report(Rules.ReservedTwice, reserve.Span, $"'{reserve.Field.Name}' of {one.Holder} {(repeats ? "may be reserved several times here" : "is reserved already")}", "release it first");
        return held.Add(one);
    }

    private ImmutableHashSet<Held> Release(Statement.Release release, ImmutableHashSet<Held> held, bool repeats)
    {
        if (HeldBy(release.Field, release.To, release.Span) is not { } one) return held;
        repeats |= Repeats(release.Amount, release.To);
        if (repeats || !held.Contains(one))
            diagnostics.Report(Rules.ReservedTwice, release.Span, $"'{release.Field.Name}' of {one.Holder} {(repeats ? "may be released several times here" : "is not reserved here")}");
        return held.Remove(one);
    }

    private void CheckUnchanged(Field field, TextSpan span, ImmutableHashSet<Held> held)
    {
        if (held.Any(h => h.Amount == field || h.Holder == field.Name))
            diagnostics.Report(Rules.ReservedChanges, span, $"'{field.Name}' changes while {Written(held)} is reserved", "release it before, and reserve it again after");
    }

    private ImmutableHashSet<Held>? Join(Statement.If branch, ImmutableHashSet<Held>? then, ImmutableHashSet<Held>? otherwise)
    {
        if (then is null || otherwise is null) return then ?? otherwise;
        if (!then.SetEquals(otherwise))
            diagnostics.Report(Rules.ReservedDiffers, branch.Span, $"after one branch {Written(then)} is reserved, after the other {Written(otherwise)}", "reserve and release alike in both");
        return then;
    }

    private void Arrive(Statement.Outcome outcome, ImmutableHashSet<Held> held)
    {
        if (reserved.TryAdd(outcome.State, held)) toVisit.Enqueue(outcome.State);
        else if (!reserved[outcome.State].SetEquals(held))
            diagnostics.Report(Rules.ReservedDiffers, outcome.Span, $"here {Written(held)} is reserved in '{outcome.State.Name}', on another way {Written(reserved[outcome.State])}", "reserve and release alike on every way");
    }

    /// <summary>In a loop over participants each round is about another one only where the amount or the holder is that one's.</summary>
    private bool Repeats(Expression amount, Expression holder) => !rounds.TrueForAll(one => amount.LocalsRead.Contains(one) || holder == new Expression.Named(one));

    /// <summary>Null after a report when what is meant may be somebody else in another action.</summary>
    private Held? HeldBy(Field amount, Expression holder, TextSpan span)
    {
        while (holder is Expression.Named { Local: var local } && named.TryGetValue(local, out Expression? value)) holder = value;
        switch (holder)
        {
            case Expression.Player player: return new Held(amount, player.Party.Name);
            case Expression.Read { Field: var field } when !IsParameter(field): return new Held(amount, field.Name);
            case Expression.Named { Local: var one } when rounds.Contains(one): return new Held(amount, one.Name);
            default:
                diagnostics.Report(Rules.ReservedTwice, span, $"who holds '{amount.Name}' must be the same whenever it is reserved and released", "name a party, or a field of type party");
                return null;
        }
    }

    private bool IsParameter(Field field) => field.Index >= syntax.Fields.Count;

    private static string Written(ImmutableHashSet<Held> held) =>
        held.Count == 0 ? "nothing" : string.Join(" and ", held.Select(h => $"'{h.Amount.Name}' of {h.Holder}").Order(StringComparer.Ordinal));
}
