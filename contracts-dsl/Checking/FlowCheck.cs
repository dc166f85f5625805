using Settlement.Contracts.Language;

namespace Settlement.Contracts.Checking;

/// <summary>
/// Information flow in one action (LANGUAGE.md, "Checks"): whatever a party observes may depend only on what it reads, or on
/// what the action discloses to it. Members must besides be able to run the action.
/// </summary>
internal sealed class FlowCheck(IReadOnlyList<Party> parties, ContractAction action, DiagnosticBag diagnostics)
{
    /// <summary>By field: to whom the action discloses it, and to whom something in it would have told of it otherwise.</summary>
    private readonly Dictionary<Field, Label> disclosed = [], needed = [];

    private readonly Label members = Label.Of(parties.Where(static p => !p.Observes)), observers = Label.Of(parties.Where(static p => p.Observes));

    /// <param name="sound">True when nothing of the action is left out, so that what it discloses can be judged.</param>
    public void Run(bool sound)
    {
        foreach (Disclosure disclosure in action.Disclosures)
        {
            Label told = Label.Of(disclosure.Parties);
            foreach (Field one in disclosure.Fields) disclosed[one] = disclosed.GetValueOrDefault(one) | told;
        }

        if (action.By.Field is { } field)
        {
            MustRead(Rules.HiddenCondition, new Expression.Read(field), action.BySpan, "who acts is");
            MayNotTell(Rules.ActorTells, new Expression.Read(field), action.BySpan, $"who takes '{action.Name}' is");
        }

        if (action.Window is { } window)
        {
            MustRead(Rules.HiddenCondition, window.Moment, window.Span, "this time depends on");
            MayNotTell(Rules.TimeTells, window.Moment, window.Span, "this time depends on");
        }

        foreach (Statement statement in action.Body.All) Check(statement);
        CheckAsserted(action.Body, []);
        foreach (Disclosure disclosure in sound ? action.Disclosures : []) CheckNeeded(disclosure);
    }

    private void Check(Statement statement)
    {
        switch (statement)
        {
            case Statement.Require require:
                MustRead(Rules.HiddenCondition, require.Condition, require.ConditionSpan, "this condition depends on", disclosable: true);
                MayNotTell(Rules.ExistenceTells, require.Condition, require.ConditionSpan, $"whether '{action.Name}' is refused depends on");
                break;
            case Statement.If branch:
                MustRead(Rules.HiddenCondition, branch.Condition, branch.ConditionSpan, "this condition depends on");
                MayNotTell(Rules.BranchTells, branch.Condition, branch.ConditionSpan, "which way is taken depends on");
                break;
            case Statement.ForEachValue each:
                MustRead(Rules.HiddenCondition, each.List, each.ListSpan, "how often this happens depends on");
                MayNotTell(Rules.CountTells, each.List, each.ListSpan, "how often this happens depends on");
                break;
            case Statement.Let let:
                if (let.Value.MayRefuse) Refuses(let.Value, let.Span);
                break;
            case Statement.Set set:
                Store(set);
                break;
            case Statement.Move move:
                Movement(move.Amount, move.AmountSpan, "the money that moves is", move.Span, move.From, move.To);
                break;
            case Statement.Reserve reserve:
                Movement(reserve.Amount, reserve.Span, "the money that is reserved is", reserve.Span, reserve.From);
                break;
            case Statement.Release release:
                Movement(release.Amount, release.Span, "the money that is released is", release.Span, release.To);
                break;
            case Statement.Issue issue:
                Movement(issue.Amount, issue.AmountSpan, "the money that is issued is", issue.Span, issue.To);
                Movement(new Expression.Read(issue.Posting), issue.PostingSpan, "the money that is issued cites", issue.Span);
                break;
            case Statement.Redeem redeem:
                Movement(redeem.Amount, redeem.AmountSpan, "the money that is redeemed is", redeem.Span, redeem.From);
                break;
        }
    }

    private void Movement(Expression amount, TextSpan span, string what, TextSpan whole, params ReadOnlySpan<Expression> holders)
    {
        MustRead(Rules.HiddenMovement, amount, span, what);
        // What is not above zero is refused, and so is money that would move to who has it.
        MayNotTell(Rules.ExistenceTells, amount, span, $"whether '{action.Name}' is refused depends on");
        foreach (Expression holder in holders)
        {
            MustRead(Rules.HiddenMovement, holder, whole, "who pays or is paid is");
            MayNotTell(Rules.ExistenceTells, holder, whole, $"whether '{action.Name}' is refused depends on");
        }
    }

    private void Store(Statement.Set set)
    {
        if (action.By.IsNetwork) MustRead(Rules.HiddenCondition, set.Value, set.Span, "what any member may have to compute depends on");
        // An automatic action refuses where its arithmetic does not fit, like any other.
        if (set.Value.MayRefuse) Refuses(set.Value, set.Span);
        foreach ((Party party, Field field) in Hidden(set.Value, set.Field.Readers, disclosable: true).Take(1))
        {
            diagnostics.Report(Rules.ValueTells, set.Span, $"'{set.Field.Name}' is read by {party.Name}, and its new value depends on '{field.Name}', which {party.Name} may not read",
                $"drop {party.Name} from the audience of {set.Field.Name}, or write: discloses {field.Name} to {party.Name}");
        }
    }

