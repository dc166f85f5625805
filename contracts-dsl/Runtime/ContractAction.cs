namespace Settlement.Contracts;

/// <summary>Something that a party of the contract can do: it makes an instance or takes one to another state.</summary>
public sealed class ContractAction
{
    internal ContractAction(int index, string name, string? doc, Party by, IReadOnlyList<Party> agreedBy, IReadOnlyList<State> when,
        IReadOnlyList<Field> parameters, IReadOnlyList<Statement> statements, State next)
    {
        Index = index;
        Name = name;
        Doc = doc;
        By = by;
        AgreedBy = agreedBy;
        When = when;
        Parameters = parameters;
        Statements = statements;
        Next = next;
    }

    /// <summary>Its place in the contract, from 0.</summary>
    public int Index { get; }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>What the contract says of it.</summary>
    public string? Doc { get; }

    /// <summary>Who takes it.</summary>
    public Party By { get; }

    /// <summary>Who must agree, in the order written; may be empty.</summary>
    public IReadOnlyList<Party> AgreedBy { get; }

    /// <summary>The states in which it can be taken; empty when it creates an instance.</summary>
    public IReadOnlyList<State> When { get; }

    /// <summary>What it takes beside the instance's fields; their indexes continue after the contract's fields.</summary>
    public IReadOnlyList<Field> Parameters { get; }

    /// <summary>The state in which the instance is afterwards.</summary>
    public State Next { get; }

    /// <summary>True when the action makes a new instance, whose fields are then given with it.</summary>
    public bool Creates => When.Count == 0;

    internal IReadOnlyList<Statement> Statements { get; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
