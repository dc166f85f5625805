using System.Collections.Immutable;
using Settlement.Contracts.Language;

namespace Settlement.Contracts.Checking;

/// <summary>What is known at a place of an action.</summary>
/// <param name="Known">Optional values that are there, and fields that the action has set.</param>
/// <param name="Ended">True after an outcome: nothing runs there.</param>
internal readonly record struct Way(ImmutableHashSet<Field> Known, bool Ended);

/// <summary>Binds the statements of one action: names, types, presence, and that every way through it ends with one outcome.</summary>
/// <param name="action">The action, for what it is called.</param>
/// <param name="fields">The contract's fields, which alone can be set.</param>
/// <param name="unset">Fields that the action sets itself.</param>
/// <param name="slots">Where its names go.</param>
internal sealed class StatementBinder(ActionSyntax action, IReadOnlyList<Field> fields, ImmutableHashSet<Field> unset, LocalSlots slots)
{
    private int requires;
    private int loops;

    /// <summary>False when an outcome could not be resolved, so that where the action leads is not known.</summary>
    public bool OutcomesKnown { get; private set; } = true;

    public Block Bind(IReadOnlyList<StatementSyntax> statements, Scope scope, ref Way way)
    {
        List<Statement> bound = [];
        bool said = false;
        foreach (StatementSyntax syntax in statements)
        {
            if (way.Ended && syntax is StatementSyntax.Outcome)
                scope.Diagnostics.Report(Rules.OutcomeTwice, syntax.Span, $"'{action.Name.Text}' already says which state follows", "keep one '->'");
            else if (way.Ended && !said && syntax is not StatementSyntax.Broken)
                scope.Diagnostics.Report(Rules.AfterOutcome, syntax.Span, "nothing may stand after the outcome of an action", "move '-> STATE' to the end");
            said |= way.Ended;
            if (Bind(syntax, scope, ref way) is { } statement) bound.Add(statement with { Written = ContractPrinter.FirstLineOf(syntax), Plain = ContractPrinter.FirstLineOf(NeedlessParentheses.Without(syntax)) });
        }

        return new Block(bound);
    }

    private Statement? Bind(StatementSyntax statement, Scope scope, ref Way way) => statement switch
    {
        StatementSyntax.Let let => Let(let, scope, way),
        StatementSyntax.Require require => Require(require, scope, ref way),
        StatementSyntax.Set set => Set(set, scope, ref way),
        StatementSyntax.Clear clear => Clear(clear, scope, ref way),
        StatementSyntax.Move move => Move(move, scope, way),
        StatementSyntax.Reserve reserve => Reserved(reserve.Amount, scope, way) is { } amount && Holder(reserve.From, scope, way) is { } from
            ? new Statement.Reserve(reserve.Span, amount.Field, amount.Value, from) : null,
        StatementSyntax.Release release => Reserved(release.Amount, scope, way) is { } amount && Holder(release.To, scope, way) is { } to
            ? new Statement.Release(release.Span, amount.Field, amount.Value, to) : null,
        StatementSyntax.Issue issue => Issue(issue, scope, way),
        StatementSyntax.Redeem redeem => Amount(redeem.Amount, scope, way) is { } amount && Holder(redeem.From, scope, way) is { } from
            ? new Statement.Redeem(redeem.Span, amount, from) { AmountSpan = redeem.Amount.Span } : null,
        StatementSyntax.If branch => If(branch, scope, ref way),
        StatementSyntax.ForEach each => ForEach(each, scope, ref way),
        StatementSyntax.Outcome outcome => Outcome(outcome, scope, ref way),
        StatementSyntax.Broken broken => Unread(broken, scope),
        _ => throw new InvalidOperationException("Unknown syntax."),
    };

    private ExpressionBinder Expressions(Scope scope) => new(scope, slots, unset);

    private Statement.Let? Let(StatementSyntax.Let syntax, Scope scope, Way way)
    {
        Bound value = Expressions(scope).Bind(syntax.Value, way.Known);
        Local local = slots.New(syntax.Name.Text, value.Type, value.Expression);
        scope.Declare(local, syntax.Name, broken: value.Expression is null);
        return value.Expression is null ? null : new Statement.Let(syntax.Span, local, value.Expression);
    }

