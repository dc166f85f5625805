using System.Text;
using Settlement.Contracts.Language;

namespace Settlement.Contracts;

/// <summary>Says in plain English what an action is: who takes it, with whose agreement, when, and what follows.</summary>
internal static class ActionSentences
{
    /// <summary>One sentence, and what the contract itself says of the action.</summary>
    public static string Of(ContractAction action)
    {
        StringBuilder text = new(Who(action));
        if (action.Parameters.Count > 0) text.Append(", giving ").Append(And(action.Parameters.Select(p => p.Name)));
        if (action.AgreedBy.Count > 0) text.Append(", if ").Append(And(action.AgreedBy.Select(p => p.IsSeveral ? $"every {p.Name}" : p.Name))).Append(action.AgreedBy.Count == 1 ? " agrees" : " agree");
        text.Append(action.Creates ? ": a new instance in " : $": from {Or(action.When.Select(s => s.Name))} to ").Append(Or(action.Outcomes.Select(o => o.Name)));
        if (action.Window is { } window) text.Append(", ").Append(When(window));
        text.Append('.');
        if (action.Doc is { } doc) text.Append(' ').Append(doc);
        return text.ToString();
    }

    /// <summary>The statements as written, each line with its depth.</summary>
    public static IEnumerable<(int Depth, string Line)> Statements(ContractAction action) =>
        action.Disclosures.Select(d => (0, $"discloses {string.Join(", ", d.Fields.Select(f => f.Name))} to {string.Join(", ", d.Parties.Select(p => p.Name))}"))
            .Concat(action.Offered is { } offered ? [(0, $"{ReservedWords.Offers} {offered.Name} to {ReservedWords.Agent}")] : []).Concat(Lines(action.Body, 0));

    /// <summary>Who acts, with whom, in few words.</summary>
    public static string Short(ContractAction action)
    {
        string by = $"{action.Name} by {action.By.Written}";
        return action.AgreedBy.Count == 0 ? by : $"{by} with {string.Join(", ", action.AgreedBy.Select(p => p.Name))}";
    }

    /// <summary><c>a, b and c</c>.</summary>
    public static string And(IEnumerable<string> names) => Joined([.. names], " and ");

    /// <summary>When the action can be taken, and what it is refused with at another time.</summary>
    public static string When(Window window) => $"{Time(window)} (else refused with {window.Code})";

    /// <summary>When the action can be taken.</summary>
    public static string Time(Window window)
    {
        string code = $" else {window.Code}";
        string written = window.Written.EndsWith(code, StringComparison.Ordinal) ? window.Written[..^code.Length] : window.Written;
        var (word, moment) = ScenarioText.FirstWord(written);
        string end = IsDate(window.Moment) ? "the end of the day " : "";
        return word switch
        {
            "within" => $"only {written}",
            "after" => $"only from {end}{moment} on",
            _ => $"only before {end}{moment}",
        };
    }

    private static string Who(ContractAction action) => action.By switch
    {
        { IsNetwork: true } => $"{action.Name} is nobody's decision, and any member can demand it",
        { Field: { } field } => $"Whoever {field.Name} names can {action.Name}",
        { Party: var party, Any: true } => $"Any {party!.Name} can {action.Name}",
        { Party: var party } => $"{party!.Name} can {action.Name}",
    };

    private static IEnumerable<(int Depth, string Line)> Lines(Block block, int depth)
    {
        foreach (Statement statement in block.Statements)
        {
            yield return (depth, statement.Written);
            switch (statement)
            {
                case Statement.If branch:
                    foreach (var line in Lines(branch.Then, depth + 1)) yield return line;
                    if (branch.Otherwise.Statements.Length > 0) yield return (depth, "otherwise");
                    foreach (var line in Lines(branch.Otherwise, depth + 1)) yield return line;
                    yield return (depth, "end");
                    break;
                case Statement.ForEachPlayer or Statement.ForEachValue:
                    foreach (var line in statement.Blocks.SelectMany(b => Lines(b, depth + 1))) yield return line;
                    yield return (depth, "end");
                    break;
            }
        }
    }

    private static bool IsDate(Expression moment) => moment switch
    {
        Expression.Read read => read.Field.Type is DateType,
        Expression.Named named => named.Local.Type is DateType,
        Expression.Constant constant => constant.Value is DateValue,
        Expression.Today => true,
        Expression.Sum sum => IsDate(sum.Left),
        Expression.Choice choice => IsDate(choice.Then),
        Expression.Call { Function: Function.DateOf or Function.NextBusinessDay } => true,
        Expression.Call { Function: Function.Min or Function.Max } call => IsDate(call.First),
        _ => false,
    };

    private static string Or(IEnumerable<string> names) => Joined([.. names], " or ");

    private static string Joined(string[] names, string last) =>
        names.Length <= 1 ? string.Concat(names) : string.Join(", ", names[..^1]) + last + names[^1];
}
