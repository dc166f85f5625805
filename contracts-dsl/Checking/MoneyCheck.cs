using System.Collections.Immutable;
using Settlement.Contracts.Language;

namespace Settlement.Contracts.Checking;

/// <summary>
/// What is reserved for an instance is the same on every way to a state, does not change, and is released before the
/// instance may rest. Movements conserve money by themselves: what leaves one position enters another.
/// </summary>
internal sealed class MoneyCheck(ContractSyntax syntax, IReadOnlyList<State> states, IReadOnlyList<ContractAction> actions, Steps steps, DiagnosticBag diagnostics)
{
    /// <summary>A field's amount of one holder: a party, a field of type party, or each of several.</summary>
    /// <param name="Amount">The amount.</param>
    /// <param name="Holder">Whose position it was set aside from.</param>
    /// <param name="Each">The several parties for each of whose participants it was: one more for every loop around.</param>
    private readonly record struct Held(Field Amount, string Holder, string Each);

    private readonly Dictionary<Local, Expression> named = [];
    private readonly Dictionary<State, ImmutableHashSet<Held>> reserved = [];
    private readonly Queue<State> toVisit = [];
    private IReadOnlyList<Field> parameters = [];
    private string each = "";

    public void Run()
    {
        foreach (ContractAction action in actions) CheckAgent(action);
        if (!actions.Any(a => a.Body.All.Any(s => s is Statement.Reserve or Statement.Release))) return;
        foreach (ContractAction action in actions.Where(a => a.Creates)) Walk(action, []);
        ILookup<State, ContractAction> from = actions.SelectMany(static a => a.When, static (a, s) => (Action: a, State: s)).ToLookup(static p => p.State, static p => p.Action);
        // What differs between two ways was reported, and once enough is, it does not matter where else it leads.
        while (!steps.AreSpent && !(diagnostics.IsFull && diagnostics.Errors > 0) && toVisit.TryDequeue(out State? state))
        {
            foreach (ContractAction action in from[state]) Walk(action, reserved[state]);
        }

        foreach (State state in states.Where(s => s.MayRest && reserved.TryGetValue(s, out ImmutableHashSet<Held>? held) && held.Count > 0))
        {
            diagnostics.Report(Rules.ReservedAtRest, syntax.States[state.Index].Name.Span, $"an instance may rest in '{state.Name}' while {Written(reserved[state])} is reserved",
                "release it on every way there, or let the instance go on");
        }
    }

    /// <summary>The settlement agent answers for each posting by itself, so that what it knows of is one movement of one action.</summary>
    private void CheckAgent(ContractAction action)
    {
        Statement[] movements = [.. action.Body.All.Where(s => s is Statement.Move or Statement.Reserve or Statement.Release or Statement.Issue or Statement.Redeem)];
        foreach (Statement agents in movements.Where(s => s is Statement.Issue or Statement.Redeem))
        {
            bool repeats = action.Body.All.Any(s => s is Statement.ForEachPlayer or Statement.ForEachValue && s.All.Contains(agents));
            if (movements.Length == 1 && !repeats) continue;
            string what = agents is Statement.Issue ? "issues" : "redeems";
            diagnostics.Report(Rules.NotAlone, agents.Span, $"'{action.Name}' {what} money {(repeats ? "again and again" : "and does something else with money too")}", "give it an action of its own");
            return;
        }
    }

    private void Walk(ContractAction action, ImmutableHashSet<Held> held)
    {
        parameters = action.Parameters;
        Walk(action.Body, held, repeats: false);
    }

    /// <summary>What is reserved after the block; null when it ended with an outcome.</summary>
    private ImmutableHashSet<Held>? Walk(Block block, ImmutableHashSet<Held> held, bool repeats)
    {
        foreach (Statement statement in block.Statements)
        {
            steps.Take(1 + held.Count);
            if (steps.AreSpent) return null;
            switch (statement)
            {
                case Statement.Reserve reserve: held = Reserve(reserve, held, repeats); break;
                case Statement.Release release: held = Release(release, held, repeats); break;
                case Statement.Let let: named[let.Local] = let.Value; break;
                case Statement.Set set: CheckUnchanged(set.Field, set.Span, held); break;
                case Statement.Clear clear: CheckUnchanged(clear.Field, clear.Span, held); break;
                case Statement.If branch:
                    if (Join(branch, Walk(branch.Then, held, repeats), Walk(branch.Otherwise, held, repeats)) is not { } joined) return null;
                    held = joined;
                    break;
                case Statement.ForEachPlayer loop: held = ForEach(loop, held, repeats); break;
                case Statement.ForEachValue loop: held = Walk(loop.Body, held, repeats: true) ?? held; break;
                case Statement.Outcome outcome:
                    Arrive(outcome, held);
                    return null;
            }
        }

        return held;
    }

