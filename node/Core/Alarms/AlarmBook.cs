using System.Buffers.Binary;
using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Core.Machines;
using Settlement.Core.Store;
using Settlement.Core.Vault;
using Settlement.Core.Vault.Records;

namespace Settlement.Core.Alarms;

/// <summary>
/// A node's lasting memory of what others did that they may not do: for each participant and code how often, since when and
/// when last, and the first pieces of evidence. All of it is bounded by <see cref="AlarmBounds"/>, also over restarts, so that
/// a storm costs a few rows. A record lies under the number of its last change: who reads on from a number misses nothing.
/// </summary>
public sealed class AlarmBook
{
    private const int IdLength = 16;

    private readonly VaultRows rows;
    private readonly IEntropy entropy;
    private readonly Dictionary<(string Party, string Code), AlarmRecord> records = [];
    private readonly Queue<AlarmRecord> waiting = new();
    private readonly Dictionary<string, DateTimeOffset> toldUntil = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> morePieces = new(StringComparer.Ordinal);
    private readonly HashSet<(string Party, string Code, string Subject)> toldInStep = [];
    private readonly HashSet<AlarmRecord> urgent = [];
    private readonly HashSet<AlarmRecord> untold = [];
    private readonly List<PayloadWrite> writes = [];
    private readonly List<KeptEvidence> kept = [];
    private long last;
    private int recordsOfOthers;
    private int pieces;
    private int piecesOfOthers;
    private DateTimeOffset intervalBegan;
    private int countsWritten;
    private DateTimeOffset restLooked = DateTimeOffset.MinValue;

    /// <summary>The book as the vault holds it.</summary>
    /// <param name="key">Seals its rows: evidence may hold confidential values.</param>
    /// <param name="entropy">Ids and salts.</param>
    /// <param name="recovered">With the rows of <see cref="PayloadKind.Alarms"/>.</param>
    public AlarmBook(VaultKey key, IEntropy entropy, RecoveredRows recovered)
    {
        this.entropy = entropy;
        rows = new VaultRows(key, entropy);
        foreach (StoredPayload stored in recovered.Of(PayloadKind.Alarms))
        {
            AlarmRecord record = new(rows.Open(PayloadKind.Alarms, stored.Key, stored.Body, AlarmRow.Parser), BinaryPrimitives.ReadInt64BigEndian(stored.Key));
            records[(record.Row.Party, record.Row.Code)] = record;
            last = Math.Max(last, record.Number);
            if (!record.Row.IsPartner) recordsOfOthers++;
            for (int i = 0; i < record.Row.Pieces.Count; i++) CountPiece(record.Row, isFirst: i == 0);
        }
    }

    /// <summary>Whether this node has business with a participant, such as a channel: who is no partner gets little room.</summary>
    public Func<string, bool> IsPartner { get; set; } = static _ => true;

    /// <summary>Evidence that was kept since the last <see cref="Complete"/>: what the node's history may say of it.</summary>
    public IReadOnlyList<KeptEvidence> Kept => kept;

    /// <summary>Counts an alarm and keeps its evidence where there is room.</summary>
    /// <param name="now">The step's time.</param>
    /// <param name="alarm">What happened.</param>
    /// <param name="times">How often.</param>
    /// <returns>What the operator is to be told now; null for nothing.</returns>
    public Effect.Alarm? Raise(DateTimeOffset now, RaisedAlarm alarm, long times = 1)
    {
        AlarmRecord record = Find(alarm, now);
        AlarmRow row = record.Row;
        row.Count += times;
        row.LastUnixMs = now.ToUnixTimeMilliseconds();
        row.Subject = alarm.Subject;
        if (HasRoom(row, alarm)) Keep(record, alarm, now);
        Wait(record);
        if (alarm.IsCommon && !record.IsUncommon(now, times)) return null;
        if (toldInStep.Add((row.Party, row.Code, alarm.Subject)) && MayTell(row.Party, now)) return Tell(record);
        untold.Add(record);
        return null;
    }

    /// <summary>What the operator was not told of in a flood that is over, so that what it was told adds up to the whole.</summary>
    public IReadOnlyList<Effect.Alarm> TellRest(DateTimeOffset now)
    {
        if (untold.Count == 0 || now - restLooked < AlarmBounds.TellInterval) return [];
        restLooked = now;
        long quietSinceUnixMs = (now - AlarmBounds.QuietAfter).ToUnixTimeMilliseconds();
        return [.. untold.Where(record => record.Row.LastUnixMs <= quietSinceUnixMs && MayTell(record.Row.Party, now)).ToList().Select(Tell)];
    }

    /// <summary>Writes with the step what is new, and counts that rose a while ago.</summary>
    public void Complete(DateTimeOffset now, StoreTransaction commit)
    {
        toldInStep.Clear();
        kept.Clear();
        commit.Writes.AddRange(writes);
        writes.Clear();
        foreach (AlarmRecord record in urgent) Write(record, now, commit);
        urgent.Clear();
        if (now - intervalBegan >= AlarmBounds.WriteInterval) (intervalBegan, countsWritten) = (now, 0);
        for (int i = Math.Min(waiting.Count, AlarmBounds.MaxCountsWritten); i > 0 && countsWritten < AlarmBounds.MaxCountsWritten; i--)
        {
            AlarmRecord record = waiting.Dequeue();
            record.IsWaiting = false;
            if (record.WrittenCount == record.Row.Count) continue;
            if (now - record.Written < AlarmBounds.WriteInterval)
            {
                Wait(record);
                continue;
            }

            countsWritten++;
            Write(record, now, commit);
        }
    }