    /// <summary>A name whose value could not be read is known, so that its uses are not reported as well.</summary>
    private Statement? Unread(StatementSyntax.Broken syntax, Scope scope)
    {
        if (syntax.Declared is { } name && scope.Find(name) is null) scope.Declare(slots.New(name.Text, new IntegerType(), from: null), name, broken: true);
        return null;
    }

    private Statement.Require? Require(StatementSyntax.Require syntax, Scope scope, ref Way way)
    {
        requires++;
        Codes.Check(scope.Diagnostics, syntax.Code);
        Bound condition = Expressions(scope).Condition(syntax.Condition, way.Known, mayBeFalse: true);
        way = way with { Known = way.Known.Union(condition.WhenTrue) };
        return condition.Expression is null ? null
            : new Statement.Require(syntax.Span, condition.Expression, syntax.Code.Text, requires) { ConditionSpan = syntax.Condition.Span, Conjuncts = [.. ExpressionPrinter.Conjuncts(NeedlessParentheses.Without(syntax.Condition))] };
    }

    private Statement.Set? Set(StatementSyntax.Set syntax, Scope scope, ref Way way)
    {
        Bound value = Expressions(scope).Bind(syntax.Value, way.Known);
        if (Settable(syntax.Field, scope) is not { } field) return null;
        way = way with { Known = way.Known.Add(field) };
        if (value.Expression is null || !new LiteralTypes(scope.Diagnostics).TryFit(syntax.Value.Span, ref value, field.Type)) return null;
        if (Fits(field.Type, value)) return new Statement.Set(syntax.Span, field, value.Expression!);
        bool isLonger = field.Type is TextType && value.Type is TextType;
        scope.Diagnostics.Report(Rules.DoesNotFit, syntax.Value.Span, $"'{field.Name}' is {field.Type.Written}, and this is {(isLonger ? value.Type.Written : TypeNames.Of(value.Type))}",
            isLonger ? $"make {field.Name} at least as long: {value.Type.Written}" : null);
        return null;
    }

    private Statement.Clear? Clear(StatementSyntax.Clear syntax, Scope scope, ref Way way)
    {
        if (Settable(syntax.Field, scope) is not { } field) return null;
        way = way with { Known = way.Known.Remove(field) };
        if (field.Optional) return new Statement.Clear(syntax.Span, field);
        scope.Diagnostics.Report(Rules.NotSettable, syntax.Field.Span, $"'{field.Name}' may not be absent", $"declare {field.Name} as optional");
        return null;
    }

    private Field? Settable(Name name, Scope scope)
    {
        if (scope.Resolve<Field>(name) is not { Declared: Field field } symbol || symbol.Broken) return null;
        if (field.Index < fields.Count) return field;
        scope.Diagnostics.Report(Rules.NotSettable, name.Span, $"'{name.Text}' is a parameter, and ends with its action", "set a field, or name a value with 'let'");
        return null;
    }

    private static bool Fits(FieldType wanted, Bound value) => (wanted, value.Type) switch
    {
        (TextType to, TextType from) => from.MaxLength <= to.MaxLength,
        (CodeType, CodeSetType) => true,
        (ListType to, ListType from) => to.Element == from.Element && from.Most <= to.Most,
        _ => wanted == value.Type,
    };

    private Statement.Move? Move(StatementSyntax.Move syntax, Scope scope, Way way)
    {
        Expression? amount = Amount(syntax.Amount, scope, way), from = Holder(syntax.From, scope, way), to = Holder(syntax.To, scope, way);
        if (from is Expression.Player && from == to)
            scope.Diagnostics.Report(Rules.NoPosition, syntax.To.Span, $"money that moves from '{syntax.From.Text}' to itself does not move");
        return amount is null || from is null || to is null ? null : new Statement.Move(syntax.Span, amount, from, to) { AmountSpan = syntax.Amount.Span };
    }