    private ImmutableHashSet<Held> ForEach(Statement.ForEachPlayer loop, ImmutableHashSet<Held> held, bool repeats)
    {
        string outside = each;
        each += $" for each {loop.Party.Name}";
        ImmutableHashSet<Held> after = Walk(loop.Body, held, repeats) ?? held;
        each = outside;
        return after;
    }

    private ImmutableHashSet<Held> Reserve(Statement.Reserve reserve, ImmutableHashSet<Held> held, bool repeats)
    {
        if (HeldOf(reserve.Field, reserve.From, reserve.Span) is not { } one) return held;
        if (repeats || held.Contains(one))
            diagnostics.Report(Rules.ReservedTwice, reserve.Span, $"{Written(one)} {(repeats ? "may be reserved several times here" : "is reserved already")}", "release it first");
        return held.Add(one);
    }

    private ImmutableHashSet<Held> Release(Statement.Release release, ImmutableHashSet<Held> held, bool repeats)
    {
        if (HeldOf(release.Field, release.To, release.Span) is not { } one) return held;
        if (repeats || !held.Contains(one))
            diagnostics.Report(Rules.ReservedTwice, release.Span, $"{Written(one)} {(repeats ? "may be released several times here" : "is not reserved here")}");
        // Where another's was meant, one slip is reported once.
        return held.Contains(one) ? held.Remove(one) : [.. held.Where(h => h.Amount != one.Amount)];
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
        return then.Union(otherwise);
    }

    private void Arrive(Statement.Outcome outcome, ImmutableHashSet<Held> held)
    {
        ImmutableHashSet<Held> before = reserved.GetValueOrDefault(outcome.State, held);
        if (!reserved.TryGetValue(outcome.State, out ImmutableHashSet<Held>? known) || !known.IsSupersetOf(held))
        {
            reserved[outcome.State] = before.Union(held);
            toVisit.Enqueue(outcome.State);
        }

        if (!before.SetEquals(held))
            diagnostics.Report(Rules.ReservedDiffers, outcome.Span, $"here {Written(held)} is reserved in '{outcome.State.Name}', on another way {Written(before)}", "reserve and release alike on every way");
    }

    /// <summary>Null after a report when the holder may be one or another, so that nobody knows whose money was set aside.</summary>
    private Held? HeldOf(Field amount, Expression holder, TextSpan span)
    {
        Expression meant = holder;
        while (meant is Expression.Named { Local: var local } && named.TryGetValue(local, out Expression? value)) meant = value;
        switch (meant)
        {
            case Expression.Player player: return new Held(amount, player.Party.Name, each);
            case Expression.Named participant: return new Held(amount, participant.Local.Name, each);
            // What a field says is known later too, a parameter and what a field said before are not.
            case Expression.Read read when meant == holder && !parameters.Contains(read.Field): return new Held(amount, read.Field.Name, each);
            case Expression.ReadOf read when meant == holder && !parameters.Contains(read.Field): return new Held(amount, read.Field.Name, each);
            default:
                diagnostics.Report(Rules.ReservedChanges, span, $"whose '{amount.Name}' this is, is not known any more after this action", "name a party, or a field of type party");
                return null;
        }
    }

    private static string Written(Held held) => $"'{held.Amount.Name}' of {held.Holder}{(held.Each == $" for each {held.Holder}" ? "" : held.Each)}";

    private static string Written(ImmutableHashSet<Held> held) =>
        held.Count == 0 ? "nothing" : string.Join(" and ", held.Select(Written).Order(StringComparer.Ordinal));
}
