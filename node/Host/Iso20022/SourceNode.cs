namespace Settlement.Host.Iso20022;

/// <summary>An element or JSON member that was read, and where it stood.</summary>
internal sealed class SourceNode(SourceNode? parent, string label, int line, int column)
{
    private List<SourceNode>? children;

    /// <summary>The name with its number where it may repeat, for example <c>CdtTrfTxInf[2]</c>.</summary>
    public string Label { get; } = label;

    /// <summary>The name without a number.</summary>
    public string Name { get; init; } = label;

    /// <summary>The line from one.</summary>
    public int Line { get; } = line;

    /// <summary>The column from one.</summary>
    public int Column { get; } = column;

    /// <summary>The text, where the element holds text; white space is collapsed where its type says so.</summary>
    public string Text { get; set; } = "";

    /// <summary>The currency attribute of an amount.</summary>
    public string? Currency { get; set; }

    /// <summary>The elements inside that the node reads.</summary>
    public IReadOnlyList<SourceNode> Children => children ?? (IReadOnlyList<SourceNode>)[];

    /// <summary>The path from the root.</summary>
    public string Place => parent is null ? $"/{Label}" : parent.PlaceOf(Label);

    /// <summary>The path of something inside.</summary>
    public string PlaceOf(string label) => parent is null && Label.Length == 0 ? $"/{label}" : $"{Place}/{label}";

    /// <summary>Adds a child.</summary>
    public void Add(SourceNode child) => (children ??= []).Add(child);

    /// <summary>The first child of that name.</summary>
    public SourceNode? Child(string name)
    {
        foreach (SourceNode child in Children)
            if (string.Equals(child.Name, name, StringComparison.Ordinal)) return child;
        return null;
    }

    /// <summary>The first node at the end of a path of names.</summary>
    public SourceNode? Find(params ReadOnlySpan<string> path)
    {
        SourceNode? node = this;
        foreach (string name in path) node = node?.Child(name);
        return node;
    }
}
