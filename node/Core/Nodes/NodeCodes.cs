namespace Settlement.Core.Nodes;

/// <summary>Stable codes of alarms that every node can raise; each has a page in ops/runbooks.</summary>
public static class NodeCodes
{
    /// <summary>The vault key has made half of the wraps that it may make.</summary>
    public const string VaultKeyWorn = "ND001";
}
