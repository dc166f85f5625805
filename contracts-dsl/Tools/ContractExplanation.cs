using System.Globalization;
using System.Text;

namespace Settlement.Contracts;

/// <summary>Says to people what a contract means for them: who reads what, what can happen, and who can check it.</summary>
public static class ContractExplanation
{
    /// <summary>Everything that <c>contract explain</c> shows. The text has LF line ends.</summary>
    public static string Render(Contract contract)
    {
        ArgumentNullException.ThrowIfNull(contract);
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{contract}\n");
        if (contract.Doc is { } doc) text.Append(doc).Append('\n');
        text.Append(CultureInfo.InvariantCulture, $"hash {Convert.ToHexStringLower(contract.Hash)}\n");
        text.Append("\nWho reads what\n\n").Append(Matrix(contract));
        text.Append("\nWhat can happen\n\n");
        foreach (ContractAction action in contract.Actions) text.Append(Sentence(action)).Append('\n');
        text.Append("\nStates (Mermaid)\n\n").Append(StatesAsMermaid(contract));
        text.Append("\nWho can run it again\n\n");
        foreach (Party observer in contract.Parties.Where(p => p.Observes)) text.Append(ReExecution(contract, observer)).Append('\n');
        if (contract.Parties.All(p => !p.Observes)) text.Append("The contract has no observers.\n");
        return text.ToString();
    }

    /// <summary>
    /// A table of a row for each field and parameter and a column for each party: <c>reads</c>, or <c>-</c>. A column more
    /// names the bank whose customer's data it is.
    /// </summary>
    public static string Matrix(Contract contract)
    {
        ArgumentNullException.ThrowIfNull(contract);
        List<string[]> rows = [["field", "type", .. contract.Parties.Select(p => p.Name), "personal of"]];
        rows.AddRange(contract.Fields.Select(f => Row(contract, f, f.Name)));
        foreach (ContractAction action in contract.Actions)
            rows.AddRange(action.Parameters.Select(p => Row(contract, p, $"{action.Name}({p.Name})")));
        return Table(rows);
    }

    /// <summary>A Mermaid state diagram; a state where an instance may rest leads to the end sign.</summary>
    public static string StatesAsMermaid(Contract contract)
    {
        ArgumentNullException.ThrowIfNull(contract);
        StringBuilder text = new("stateDiagram-v2\n");
        foreach (ContractAction action in contract.Actions)
        {
            string by = action.AgreedBy.Count == 0 ? action.By.Written : $"{action.By.Written} with {string.Join(", ", action.AgreedBy.Select(p => p.Name))}";
            IEnumerable<string> from = action.Creates ? ["[*]"] : action.When.Select(MermaidName);
            foreach (string state in from)
            {
                foreach (State next in action.Outcomes) text.Append(CultureInfo.InvariantCulture, $"    {state} --> {MermaidName(next)} : {action.Name} by {by}\n");
            }

        }

        foreach (State state in contract.States.Where(s => s.MayRest)) text.Append(CultureInfo.InvariantCulture, $"    {MermaidName(state)} --> [*]\n");
        return text.ToString();
    }

    /// <summary>A prefix keeps a state's name from being one of Mermaid's own words.</summary>
    private static string MermaidName(State state) => state.Name is "state" or "end" or "note" or "direction" or "class" or "default" ? state.Name + "_" : state.Name;

    private static string[] Row(Contract contract, Field field, string name) =>
    [
        name,
        field.Optional ? $"{field.Type.Written} optional" : field.Type.Written,
        .. contract.Parties.Select(p => field.IsReadBy(p) ? "reads" : "-"),
        field.PersonalOf?.Name ?? "",
    ];

    private static string Sentence(ContractAction action)
    {
        StringBuilder text = new($"{action.By.Written} can {action.Name}");
        if (action.AgreedBy.Count > 0) text.Append(", if ").AppendJoin(" and ", action.AgreedBy.Select(p => p.Name)).Append(action.AgreedBy.Count == 1 ? " agrees" : " agree");
        text.Append(action.Creates ? ": a new instance in " : $": from {string.Join(" or ", action.When.Select(s => s.Name))} to ").AppendJoin(" or ", action.Outcomes.Select(o => o.Name)).Append('.');
        if (action.Doc is { } doc) text.Append(' ').Append(doc);
        foreach (Statement statement in action.Body.All) text.Append("\n  ").Append(statement.Written);
        return text.ToString();
    }

    private static string ReExecution(Contract contract, Party observer)
    {
        string[] hidden = [.. contract.HiddenDependencies(observer).Select(h => h.Field.Name).Distinct()];
        return hidden.Length == 0
            ? $"{observer.Name} reads all that the outcome depends on, and can run every action again: where that holds for every contract of a channel, it thereby reads the positions of both members."
            : $"{observer.Name} cannot run every action again: it does not read {string.Join(", ", hidden)}.";
    }

    private static string Table(List<string[]> rows)
    {
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(i => rows.Max(r => r[i].Length))];
        StringBuilder text = new();
        for (int i = 0; i < rows.Count; i++)
        {
            text.Append(string.Join("  ", rows[i].Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd()).Append('\n');
            if (i == 0) text.Append(string.Join("  ", widths.Select(w => new string('-', w)))).Append('\n');
        }

        return text.ToString();
    }
}
