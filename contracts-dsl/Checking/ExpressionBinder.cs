using System.Collections.Immutable;
using Settlement.Contracts.Language;

namespace Settlement.Contracts.Checking;

/// <summary>The type of an expression while it is checked.</summary>
internal enum ExpressionType { Condition, Money, Integer, Date, Text, Code }

/// <param name="Expression">Null after a report; nothing more is said about what contains it.</param>
/// <param name="Type">Its type.</param>
/// <param name="WhenTrue">Optional values that are there if the condition holds.</param>
/// <param name="WhenFalse">Optional values that are there if it does not.</param>
internal sealed record Bound(Expression? Expression, ExpressionType Type, ImmutableHashSet<Field> WhenTrue, ImmutableHashSet<Field> WhenFalse)
{
    public static Bound Failed(ExpressionType type) => Plain(null, type);

    public static Bound Plain(Expression? expression, ExpressionType type) => new(expression, type, [], []);
}

/// <summary>
/// Checks the types of expressions and that an optional value is only used where it is known to be there: to the right
/// of 'present(x) and', of 'not present(x) or', or after a require that says so.
/// </summary>
internal sealed class ExpressionBinder(Scope scope)
{
    private DiagnosticBag Diagnostics => scope.Diagnostics;

    /// <summary>Binds a condition; reports anything that is a value.</summary>
    public Bound Condition(ExpressionSyntax syntax, ImmutableHashSet<Field> known)
    {
        Bound bound = Bind(syntax, known);
        if (bound.Expression is null || bound.Type == ExpressionType.Condition) return bound;
        Diagnostics.Report(Rules.NotACondition, syntax.Span, $"this is {Named(bound.Type)}, where something true or false is needed", "compare it with something");
        return Bound.Failed(ExpressionType.Condition);
    }

    private Bound Bind(ExpressionSyntax syntax, ImmutableHashSet<Field> known) => syntax switch
    {
        ExpressionSyntax.Number number => Bound.Plain(new Expression.Constant(new IntegerValue(number.Value)), ExpressionType.Integer),
        ExpressionSyntax.Date date => Bound.Plain(new Expression.Constant(new DateValue(date.Value)), ExpressionType.Date),
        ExpressionSyntax.Text text => Bound.Plain(new Expression.Constant(new TextValue(text.Value)), ExpressionType.Text),
        ExpressionSyntax.Parenthesised inner => Bind(inner.Inner, known),
        ExpressionSyntax.Reference reference => Reference(reference, known),
        ExpressionSyntax.Present present => Present(present),
        ExpressionSyntax.Not not => Negate(Condition(not.Operand, known)),
        ExpressionSyntax.Binary { Operator: BinaryOperator.And } and => And(and, known),
        ExpressionSyntax.Binary { Operator: BinaryOperator.Or } or => Or(or, known),
        ExpressionSyntax.Binary { Operator: BinaryOperator.Add or BinaryOperator.Subtract } sum => Sum(sum, known),
        ExpressionSyntax.Binary comparison => Comparison(comparison, known),
        _ => throw new InvalidOperationException("Unknown syntax."),
    };

    private Bound Reference(ExpressionSyntax.Reference syntax, ImmutableHashSet<Field> known)
    {
        if (scope.Resolve<Field>(syntax.Name) is not { Declared: Field field } symbol) return Bound.Failed(ExpressionType.Condition);
        ExpressionType type = TypeOf(field.Type);
        if (symbol.Broken) return Bound.Failed(type);
        if (field.Optional && !known.Contains(field))
        {
            Diagnostics.Report(Rules.MayBeAbsent, syntax.Span, $"'{field.Name}' is optional and may be absent here", $"write: present({field.Name}) and ...");
            return Bound.Failed(type);
        }

        return Bound.Plain(new Expression.Read(field), type);
    }

    private Bound Present(ExpressionSyntax.Present syntax)
    {
        if (scope.Resolve<Field>(syntax.Name) is not { Declared: Field field } symbol || symbol.Broken) return Bound.Failed(ExpressionType.Condition);
        if (!field.Optional)
            Diagnostics.Report(Rules.AlwaysPresent, syntax.Span, $"'{field.Name}' is not optional, so this is always true", "leave it out");
        return new Bound(new Expression.Present(field), ExpressionType.Condition, [field], []);
    }

    private static Bound Negate(Bound operand) => operand.Expression is null ? operand
        : new Bound(new Expression.Not(operand.Expression), ExpressionType.Condition, operand.WhenFalse, operand.WhenTrue);

    private Bound And(ExpressionSyntax.Binary syntax, ImmutableHashSet<Field> known)
    {
        Bound left = Condition(syntax.Left, known);
        Bound right = Condition(syntax.Right, known.Union(left.WhenTrue));
        if (left.Expression is null || right.Expression is null) return Bound.Failed(ExpressionType.Condition);
        return new Bound(new Expression.And(left.Expression, right.Expression), ExpressionType.Condition,
            left.WhenTrue.Union(right.WhenTrue), left.WhenFalse.Intersect(left.WhenTrue.Union(right.WhenFalse)));
    }

    private Bound Or(ExpressionSyntax.Binary syntax, ImmutableHashSet<Field> known)
    {
        Bound left = Condition(syntax.Left, known);
        Bound right = Condition(syntax.Right, known.Union(left.WhenFalse));
        if (left.Expression is null || right.Expression is null) return Bound.Failed(ExpressionType.Condition);
        return new Bound(new Expression.Or(left.Expression, right.Expression), ExpressionType.Condition,
            left.WhenTrue.Intersect(left.WhenFalse.Union(right.WhenTrue)), left.WhenFalse.Union(right.WhenFalse));
    }

