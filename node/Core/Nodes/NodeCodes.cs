namespace Settlement.Core.Nodes;

/// <summary>Stable codes of alarms that every node can raise; each has a page in ops/runbooks.</summary>
public static class NodeCodes
{
    /// <summary>Requests with a TLS key that nobody lists.</summary>
    public const string Stranger = "ND002";

    /// <summary>A participant gave a code that this program does not know.</summary>
    public const string ForeignCode = "ND003";

    /// <summary>Rows that this node had written are missing from its vault.</summary>
    public const string RowsMissing = "ND004";
}
