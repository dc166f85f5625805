using Settlement.Core.Store;

namespace Settlement.Storage;

/// <summary>
/// The vault's twin in memory: for simulations and tests. It passes the same conformance suite as the database, keeps
/// nothing after it is disposed, and copies every array on the way in and out, as a database would.
/// </summary>
public sealed class InMemoryVault : IEventVault
{
    private readonly Lock gate = new();
    private readonly List<StoredEvent> events = [];
    private readonly Dictionary<string, List<int>> streams = new(StringComparer.Ordinal);
    private readonly SortedDictionary<byte[], byte[]>[] payloads =
        [.. Enum.GetValues<PayloadKind>().Select(static _ => new SortedDictionary<byte[], byte[]>(ByteOrder.Instance))];

    /// <inheritdoc/>
    public ValueTask CommitAsync(StoreTransaction transaction, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        PreparedTransaction prepared = PreparedTransaction.Of(transaction);
        // The JSON is rewritten before anything is stored, so that bad JSON leaves nothing behind.
        string[] data = [.. prepared.Events.Select(static row => JsonText.Normalise(row.Event.Data))];
        lock (gate)
        {
            Compare(prepared);
            for (int i = 0; i < data.Length; i++) Append(prepared.Events[i], data[i]);
            foreach ((PayloadKey key, byte[] body) in prepared.Inserts) Table(key)[Copy(key.Key)] = Copy(body);
            foreach ((PayloadKey key, byte[] body) in prepared.Replaces) Table(key)[Copy(key.Key)] = Copy(body);
            foreach (PayloadKey key in prepared.Deletes) Table(key).Remove(key.Key);
        }
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<StoredEvent>> ReadStreamAsync(string stream, long afterVersion, int limit, CancellationToken ct)
    {
        Begin(limit, ct);
        lock (gate)
        {
            if (!streams.TryGetValue(stream, out List<int>? places)) return new([]);
            return new(places.Skip(Skipped(afterVersion)).Take(limit).Select(place => events[place]).ToArray());
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<StoredEvent>> ReadAllAsync(long afterSequenceId, int limit, CancellationToken ct)
    {
        Begin(limit, ct);
        lock (gate)
        {
            int from = Math.Min(Skipped(afterSequenceId), events.Count);
            return new(events.GetRange(from, Math.Min(limit, events.Count - from)));
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyDictionary<PayloadKey, byte[]>> GetAsync(IReadOnlyCollection<PayloadKey> keys, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        Dictionary<PayloadKey, byte[]> found = [];
        lock (gate)
        {
            foreach (PayloadKey key in keys)
                if (Table(key).TryGetValue(key.Key, out byte[]? body)) found[key] = Copy(body);
        }
        return new(found);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<StoredPayload>> ScanAsync(PayloadKind kind, byte[]? afterKey, int limit, CancellationToken ct)
    {
        Begin(limit, ct);
        lock (gate)
        {
            IEnumerable<KeyValuePair<byte[], byte[]>> rows = payloads[(int)kind];
            if (afterKey is not null) rows = rows.SkipWhile(row => ByteOrder.Instance.Compare(row.Key, afterKey) <= 0);
            return new(rows.Take(limit).Select(static row => new StoredPayload(Copy(row.Key), Copy(row.Value))).ToArray());
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static void Begin(int limit, CancellationToken ct)
    {
        StoreLimits.CheckRead(limit);
        ct.ThrowIfCancellationRequested();
    }

    // Versions and sequence ids start at 1, so the number to skip is the last one that was read.
    private static int Skipped(long after) => (int)Math.Clamp(after, 0, int.MaxValue);

    private static byte[] Copy(byte[] bytes) => bytes.AsSpan().ToArray();

    private SortedDictionary<byte[], byte[]> Table(PayloadKey key) => payloads[(int)key.Kind];

    private void Compare(PreparedTransaction prepared)
    {
        foreach (StreamAppend append in prepared.Appends)
        {
            long actual = streams.TryGetValue(append.Stream, out List<int>? places) ? places.Count : 0;
            if (actual != append.ExpectedVersion) throw StoreConflictException.OfStream(append.Stream, append.ExpectedVersion, actual);
        }
        foreach (PayloadKey key in prepared.Inserts.Keys)
            if (Table(key).ContainsKey(key.Key)) throw StoreConflictException.OfKey(key);
    }

    private void Append((string Stream, long Version, NewEvent Event) row, string data)
    {
        if (!streams.TryGetValue(row.Stream, out List<int>? places)) streams.Add(row.Stream, places = []);
        places.Add(events.Count);
        events.Add(new StoredEvent(events.Count + 1, row.Event.Id, row.Stream, row.Version, row.Event.Type, data, row.Event.Timestamp));
    }

    private sealed class ByteOrder : IComparer<byte[]>
    {
        public static readonly ByteOrder Instance = new();

        public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);
    }
}
