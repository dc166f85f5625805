using Settlement.Core.Store;
using Settlement.Storage;

namespace Settlement.Tests.Simulation.Worlds;

/// <summary>A node's database: what survives its crashes. It answers at once, so that a world is one thread.</summary>
internal sealed class DurableStore(bool keepsLog)
{
    private const int Page = 10_000;
    private readonly List<StoreTransaction> log = [];
    private InMemoryVault vault = new();

    /// <summary>All or nothing.</summary>
    public void Commit(StoreTransaction transaction)
    {
        if (transaction.IsEmpty) return;
        AtOnce(vault.CommitAsync(transaction, CancellationToken.None));
        if (keepsLog) log.Add(transaction);
    }

    /// <summary>What no database may do: the newest transactions were never there.</summary>
    public void ForgetNewest(int transactions)
    {
        log.RemoveRange(Math.Max(0, log.Count - transactions), Math.Min(log.Count, transactions));
        vault = new InMemoryVault();
        foreach (StoreTransaction transaction in log) AtOnce(vault.CommitAsync(transaction, CancellationToken.None));
    }

    /// <summary>The rows that are there.</summary>
    public IReadOnlyDictionary<PayloadKey, byte[]> Get(IReadOnlyCollection<PayloadKey> keys) =>
        keys.Count == 0 ? new Dictionary<PayloadKey, byte[]>() : AtOnce(vault.GetAsync(keys, CancellationToken.None));

    /// <summary>One row, or null.</summary>
    public byte[]? Find(PayloadKind kind, byte[] key)
    {
        PayloadKey wanted = new(kind, key);
        return Get([wanted]).GetValueOrDefault(wanted);
    }

    /// <summary>Every row of a kind.</summary>
    public IReadOnlyList<StoredPayload> Scan(PayloadKind kind)
    {
        List<StoredPayload> rows = [];
        while (true)
        {
            IReadOnlyList<StoredPayload> page = AtOnce(vault.ScanAsync(kind, rows.Count == 0 ? null : rows[^1].Key, Page, CancellationToken.None));
            rows.AddRange(page);
            if (page.Count < Page) return rows;
        }
    }

    /// <summary>Every event.</summary>
    public IReadOnlyList<StoredEvent> Events()
    {
        List<StoredEvent> events = [];
        while (true)
        {
            IReadOnlyList<StoredEvent> page = AtOnce(vault.ReadAllAsync(events.Count, Page, CancellationToken.None));
            events.AddRange(page);
            if (page.Count < Page) return events;
        }
    }

    private static void AtOnce(ValueTask task)
    {
        if (!task.IsCompletedSuccessfully) throw new InvalidOperationException("The vault in memory answers at once.");
    }

    private static T AtOnce<T>(ValueTask<T> task)
    {
        if (!task.IsCompletedSuccessfully) throw new InvalidOperationException("The vault in memory answers at once.");
#pragma warning disable VSTHRD002 // It is complete: nothing waits here.
        return task.Result;
#pragma warning restore VSTHRD002
    }
}
