using System.Collections.Immutable;
using Settlement.Contracts.Language;

namespace Settlement.Contracts.Checking;

/// <summary>An action as far as it could be bound.</summary>
/// <param name="Complete">True when its states are known, so that the life of an instance can be checked.</param>
internal sealed record ActionDraft(
    ActionSyntax Syntax, int Index, Party? By, IReadOnlyList<Party> AgreedBy, IReadOnlyList<State> When,
    IReadOnlyList<Field> Parameters, IReadOnlyList<Statement> Statements, State? Next, bool Complete);

/// <summary>Binds one action and checks each of its statements: names, types, presence, and that every member can run it.</summary>
internal sealed class ActionBinder(ActionSyntax syntax, Scope contractScope, IReadOnlyList<Party> parties, IReadOnlyList<Field> fields)
{
    private readonly Scope scope = contractScope.Inner(syntax.Broken);
    private readonly List<Statement> statements = [];
    private ImmutableHashSet<Field> known = [];
    private State? next;
    private bool hasOutcome;
    private bool outcomeResolved = true;
    private int requires;

    private DiagnosticBag Diagnostics => scope.Diagnostics;

    public ActionDraft Bind(int index, DeclarationBinder declarations)
    {
        Party? by = syntax.By is { } name ? Actor(name) : null;
        List<Party> agreedBy = [];
        bool partiesKnown = scope.ResolveAll(syntax.AgreedBy, agreedBy) && by is not null;
        CheckAgreement(by);
        List<State> when = [];
        bool whenKnown = scope.ResolveAll(syntax.When, when);
        // Without 'to', those who take part in the action read its parameters; unknown parties are nobody's mistake twice.
        IReadOnlyList<Party> takingPart = partiesKnown ? [by!, .. agreedBy] : parties;
        List<Field> parameters = declarations.Fields(scope, syntax.Parameters, fields.Count, parties, takingPart);
        if (by is not null && when.Count == 0 && whenKnown && !syntax.Broken) CheckSupply(by);
        foreach (StatementSyntax statement in syntax.Statements) Bind(statement);
        bool readable = !syntax.Broken && !syntax.Statements.Any(s => s is StatementSyntax.Broken);
        if (!hasOutcome && readable)
            Diagnostics.Report(Rules.OutcomeMissing, syntax.Name.Span, $"'{syntax.Name.Text}' does not say which state follows", "end it with '-> STATE'");
        bool complete = readable && whenKnown && outcomeResolved && hasOutcome;
        return new ActionDraft(syntax, index, by, agreedBy, when, parameters, statements, next, complete);
    }

    private Party? Actor(Name name)
    {
        if (scope.Resolve<Party>(name) is not { Declared: Party party }) return null;
        if (party.Observes)
            Diagnostics.Report(Rules.ObserverActs, name.Span, $"'{name.Text}' observes and cannot act", $"drop 'observes' from {name.Text}, or let another party act");
        return party;
    }

    private void CheckAgreement(Party? by)
    {
        foreach (Name name in syntax.AgreedBy)
        {
            if (name.Text == by?.Name)
                Diagnostics.Report(Rules.ListedTwice, name.Span, $"'{name.Text}' takes the action and need not agree to it", "leave it out");
            else if (parties.FirstOrDefault(p => p.Name == name.Text) is { Observes: true })
                Actor(name);
        }
    }

    /// <summary>Who creates an instance supplies its fields, and one cannot supply what one may not read.</summary>
    private void CheckSupply(Party by)
    {
        foreach (Field field in fields.Where(f => !f.Optional && f.Audience.Any(p => !p.Observes) && !f.IsReadBy(by)))
        {
            Diagnostics.Report(Rules.NobodySupplies, syntax.By!.Span, $"'{by.Name}' creates an instance here and must supply '{field.Name}', which it does not read",
                $"add {by.Name} to the audience of {field.Name}, or make {field.Name} optional");
        }
    }

    private void Bind(StatementSyntax statement)
    {
        if (hasOutcome && statement is not (StatementSyntax.Broken or StatementSyntax.Outcome))
        {
            Diagnostics.Report(Rules.AfterOutcome, statement.Span, "nothing may stand after the outcome of an action", "move '-> STATE' to the end");
            return;
        }

        switch (statement)
        {
            case StatementSyntax.Require require: Require(require); break;
            case StatementSyntax.Move move: Move(move); break;
            case StatementSyntax.Issue issue: Issue(issue); break;
            case StatementSyntax.Outcome outcome: Outcome(outcome); break;
            case StatementSyntax.Broken: break;
            default: throw new InvalidOperationException("Unknown syntax.");
        }
    }

