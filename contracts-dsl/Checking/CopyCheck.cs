using Settlement.Contracts.Language;

namespace Settlement.Contracts.Checking;

/// <summary>
/// Where it depends on personal data and on something that is not so whether an action is refused, where it leads or whether money
/// moves, the one may have to be a copy of the other. In how many ways that can be said nobody can list, so that the two never decide
/// together: what decides is all that a condition, and those around it, read.
/// </summary>
internal sealed class CopyCheck(IReadOnlyList<Field> fields, IReadOnlyList<ContractAction> actions, Steps steps, DiagnosticBag diagnostics)
{
    /// <summary>Personal fields that some action computes from what is not, too: by each something of that.</summary>
    private readonly Dictionary<Field, Field> blended = [];

    /// <summary>Personal fields that may say what something that is not so does: beside other personal data they stand for it.</summary>
    private readonly Dictionary<Field, Field> copied = [];

    /// <summary>By personal field that is set or cleared under conditions: what those read, of which its presence tells.</summary>
    private readonly Dictionary<Field, HashSet<Field>> answering = [];

    private int learned;

    private readonly Dictionary<Local, Field[]> named = [];

    public void Run()
    {
        if (!ResidencyCheck.IsAnyPersonal(fields, actions)) return;
        for (int before = -1; before < learned && !steps.AreSpent;)
        {
            before = learned;
            foreach (ContractAction action in actions) ResidencyCheck.Walk(action.Body, [], Reads, steps, Blend);
        }

        foreach (ContractAction action in actions) Check(action);
    }

    private void Blend(Statement statement, IReadOnlyList<Field> path)
    {
        switch (statement)
        {
            case Statement.Let let:
                // What it reads may have grown: the presence of a field tells of ever more.
                named[let.Local] = [.. Reads(let.Value).Distinct()];
                steps.Take(1 + named[let.Local].Length);
                break;
            case Statement.Set { Field.PersonalOf: not null } set:
                Store(set.Field, path, [.. path, .. Reads(set.Value)]);
                break;
            case Statement.Clear { Field.PersonalOf: not null } clear:
                Store(clear.Field, path, [.. path]);
                break;
        }
    }

    private void Store(Field stored, IReadOnlyList<Field> path, Field[] sources)
    {
        steps.Take(path.Count);
        if (!answering.TryGetValue(stored, out HashSet<Field>? answered)) answering.Add(stored, answered = []);
        learned += path.Count(answered.Add);
        if (Found(sources) is var (_, plain) && blended.TryAdd(stored, plain)) learned++;
        if (Array.Find(sources, f => f.PersonalOf != stored.PersonalOf || copied.ContainsKey(f)) is { } source && copied.TryAdd(stored, copied.GetValueOrDefault(source, source))) learned++;
    }

    /// <summary>Reports the first of an action: what comes after it mostly depends on it.</summary>
    private void Check(ContractAction action)
    {
        bool isReported = false;
        if (action.Window is { } window) Decides(window.Span, Reads(window.Moment));
        ResidencyCheck.Walk(action.Body, [], Reads, steps, (statement, path) =>
        {
            foreach (Expression divisor in statement.Expressions.SelectMany(static e => e.Nodes).SelectMany(Divisors)) Decides(statement.Span, [.. path, .. Reads(divisor)]);
            switch (statement)
            {
                case Statement.Require require:
                    foreach (Expression part in Parts(require.Condition, true)) Decides(require.ConditionSpan, [.. path, .. Reads(part)]);
                    break;
                case Statement.Move or Statement.Reserve or Statement.Release or Statement.Issue or Statement.Redeem or Statement.Outcome:
                    Decides(statement.Span, [.. path, .. statement.Expressions.SelectMany(Reads)]);
                    break;
            }
        });

        void Decides(TextSpan span, IEnumerable<Field> deciding)
        {
            if (isReported || Found([.. deciding.Distinct()]) is not var (source, plain)) return;
            isReported = true;
            diagnostics.Report(Rules.PersonalLeaves, span, $"'{plain.Name}' and '{source.Name}' decide this together, so the one may have to say what the other does: '{source.Name}' is personal of {source.PersonalOf!.Name}, and '{plain.Name}' is not as protected",
                plain.PersonalOf is null ? $"declare {plain.Name} as personal of {source.PersonalOf.Name}, or let them decide apart" : $"give {plain.Name} and {source.Name} the same audience, or let them decide apart");
        }
    }

    /// <summary>Something personal, and what beside it is not so, or may be a copy of what is not, or is another's and read by others.</summary>
    private (Field Source, Field Plain)? Found(Field[] fields)
    {
        // Beside those of one bank and one audience stands the same.
        HashSet<(int? PersonalOf, Label Readers)> seen = [];
        steps.Take(fields.Length);
        if (Array.Find(fields, copied.ContainsKey) is { } copy && Array.Find(fields, f => f != copy && f.PersonalOf is not null) is { } beside) return (beside, copied[copy]);
        foreach (Field source in fields.Where(static f => f.PersonalOf is not null))
        {
            if (blended.TryGetValue(source, out Field? plain)) return (source, plain);
            if (steps.AreSpent || !seen.Add((source.PersonalOf?.Index, source.Readers))) continue;
            steps.Take(fields.Length);
            plain = Array.Find(fields, f => f.PersonalOf != source.PersonalOf && (f.PersonalOf is null || f.Readers != source.Readers));
            if (plain is not null) return (source, plain);
        }

        return null;
    }

    /// <summary>What must hold each for itself.</summary>
    private static IEnumerable<Expression> Parts(Expression condition, bool holds) => condition switch
    {
        Expression.Not inverse => Parts(inverse.Operand, !holds),
        Expression.And both when holds => [.. Parts(both.Left, holds), .. Parts(both.Right, holds)],
        Expression.Or either when !holds => [.. Parts(either.Left, holds), .. Parts(either.Right, holds)],
        _ => [condition],
    };

    private static IEnumerable<Expression> Divisors(Expression expression) => expression switch
    {
        Expression.Quotient quotient => [quotient.Divisor],
        Expression.Chain chain => chain.Factors.Where(static f => f.Divides).Select(static f => f.Value),
        _ => [],
    };

    /// <summary>The fields on which an expression depends, whether something personal is there on what it was set or cleared under.</summary>
    private IEnumerable<Field> Reads(Expression expression) => expression switch
    {
        Expression.Present present => present.Field.PersonalOf is null ? [present.Field] : answering.GetValueOrDefault(present.Field) ?? [],
        Expression.Named name => named.GetValueOrDefault(name.Local) ?? name.Local.Sources,
        Expression.Read or Expression.ReadOf => expression.FieldsRead,
        _ => expression.Children.SelectMany(Reads),
    };
}
