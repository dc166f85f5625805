using Settlement.Core.Cryptography;
using Settlement.Core.Machines;
using Settlement.Core.Store;
using Settlement.Core.Vault;

namespace Settlement.Core.Nodes;

/// <summary>What the parts of a node's machine share: keys and bounds, and the step that is being made.</summary>
internal sealed class NodeContext
{
    /// <summary>Facts written within this time are remembered, because a command that was looked up earlier may still wait.</summary>
    public static readonly TimeSpan FactMemory = TimeSpan.FromMinutes(2);

    /// <summary>Certificates begin so long before they are issued, because the clocks of those who check them differ.</summary>
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(10);

    private readonly Dictionary<PayloadKey, byte[]> recentFacts = [];
    private readonly Queue<(DateTimeOffset At, PayloadKey Key)> recentOrder = new();
    private readonly Dictionary<PayloadKey, PayloadWrite?> rows = [];
    private readonly HashSet<(string Code, string Subject)> alarms = [];
    private readonly Dictionary<string, StreamAppend> appends = new(StringComparer.Ordinal);
    private IReadOnlyDictionary<PayloadKey, byte[]> found = new Dictionary<PayloadKey, byte[]>();
    private long lastToken;
    private long lastOrder;

    public NodeContext(NodeParts parts)
    {
        Parts = parts;
        Rows = new VaultRows(parts.Vault, parts.Entropy);
        Peers = new PeerOutbox(this);
    }

    public NodeParts Parts { get; }

    public NodeSettings Settings => Parts.Settings;

    public IEntropy Entropy => Parts.Entropy;

    public string Network => Parts.Keys.Network;

    public VaultRows Rows { get; }

    public PeerOutbox Peers { get; }

    public Step Step { get; private set; } = new();

    public DateTimeOffset Now { get; private set; }

    public long NowUnixMs => Now.ToUnixTimeMilliseconds();

    /// <summary>Starts a step.</summary>
    public void Begin(DateTimeOffset now, IReadOnlyDictionary<PayloadKey, byte[]> rowsFound)
    {
        // A clock that is set back must not undo time that others have seen.
        if (now > Now) Now = now;
        Step = new Step();
        found = rowsFound;
        rows.Clear();
        appends.Clear();
        alarms.Clear();
        while (recentOrder.TryPeek(out (DateTimeOffset At, PayloadKey Key) oldest) && oldest.At + FactMemory < Now)
        {
            recentOrder.Dequeue();
            recentFacts.Remove(oldest.Key);
        }
    }

    /// <summary>Ends the step: one write or delete a row, one append a stream.</summary>
    public Step End()
    {
        Peers.Flush();
        foreach ((PayloadKey key, PayloadWrite? write) in rows)
        {
            if (write is null) Step.Commit.Deletes.Add(new PayloadDelete(key.Kind, key.Key));
            else Step.Commit.Writes.Add(write);
        }

        Step.Commit.Appends.AddRange(appends.Values);
        return Step;
    }

    /// <summary>A row that was looked up for this step, or a fact written lately.</summary>
    public byte[]? Find(PayloadKey key) => recentFacts.TryGetValue(key, out byte[]? written) || found.TryGetValue(key, out written) ? written : null;

    /// <summary>Writes a row; the last write of a step wins.</summary>
    public void Write(PayloadWrite write)
    {
        PayloadKey key = new(write.Kind, write.Key);
        bool isNew = rows.TryGetValue(key, out PayloadWrite? earlier) && earlier is { Mode: PayloadWriteMode.Insert };
        rows[key] = isNew ? write with { Mode = PayloadWriteMode.Insert } : write;
    }

    /// <summary>Removes a row.</summary>
    public void Delete(PayloadKind kind, byte[] rowKey)
    {
        PayloadKey key = new(kind, rowKey);
        if (rows.TryGetValue(key, out PayloadWrite? earlier) && earlier is { Mode: PayloadWriteMode.Insert }) rows.Remove(key);
        else rows[key] = null;
    }

    /// <summary>Writes a fact, which stays unique from now on.</summary>
    public void WriteFact(PayloadKey key, byte[] value)
    {
        if (recentFacts.TryAdd(key, value)) recentOrder.Enqueue((Now, key));
        Write(new PayloadWrite(key.Kind, key.Key, value, PayloadWriteMode.Replace));
    }

    /// <summary>Keeps a fact that was looked up for this step for as long as facts are remembered.</summary>
    public void Remember(PayloadKey key)
    {
        if (found.TryGetValue(key, out byte[]? value) && recentFacts.TryAdd(key, value)) recentOrder.Enqueue((Now, key));
    }

    /// <summary>Appends an event to a stream and returns the stream's new version.</summary>
    public long Append(string stream, string streamType, long version, NewEvent item)
    {
        if (appends.TryGetValue(stream, out StreamAppend? append)) ((List<NewEvent>)append.Events).Add(item);
        else appends[stream] = new StreamAppend(stream, streamType, version, new List<NewEvent> { item });
        return version + 1;
    }

    public void Then(Effect effect) => Step.Then.Add(effect);

    /// <summary>One alarm a code and subject in a step: a hostile peer must not flood the operator.</summary>
    public void Alarm(string code, string subject)
    {
        if (alarms.Add((code, subject))) Then(new Effect.Alarm(code, subject));
    }

    public long NextToken() => ++lastToken;

    /// <summary>The place of newly accepted work among all work of this node.</summary>
    public long NextOrder() => ++lastOrder;

    /// <summary>Work of the vault has this place: what is accepted from now on comes after it.</summary>
    public void RestoreOrder(long order) => lastOrder = Math.Max(lastOrder, order);

    public Retry NewRetry() => new(Settings.FirstRetry, Settings.LongestRetry);
}
