using System.Collections.Immutable;
using Settlement.Contracts.Language;

namespace Settlement.Contracts.Checking;

/// <param name="Expression">Null after a report; nothing more is said about what contains it.</param>
/// <param name="Type">Its type; meaningless without an expression.</param>
/// <param name="WhenTrue">Optional values that are there if the condition holds.</param>
/// <param name="WhenFalse">Optional values that are there if it does not.</param>
internal sealed record Bound(Expression? Expression, FieldType Type, ImmutableHashSet<Field> WhenTrue, ImmutableHashSet<Field> WhenFalse)
{
    public static readonly BooleanType Boolean = new();

    public static readonly Bound Failed = new(null, Boolean, [], []);

    public bool IsCondition => Type is BooleanType;

    public static Bound Plain(Expression? expression, FieldType type) => new(expression, type, [], []);

    public static Bound Condition(Expression expression) => Plain(expression, Boolean);
}

/// <summary>The names that an action gives, each in a slot of its own.</summary>
internal sealed class LocalSlots
{
    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    public Local New(string name, FieldType type, Expression? from) =>
        new(Count++, name, type, from?.Readers ?? Label.Everybody, from is null ? [] : [.. from.Sources]);
}

/// <summary>
/// Checks the types of expressions and that an optional value is only used where it is known to be there: to the right
/// of 'present(x) and', of 'not present(x) or', in a branch, or after a require that says so.
/// </summary>
/// <param name="scope">The names.</param>
/// <param name="slots">Where new names go.</param>
/// <param name="unset">Fields that the action sets itself: absent until then, though they are not optional.</param>
/// <param name="inWindow">True for a window's moment, before which no condition can stand.</param>
internal sealed class ExpressionBinder(Scope scope, LocalSlots slots, ImmutableHashSet<Field> unset, bool inWindow = false)
{
    private readonly OperatorTypes operators = new(scope.Diagnostics);

    private DiagnosticBag Diagnostics => scope.Diagnostics;

    /// <summary>Binds a condition; reports anything that is another value, and a part of it that literals alone decide.</summary>
    /// <param name="syntax">As written.</param>
    /// <param name="known">Optional values that are there.</param>
    /// <param name="mayBeFalse">True where one that is always false means something: a require in a branch then refuses all that comes there.</param>
    public Bound Condition(ExpressionSyntax syntax, ImmutableHashSet<Field> known, bool mayBeFalse = false)
    {
        Bound bound = Truth(syntax, known);
        if (bound.Expression is not null && IsOnePart(syntax) && Folding.Truth(bound.Expression) is { } truth && (truth || !mayBeFalse))
            Diagnostics.Report(Rules.AlwaysDecided, syntax.Span, $"this is always {(truth ? "true" : "false")}", "leave it out, or let it depend on a value");
        return bound;
    }

    private Bound Truth(ExpressionSyntax syntax, ImmutableHashSet<Field> known)
    {
        Bound bound = Bind(syntax, known);
        if (bound.Expression is null || bound.IsCondition) return bound;
        Diagnostics.Report(Rules.NotACondition, syntax.Span, $"this is {TypeNames.Of(bound.Type)}, where something true or false is needed", "compare it with something");
        return Bound.Failed;
    }

    /// <summary>What 'and' and 'or' join is looked at by itself.</summary>
    private static bool IsOnePart(ExpressionSyntax syntax) => syntax switch
    {
        ExpressionSyntax.Parenthesised inner => IsOnePart(inner.Inner),
        ExpressionSyntax.Not not => IsOnePart(not.Operand),
        ExpressionSyntax.Binary { Operator: BinaryOperator.And or BinaryOperator.Or } => false,
        _ => true,
    };

