namespace Settlement.Contracts.Checking;

/// <summary>What the requires of one action make equal, however they say it.</summary>
internal sealed class Equalities
{
    private readonly Dictionary<Local, Expression> named = [];
    private readonly List<(Expression Least, Expression Most, Statement.Require By)> ordered = [];
    private readonly List<(Expression Left, Expression Right, Statement.Require By)> equal = [];

    public Equalities(ContractAction action)
    {
        foreach (Statement.Let let in action.Body.All.OfType<Statement.Let>()) named[let.Local] = let.Value;
        foreach (Statement.Require require in action.Body.All.OfType<Statement.Require>()) Gather(require.Condition, true, require);
        // What is neither below nor above is equal.
        equal.AddRange(ordered.Where((one, i) => ordered.Take(i).Any(other => other.Least == one.Most && other.Most == one.Least)));
    }

    /// <summary>Each with the require that asks for it.</summary>
    public IReadOnlyList<(Expression Left, Expression Right, Statement.Require By)> All => equal;

    private void Gather(Expression condition, bool holds, Statement.Require by)
    {
        switch (condition)
        {
            case Expression.Not inverse: Gather(inverse.Operand, !holds, by); break;
            case Expression.And both when holds: Both(both.Left, both.Right, holds, by); break;
            case Expression.Or either when !holds: Both(either.Left, either.Right, holds, by); break;
            case Expression.Named { Local: var local } when named.TryGetValue(local, out Expression? value): Gather(value, holds, by); break;
            // What holds of all values of a list, or fails of any.
            case Expression.Quantified quantified when quantified.All == holds: Gather(quantified.Condition, holds, by); break;
            case Expression.Choice choice when Folding.Truth(choice.Otherwise) == !holds:
                Gather(choice.Condition, true, by);
                Gather(choice.Then, holds, by);
                break;
            case Expression.Choice choice when Folding.Truth(choice.Then) == !holds:
                Gather(choice.Condition, false, by);
                Gather(choice.Otherwise, holds, by);
                break;
            case Expression.Compare compare: Compared(compare, holds, by); break;
        }
    }

    private void Both(Expression left, Expression right, bool holds, Statement.Require by)
    {
        Gather(left, holds, by);
        Gather(right, holds, by);
    }

    private void Compared(Expression.Compare compare, bool holds, Statement.Require by)
    {
        switch (compare.Comparator)
        {
            case Comparator.Equal or Comparator.NotEqual when Folding.Truth(compare.Right) is { } truth: Gather(compare.Left, Same(truth), by); break;
            case Comparator.Equal or Comparator.NotEqual when Folding.Truth(compare.Left) is { } truth: Gather(compare.Right, Same(truth), by); break;
            case Comparator.Equal when holds: equal.Add((compare.Left, compare.Right, by)); break;
            case Comparator.NotEqual when !holds: equal.Add((compare.Left, compare.Right, by)); break;
            case Comparator.LessOrEqual when holds: ordered.Add((compare.Left, compare.Right, by)); break;
            case Comparator.GreaterOrEqual when holds: ordered.Add((compare.Right, compare.Left, by)); break;
            case Comparator.Greater when !holds: ordered.Add((compare.Left, compare.Right, by)); break;
            case Comparator.Less when !holds: ordered.Add((compare.Right, compare.Left, by)); break;
        }

        bool Same(bool truth) => truth == (holds == (compare.Comparator == Comparator.Equal));
    }
}
