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

    private void Walk(ContractAction action, ImmutableHashSet<Held> held) => Walk(action.Body, held, repeats: false);

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
                case Statement.ForEachPlayer each: held = Walk(each.Body, held, repeats) ?? held; break;
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
        Held one = new(reserve.Field, HolderOf(reserve.From));
        if (repeats || held.Contains(one))
            diagnostics.Report(Rules.ReservedTwice, reserve.Span, $"'{reserve.Field.Name}' of {one.Holder} {(repeats ? "may be reserved several times here" : "is reserved already")}", "release it first");
        return held.Add(one);
    }

    private ImmutableHashSet<Held> Release(Statement.Release release, ImmutableHashSet<Held> held, bool repeats)
    {
        Held one = new(release.Field, HolderOf(release.To));
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

    private static string HolderOf(Expression holder) => holder switch
    {
        Expression.Player player => player.Party.Name,
        Expression.Read read => read.Field.Name,
        Expression.Named named => named.Local.Name,
        _ => throw new InvalidOperationException("Only a name holds money."),
    };

    private static string Written(ImmutableHashSet<Held> held) =>
        held.Count == 0 ? "nothing" : string.Join(" and ", held.Select(h => $"'{h.Amount.Name}' of {h.Holder}").Order(StringComparer.Ordinal));
}
