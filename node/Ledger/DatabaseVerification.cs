using System.Buffers.Binary;
using System.Text;
using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Core.Merkle;
using Settlement.Core.Notarisation;
using Settlement.Core.Store;

namespace Settlement.Ledger;

/// <summary>
/// Recomputes a ledger from its database: every leaf's rules and signatures, every column of every row, every stored
/// checkpoint's signature and root. A change of any byte shows, and the first wrong leaf is named.
/// </summary>
public sealed class DatabaseVerification
{
    /// <summary>The most findings that are collected; the first wrong leaf is always among them.</summary>
    public const int MaximumFindings = 100;

    private readonly LedgerRows rows;
    private readonly LogReplay replay;
    private readonly CheckpointVerifier verifier;
    private readonly List<LedgerFinding> findings = [];
    private readonly Dictionary<string, (StreamRow Row, long FirstLeaf)> streams = new(StringComparer.Ordinal);
    private readonly HashSet<string> doubtful = new(StringComparer.Ordinal);
    // Leaves hashed as they were stored, also after one that the rules refuse.
    private readonly MerkleTree stored = new();

    private DatabaseVerification(string network, CheckpointVerifier verifier, LedgerRows rows)
    {
        this.rows = rows;
        this.verifier = verifier;
        replay = new LogReplay(network);
    }

    /// <summary>Verifies everything.</summary>
    /// <param name="network">The network.</param>
    /// <param name="checkpointKey">The ledger's checkpoint key, from a source other than this database.</param>
    /// <param name="rows">The database.</param>
    public static LedgerVerdict Verify(string network, PublicKey checkpointKey, LedgerRows rows)
    {
        using var ledgerKey = new CheckpointVerifier(network, checkpointKey);
        var verification = new DatabaseVerification(network, ledgerKey, rows);
        SortedDictionary<long, Checkpoint> checkpoints = verification.CheckCheckpoints();
        bool complete = verification.CheckEvents(checkpoints.Count == 0 ? 0 : checkpoints.Keys.Last());
        // After a leaf that cannot be replayed, what the later streams must be is not known.
        if (complete) verification.CheckStreams();
        verification.CheckRoots(checkpoints);
        verification.CheckProgression();
        verification.CheckMarkers();
        verification.CheckMigrations();
        return verification.Verdict();
    }

    private SortedDictionary<long, Checkpoint> CheckCheckpoints()
    {
        SortedDictionary<long, Checkpoint> valid = [];
        foreach (CheckpointRow row in rows.Checkpoints)
        {
            long key = row.Key.Length == sizeof(long) ? BinaryPrimitives.ReadInt64BigEndian(row.Key) : 0;
            // A checkpoint is named by the last leaf it covers.
            long? leaf = key > 0 && key <= rows.Events.Count ? key - 1 : null;
            if (!verifier.TryVerify(Encoding.UTF8.GetString(row.Body), out Checkpoint? checkpoint, out string code))
                Add(LedgerCodes.CheckpointDiffers, leaf, $"the checkpoint of size {key} is refused with {code}.");
            else if (checkpoint.Size != key)
                Add(LedgerCodes.CheckpointDiffers, Math.Max(0, checkpoint.Size - 1), $"the checkpoint of size {checkpoint.Size} is filed under {Convert.ToHexStringLower(row.Key)}.");
            else if (!valid.TryAdd(key, checkpoint))
                Add(LedgerCodes.CheckpointDiffers, leaf, $"there are two checkpoints of size {key}.");
        }

        return valid;
    }

    private bool CheckEvents(long signedSize)
    {
        Dictionary<long, List<EventRow>> candidates = [];
        foreach (EventRow row in rows.Events)
        {
            if (!LeafRow.TryReadData(row.Data, out long index, out _)) continue;
            if (!candidates.TryGetValue(index, out List<EventRow>? list)) candidates.Add(index, list = []);
            list.Add(row);
        }

        HashSet<EventRow> explained = new(ReferenceEqualityComparer.Instance);
        long count = Math.Max(rows.Events.Count, signedSize);
        bool replayed = true;
        for (long index = 0; index < count && findings.Count < MaximumFindings; index++)
        {
            EventRow? row = candidates.TryGetValue(index, out List<EventRow>? list) ? BestOf(list) : null;
            if (row is null)
            {
                // Rows beyond the signed size that no index claims are told as unexplained below.
                if (index < signedSize || candidates.Keys.Any(other => other > index))
                    Add(LedgerCodes.LeafMissing, index, "no event holds it readably.");
                replayed = false;
                continue;
            }

            explained.Add(row);
            if (replayed) replayed = CheckEvent(row, index);
        }

        foreach (EventRow row in rows.Events.Where(row => !explained.Contains(row)).Take(MaximumFindings))
            Add(LedgerCodes.UnexplainedRow, null, $"no leaf explains the event with seq_id {row.SeqId}.");
        if (replayed && replay.State.Count > signedSize)
            Add(LedgerCodes.CheckpointDiffers, signedSize, $"no checkpoint covers the leaves from {signedSize} on.");
        return replayed;
    }

