using Settlement.Core.Alarms;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
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

    private readonly Dictionary<PayloadKey, (byte[] Value, DateTimeOffset At)> recentFacts = [];
    private readonly Queue<(DateTimeOffset At, PayloadKey Key)> recentOrder = new();
    private readonly Dictionary<PayloadKey, PayloadWrite?> rows = [];
    private readonly Dictionary<string, StreamAppend> appends = new(StringComparer.Ordinal);
    private IReadOnlyDictionary<PayloadKey, byte[]> found = new Dictionary<PayloadKey, byte[]>();
    private long lastToken;
    private long lastOrder;

    private readonly EventStream history;

    public NodeContext(NodeParts parts, RecoveredRows recovered)
    {
        Parts = parts;
        Rows = new VaultRows(parts.Vault, parts.Entropy);
        Peers = new PeerOutbox(this);
        Alarms = new AlarmBook(parts.Vault, parts.Entropy, recovered);
        history = new EventStream(this, "alarms", recovered);
    }

    /// <summary>What others did that they may not do.</summary>
    public AlarmBook Alarms { get; }

    /// <summary>Whom this node is listening to, and what was said: whoever raises an alarm meanwhile means that. Null for nobody.</summary>
    public (string Party, EvidencePart[] Said)? Hearing { get; private set; }

    public NodeParts Parts { get; }

    public NodeSettings Settings => Parts.Settings;

    public IEntropy Entropy => Parts.Entropy;

    public string Network => Parts.Keys.Network;

    public VaultRows Rows { get; }

    public PeerOutbox Peers { get; }

    public Step Step { get; private set; } = new();

    public DateTimeOffset Now { get; private set; }

    public long NowUnixMs => Now.ToUnixTimeMilliseconds();

    /// <summary>Bytes of the rows that this step writes so far.</summary>
    public long WrittenBytes { get; private set; }

    /// <summary>Starts a step.</summary>
    public void Begin(DateTimeOffset now, IReadOnlyDictionary<PayloadKey, byte[]> rowsFound)
    {
        // A clock that is set back must not undo time that others have seen.
        if (now > Now) Now = now;
        Step = new Step();
        found = rowsFound;
        rows.Clear();
        WrittenBytes = 0;
        appends.Clear();
        Hearing = null;
        while (recentOrder.TryPeek(out (DateTimeOffset At, PayloadKey Key) oldest) && oldest.At + FactMemory < Now)
        {
            recentOrder.Dequeue();
            // One that was written again since is remembered from then on.
            if (recentFacts.TryGetValue(oldest.Key, out (byte[] Value, DateTimeOffset At) fact) && fact.At == oldest.At) recentFacts.Remove(oldest.Key);
        }
    }

    /// <summary>Ends the step: one write or delete a row, one append a stream.</summary>
    public Step End()
    {
        Peers.Flush();
        foreach (Effect.Alarm rest in Alarms.TellRest(Now)) Then(rest);
        foreach (KeptEvidence kept in Alarms.Kept) history.Note("evidence_kept", new { kept.Id, kept.Code, Hash = kept.Hash.ToString() });
        Alarms.Complete(Now, Step.Commit);
        foreach ((PayloadKey key, PayloadWrite? write) in rows)
        {
            if (write is null) Step.Commit.Deletes.Add(new PayloadDelete(key.Kind, key.Key));
            else Step.Commit.Writes.Add(write);
        }

        Step.Commit.Appends.AddRange(appends.Values);
        return Step;
    }

    /// <summary>A row that was looked up for this step, or a fact written lately.</summary>
    public byte[]? Find(PayloadKey key) => recentFacts.TryGetValue(key, out (byte[] Value, DateTimeOffset At) recent) ? recent.Value : found.GetValueOrDefault(key);

    /// <summary>Writes a row; the last write of a step wins.</summary>
    public void Write(PayloadWrite write)
    {
        PayloadKey key = new(write.Kind, write.Key);
        bool isNew = rows.TryGetValue(key, out PayloadWrite? earlier) && earlier is { Mode: PayloadWriteMode.Insert };
        WrittenBytes += write.Body.Length - (earlier?.Body.Length ?? 0);
        rows[key] = isNew ? write with { Mode = PayloadWriteMode.Insert } : write;
    }

    /// <summary>Removes a row.</summary>
    public void Delete(PayloadKind kind, byte[] rowKey)
    {
        PayloadKey key = new(kind, rowKey);
        rows.TryGetValue(key, out PayloadWrite? earlier);
        WrittenBytes -= earlier?.Body.Length ?? 0;
        if (earlier is { Mode: PayloadWriteMode.Insert }) rows.Remove(key);
        else rows[key] = null;
    }

    /// <summary>Writes a fact: one that stays unique from now on, or the newest of what replaces itself.</summary>
    public void WriteFact(PayloadKey key, byte[] value)
    {
        recentFacts[key] = (value, Now);
        recentOrder.Enqueue((Now, key));
        Write(new PayloadWrite(key.Kind, key.Key, value, PayloadWriteMode.Replace));
    }

    /// <summary>What was to stay unique came to nothing, and may come again.</summary>
    public void DeleteFact(PayloadKey key)
    {
        recentFacts.Remove(key);
        Delete(key.Kind, key.Key);
    }

    /// <summary>Keeps a fact that was looked up for this step for as long as facts are remembered.</summary>
    public void Remember(PayloadKey key)
    {
        if (found.TryGetValue(key, out byte[]? value) && recentFacts.TryAdd(key, (value, Now))) recentOrder.Enqueue((Now, key));
    }

    /// <summary>Appends an event to a stream and returns the stream's new version.</summary>
    public long Append(string stream, string streamType, long version, NewEvent item)
    {
        if (appends.TryGetValue(stream, out StreamAppend? append)) ((List<NewEvent>)append.Events).Add(item);
        else appends[stream] = new StreamAppend(stream, streamType, version, new List<NewEvent> { item });
        return version + 1;
    }

    public void Then(Effect effect) => Step.Then.Add(effect);

    /// <summary>From here on a participant is heard.</summary>
    public void Hear(ParticipantId from, params EvidencePart[] said) => Hearing = (from.ToString(), said);

    /// <summary>Nobody is heard any more.</summary>
    public void HearNobody() => Hearing = null;

    /// <summary>The operator must hear of it. It is about whoever is heard now, and what was said is the evidence where there is
    /// none that shows more.</summary>
    /// <param name="code">A code of this program.</param>
    /// <param name="subject">What it is about.</param>
    /// <param name="evidence">What shows it.</param>
    public void Alarm(string code, string subject, params EvidencePart[] evidence) => Raise(code, subject, evidence, isCommon: false);

    /// <summary>The same of something that honest nodes bring about now and then, such as a late copy: it is counted, and only many
    /// are an alarm.</summary>
    public void Note(string code, string subject, params EvidencePart[] evidence) => Raise(code, subject, evidence, isCommon: true);

    /// <summary>An alarm about another participant than the one that is heard.</summary>
    public void AlarmAbout(ParticipantId party, string code, string subject, params EvidencePart[] evidence) =>
        Tell(Alarms.Raise(Now, new RaisedAlarm(party.ToString(), code, subject, evidence)));

    /// <summary>The same of something that honest nodes bring about now and then.</summary>
    public void NoteAbout(ParticipantId party, string code, string subject, params EvidencePart[] evidence) =>
        Tell(Alarms.Raise(Now, new RaisedAlarm(party.ToString(), code, subject, evidence, IsCommon: true)));

    /// <summary>Records what the doors report; false for an input of another kind.</summary>
    public bool TryRecord(Input input)
    {
        switch (input)
        {
            case Input.StrangerKnocked knocked:
                Tell(Alarms.Raise(Now, new RaisedAlarm(AlarmParties.Strangers, NodeCodes.Stranger, Parts.Keys.Participant.ToString(), [], IsCommon: true), knocked.Times));
                return true;
            case Input.DoorRefused refused:
                string from = refused.From.ToString();
                Tell(Alarms.Raise(Now, new RaisedAlarm(from, refused.Code, from, [EvidencePart.Of("request", refused.Detail)])));
                return true;
            default:
                return false;
        }
    }

    public long NextToken() => ++lastToken;

    /// <summary>The place of newly accepted work among all work of this node.</summary>
    public long NextOrder() => ++lastOrder;

    /// <summary>Work of the vault has this place: what is accepted from now on comes after it.</summary>
    public void RestoreOrder(long order) => lastOrder = Math.Max(lastOrder, order);

    public Retry NewRetry(Pace? pace = null) => new(Settings.FirstRetry, Settings.LongestRetry, pace);

    private void Raise(string code, string subject, EvidencePart[] evidence, bool isCommon)
    {
        IReadOnlyList<EvidencePart> shown = evidence.Length == 0 && Hearing is { } heard ? heard.Said : evidence;
        Tell(Alarms.Raise(Now, new RaisedAlarm(Hearing?.Party ?? AlarmParties.Own, code, subject, shown, isCommon)));
    }

    private void Tell(Effect.Alarm? alarm)
    {
        if (alarm is not null) Then(alarm);
    }
}