    /// <summary>An expression that some values make refuse: too large, divided by zero, of two currencies.</summary>
    private void Refuses(Expression expression, TextSpan span)
    {
        // Nobody takes an automatic action, so nobody could assert to the others that it fits.
        MustRead(Rules.HiddenCondition, expression, span, "whether this fits depends on", disclosable: !action.By.IsNetwork);
        MayNotTell(Rules.ExistenceTells, expression, span, $"whether '{action.Name}' is refused depends on");
    }

    /// <summary>Every member runs every action and agrees on the result, so each reads what the result depends on.</summary>
    private void MustRead(Rule rule, Expression expression, TextSpan span, string what, bool disclosable = false)
    {
        foreach (IGrouping<Field, Party> hidden in Hidden(expression, members, disclosable).GroupBy(h => h.Field, h => h.Party))
        {
            string[] blind = [.. hidden.Select(p => p.Name)];
            diagnostics.Report(rule, span, $"{what} '{hidden.Key.Name}', which {string.Join(" and ", blind)} cannot read", $"add {string.Join(", ", blind)} to the audience of {hidden.Key.Name}");
        }
    }

    /// <summary>Observers see that it happened, so they may know what it depends on.</summary>
    private void MayNotTell(Rule rule, Expression expression, TextSpan span, string what)
    {
        foreach (IGrouping<Field, Party> hidden in Hidden(expression, observers, disclosable: true).GroupBy(h => h.Field, h => h.Party))
        {
            string blind = string.Join(", ", hidden.Select(p => p.Name));
            diagnostics.Report(rule, span, $"{what} '{hidden.Key.Name}', which {blind} may not know and would see",
                $"add {blind} to the audience of {hidden.Key.Name}, or write: discloses {hidden.Key.Name} to {blind}");
        }
    }

    /// <summary>What of it some of the parties do not read; nothing once enough is reported, for then there is no contract whatever follows.</summary>
    private List<(Party Party, Field Field)> Hidden(Expression expression, Label who, bool disclosable)
    {
        if (diagnostics.IsFull && diagnostics.Errors > 0) return [];
        Label blind = who.Except(expression.Readers);
        if (blind == Label.Nobody) return [];
        List<(Field Field, Label From)> hidden = [];
        foreach (Field field in expression.Sources)
        {
            Label from = blind.Except(field.Readers);
            if (disclosable && disclosed.TryGetValue(field, out Label told))
            {
                needed[field] = needed.GetValueOrDefault(field) | (from & told);
                from = from.Except(told);
            }

            if (from != Label.Nobody) hidden.Add((field, from));
        }

        return hidden.Count == 0 ? [] : [.. parties.SelectMany(p => hidden.Where(h => h.From.Contains(p.Index)).Select(h => (p, h.Field)))];
    }

    /// <summary>
    /// A member that cannot compute a value takes the one that the field has afterwards. So such a value must be the last:
    /// what lay between it and another one, that member could not run.
    /// </summary>
    private void CheckAsserted(Block block, HashSet<Field> asserted)
    {
        foreach (Statement statement in block.Statements)
        {
            switch (statement)
            {
                case Statement.Set set:
                    CheckLast(set.Field, set.Span, asserted);
                    if (IsAsserted(set)) asserted.Add(set.Field);
                    break;
                case Statement.Clear clear:
                    CheckLast(clear.Field, clear.Span, asserted);
                    break;
                case Statement.If branch:
                    HashSet<Field> otherwise = [.. asserted];
                    CheckAsserted(branch.Then, asserted);
                    CheckAsserted(branch.Otherwise, otherwise);
                    asserted.UnionWith(otherwise);
                    break;
                case Statement.ForEachPlayer or Statement.ForEachValue:
                    // What a round asserts, the next would overwrite.
                    foreach (Statement.Set repeated in statement.All.OfType<Statement.Set>().Where(IsAsserted)) asserted.Add(repeated.Field);
                    CheckAsserted(statement.Blocks.Single(), asserted);
                    break;
            }
        }
    }

    private bool IsAsserted(Statement.Set set) => (set.Field.Readers & members).Except(set.Readers) != Label.Nobody;

    private void CheckLast(Field field, TextSpan span, HashSet<Field> asserted)
    {
        if (!asserted.Contains(field)) return;
        diagnostics.Report(Rules.HiddenCondition, span, $"'{field.Name}' has more than one value in '{action.Name}', and one of them some member can only take as it ends", $"set {field.Name} once, outside of loops");
    }

    private void CheckNeeded(Disclosure disclosure)
    {
        foreach (var (field, span) in disclosure.Fields.Zip(disclosure.FieldSpans))
        {
            string[] unneeded = [.. disclosure.Parties.Where(p => !needed.GetValueOrDefault(field).Contains(p.Index)).Select(p => p.Name)];
            if (unneeded.Length > 0)
            {
                diagnostics.Report(Rules.NothingDisclosed, span, $"nothing in '{action.Name}' would tell {string.Join(" or ", unneeded)} about '{field.Name}' otherwise",
                    "leave it out: it would only hide what a later change tells");
            }
        }
    }
}
