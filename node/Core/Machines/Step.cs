using Settlement.Core.Store;

namespace Settlement.Core.Machines;

/// <summary>
/// What one step of a machine decided: a transaction for the vault, and effects that may be seen outside only once
/// that transaction is durable. A crash before the commit leaves no trace of the step; a crash after it is repaired by
/// the machine's own retries, because everything it still owes is in the vault.
/// </summary>
public sealed class Step
{
    /// <summary>All that the step writes, in one transaction.</summary>
    public StoreTransaction Commit { get; } = new();

    /// <summary>In the order in which they are to be performed.</summary>
    public List<Effect> Then { get; } = [];

    /// <summary>Nothing to write and nothing to do.</summary>
    public bool IsEmpty => Commit.IsEmpty && Then.Count == 0;
}