    private void Require(StatementSyntax.Require statement)
    {
        requires++;
        string code = statement.Code.Text;
        if (PlatformCodes.IsReserved(code))
            Diagnostics.Report(Rules.BadCode, statement.Code.Span, $"codes like {code} are the platform's own", "choose another code");
        else if (!CodeValue.IsCode(code))
            Diagnostics.Report(Rules.BadCode, statement.Code.Span, $"'{code}' is not a code: 1 to 35 capital letters and digits", code.Length <= CodeValue.MaxLength ? $"write {code.ToUpperInvariant().Replace("_", "", StringComparison.Ordinal)}" : null);
        Bound condition = new ExpressionBinder(scope).Condition(statement.Condition, known);
        known = known.Union(condition.WhenTrue);
        if (condition.Expression is null) return;
        foreach (Field field in condition.Expression.Dependencies.Distinct())
            CheckRead(Rules.HiddenCondition, field, statement.Condition.Span, "this condition depends on");
        statements.Add(new Statement.Require(condition.Expression, code, requires));
    }

    private void Move(StatementSyntax.Move statement)
    {
        Field? amount = FieldOf<MoneyType>(statement.Amount, "money");
        Party? from = Holder(statement.From), to = Holder(statement.To);
        if (from is not null && from == to)
            Diagnostics.Report(Rules.NoPosition, statement.To.Span, $"money that moves from '{from.Name}' to itself does not move");
        if (amount is null) return;
        CheckRead(Rules.HiddenMovement, amount, statement.Amount.Span, "the money that moves is");
        if (from is not null && to is not null) statements.Add(new Statement.Move(amount, from, to));
    }

    private void Issue(StatementSyntax.Issue statement)
    {
        Field? amount = FieldOf<MoneyType>(statement.Amount, "money");
        Field? citing = FieldOf<TextType>(statement.Citing, "text");
        Party? to = Holder(statement.To);
        if (amount is not null) CheckRead(Rules.HiddenMovement, amount, statement.Amount.Span, "the money that is issued is");
        if (citing is not null) CheckRead(Rules.HiddenMovement, citing, statement.Citing.Span, "the money that is issued cites");
        if (amount is not null && citing is not null && to is not null) statements.Add(new Statement.Issue(amount, to, citing));
    }

    private void Outcome(StatementSyntax.Outcome statement)
    {
        if (hasOutcome)
            Diagnostics.Report(Rules.OutcomeTwice, statement.Span, $"'{syntax.Name.Text}' already says which state follows", "keep one '->'");
        State? state = scope.Resolve<State>(statement.State)?.Declared as State;
        outcomeResolved &= state is not null;
        next ??= state;
        hasOutcome = true;
    }

    private Field? FieldOf<T>(Name name, string wanted) where T : FieldType
    {
        if (scope.Resolve<Field>(name) is not { Declared: Field field } symbol || symbol.Broken) return null;
        if (field.Type is not T)
        {
            Diagnostics.Report(Rules.WrongFieldType, name.Span, $"'{name.Text}' is {field.Type.Written}; a field of {wanted} is needed here");
            return null;
        }

        if (!field.Optional || known.Contains(field)) return field;
        Diagnostics.Report(Rules.MayBeAbsent, name.Span, $"'{field.Name}' is optional and may be absent here", $"put before it: require present({field.Name}) else CODE");
        return null;
    }

    private Party? Holder(Name name)
    {
        if (scope.Resolve<Party>(name) is not { Declared: Party party }) return null;
        if (party is { Kind: PartyKind.Bank, Observes: false }) return party;
        Diagnostics.Report(Rules.NoPosition, name.Span, party.Observes ? $"'{name.Text}' observes and holds no money" : $"'{name.Text}' is a regulator and holds no money", "money moves between banks that act");
        return null;
    }

    /// <summary>Every member runs every action and agrees on the result, so each reads what the result depends on.</summary>
    private void CheckRead(Rule rule, Field field, TextSpan span, string what)
    {
        if (scope.Incomplete) return;
        string[] blind = [.. parties.Where(p => !p.Observes && !field.IsReadBy(p)).Select(p => p.Name)];
        if (blind.Length > 0)
            Diagnostics.Report(rule, span, $"{what} '{field.Name}', which {string.Join(" and ", blind)} cannot read", $"add {string.Join(", ", blind)} to the audience of {field.Name}");
    }
}
