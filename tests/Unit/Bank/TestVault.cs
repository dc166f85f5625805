using Settlement.Core.Store;
using Settlement.Storage;

namespace Settlement.Tests.Bank;

/// <summary>A node's vault in memory. It answers at once, so that a world of nodes is one thread.</summary>
internal sealed class TestVault
{
    private const int Page = 10_000;
    private readonly InMemoryVault vault = new();

    public void Commit(StoreTransaction transaction)
    {
        if (!transaction.IsEmpty) AtOnce(vault.CommitAsync(transaction, CancellationToken.None));
    }

    public IReadOnlyDictionary<PayloadKey, byte[]> Get(IReadOnlyCollection<PayloadKey> keys) =>
        keys.Count == 0 ? new Dictionary<PayloadKey, byte[]>() : AtOnce(vault.GetAsync(keys, CancellationToken.None));

    public byte[]? Find(PayloadKind kind, byte[] key)
    {
        PayloadKey wanted = new(kind, key);
        return Get([wanted]).GetValueOrDefault(wanted);
    }

    public IReadOnlyList<StoredPayload> Scan(PayloadKind kind) => AtOnce(vault.ScanAsync(kind, null, Page, CancellationToken.None));

    public IReadOnlyList<StoredEvent> Stream(string name) => AtOnce(vault.ReadStreamAsync(name, 0, Page, CancellationToken.None));

    public IReadOnlyList<StoredEvent> Events() => AtOnce(vault.ReadAllAsync(0, Page, CancellationToken.None));

    /// <summary>What an intruder in the database does.</summary>
    public void Overwrite(PayloadKind kind, byte[] key, byte[] body)
    {
        StoreTransaction change = new();
        change.Writes.Add(new PayloadWrite(kind, key, body, PayloadWriteMode.Replace));
        Commit(change);
    }

    /// <summary>What an intruder in the database does.</summary>
    public void Delete(PayloadKind kind, byte[] key)
    {
        StoreTransaction change = new();
        change.Deletes.Add(new PayloadDelete(kind, key));
        Commit(change);
    }

    /// <summary>All rows of these kinds as they lie there, to show that nothing was written.</summary>
    public string Text(params PayloadKind[] kinds) =>
        string.Join('\n', kinds.SelectMany(kind => Scan(kind).Select(row => $"{kind} {Convert.ToHexString(row.Key)} {Convert.ToHexString(row.Body)}")));

    private static void AtOnce(ValueTask task) => Assert.True(task.IsCompletedSuccessfully);

    private static T AtOnce<T>(ValueTask<T> task)
    {
        Assert.True(task.IsCompletedSuccessfully);
#pragma warning disable VSTHRD002 // It has completed: nothing waits.
        return task.GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }
}
