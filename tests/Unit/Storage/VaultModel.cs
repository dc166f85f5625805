using Settlement.Core.Store;

namespace Settlement.Tests.Storage;

/// <summary>A vault as plain lists, and transactions at random of which some do not fit.</summary>
public sealed class VaultModel(Random random)
{
    private const int Streams = 4;
    private const int Keys = 6;
    private readonly Dictionary<string, long> versions = [];
    private Dictionary<PayloadKey, byte[]> payloads = [];
    private int lastId;

    public List<(string Stream, long Version, Guid Id)> Events { get; } = [];

    public IEnumerable<(string Key, string Body)> Payloads(PayloadKind kind) => payloads
        .Where(row => row.Key.Kind == kind)
        .Select(row => (Convert.ToHexStringLower(row.Key.Key), Convert.ToHexStringLower(row.Value)))
        .OrderBy(row => row.Item1, StringComparer.Ordinal);

    /// <summary>A transaction and whether it fits; if so, the model has applied it.</summary>
    public (StoreTransaction Transaction, bool Fits) Next()
    {
        StoreTransaction transaction = new();
        bool fits = true;
        List<(string, long, Guid)> added = [];
        foreach (int number in Enumerable.Range(0, Streams).Where(_ => random.Next(3) == 0))
        {
            string stream = $"stream-{number}";
            long version = versions.GetValueOrDefault(stream);
            long expected = random.Next(12) == 0 ? version + random.Next(1, 3) : version;
            fits &= expected == version;
            NewEvent[] events = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => new NewEvent(new Guid(++lastId, 0, 0, new byte[8]), "x", "{}", DateTimeOffset.UnixEpoch))];
            transaction.Appends.Add(new StreamAppend(stream, "channel", expected, events));
            added.AddRange(events.Select((item, place) => (stream, version + place + 1, item.Id)));
        }
        Dictionary<PayloadKey, byte[]> next = new(payloads);
        for (int i = random.Next(4); i > 0; i--)
        {
            PayloadKey key = AnyKey();
            byte[] body = [(byte)random.Next(256)];
            PayloadWriteMode mode = (PayloadWriteMode)random.Next(2);
            // An insert at random mostly collides, so most of those are turned into what fits.
            if (next.ContainsKey(key) && random.Next(8) != 0) mode = PayloadWriteMode.Replace;
            transaction.Writes.Add(new PayloadWrite(key.Kind, key.Key, body, mode));
            if (mode == PayloadWriteMode.Insert && next.ContainsKey(key)) fits = false;
            next[key] = body;
        }
        for (int i = random.Next(3); i > 0; i--)
        {
            PayloadKey key = AnyKey();
            transaction.Deletes.Add(new PayloadDelete(key.Kind, key.Key));
            next.Remove(key);
        }
        if (fits) Apply(added, next);
        return (transaction, fits);
    }

    private PayloadKey AnyKey() => new(random.Next(2) == 0 ? PayloadKind.Facts : PayloadKind.Batches, [(byte)(random.Next(Keys) * 50)]);

    private void Apply(List<(string Stream, long Version, Guid Id)> added, Dictionary<PayloadKey, byte[]> next)
    {
        Events.AddRange(added);
        foreach ((string stream, long version, Guid _) in added) versions[stream] = version;
        payloads = next;
    }
}
