using System.Buffers.Binary;
using System.Text;
using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Core.Notarisation;
using Settlement.Core.Store;
using Settlement.Wire.Ledger;
using Settlement.Wire.Participants;

namespace Settlement.Ledger;

/// <summary>
/// The shared ledger: compares, appends and proves. A step takes every request that waits and makes of them one
/// transaction and one checkpoint. Pure, but for the signature: time is a parameter, storing and answering are the
/// caller's. Not safe for use from several threads.
/// </summary>
public sealed class LedgerMachine
{
    private static readonly MessageParser<Submission> Known = Submission.Parser.WithDiscardUnknownFields(true);

    private readonly LedgerState state;
    private readonly LedgerRules rules;
    private readonly LedgerReplies replies;
    private readonly SubmissionBounds bounds;
    private readonly CheckpointSigner signer;
    private readonly LedgerSettings settings;
    private DateTimeOffset time;
    private long signedSize;
    private string note;

    /// <summary>An empty ledger.</summary>
    /// <param name="network">The network it serves.</param>
    /// <param name="signer">Signs its checkpoints.</param>
    /// <param name="settings">Bounds and quotas.</param>
    public LedgerMachine(string network, CheckpointSigner signer, LedgerSettings settings)
        : this(new LedgerState(network), signer, settings, note: null) { }

    private LedgerMachine(LedgerState state, CheckpointSigner signer, LedgerSettings settings, string? note)
    {
        if (signer.Origin != Checkpoint.OriginOf(state.Network)) throw new ArgumentException("The signer belongs to another network.", nameof(signer));
        this.state = state;
        this.signer = signer;
        this.settings = settings;
        this.note = note ?? signer.Sign(state.Count, state.Tree.Root);
        signedSize = state.Count;
        time = state.Time;
        rules = new LedgerRules(state, settings.TakeoverInterval);
        replies = new LedgerReplies(state, settings);
        bounds = new SubmissionBounds(settings);
    }

    /// <summary>The number of leaves.</summary>
    public long Count => state.Count;

    /// <summary>The time of the next leaf: it never falls, so it may lie ahead of the clock.</summary>
    public DateTimeOffset Time => time;

    /// <summary>The root over all leaves.</summary>
    public Digest Root => state.Tree.Root;

    /// <summary>The newest signed checkpoint.</summary>
    public string Note => note;

    /// <summary>Whether a participant is listed, and the root key it is listed under.</summary>
    public bool TryFindRootKey(string participant, out PublicKey rootKey)
    {
        LedgerState.ListedEntry? listed = state.Participant(participant);
        rootKey = listed?.RootKey ?? default;
        return listed is not null;
    }

    /// <summary>The participant records in the log, oldest first, without the first <paramref name="known"/>: for the door,
    /// which must know its callers by the keys that they list.</summary>
    public IEnumerable<ParticipantRecord> Listings(int known) =>
        state.ParticipantLeaves.Skip(known).Select(index => Leaf.Parser.ParseFrom(state.Leaf(index)).Participant);

    /// <summary>
    /// The ledger as it was when it last committed. Signatures of heads are not verified again, because the ledger's own
    /// signed checkpoint covers the leaves; <c>DatabaseVerification</c> verifies everything.
    /// </summary>
    /// <param name="network">The network it serves.</param>
    /// <param name="signer">Signs its checkpoints; also the key that signed the newest one.</param>
    /// <param name="settings">Bounds and quotas.</param>
    /// <param name="events">Every event of the vault, in the order of their sequence ids.</param>
    /// <param name="newestCheckpoint">The stored checkpoint of the largest size; null when there is none.</param>
    /// <exception cref="LedgerDamagedException">When the events are not exactly what the checkpoint covers.</exception>
    public static LedgerMachine Recover(
        string network, CheckpointSigner signer, LedgerSettings settings, IEnumerable<StoredEvent> events, string? newestCheckpoint)
    {
        var log = new LedgerState(network);
        foreach (StoredEvent stored in events) Restore(log, stored);
        if (newestCheckpoint is null)
        {
            if (log.Count > 0) throw new LedgerDamagedException(LedgerCodes.CheckpointDiffers, 0, "there are leaves but no checkpoint.");
            return new LedgerMachine(log, signer, settings, note: null);
        }

        using var verifier = new CheckpointVerifier(network, signer.PublicKey);
        if (!verifier.TryVerify(newestCheckpoint, out Checkpoint? checkpoint, out string code))
            throw new LedgerDamagedException(code, 0, "the newest checkpoint is not this ledger's.");
        if (checkpoint.Size != log.Count)
            throw new LedgerDamagedException(LedgerCodes.LeafMissing, Math.Min(checkpoint.Size, log.Count), $"the checkpoint covers {checkpoint.Size} leaves, the vault has {log.Count}.");
        if (checkpoint.Root != log.Tree.Root)
            throw new LedgerDamagedException(LedgerCodes.RootDiffers, 0, "the leaves do not have the root that was signed.");
        return new LedgerMachine(log, signer, settings, newestCheckpoint);
    }