    private Statement.Issue? Issue(StatementSyntax.Issue syntax, Scope scope, Way way)
    {
        Expression? amount = Amount(syntax.Amount, scope, way);
        Field? citing = FieldOf<TextType>(syntax.Citing, "text", scope, way);
        Expression? to = Holder(syntax.To, scope, way);
        return amount is null || citing is null || to is null ? null
            : new Statement.Issue(syntax.Span, amount, to, citing) { AmountSpan = syntax.Amount.Span, PostingSpan = syntax.Citing.Span };
    }

    private Statement.If If(StatementSyntax.If syntax, Scope scope, ref Way way)
    {
        Bound condition = Expressions(scope).Condition(syntax.Condition, way.Known);
        Way then = way with { Known = way.Known.Union(condition.WhenTrue) }, otherwise = way with { Known = way.Known.Union(condition.WhenFalse) };
        Block left = Bind(syntax.Then, scope.Inner(broken: false), ref then);
        Block right = Bind(syntax.Otherwise ?? [], scope.Inner(broken: false), ref otherwise);
        way = (then.Ended, otherwise.Ended) switch
        {
            (true, false) => otherwise,
            (false, true) => then,
            _ => new Way(then.Known.Intersect(otherwise.Known), then.Ended && otherwise.Ended),
        };
        return new Statement.If(syntax.Span, condition.Expression ?? new Expression.Constant(BooleanValue.Of(true)), left, right) { ConditionSpan = syntax.Condition.Span };
    }

    private Statement? ForEach(StatementSyntax.ForEach syntax, Scope scope, ref Way way)
    {
        loops++;
        // The body may run after itself or not at all: what it clears is known neither in it nor after it, and what it
        // learns is not known after it.
        HashSet<string> cleared = [.. Cleared(syntax.Body)];
        way = way with { Known = [.. way.Known.Where(f => !cleared.Contains(f.Name))] };
        Statement? bound = syntax.List is null ? ForEachPlayer(syntax, scope, way) : ForEachValue(syntax, scope, way);
        loops--;
        return bound;
    }

    private static IEnumerable<string> Cleared(IEnumerable<StatementSyntax> statements) => statements.SelectMany(s => s switch
    {
        StatementSyntax.Clear clear => [clear.Field.Text],
        StatementSyntax.If branch => Cleared(branch.Then).Concat(Cleared(branch.Otherwise ?? [])),
        StatementSyntax.ForEach each => Cleared(each.Body),
        _ => [],
    });

    private Statement.ForEachPlayer? ForEachPlayer(StatementSyntax.ForEach syntax, Scope scope, Way way)
    {
        if (scope.Resolve<Party>(syntax.Name) is not { Declared: Party party }) return null;
        if (!party.IsSeveral)
        {
            scope.Diagnostics.Report(Rules.OneOrSeveral, syntax.Name.Span, $"'{party.Name}' is played by one participant", "leave out 'for each', or declare the party as several");
            return null;
        }

        Local participant = slots.New(party.Name, new PartyType(), from: null);
        return new Statement.ForEachPlayer(syntax.Span, party, participant, Bind(syntax.Body, scope.InnerFor(party, participant), ref way));
    }

    private Statement.ForEachValue? ForEachValue(StatementSyntax.ForEach syntax, Scope scope, Way way)
    {
        Bound list = Expressions(scope).Bind(new ExpressionSyntax.Reference(syntax.List!), way.Known);
        FieldType? element = new OperatorTypes(scope.Diagnostics).ElementOf(syntax.List!.Span, list);
        Scope inner = scope.Inner(broken: false);
        Local local = slots.New(syntax.Name.Text, element ?? new IntegerType(), list.Expression);
        inner.Declare(local, syntax.Name, broken: element is null);
        Block body = Bind(syntax.Body, inner, ref way);
        return element is null ? null : new Statement.ForEachValue(syntax.Span, list.Expression!, local, body) { ListSpan = syntax.List.Span };
    }

