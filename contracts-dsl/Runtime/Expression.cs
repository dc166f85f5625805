namespace Settlement.Contracts;

/// <summary>The six comparisons.</summary>
internal enum Comparator { Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual }

/// <summary>
/// A checked expression, ready to run: its types fit, and an optional value is reached only where it is present. A closed
/// hierarchy. The conditions are Compare, And, Or, Not and Present; the others give a value.
/// </summary>
internal abstract record Expression
{
    private Expression() { }

    public sealed record Constant(Value Value) : Expression;

    public sealed record Read(Field Field) : Expression;

    public sealed record Sum(Expression Left, Expression Right, bool Subtract) : Expression;

    public sealed record Compare(Expression Left, Comparator Comparator, Expression Right) : Expression;

    public sealed record And(Expression Left, Expression Right) : Expression;

    public sealed record Or(Expression Left, Expression Right) : Expression;

    public sealed record Not(Expression Operand) : Expression;

    public sealed record Present(Field Field) : Expression;

    /// <summary>The fields and parameters read, presence included; one may come more than once.</summary>
    public IEnumerable<Field> Dependencies => this switch
    {
        Constant => [],
        Read read => [read.Field],
        Sum sum => sum.Left.Dependencies.Concat(sum.Right.Dependencies),
        Compare compare => compare.Left.Dependencies.Concat(compare.Right.Dependencies),
        And and => and.Left.Dependencies.Concat(and.Right.Dependencies),
        Or or => or.Left.Dependencies.Concat(or.Right.Dependencies),
        Not not => not.Operand.Dependencies,
        Present present => [present.Field],
        _ => throw new InvalidOperationException("An unknown expression."),
    };
}