    /// <summary>Binds a value of any type.</summary>
    public Bound Bind(ExpressionSyntax syntax, ImmutableHashSet<Field> known) => syntax switch
    {
        ExpressionSyntax.Number number => Bound.Plain(new Expression.Constant(new IntegerValue(number.Value)), new IntegerType()),
        ExpressionSyntax.Decimal number => Bound.Plain(new Expression.Constant(new RateValue(number.Digits, number.Scale)), new RateType(number.Scale)),
        ExpressionSyntax.Ratio ratio => Ratio(ratio),
        ExpressionSyntax.Money money => Bound.Plain(new Expression.Constant(new MoneyValue(money.Currency, money.MinorUnits)), new MoneyType()),
        ExpressionSyntax.Truth truth => Bound.Condition(new Expression.Constant(BooleanValue.Of(truth.Value))),
        ExpressionSyntax.Date date => Bound.Plain(new Expression.Constant(new DateValue(date.Value)), new DateType()),
        ExpressionSyntax.Text text => Text(text),
        ExpressionSyntax.Now => Bound.Plain(new Expression.Now(), new DateTimeType()),
        ExpressionSyntax.Today => Bound.Plain(new Expression.Today(), new DateType()),
        ExpressionSyntax.Parenthesised inner => Bind(inner.Inner, known),
        ExpressionSyntax.Reference reference => Reference(reference, known),
        ExpressionSyntax.Present present => Present(present),
        ExpressionSyntax.Not not => Negate(Truth(not.Operand, known)),
        ExpressionSyntax.Binary { Operator: BinaryOperator.And } and => And(and, known),
        ExpressionSyntax.Binary { Operator: BinaryOperator.Or } or => Or(or, known),
        ExpressionSyntax.Binary { Rounding: not null } rounded when ChainBinder.IsChain(rounded) => new ChainBinder(Diagnostics, e => Bind(e, known)).Bind(rounded),
        ExpressionSyntax.Binary { Operator: BinaryOperator.Subtract, Right: ExpressionSyntax.Number or ExpressionSyntax.Decimal } signed when CurrencyBefore(signed) is { } currency => Signed(currency, signed.Right),
        ExpressionSyntax.Binary binary => operators.Binary(binary, Bind(binary.Left, known), Bind(binary.Right, known)),
        ExpressionSyntax.Length length => operators.Length(length, Bind(length.Count, known)),
        ExpressionSyntax.Convert convert => Convert(convert, known),
        ExpressionSyntax.Call call => operators.Call(call, [.. call.Arguments.Select(a => Bind(a, known))]),
        ExpressionSyntax.CutOff cutOff => operators.CutOff(cutOff, Bind(cutOff.Day, known)),
        ExpressionSyntax.Choice choice => Choice(choice, known),
        ExpressionSyntax.Quantified quantified => Quantified(quantified, known),
        _ => throw new InvalidOperationException("Unknown syntax."),
    };

    private Bound Ratio(ExpressionSyntax.Ratio ratio)
    {
        if (ratio is { Numerator: > 0, Denominator: > 0 }) return Bound.Plain(new Expression.Constant(new RatioValue(ratio.Numerator, ratio.Denominator)), new RatioType());
        Diagnostics.Report(Rules.BadNumber, ratio.Span, "both numbers of a ratio are above zero");
        return Bound.Failed;
    }

    /// <summary>The letters of a currency directly before a minus, where nothing is called so: money with a sign was meant.</summary>
    private Name? CurrencyBefore(ExpressionSyntax.Binary minus)
    {
        ExpressionSyntax last = minus.Left;
        while (last is ExpressionSyntax.Binary { Rounding: null } binary) last = binary.Right;
        return last is ExpressionSyntax.Reference { Name: var name } && MoneyValue.IsCurrency(name.Text) && scope.Find(name) is null ? name : null;
    }

    private Bound Signed(Name currency, ExpressionSyntax number)
    {
        scope.Resolve<Field>(currency, $"money has no sign: write 0 - {currency.Text} {NumberSlips.MinorUnits(ExpressionPrinter.Print(number))}");
        return Bound.Failed;
    }

    private Bound Text(ExpressionSyntax.Text text)
    {
        if (text.Value.Length > 0) return Bound.Plain(new Expression.Constant(new TextValue(text.Value)), new TextType(text.Value.EnumerateRunes().Count()));
        Diagnostics.Report(Rules.NeverEqual, text.Span, "this text can never be the value: no text is empty", "make it optional, and let it be absent");
        return Bound.Failed;
    }

    private Bound Reference(ExpressionSyntax.Reference syntax, ImmutableHashSet<Field> known)
    {
        switch (scope.Find(syntax.Name))
        {
            case { Declared: Local local } symbol:
                return symbol.Broken ? Bound.Failed : Bound.Plain(new Expression.Named(local), local.Type);
            case { Declared: Party party }:
                if (scope.ParticipantOf(party) is { } participant) return Bound.Plain(new Expression.Named(participant), participant.Type);
                if (!party.IsSeveral) return Bound.Plain(new Expression.Player(party), new PartyType());
                Diagnostics.Report(Rules.OneOrSeveral, syntax.Span, $"'{party.Name}' is played by several participants; this needs one", $"write it inside 'for each {party.Name}'");
                return Bound.Failed;
            default:
                return scope.Resolve<Field>(syntax.Name) is { Declared: Field field } found && !found.Broken ? Read(syntax, field, known) : Bound.Failed;
        }
    }

