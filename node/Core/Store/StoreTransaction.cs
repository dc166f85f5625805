namespace Settlement.Core.Store;

/// <summary>
/// Everything that one step stores, all or nothing: first the appends, then the writes in their order, then the
/// deletes. One instance stands for one commit, however often that commit has to be tried.
/// </summary>
public sealed class StoreTransaction
{
    /// <summary>Events, by stream. Two appends to one stream must follow on from each other.</summary>
    public List<StreamAppend> Appends { get; } = [];

    /// <summary>Payloads to write.</summary>
    public List<PayloadWrite> Writes { get; } = [];

    /// <summary>Payloads to erase, also ones that <see cref="Writes"/> wrote.</summary>
    public List<PayloadDelete> Deletes { get; } = [];

    /// <summary>Whether there is nothing to store.</summary>
    public bool IsEmpty => Appends.Count == 0 && Writes.Count == 0 && Deletes.Count == 0;
}