    /// <summary>Handles all calls in order, appends what the rules accept, and signs one checkpoint over it.</summary>
    /// <param name="now">The time; where it is before an earlier step's, that one's holds.</param>
    /// <param name="calls">Everything that waits.</param>
    public LedgerStep Step(DateTimeOffset now, IReadOnlyList<LedgerCall> calls)
    {
        AdvanceTime(now);
        var commit = new StoreTransaction();
        List<List<SubmissionOutcome>> outcomes = new(calls.Count);
        foreach (LedgerCall call in calls) outcomes.Add(Submit(call, commit));
        if (state.Count > signedSize) SignCheckpoint(commit);
        List<(long, LedgerReply)> answers = new(calls.Count);
        for (int i = 0; i < calls.Count; i++) answers.Add((calls[i].CallId, replies.Build(calls[i], outcomes[i], note)));
        return new LedgerStep(commit, answers);
    }

    private static void Restore(LedgerState log, StoredEvent stored)
    {
        if (!LeafRow.TryReadData(stored.Data, out long index, out ByteString? bytes) || !LedgerView.TryReadLeaf(bytes, log.Network, out Leaf? leaf)
            || !LedgerRecord.TryRead(LedgerRecord.OfLeaf(leaf), log.Network, out LedgerRecord? record, out _))
            throw new LedgerDamagedException(LedgerCodes.LeafUnreadable, log.Count, $"event {stored.SequenceId} holds no leaf.");
        if (index != log.Count || leaf.Index != (ulong)index)
            throw new LedgerDamagedException(LedgerCodes.LeafMissing, log.Count, $"event {stored.SequenceId} holds leaf {index}.");
        if (!HasPlace(log, record)) throw new LedgerDamagedException(LedgerCodes.LeafAgainstRules, index, "its channel or group is unknown, or holds it already.");
        log.Append(record, bytes, DateTimeOffset.FromUnixTimeMilliseconds(leaf.TimeUnixMs));
    }

    // What the state itself stands on; a full verification applies all rules.
    private static bool HasPlace(LedgerState log, LedgerRecord record) => record switch
    {
        LedgerRecord.Participant => true,
        LedgerRecord.Opening(SignedOpening opening) => log.Channel(opening.Channel.Id) is null,
        // One of which no channel had reserved is named by its decision, and is none but an aborted one.
        LedgerRecord.Decision(DecidedGroup decided) => log.Group(decided.Group) is { } group ? group.DecidedLeaf is null : decided is { Body: not null, IsCommitted: false },
        LedgerRecord.Reservation(SignedReservation reservation) =>
            log.Channel(reservation.Channel) is not null && log.Group(reservation.Group.Id)?.ReservedBy(reservation.Channel) is null,
        LedgerRecord.Close(SignedClose close) => log.Channel(close.Channel) is { CloseLeaf: null },
        _ => log.Channel(record.Channel!.Value) is not null,
    };

