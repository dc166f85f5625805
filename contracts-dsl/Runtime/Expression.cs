namespace Settlement.Contracts;

/// <summary>The six comparisons.</summary>
internal enum Comparator { Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual }

/// <summary>A name that an action gives to a value: by <c>let</c>, or to the element of a loop.</summary>
/// <param name="Slot">Its place among the names of its action.</param>
/// <param name="Name">As written.</param>
/// <param name="Type">What it holds.</param>
/// <param name="Readers">Who may read it: those that may read all that it came from.</param>
/// <param name="Sources">The fields that it came from.</param>
internal sealed record Local(int Slot, string Name, FieldType Type, Label Readers, IReadOnlyList<Field> Sources)
{
    /// <inheritdoc/>
    public override int GetHashCode() => Slot;
}

/// <summary>
/// A checked expression, ready to run: its types fit, and an optional value is reached only where it is present. A closed
/// hierarchy; whatever is a boolean can stand as a condition.
/// </summary>
internal abstract record Expression
{
    private Expression() { }

    public sealed record Constant(Value Value) : Expression;

    public sealed record Read(Field Field) : Expression;

    /// <summary>The value of a field 'for each' party that belongs to one participant.</summary>
    /// <param name="Field">The field.</param>
    /// <param name="Participant">A name for a participant.</param>
    public sealed record ReadOf(Field Field, Local Participant) : Expression;

    public sealed record Named(Local Local) : Expression;

    public sealed record Now : Expression;

    public sealed record Today : Expression;

    /// <summary>The one participant that plays a party.</summary>
    public sealed record Player(Party Party) : Expression;

    /// <summary>Of two values of one type, or of a point in time and a length of it.</summary>
    public sealed record Sum(Expression Left, Expression Right, bool Subtract) : Expression;

    /// <summary>Of an amount or integer with an integer, a rate or a ratio; rounded unless it is exact anyway.</summary>
    public sealed record Product(Expression Left, Expression Factor, Rounding? Rounding) : Expression;

    /// <summary>Of an amount or integer by an integer.</summary>
    public sealed record Quotient(Expression Left, Expression Divisor, Rounding Rounding) : Expression;

    /// <param name="Amount">An amount.</param>
    /// <param name="Rate">A rate or ratio.</param>
    /// <param name="CurrencyOf">Money whose currency the result has; null when it has the unit.</param>
    /// <param name="Unit">The unit of the result.</param>
    /// <param name="Rounding">How it becomes whole.</param>
    public sealed record Convert(Expression Amount, Expression Rate, Expression? CurrencyOf, Unit? Unit, Rounding Rounding) : Expression;

    /// <summary>An amount or integer, multiplied and divided exactly, and rounded once at the end.</summary>
    /// <param name="Amount">What is multiplied; it gives the result its unit.</param>
    /// <param name="Factors">Integers, rates and ratios, in their order.</param>
    /// <param name="Rounding">How the result becomes whole.</param>
    public sealed record Chain(Expression Amount, IReadOnlyList<Factor> Factors, Rounding Rounding) : Expression;

    /// <summary>A duration of so many seconds each.</summary>
    public sealed record Length(Expression Count, long SecondsEach) : Expression;

    public sealed record Period(Expression Count, PeriodUnit Unit) : Expression;

    public sealed record Compare(Expression Left, Comparator Comparator, Expression Right) : Expression;

    public sealed record And(Expression Left, Expression Right) : Expression;

    public sealed record Or(Expression Left, Expression Right) : Expression;

    public sealed record Not(Expression Operand) : Expression;

    public sealed record Present(Field Field) : Expression;

    public sealed record Choice(Expression Condition, Expression Then, Expression Otherwise) : Expression;

    public sealed record Quantified(bool All, Local Element, Expression List, Expression Condition) : Expression;

    /// <param name="Function">What is called.</param>
    /// <param name="First">Its first argument.</param>
    /// <param name="Second">Its second; null when it has one.</param>
    /// <param name="Nothing">The sum of an empty list; null for money, which then has no currency.</param>
    public sealed record Call(Function Function, Expression First, Expression? Second = null, Value? Nothing = null) : Expression;