    private Statement.Outcome? Outcome(StatementSyntax.Outcome syntax, Scope scope, ref Way way)
    {
        State? state = scope.Resolve<State>(syntax.State)?.Declared as State;
        OutcomesKnown &= state is not null;
        if (loops > 0)
            scope.Diagnostics.Report(Rules.OutcomeTwice, syntax.Span, "an outcome in a loop would come more than once, or never", "put it after the loop");
        ImmutableHashSet<Field> known = way.Known;
        foreach (Field field in (way.Ended ? [] : unset.Where(f => !known.Contains(f))).OrderBy(f => f.Index))
            scope.Diagnostics.Report(Rules.SetSometimes, syntax.Span, $"on a way to this outcome '{field.Name}' is not set, and nobody supplies it", $"set {field.Name} on every way");
        way = way with { Ended = true };
        return state is null ? null : new Statement.Outcome(syntax.Span, state);
    }

    private Expression? Amount(ExpressionSyntax syntax, Scope scope, Way way)
    {
        if (syntax is ExpressionSyntax.Reference reference && scope.Find(reference.Name)?.Declared is Field { Optional: true } field && !way.Known.Contains(field))
        {
            Absent(reference.Name, field, scope);
            return null;
        }

        Bound amount = Expressions(scope).Bind(syntax, way.Known);
        if (amount.Expression is null || amount.Type is MoneyType or QuantityType) return amount.Expression;
        string called = syntax is ExpressionSyntax.Reference named ? $"'{named.Name.Text}' is {amount.Type.Written}" : $"this is {TypeNames.Of(amount.Type)}";
        scope.Diagnostics.Report(Rules.WrongFieldType, syntax.Span, $"{called}; money or a quantity is needed here");
        return null;
    }

    private (Field Field, Expression Value)? Reserved(Name name, Scope scope, Way way)
    {
        if (scope.Find(name)?.Declared is not Field field || field.Index >= fields.Count)
        {
            if (scope.Resolve<Field>(name) is not null)
                scope.Diagnostics.Report(Rules.WrongFieldType, name.Span, $"'{name.Text}' is a parameter; what is reserved is a field, which stays until it is released");
            return null;
        }

        return Amount(new ExpressionSyntax.Reference(name), scope, way) is { } value ? (field, value) : null;
    }

    private Field? FieldOf<T>(Name name, string wanted, Scope scope, Way way) where T : FieldType
    {
        if (scope.Resolve<Field>(name) is not { Declared: Field field } symbol || symbol.Broken) return null;
        if (field.Type is not T)
        {
            scope.Diagnostics.Report(Rules.WrongFieldType, name.Span, $"'{name.Text}' is {field.Type.Written}; a field of {wanted} is needed here");
            return null;
        }

        if (way.Known.Contains(field) || (!field.Optional && !unset.Contains(field))) return field;
        if (field.Optional) Absent(name, field, scope);
        else scope.Diagnostics.Report(Rules.MayBeAbsent, name.Span, $"this action sets '{field.Name}', and has not done so yet", "set it before");
        return null;
    }

    private static void Absent(Name name, Field field, Scope scope) =>
        scope.Diagnostics.Report(Rules.MayBeAbsent, name.Span, $"'{field.Name}' is optional and may be absent here", $"put before it: require present({field.Name}) else CODE");

    /// <summary>Whose position it is: a bank that acts, one of several in a loop, or a field or name of type party.</summary>
    private Expression? Holder(Name name, Scope scope, Way way)
    {
        switch (scope.Find(name)?.Declared)
        {
            case Field or Local:
                Bound value = Expressions(scope).Bind(new ExpressionSyntax.Reference(name), way.Known);
                if (value.Expression is null || value.Type is PartyType) return value.Expression;
                scope.Diagnostics.Report(Rules.NoPosition, name.Span, $"'{name.Text}' is {TypeNames.Of(value.Type)} and holds no money", "money moves between banks that act");
                return null;
            default:
                if (scope.Resolve<Party>(name) is not { Declared: Party party }) return null;
                if (party is { Kind: PartyKind.Bank, Observes: false }) return Expressions(scope).Bind(new ExpressionSyntax.Reference(name), way.Known).Expression;
                scope.Diagnostics.Report(Rules.NoPosition, name.Span, party.Observes ? $"'{name.Text}' observes and holds no money" : $"'{name.Text}' is a regulator and holds no money", "money moves between banks that act");
                return null;
        }
    }
}