    // Where a changed index makes two rows claim one place, the one whose id fits its leaf is the right one.
    private static EventRow BestOf(List<EventRow> candidates) => candidates.Find(static row =>
        LeafRow.TryReadData(row.Data, out long index, out ByteString? bytes) && LeafRow.IdOf(bytes) == row.Id && row.SeqId == index + 1) ?? candidates[0];

    private bool CheckEvent(EventRow row, long index)
    {
        if (!LeafRow.TryReadData(row.Data, out _, out ByteString? bytes)) return false;
        stored.Append(Rfc6962.HashLeaf(bytes.Span));
        if (!replay.TryAppend(bytes, out LeafRow? expected, out LedgerFinding? finding))
        {
            findings.Add(finding);
            return false;
        }

        if (streams.TryGetValue(expected.Stream, out (StreamRow Row, long FirstLeaf) stream))
            stream.Row = stream.Row with { Version = stream.Row.Version + 1, Timestamp = StoredTime.Of(expected.Event.Timestamp) };
        else
            stream = (ColumnCheck.FirstOf(expected), index);
        streams[expected.Stream] = stream;
        List<string> columns = ColumnCheck.Differences(row, expected, index, stream.Row.Version!.Value);
        if (columns.Count == 0) return true;
        doubtful.Add(expected.Stream);
        Add(LedgerCodes.ColumnDiffers, index, $"mt_events differs from the leaf in {string.Join(", ", columns)}.");
        return true;
    }

    private void CheckStreams()
    {
        HashSet<string> found = new(StringComparer.Ordinal);
        foreach (StreamRow row in rows.Streams)
        {
            if (!streams.TryGetValue(row.Id, out (StreamRow Row, long FirstLeaf) expected) || !found.Add(row.Id))
            {
                Add(LedgerCodes.UnexplainedRow, null, $"no leaf explains the stream '{row.Id}'.");
                continue;
            }

            // What a stream's row should say follows from its leaves; one that is wrong explains the row.
            if (doubtful.Contains(row.Id)) continue;
            List<string> columns = ColumnCheck.Differences(row, expected.Row);
            if (columns.Count > 0) Add(LedgerCodes.StreamDiffers, expected.FirstLeaf, $"mt_streams differs for '{row.Id}' in {string.Join(", ", columns)}.");
        }

        foreach ((string id, (_, long leaf)) in streams)
            if (!found.Contains(id)) Add(LedgerCodes.StreamDiffers, leaf, $"mt_streams lacks '{id}'.");
    }

    private void CheckRoots(SortedDictionary<long, Checkpoint> checkpoints)
    {
        long before = 0;
        foreach ((long size, Checkpoint checkpoint) in checkpoints)
        {
            if (size > stored.Count) return;
            if (checkpoint.Root != stored.RootAt(size))
            {
                // A leaf that was already found wrong in this range explains the root.
                if (!findings.Exists(finding => finding.Leaf >= before && finding.Leaf < size))
                    Add(LedgerCodes.RootDiffers, before, $"of the leaves {before} to {size - 1} at least one is not what the ledger signed.");
                return;
            }

            before = size;
        }
    }

    private void CheckProgression()
    {
        foreach (ProgressionRow row in rows.Progression)
            if (row.LastSeqId is < 0 || row.LastSeqId > rows.Events.Count)
                Add(LedgerCodes.UnexplainedRow, null, $"the progression '{row.Name}' has read past the log, to {row.LastSeqId}.");
    }

    // An event that differs from its leaf was told of already, and explains its marker.
    private void CheckMarkers()
    {
        Dictionary<Guid, StoredTime> events = [];
        foreach (EventRow row in rows.Events) events[row.Id] = row.Timestamp;
        foreach (MarkerRow row in rows.Markers)
        {
            bool isExplained = events.TryGetValue(row.Id, out StoredTime time) ? time == row.Committed : EventlessCommit.IsNameOf(row.Id, row.Committed.Microseconds);
            if (findings.Count == 0 && !isExplained)
                Add(LedgerCodes.UnexplainedRow, Math.Max(0, rows.Events.Count - 1), $"the commit marker {row.Id} is not that of an event, nor of a commit without events.");
        }
    }

    private void CheckMigrations()
    {
        MigrationRow[] different = [.. rows.Migrations.Except(rows.ProgramMigrations).Union(rows.ProgramMigrations.Except(rows.Migrations)).OrderBy(static row => row.Number)];
        if (different.Length > 0 || rows.Migrations.Count != rows.ProgramMigrations.Count)
            Add(LedgerCodes.UnexplainedRow, 0, $"the migrations are not those of this program: {string.Join(", ", different.Select(static row => row.Name))}.");
    }

    private LedgerVerdict Verdict()
    {
        IEnumerable<LedgerFinding> ordered = findings.OrderBy(static finding => finding.Leaf ?? long.MaxValue).Take(MaximumFindings);
        return new LedgerVerdict(replay.State.Count, replay.State.Tree.Root, [.. ordered]);
    }

    private void Add(string code, long? leaf, string detail) => findings.Add(new LedgerFinding(code, leaf, detail));
}