    private Effect.Alarm Tell(AlarmRecord record)
    {
        long times = record.Row.Count - record.Told;
        record.Told = record.Row.Count;
        untold.Remove(record);
        return new Effect.Alarm(record.Row.Code, record.Row.Subject, record.Row.Party, times);
    }

    /// <summary>Every record takes its turn, however many rise at once.</summary>
    private void Wait(AlarmRecord record)
    {
        if (record.IsWaiting) return;
        record.IsWaiting = true;
        waiting.Enqueue(record);
    }

    private void Write(AlarmRecord record, DateTimeOffset now, StoreTransaction commit)
    {
        if (record.Number > 0) commit.Deletes.Add(new PayloadDelete(PayloadKind.Alarms, RowKeys.Number(record.Number)));
        record.Number = ++last;
        record.Written = now;
        record.WrittenCount = record.Row.Count;
        commit.Writes.Add(rows.Insert(PayloadKind.Alarms, RowKeys.Number(record.Number), record.Row));
    }

    private AlarmRecord Find(RaisedAlarm alarm, DateTimeOffset now)
    {
        if (records.TryGetValue((alarm.Party, alarm.Code), out AlarmRecord? known)) return known;
        bool isPartner = alarm.Party is AlarmParties.Own or AlarmParties.Strangers or AlarmParties.Others || IsPartner(alarm.Party);
        bool isFull = records.Count >= AlarmBounds.MaxRecords || (!isPartner && recordsOfOthers >= AlarmBounds.MaxRecordsOfOthers);
        // Codes are few, so what is merged adds few records.
        if (isFull && alarm.Party is not (AlarmParties.Own or AlarmParties.Strangers or AlarmParties.Others)) return Find(alarm with { Party = AlarmParties.Others }, now);
        AlarmRecord record = new(new AlarmRow { Party = alarm.Party, Code = alarm.Code, FirstUnixMs = now.ToUnixTimeMilliseconds(), IsPartner = isPartner }, 0);
        records[(alarm.Party, alarm.Code)] = record;
        urgent.Add(record);
        if (!isPartner) recordsOfOthers++;
        return record;
    }

    private bool HasRoom(AlarmRow row, RaisedAlarm alarm)
    {
        if (alarm.Evidence.Count == 0 || row.Party is AlarmParties.Strangers or AlarmParties.Others) return false;
        if (row.Pieces.Any(p => string.Equals(p.Subject, alarm.Subject, StringComparison.Ordinal)) || row.Pieces.Count >= AlarmBounds.MaxPiecesOfCode) return false;
        if (pieces >= AlarmBounds.MaxPieces) return false;
        if (!row.IsPartner && row.Pieces.Count == 0 && IsPartner(row.Party))
        {
            row.IsPartner = true;
            recordsOfOthers--;
        }

        int more = morePieces.GetValueOrDefault(row.Party);
        if (row.IsPartner) return row.Pieces.Count == 0 || more < AlarmBounds.MaxMorePieces;
        return more < AlarmBounds.MaxPiecesOfOther && piecesOfOthers < AlarmBounds.MaxPiecesOfOthers;
    }

    private void Keep(AlarmRecord record, RaisedAlarm alarm, DateTimeOffset now)
    {
        byte[] id = new byte[IdLength], salt = new byte[Digest.Length];
        entropy.Fill(id);
        entropy.Fill(salt);
        EvidenceRow evidence = new() { Salt = ByteString.CopyFrom(salt), Party = record.Row.Party, Code = record.Row.Code, Subject = alarm.Subject, TimeUnixMs = now.ToUnixTimeMilliseconds() };
        KeptPiece piece = new() { Id = ByteString.CopyFrom(id), Subject = alarm.Subject, TimeUnixMs = evidence.TimeUnixMs };
        foreach (EvidencePart part in alarm.Evidence)
        {
            if (!Keep(part, piece, evidence) && part.Signed?.Invoke() is { } signed) Keep(signed, piece, evidence);
        }

        CountPiece(record.Row, isFirst: record.Row.Pieces.Count == 0);
        record.Row.Pieces.Add(piece);
        urgent.Add(record);
        writes.Add(rows.Insert(PayloadKind.Evidence, id, evidence));
        kept.Add(new KeptEvidence(Convert.ToHexStringLower(id), record.Row.Code, new HashWriter("settlement/evidence", salt).Bytes(evidence.ToByteArray()).Finish()));
    }

    /// <returns>Whether its bytes are kept, and not their size and hash alone.</returns>
    private static bool Keep(EvidencePart part, KeptPiece piece, EvidenceRow evidence)
    {
        byte[] bytes = part.Bytes();
        bool isKept = part.IsKept && bytes.Length <= AlarmBounds.MaxPartBytes;
        KeptPart summary = new() { Name = part.Name, Size = bytes.Length, Sha256 = ByteString.CopyFrom(Digest.Of(bytes).ToArray()) };
        piece.Parts.Add(summary);
        evidence.Parts.Add(summary.Clone());
        evidence.Bodies.Add(isKept ? ByteString.CopyFrom(bytes) : ByteString.Empty);
        return isKept;
    }

    private void CountPiece(AlarmRow row, bool isFirst)
    {
        pieces++;
        if (!row.IsPartner) piecesOfOthers++;
        if (!row.IsPartner || !isFirst) morePieces[row.Party] = morePieces.GetValueOrDefault(row.Party) + 1;
    }

    /// <summary>Each participant may make the log longer by a burst, and by a line an interval after it.</summary>
    private bool MayTell(string party, DateTimeOffset now)
    {
        DateTimeOffset until = toldUntil.GetValueOrDefault(party);
        if (until < now) until = now;
        if (until - now >= AlarmBounds.TellBurst * AlarmBounds.TellInterval) return false;
        toldUntil[party] = until + AlarmBounds.TellInterval;
        return true;
    }
}
