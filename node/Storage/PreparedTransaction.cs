using System.Text.Json;
using Settlement.Core.Store;

namespace Settlement.Storage;

/// <summary>
/// A transaction checked against the bounds and folded to what a vault must do: one append a stream, one write a key.
/// Events keep the transaction's order across streams, because a log that spreads over streams is read in that order.
/// Conflicts inside the transaction itself are found here, so every vault treats them alike.
/// </summary>
internal sealed class PreparedTransaction
{
    private const long TicksPerMicrosecond = TimeSpan.TicksPerMillisecond / 1000;

    private PreparedTransaction() { }

    /// <summary>One append a stream, in the order of the streams' first events.</summary>
    public List<StreamAppend> Appends { get; } = [];

    /// <summary>Every event in the order of the transaction, with its version.</summary>
    public List<(string Stream, long Version, NewEvent Event)> Events { get; } = [];

    public Dictionary<PayloadKey, byte[]> Inserts { get; } = [];

    public Dictionary<PayloadKey, byte[]> Replaces { get; } = [];

    public HashSet<PayloadKey> Deletes { get; } = [];

    public int EventCount => Events.Count;

    public static PreparedTransaction Of(StoreTransaction transaction)
    {
        PreparedTransaction prepared = new();
        prepared.FoldAppends(transaction.Appends);
        foreach (PayloadWrite write in transaction.Writes) prepared.Fold(write);
        foreach (PayloadDelete delete in transaction.Deletes) prepared.Deletes.Add(Checked(delete.Kind, delete.Key));
        long rows = (long)prepared.EventCount + transaction.Writes.Count + transaction.Deletes.Count;
        if (rows > StoreLimits.MaximumRowsPerTransaction)
            throw new ArgumentException($"A transaction of {rows} rows exceeds {StoreLimits.MaximumRowsPerTransaction}.", nameof(transaction));
        long bytes = transaction.Writes.Sum(static write => (long)write.Body.Length);
        if (bytes > StoreLimits.MaximumBodyBytesPerTransaction)
            throw new ArgumentException($"A transaction of {bytes} bytes exceeds {StoreLimits.MaximumBodyBytesPerTransaction}.", nameof(transaction));
        return prepared;
    }

    private void FoldAppends(List<StreamAppend> appends)
    {
        Dictionary<string, List<NewEvent>> folded = new(StringComparer.Ordinal);
        Dictionary<string, long> expected = new(StringComparer.Ordinal);
        foreach (StreamAppend append in appends)
        {
            NewEvent[] events = Checked(append);
            if (!folded.TryGetValue(append.Stream, out List<NewEvent>? before))
            {
                folded.Add(append.Stream, before = []);
                expected.Add(append.Stream, append.ExpectedVersion);
                Appends.Add(append with { Events = before });
            }
            long reached = expected[append.Stream] + before.Count;
            if (append.ExpectedVersion != reached) throw StoreConflictException.OfStream(append.Stream, append.ExpectedVersion, reached);
            before.AddRange(events);
            foreach (NewEvent item in events) Events.Add((append.Stream, ++reached, item));
        }
    }

    private void Fold(PayloadWrite write)
    {
        PayloadKey key = Checked(write.Kind, write.Key);
        if (write.Body.Length > StoreLimits.MaximumBodyBytes)
            throw new ArgumentException($"The body of {key} has {write.Body.Length} bytes; the most is {StoreLimits.MaximumBodyBytes}.", nameof(write));
        bool inserted = Inserts.ContainsKey(key);
        if (write.Mode == PayloadWriteMode.Insert)
        {
            if (inserted || Replaces.ContainsKey(key)) throw StoreConflictException.OfKey(key);
            Inserts.Add(key, write.Body);
        }
        else if (inserted) Inserts[key] = write.Body;
        else Replaces[key] = write.Body;
    }

    private static NewEvent[] Checked(StreamAppend append)
    {
        if (append.Stream.Length is 0 or > StoreLimits.MaximumStreamNameLength)
            throw new ArgumentException($"A stream's name has 1 to {StoreLimits.MaximumStreamNameLength} characters.", nameof(append));
        if (append.ExpectedVersion < 0) throw new ArgumentException("An expected version is not negative.", nameof(append));
        if (append.Events.Count == 0) throw new ArgumentException($"The append to {append.Stream} has no events.", nameof(append));
        NewEvent[] events = new NewEvent[append.Events.Count];
        for (int i = 0; i < events.Length; i++) events[i] = Checked(append.Stream, append.Events[i]);
        return events;
    }

    private static NewEvent Checked(string stream, NewEvent item)
    {
        if (item.Type.Length is 0 or > StoreLimits.MaximumEventTypeLength || !item.Type.All(static c => c is >= 'a' and <= 'z' or >= '0' and <= '9' or '_'))
            throw new ArgumentException($"Event type '{item.Type}' in {stream} is not a short name in lower snake case.", nameof(item));
        Utf8JsonReader reader = new(System.Text.Encoding.UTF8.GetBytes(item.Data));
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                throw new ArgumentException($"The data of {item.Type} in {stream} is not a JSON object.", nameof(item));
            while (reader.Read())
            {
                // The database refuses the NUL character and lone surrogates, which JSON can only write as escapes.
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped && reader.GetString()!.Contains('\0', StringComparison.Ordinal))
                    throw new ArgumentException($"The data of {item.Type} in {stream} has a NUL character.", nameof(item));
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new ArgumentException($"The data of {item.Type} in {stream} is not JSON.", nameof(item), error);
        }
        // The database keeps microseconds of UTC; truncating here makes every vault return the same.
        DateTimeOffset utc = item.Timestamp.ToUniversalTime();
        return item with { Timestamp = utc.AddTicks(-(utc.Ticks % TicksPerMicrosecond)) };
    }

    private static PayloadKey Checked(PayloadKind kind, byte[] key)
    {
        if (!Enum.IsDefined(kind)) throw new ArgumentException($"There is no payload kind {(short)kind}.", nameof(kind));
        if (key.Length is 0 or > StoreLimits.MaximumKeyBytes)
            throw new ArgumentException($"A key has 1 to {StoreLimits.MaximumKeyBytes} bytes, not {key.Length}.", nameof(key));
        return new PayloadKey(kind, key);
    }
}