    /// <summary>The expressions directly in it.</summary>
    public IReadOnlyList<Expression> Children => this switch
    {
        Sum sum => [sum.Left, sum.Right],
        Product product => [product.Left, product.Factor],
        Quotient quotient => [quotient.Left, quotient.Divisor],
        Convert { CurrencyOf: { } money } convert => [convert.Amount, convert.Rate, money],
        Convert convert => [convert.Amount, convert.Rate],
        Chain chain => [chain.Amount, .. chain.Factors.Select(f => f.Value)],
        Length length => [length.Count],
        Period period => [period.Count],
        Compare compare => [compare.Left, compare.Right],
        And and => [and.Left, and.Right],
        Or or => [or.Left, or.Right],
        Not not => [not.Operand],
        Choice choice => [choice.Condition, choice.Then, choice.Otherwise],
        Quantified quantified => [quantified.List, quantified.Condition],
        Call { Second: { } second } call => [call.First, second],
        Call call => [call.First],
        Constant or Read or ReadOf or Named or Now or Today or Player or Present => [],
        _ => throw new InvalidOperationException("An unknown expression."),
    };

    /// <summary>It and all that is in it, from left to right; of a long sum in as many steps as it has parts.</summary>
    public IEnumerable<Expression> Nodes
    {
        get
        {
            Stack<Expression> left = new([this]);
            while (left.TryPop(out Expression? next))
            {
                yield return next;
                IReadOnlyList<Expression> children = next.Children;
                for (int i = children.Count - 1; i >= 0; i--) left.Push(children[i]);
            }
        }
    }

    /// <summary>The fields and parameters read by name, presence included; one may come more than once.</summary>
    public IEnumerable<Field> FieldsRead => Nodes.SelectMany(e => e switch
    {
        Read read => [read.Field],
        ReadOf readOf => [readOf.Field],
        Present present => [present.Field],
        _ => Array.Empty<Field>(),
    });

    /// <summary>Who may read all that it depends on.</summary>
    public Label Readers =>
        LocalsRead.Select(l => l.Readers).Concat(FieldsRead.Select(f => f.Readers)).Aggregate(Label.Everybody, static (all, one) => all & one);

    /// <summary>All fields that it depends on, also through names, without repetition.</summary>
    public IEnumerable<Field> Sources => FieldsRead.Concat(LocalsRead.Distinct().SelectMany(l => l.Sources)).Distinct();

    /// <summary>True when it is money, whose currency is known only when it runs.</summary>
    public bool IsMoney => this switch
    {
        Constant constant => constant.Value is MoneyValue,
        Read read => read.Field.Type is MoneyType,
        ReadOf readOf => readOf.Field.Type is EachType { Element: MoneyType },
        Named named => named.Local.Type is MoneyType,
        Sum sum => sum.Left.IsMoney,
        Product product => product.Left.IsMoney,
        Quotient quotient => quotient.Left.IsMoney,
        Chain chain => chain.Amount.IsMoney,
        Convert convert => convert.Unit is null,
        Choice choice => choice.Then.IsMoney,
        Call { Function: Function.Min or Function.Max } call => call.First.IsMoney,
        Call { Function: Function.Sum, Nothing: null } => true,
        _ => false,
    };

    /// <summary>True when some values make it refuse: what does not fit, a division by zero, two currencies.</summary>
    public bool MayRefuse => Nodes.Any(e => e switch
    {
        // How far two points in time lie apart always fits.
        Sum { Subtract: true } sum => !(IsPoint(sum.Left) && IsPoint(sum.Right)),
        Sum or Product or Quotient or Convert or Chain or Length or Period => true,
        Compare compare => compare.Left.IsMoney && compare.Right.IsMoney,
        Call { Function: Function.Sum or Function.NextBusinessDay } => true,
        Call { Function: Function.Min or Function.Max } call => call.First.IsMoney,
        _ => false,
    });

    /// <summary>True for what is a date or a datetime as it stands.</summary>
    private static bool IsPoint(Expression expression) => expression switch
    {
        Now or Today => true,
        Constant constant => constant.Value is DateValue or DateTimeValue,
        Read read => read.Field.Type is DateType or DateTimeType,
        ReadOf readOf => readOf.Field.Type is EachType { Element: DateType or DateTimeType },
        Named named => named.Local.Type is DateType or DateTimeType,
        _ => false,
    };

    /// <summary>The names of values and participants that it reads.</summary>
    public IEnumerable<Local> LocalsRead => Nodes.SelectMany(e => e switch
    {
        Named named => [named.Local],
        ReadOf readOf => [readOf.Participant],
        _ => Array.Empty<Local>(),
    });
}

/// <summary>One step of a chain of products and quotients.</summary>
/// <param name="Value">An integer, a rate or a ratio.</param>
/// <param name="Divides">True when it divides.</param>
internal readonly record struct Factor(Expression Value, bool Divides);

/// <summary>What an expression can call.</summary>
internal enum Function { Sum, Count, Min, Max, Days, DateOf, CurrencyOf, NextBusinessDay, IsBusinessDay, CutOff }
