using System.Globalization;
using System.Text;

namespace Settlement.Contracts;

/// <summary>A way from one state to another.</summary>
/// <param name="From">Null where an instance begins.</param>
/// <param name="To">Where it is afterwards.</param>
/// <param name="Action">What leads there.</param>
internal sealed record Transition(State? From, State To, ContractAction Action)
{
    /// <summary>All of a contract, by action.</summary>
    public static IEnumerable<Transition> Of(Contract contract) => contract.Actions.SelectMany(action =>
        (action.Creates ? [null] : action.When.Cast<State?>()).SelectMany(from => action.Outcomes.Select(to => new Transition(from, to, action))));
}

/// <summary>The states of a contract as a Mermaid diagram.</summary>
internal static class StateDiagram
{
    // Words of Mermaid's state diagrams that a state may have as its name.
    private static readonly string[] Reserved = ["state", "end", "note", "direction", "class", "classDef", "style", "click", "default", "as", "fork", "join", "choice"];

    public static string AsMermaid(Contract contract)
    {
        StringBuilder text = new("stateDiagram-v2\n");
        foreach (Transition transition in Transition.Of(contract))
        {
            string from = transition.From is { } state ? Name(contract, state) : "[*]";
            text.Append(CultureInfo.InvariantCulture, $"    {from} --> {Name(contract, transition.To)} : {ActionSentences.Short(transition.Action)}\n");
        }

        foreach (State state in contract.States.Where(s => s.MayRest)) text.Append(CultureInfo.InvariantCulture, $"    {Name(contract, state)} --> [*]\n");
        return text.ToString();
    }

    /// <summary>A suffix keeps a state's name from being one of Mermaid's own words, and from being that of another state.</summary>
    private static string Name(Contract contract, State state)
    {
        if (!Reserved.Contains(state.Name, StringComparer.OrdinalIgnoreCase)) return state.Name;
        string name = state.Name + "_";
        while (contract.FindState(name) is not null) name += "_";
        return name;
    }
}