    private void AdvanceTime(DateTimeOffset now)
    {
        // Leaves carry whole milliseconds, and what is compared with them must not be finer.
        var whole = DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds());
        if (whole > time) time = whole;
    }

    private List<SubmissionOutcome> Submit(LedgerCall call, StoreTransaction commit)
    {
        LedgerRequest request = call.Request;
        string refusal = request.Suite != Suite.Current || request.Network != state.Network ? LedgerCodes.OtherNetwork
            : request.Submissions.Count > settings.MaximumSubmissionsPerRequest ? LedgerCodes.TooLarge : "";
        // A request out of bounds gets no results at all: its sender decides how many there would be.
        if (refusal == LedgerCodes.TooLarge) return [];
        List<SubmissionOutcome> outcomes = new(request.Submissions.Count);
        int signatures = settings.MaximumSignaturesPerRequest;
        foreach (Submission submission in request.Submissions)
            outcomes.Add(Submit(call.Participant, submission, refusal, ref signatures, commit));
        return outcomes;
    }

    private SubmissionOutcome Submit(string submitter, Submission submission, string refusal, ref int signatures, StoreTransaction commit)
    {
        string? participant = state.Participant(submitter) is { } known && IsAdmitted(submitter, known.RootKey) ? submitter : null;
        // First of all, so that a stranger gets this one answer whatever else may be wrong.
        if (participant is null && submission.RecordCase != Submission.RecordOneofCase.Participant) return new SubmissionOutcome(LedgerCodes.NotAdmitted, null, null);
        if (refusal.Length > 0) return new SubmissionOutcome(refusal, null, null);
        if (!bounds.IsHeard(participant, time)) return new SubmissionOutcome(LedgerCodes.QuotaUsed, null, null);
        if (submission.CalculateSize() > settings.MaximumRecordBytes) return new SubmissionOutcome(LedgerCodes.TooLarge, null, null);
        // What the ledger does not understand it does not keep: fields it does not know would be anybody's to fill.
        Submission kept = Known.ParseFrom(submission.ToByteString());
        if (!LedgerRecord.TryRead(kept, state.Network, out LedgerRecord? record, out string code)) return new SubmissionOutcome(code, null, null);
        // A participant speaks for itself; a stranger is known by the root key of what it submits.
        if (record is LedgerRecord.Participant(SignedListing listing))
        {
            if (submitter.Length > 0 && listing.Id.ToString() != submitter) return new SubmissionOutcome(LedgerCodes.ParticipantFields, null, null);
            if (!IsAdmitted(listing.Id.ToString(), listing.RootKey)) return new SubmissionOutcome(LedgerCodes.NotAdmitted, null, null);
        }

        Judgement judgement = rules.Judge(record, time);
        if (!judgement.IsAppend) return new SubmissionOutcome(judgement.Code, judgement.ExistingLeaf, record.Channel);
        if (!bounds.HasRoom(participant, record, time) || record.Signatures > signatures) return new SubmissionOutcome(LedgerCodes.QuotaUsed, null, record.Channel);
        // Last, because a signature costs more than all that was asked before.
        signatures -= record.Signatures;
        code = rules.Verify(record);
        bounds.Count(participant, record, isAccepted: code.Length == 0, time);
        return code.Length > 0 ? new SubmissionOutcome(code, null, record.Channel) : new SubmissionOutcome("", Append(kept, record, commit), record.Channel);
    }

    // Who is admitted is the operator's to say; the log only shows who was.
    private bool IsAdmitted(string participant, PublicKey root) =>
        settings.Admitted is not { } admitted || (admitted.TryGetValue(participant, out Digest pinned) && pinned == root.Fingerprint);

    private long Append(Submission submission, LedgerRecord record, StoreTransaction commit)
    {
        long index = state.Count;
        Leaf leaf = LedgerRecord.ToLeaf(submission, state.Network, index, time);
        ByteString bytes = leaf.ToByteString();
        LeafRow row = LeafRow.Of(leaf, record, bytes);
        // One append a leaf keeps the events in the order of the log, also where channels alternate.
        commit.Appends.Add(new StreamAppend(row.Stream, row.StreamType, state.StreamVersion(record), [row.Event]));
        state.Append(record, bytes, time);
        return index;
    }

    private void SignCheckpoint(StoreTransaction commit)
    {
        note = signer.Sign(state.Count, state.Tree.Root);
        signedSize = state.Count;
        commit.Writes.Add(new PayloadWrite(PayloadKind.Checkpoints, CheckpointKey(signedSize), Encoding.UTF8.GetBytes(note), PayloadWriteMode.Insert));
    }

    /// <summary>The key under which the checkpoint of a size is stored: eight big-endian bytes, so that keys sort by size.</summary>
    public static byte[] CheckpointKey(long size)
    {
        byte[] key = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(key, size);
        return key;
    }
}
