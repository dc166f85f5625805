using System.Globalization;
using Google.Protobuf;
using Settlement.Core.Alarms;
using Settlement.Core.Cryptography;
using Settlement.Core.Machines;
using Settlement.Core.Merkle;
using Settlement.Core.Notarisation;
using Settlement.Core.Store;
using Settlement.Core.Vault;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Ledger;

namespace Settlement.Core.Nodes;

/// <summary>
/// Reads the ledger's whole log, leaf by leaf, and recomputes its root: whenever it has caught up with a checkpoint, the
/// root of what it read must be the one that the ledger signed.
/// </summary>
internal sealed class LogFollower
{
    private const int Page = 1_000;
    private static readonly byte[] RowKey = RowKeys.Name("log");
    private readonly NodeContext node;
    private readonly TimeSpan interval;
    private CompactRange range = new();
    private DateTimeOffset due = DateTimeOffset.MinValue;
    private string? doubt;
    private long kept;
    private bool isFound;
    private bool isStored;
    private bool isReadAgain;

    public LogFollower(NodeContext node, RecoveredRows rows, TimeSpan interval)
    {
        this.node = node;
        this.interval = interval;
        foreach (StoredPayload row in rows.Of(PayloadKind.Settings).Where(r => r.Key.AsSpan().SequenceEqual(RowKey)))
        {
            LogRow stored = node.Rows.Open(PayloadKind.Settings, row.Key, row.Body, LogRow.Parser);
            if (!CompactRange.TryRestore(stored.Next, [.. stored.Frontier.Select(f => new Digest(f.Span))], out CompactRange? restored))
                throw new InvalidOperationException("The stored frontier of the log does not fit its size.");
            range = restored;
            kept = stored.Notarised;
            isFound = isStored = true;
        }
    }

    /// <summary>Called with every leaf, in order.</summary>
    public Action<Leaf> LeafRead { get; set; } = _ => { };

    /// <summary>Whether the root of what was read equalled the last checkpoint that it caught up with.</summary>
    public bool IsConsistent => doubt is null;

    /// <summary>The code of what is wrong with the log, or with this node's copy of it; null while nothing is.</summary>
    public string? Fault => doubt ?? (isReadAgain ? NodeCodes.RowsMissing : null);

    /// <summary>The size of the last checkpoint whose root equalled that of what was read; 0 while there is none since the start.</summary>
    public long Confirmed { get; private set; }

    /// <summary>Leaves read.</summary>
    public long Count => range.Count;

    /// <summary>Whether it is time to read on.</summary>
    public bool IsDue(DateTimeOffset now) => IsConsistent && now >= due;

    /// <summary>Read on at once: something is known to be new.</summary>
    public void Hurry() => due = DateTimeOffset.MinValue;

    /// <summary>What to ask the ledger for.</summary>
    public LogQuery Query() => new() { From = (ulong)range.Count, Limit = Page };

    /// <summary>Compares what was found in the vault at the start with what had been read of the log; true when something that was
    /// read is gone. The log is then read from its first leaf again, because it alone knows what.</summary>
    /// <param name="notarised">The sum of all channels' newest sequences.</param>
    /// <param name="hasChannels">Whether the vault has channels: it has had this follower's own row since before the first.</param>
    public bool ReadAgainWhereLess(long notarised, bool hasChannels)
    {
        if (notarised >= kept && (isFound || !hasChannels)) return false;
        range = new CompactRange();
        isReadAgain = true;
        return true;
    }

    /// <summary>Stores how far the log was read, together with what was found there, when either is new.</summary>
    /// <param name="notarised">The sum of all channels' newest sequences.</param>
    public void Keep(long notarised)
    {
        // While rows are missing nothing takes their place: each start shall find it so.
        if (isReadAgain || (isStored && notarised == kept)) return;
        isStored = true;
        kept = notarised;
        LogRow row = new() { Next = range.Count, Notarised = notarised };
        row.Frontier.Add(range.Nodes.Select(n => ByteString.CopyFrom(n.ToArray())));
        node.Write(node.Rows.Replace(PayloadKind.Settings, RowKey, row));
    }

    /// <summary>Takes the leaves of a reply whose checkpoint was verified.</summary>
    /// <param name="reply">The reply.</param>
    /// <param name="checkpoint">Its checkpoint.</param>
    /// <param name="isAsked">Whether leaves were asked for with it.</param>
    /// <param name="now">When.</param>
    public void Read(LedgerReply reply, Checkpoint checkpoint, bool isAsked, DateTimeOffset now)
    {
        // Reading goes on at once only where it came further. Else a ledger that holds its leaves back would be asked without a pause.
        bool isOnwards = reply.Log.Count <= (isAsked ? Page : 0) && (!isAsked || reply.Log.Count > 0 || range.Count >= checkpoint.Size);
        if (!isOnwards)
            node.Alarm(LedgerCodes.NoProgress, "log", EvidencePart.Of("checkpoint", reply.Checkpoint), EvidencePart.Of("leaves read", range.Count.ToString(CultureInfo.InvariantCulture)), EvidencePart.Of("leaves said", reply.Log.Count.ToString(CultureInfo.InvariantCulture)));
        foreach (ByteString bytes in isOnwards ? reply.Log : [])
        {
            if (range.Count >= checkpoint.Size) break;
            if (!LedgerView.TryReadLeaf(bytes, node.Network, out Leaf? leaf) || (long)leaf.Index != range.Count)
            {
                Doubt(LedgerCodes.LeafUnreadable, reply, new EvidencePart("leaf", bytes.ToByteArray));
                return;
            }

            // What it says is read all the same: it is in the log, and the log goes on from it.
            if (LedgerWitness.IsAhead(node, leaf)) node.Alarm(LedgerCodes.TimeAhead, "log", EvidencePart.Of("checkpoint", reply.Checkpoint), new EvidencePart("leaf", bytes.ToByteArray));
            range.Append(Rfc6962.HashLeaf(bytes.Span));
            LeafRead(leaf);
        }

        if (range.Count == checkpoint.Size)
        {
            if (range.Root != checkpoint.Root)
            {
                Doubt(LedgerCodes.RootDiffers, reply, EvidencePart.Of("root of the leaves", range.Root.ToString()));
                return;
            }

            Confirmed = checkpoint.Size;
        }

        isStored &= !isOnwards || reply.Log.Count == 0;
        due = isOnwards && range.Count < checkpoint.Size ? DateTimeOffset.MinValue : now + interval;
    }

    private void Doubt(string code, LedgerReply reply, EvidencePart found)
    {
        doubt = code;
        // Leaves are taken before the root proves them, and among those that were, none is known to be true. The next start reads
        // the log from its first leaf, and one false page is not kept for ever.
        range = new CompactRange();
        isStored = false;
        node.Alarm(code, "log", EvidencePart.Of("checkpoint", reply.Checkpoint), found);
    }
}
