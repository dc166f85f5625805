namespace Settlement.Host.Running;

/// <summary>Whether the node may be given work: it recovered, and reached the ledger once since its start.</summary>
internal sealed class NodeHealth
{
    private volatile bool recovered;
    private volatile bool ledgerReached;
    private volatile bool stopping;

    /// <summary>True from recovery until the node begins to stop.</summary>
    public bool IsReady => recovered && ledgerReached && !stopping;

    /// <summary>True once the ledger answered, or when this node is the ledger.</summary>
    public bool IsLedgerReached => ledgerReached;

    /// <summary>True once the machine stands where the vault says.</summary>
    public bool IsRecovered => recovered;

    public void Recovered() => recovered = true;

    public void LedgerReached() => ledgerReached = true;

    public void Stopping() => stopping = true;
}