    private Bound Read(ExpressionSyntax.Reference syntax, Field field, ImmutableHashSet<Field> known)
    {
        if (unset.Contains(field) && !known.Contains(field))
        {
            Diagnostics.Report(Rules.MayBeAbsent, syntax.Span, $"this action sets '{field.Name}', and has not done so yet", "set it before");
            return Bound.Failed;
        }

        if (field.Optional && !known.Contains(field))
        {
            Diagnostics.Report(Rules.MayBeAbsent, syntax.Span, $"'{field.Name}' is optional and may be absent here", inWindow ? $"a window cannot ask for it: declare {field.Name} without 'optional', or let the action require the time instead" : $"write: present({field.Name}) and ...");
            return Bound.Failed;
        }

        // Inside 'for each P' a field of each P stands for the value of the one whose turn it is.
        if (field.Type is EachType each && scope.ParticipantOf(each.Party) is { } participant)
            return Bound.Plain(new Expression.ReadOf(field, participant), each.Element);
        return Bound.Plain(new Expression.Read(field), field.Type);
    }

    private Bound Present(ExpressionSyntax.Present syntax)
    {
        if (scope.Resolve<Field>(syntax.Name) is not { Declared: Field field } symbol || symbol.Broken) return Bound.Failed;
        if (!field.Optional)
            Diagnostics.Report(Rules.AlwaysPresent, syntax.Span, $"'{field.Name}' is not optional, so this is always true", "leave it out");
        return new Bound(new Expression.Present(field), Bound.Boolean, [field], []);
    }

    private static Bound Negate(Bound operand) => operand.Expression is null ? operand
        : new Bound(new Expression.Not(operand.Expression), Bound.Boolean, operand.WhenFalse, operand.WhenTrue);

    private Bound And(ExpressionSyntax.Binary syntax, ImmutableHashSet<Field> known)
    {
        Bound left = Condition(syntax.Left, known);
        Bound right = Condition(syntax.Right, known.Union(left.WhenTrue));
        if (left.Expression is null || right.Expression is null) return Bound.Failed;
        return new Bound(new Expression.And(left.Expression, right.Expression), Bound.Boolean,
            left.WhenTrue.Union(right.WhenTrue), left.WhenFalse.Intersect(left.WhenTrue.Union(right.WhenFalse)));
    }

    private Bound Or(ExpressionSyntax.Binary syntax, ImmutableHashSet<Field> known)
    {
        Bound left = Condition(syntax.Left, known);
        Bound right = Condition(syntax.Right, known.Union(left.WhenFalse));
        if (left.Expression is null || right.Expression is null) return Bound.Failed;
        return new Bound(new Expression.Or(left.Expression, right.Expression), Bound.Boolean,
            left.WhenTrue.Intersect(left.WhenFalse.Union(right.WhenTrue)), left.WhenFalse.Union(right.WhenFalse));
    }

    private Bound Choice(ExpressionSyntax.Choice syntax, ImmutableHashSet<Field> known)
    {
        Bound condition = Condition(syntax.Condition, known);
        Bound then = Bind(syntax.Then, known.Union(condition.WhenTrue));
        Bound otherwise = Bind(syntax.Otherwise, known.Union(condition.WhenFalse));
        if (condition.Expression is null || then.Expression is null || otherwise.Expression is null) return Bound.Failed;
        return operators.Choice(syntax, condition.Expression, then, otherwise);
    }

    private Bound Convert(ExpressionSyntax.Convert syntax, ImmutableHashSet<Field> known)
    {
        Bound amount = Bind(syntax.Amount, known), rate = Bind(syntax.Rate, known);
        Bound? money = syntax.CurrencyOf is null ? null : Bind(syntax.CurrencyOf, known);
        Unit? unit = syntax.Unit is null ? null : scope.Resolve<Unit>(syntax.Unit)?.Declared as Unit;
        if (amount.Expression is null || rate.Expression is null || (money is null ? unit is null : money.Expression is null)) return Bound.Failed;
        return operators.Convert(syntax, amount, rate, money, unit);
    }

    private Bound Quantified(ExpressionSyntax.Quantified syntax, ImmutableHashSet<Field> known)
    {
        Bound list = Reference(new ExpressionSyntax.Reference(syntax.List), known);
        FieldType? element = operators.ElementOf(syntax.List.Span, list);
        Scope inner = scope.Inner(broken: false);
        Local local = slots.New(syntax.Element.Text, element ?? new IntegerType(), list.Expression);
        inner.Declare(local, syntax.Element, broken: element is null);
        Bound condition = new ExpressionBinder(inner, slots, unset, inWindow).Condition(syntax.Condition, known);
        if (element is null || condition.Expression is null) return Bound.Failed;
        return Bound.Condition(new Expression.Quantified(syntax.All, local, list.Expression!, condition.Expression));
    }
}