    private Bound Sum(ExpressionSyntax.Binary syntax, ImmutableHashSet<Field> known)
    {
        Bound left = Bind(syntax.Left, known), right = Bind(syntax.Right, known);
        if (left.Expression is null || right.Expression is null) return Bound.Failed(left.Type);
        if (left.Type != right.Type) return Mixed(syntax, left, right, left.Type);
        if (left.Type is not (ExpressionType.Money or ExpressionType.Integer))
        {
            Diagnostics.Report(Rules.NoSuchOperation, syntax.Span, $"only money and integers can be added or subtracted, not {Named(left.Type)}");
            return Bound.Failed(left.Type);
        }

        return Bound.Plain(new Expression.Sum(left.Expression, right.Expression, syntax.Operator == BinaryOperator.Subtract), left.Type);
    }

    private Bound Comparison(ExpressionSyntax.Binary syntax, ImmutableHashSet<Field> known)
    {
        Bound left = Bind(syntax.Left, known), right = Bind(syntax.Right, known);
        if (left.Expression is null || right.Expression is null) return Bound.Failed(ExpressionType.Condition);
        if (left.Type == ExpressionType.Condition || right.Type == ExpressionType.Condition)
        {
            ExpressionSyntax condition = left.Type == ExpressionType.Condition ? syntax.Left : syntax.Right;
            Diagnostics.Report(Rules.NotACondition, condition.Span, "this is true or false, where a value to compare is needed", "join conditions with 'and' or 'or'");
            return Bound.Failed(ExpressionType.Condition);
        }

        Comparator comparator = ComparatorOf(syntax.Operator);
        if (!Align(syntax, ref left, ref right)) return Bound.Failed(ExpressionType.Condition);
        if (left.Type is ExpressionType.Text or ExpressionType.Code && comparator is not (Comparator.Equal or Comparator.NotEqual))
        {
            Diagnostics.Report(Rules.NoSuchOperation, syntax.Span, $"{Named(left.Type)} has no order", "compare it with = or !=");
            return Bound.Failed(ExpressionType.Condition);
        }

        return Bound.Plain(new Expression.Compare(left.Expression!, comparator, right.Expression!), ExpressionType.Condition);
    }

    /// <summary>Makes both sides one type: a text in quotes may stand for a code, and the literal 0 for no money.</summary>
    private bool Align(ExpressionSyntax.Binary syntax, ref Bound left, ref Bound right)
    {
        if (!AlignText(syntax.Left, ref left, right) || !AlignText(syntax.Right, ref right, left)) return false;
        if (left.Type == right.Type) return true;
        if (left.Type == ExpressionType.Money && IsZero(right)) return true;
        if (right.Type == ExpressionType.Money && IsZero(left)) return true;
        Mixed(syntax, left, right, ExpressionType.Condition);
        return false;
    }

    private bool AlignText(ExpressionSyntax syntax, ref Bound side, Bound other)
    {
        if (side.Expression is not Expression.Constant { Value: TextValue { Text: var text } }) return true;
        string? reason = null;
        if (other.Type == ExpressionType.Code)
        {
            if (!CodeValue.IsCode(text)) reason = "a code is 1 to 35 capital letters and digits";
            else side = Bound.Plain(new Expression.Constant(new CodeValue(text)), ExpressionType.Code);
        }
        else if (other.Expression is Expression.Read { Field: { Type: TextType type } field } && type.Refusal(new TextValue(text)) is not null)
        {
            reason = $"'{field.Name}' is a {type.Written} and never empty";
        }

        if (reason is not null) Diagnostics.Report(Rules.NeverEqual, syntax.Span, $"this text can never be the value: {reason}");
        return reason is null;
    }

    private Bound Mixed(ExpressionSyntax.Binary syntax, Bound left, Bound right, ExpressionType result)
    {
        bool money = left.Type == ExpressionType.Money && right.Type == ExpressionType.Integer;
        Diagnostics.Report(Rules.UnitsMixed, syntax.Span, $"{Named(left.Type)} and {Named(right.Type)} do not mix",
            money ? "money can be compared with other money, or with 0" : null);
        return Bound.Failed(result);
    }

    private static bool IsZero(Bound bound) => bound.Expression is Expression.Constant { Value: IntegerValue { Number: 0 } };

    private static Comparator ComparatorOf(BinaryOperator written) => written switch
    {
        BinaryOperator.Equal => Comparator.Equal,
        BinaryOperator.NotEqual => Comparator.NotEqual,
        BinaryOperator.Less => Comparator.Less,
        BinaryOperator.LessOrEqual => Comparator.LessOrEqual,
        BinaryOperator.Greater => Comparator.Greater,
        BinaryOperator.GreaterOrEqual => Comparator.GreaterOrEqual,
        _ => throw new InvalidOperationException("Not a comparison."),
    };

    private static ExpressionType TypeOf(FieldType type) => type switch
    {
        MoneyType => ExpressionType.Money,
        IntegerType => ExpressionType.Integer,
        DateType => ExpressionType.Date,
        TextType => ExpressionType.Text,
        CodeType => ExpressionType.Code,
        _ => throw new InvalidOperationException("An unknown type."),
    };

    private static string Named(ExpressionType type) => type switch
    {
        ExpressionType.Condition => "a condition",
        ExpressionType.Money => "money",
        ExpressionType.Integer => "an integer",
        ExpressionType.Date => "a date",
        ExpressionType.Text => "a text",
        _ => "a code",
    };
}
