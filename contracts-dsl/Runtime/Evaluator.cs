namespace Settlement.Contracts;

/// <summary>
/// One run of one action. The first refusal stops it: every step answers null, or false, once <see cref="refused"/> is
/// set. Expressions are bounded in size by the compiler, so a run is too.
/// </summary>
internal sealed class Evaluator(
    ContractAction action, IReadOnlyList<Field> fields, Party? reader, IReadOnlyList<Value?> values, IReadOnlyList<Value?> arguments)
{
    private readonly List<Movement> movements = [];
    private Evaluation.Refused? refused;

    public Evaluation Run(State? state)
    {
        if (action.Creates ? state is not null : state is null || !action.When.Contains(state)) Refuse(PlatformCodes.WrongState, "when");
        if (values.Count != fields.Count) Refuse(PlatformCodes.WrongCount, "fields");
        if (arguments.Count != action.Parameters.Count) Refuse(PlatformCodes.WrongCount, "parameters");
        CheckValues(fields, values);
        CheckValues(action.Parameters, arguments);
        foreach (Statement statement in action.Statements)
        {
            if (refused is not null) return refused;
            Run(statement);
        }

        return refused is not null ? refused : new Evaluation.Accepted(action.Next, movements);
    }

    private void CheckValues(IReadOnlyList<Field> declared, IReadOnlyList<Value?> given)
    {
        for (int i = 0; i < declared.Count && refused is null; i++)
        {
            Field field = declared[i];
            if (reader is not null && !field.IsReadBy(reader)) continue;
            if (given[i] is not { } value)
            {
                if (!field.Optional) Refuse(PlatformCodes.Missing, field.Name);
            }
            else if (field.Type.Refusal(value) is { } code)
            {
                Refuse(code, field.Name);
            }
        }
    }

    private void Run(Statement statement)
    {
        switch (statement)
        {
            case Statement.Require require:
                if (Holds(require.Condition, require.Place) is false) Refuse(require.Code, require.Place);
                break;
            case Statement.Move move:
                if (AmountToMove(move.Amount) is { } moved) movements.Add(new Movement.Move(move.From.Index, move.To.Index, moved));
                break;
            case Statement.Issue issue:
                if (AmountToMove(issue.Amount) is { } issued)
                    movements.Add(new Movement.Issue(issue.To.Index, issued, ((TextValue)ValueOf(issue.Posting)).Text));
                break;
            default:
                throw new InvalidOperationException("An unknown statement.");
        }
    }

    private MoneyValue? AmountToMove(Field field)
    {
        var amount = (MoneyValue)ValueOf(field);
        if (amount.MinorUnits <= 0) return Refuse<MoneyValue>(PlatformCodes.NothingToMove, field.Name);
        if (movements.Count > 0 && movements[0].Amount.Currency != amount.Currency)
            return Refuse<MoneyValue>(PlatformCodes.CurrenciesDiffer, field.Name);
        return amount;
    }

    /// <summary>Null when the run is refused inside the condition.</summary>
    private bool? Holds(Expression condition, string place) => condition switch
    {
        Expression.And and => Holds(and.Left, place) is { } left ? (left ? Holds(and.Right, place) : false) : null,
        Expression.Or or => Holds(or.Left, place) is { } left ? (left ? true : Holds(or.Right, place)) : null,
        Expression.Not not => !Holds(not.Operand, place),
        Expression.Present present => Slot(present.Field) is not null,
        Expression.Compare compare => Compare(compare, place),
        _ => throw new InvalidOperationException("The expression is not a condition."),
    };

    private bool? Compare(Expression.Compare compare, string place)
    {
        if (Evaluate(compare.Left, place) is not { } left || Evaluate(compare.Right, place) is not { } right) return null;
        if (left is MoneyValue a && right is MoneyValue b && a.Currency != b.Currency)
        {
            Refuse(PlatformCodes.CurrenciesDiffer, place);
            return null;
        }

        int order = Order(left, right);
        return compare.Comparator switch
        {
            Comparator.Equal => order == 0,
            Comparator.NotEqual => order != 0,
            Comparator.Less => order < 0,
            Comparator.LessOrEqual => order <= 0,
            Comparator.Greater => order > 0,
            Comparator.GreaterOrEqual => order >= 0,
            _ => throw new InvalidOperationException("An unknown comparison."),
        };
    }

    private static int Order(Value left, Value right) => (left, right) switch
    {
        (MoneyValue a, MoneyValue b) => a.MinorUnits.CompareTo(b.MinorUnits),
        // The only integer beside money is the literal 0, which is nothing in every currency.
        (MoneyValue a, IntegerValue b) => a.MinorUnits.CompareTo(b.Number),
        (IntegerValue a, MoneyValue b) => a.Number.CompareTo(b.MinorUnits),
        (IntegerValue a, IntegerValue b) => a.Number.CompareTo(b.Number),
        (DateValue a, DateValue b) => a.Date.CompareTo(b.Date),
        (TextValue a, TextValue b) => string.CompareOrdinal(a.Text, b.Text),
        (CodeValue a, CodeValue b) => string.CompareOrdinal(a.Code, b.Code),
        _ => throw new InvalidOperationException("The values cannot be compared."),
    };

    private Value? Evaluate(Expression expression, string place) => expression switch
    {
        Expression.Constant constant => constant.Value,
        Expression.Read read => ValueOf(read.Field),
        Expression.Sum sum => Evaluate(sum.Left, place) is { } left && Evaluate(sum.Right, place) is { } right
            ? Add(left, right, sum.Subtract, place) : null,
        _ => throw new InvalidOperationException("The expression has no value."),
    };

    private Value? Add(Value left, Value right, bool subtract, string place)
    {
        switch (left, right)
        {
            case (MoneyValue a, MoneyValue b) when a.Currency != b.Currency:
                return Refuse<Value>(PlatformCodes.CurrenciesDiffer, place);
            case (MoneyValue a, MoneyValue b):
                return Add(a.MinorUnits, b.MinorUnits, subtract) is { } units ? a with { MinorUnits = units } : Refuse<Value>(PlatformCodes.Overflow, place);
            case (IntegerValue a, IntegerValue b):
                return Add(a.Number, b.Number, subtract) is { } number ? new IntegerValue(number) : Refuse<Value>(PlatformCodes.Overflow, place);
            default:
                throw new InvalidOperationException("The values cannot be added.");
        }
    }

    private static long? Add(long left, long right, bool subtract)
    {
        Int128 sum = subtract ? (Int128)left - right : (Int128)left + right;
        return sum >= long.MinValue && sum <= long.MaxValue ? (long)sum : null;
    }

    /// <summary>The compiler lets an expression reach only values that are there, so an absent one is a bug.</summary>
    private Value ValueOf(Field field) => Slot(field) ?? throw new InvalidOperationException($"{field.Name} is absent where it is read.");

    private Value? Slot(Field field) => field.Index < fields.Count ? values[field.Index] : arguments[field.Index - fields.Count];

    private T? Refuse<T>(string code, string place) where T : class
    {
        Refuse(code, place);
        return null;
    }

    /// <summary>Only the first refusal counts.</summary>
    private void Refuse(string code, string place) => refused ??= new Evaluation.Refused(code, $"{action.Name}: {place}");
}
