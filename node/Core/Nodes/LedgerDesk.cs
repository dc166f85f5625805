using Google.Protobuf;
using Settlement.Core.Alarms;
using Settlement.Core.Cryptography;
using Settlement.Core.Machines;
using Settlement.Core.Notarisation;
using Settlement.Core.Participants;
using Settlement.Core.Store;
using Settlement.Wire.Ledger;

namespace Settlement.Core.Nodes;

/// <summary>
/// Everything a node asks of the ledger: one request is under way at a time, and what comes up meanwhile goes with the
/// next one. The reply's checkpoint is verified before anything in it is believed.
/// </summary>
internal sealed class LedgerDesk
{
    private readonly NodeContext context;
    private readonly LedgerWitness ledger;
    private readonly DirectoryReader directory;
    private readonly Retry retry;
    private readonly List<PendingSubmission> waiting = [];
    private readonly SortedDictionary<Digest, int> queries = [];
    private UnderWay? underWay;
    private readonly LogFollower? follower;
    private DateTimeOffset lastAnswer;

    /// <param name="context">The node.</param>
    /// <param name="rows">Its recovered rows.</param>
    /// <param name="follower">Set where the node reads the whole log.</param>
    public LedgerDesk(NodeContext context, RecoveredRows rows, LogFollower? follower = null)
    {
        this.context = context;
        this.follower = follower;
        ledger = new LedgerWitness(context, rows);
        directory = new DirectoryReader(context, ledger);
        retry = context.NewRetry();
    }

    /// <summary>Told of a submission's fate: the leaf when it is in the log, else the refusal.</summary>
    public delegate void Outcome(SubmissionResult result, Leaf? leaf);

    /// <summary>Told how the ledger says a channel stands, with verified leaves.</summary>
    public Action<ChannelStatus, Leaf?, Leaf?> ChannelSeen { get; set; } = (_, _, _) => { };

    /// <summary>Told of the leaf that closes a channel, after how the channel stands.</summary>
    public Action<ChannelStatus, Leaf> ChannelClosed { get; set; } = (_, _) => { };

    /// <summary>Told when the directory was read to its end.</summary>
    public Action DirectoryRead
    {
        get => directory.WhenRead;
        set => directory.WhenRead = value;
    }

    /// <summary>The size of the largest verified checkpoint.</summary>
    public long CheckpointSize => ledger.Checkpoint.Size;

    /// <summary>The largest verified checkpoint.</summary>
    public Checkpoint Checkpoint => ledger.Checkpoint;

    /// <summary>It, as the ledger signed it; null before the first.</summary>
    public string? CheckpointNote => ledger.Note;

    /// <summary>Whether the ledger has answered since the start.</summary>
    public bool HasAnswered { get; private set; }

    /// <summary>Since when each request was answered, and none late; null while the newest was not.</summary>
    public DateTimeOffset? AnsweringSince { get; private set; }

    /// <summary>Submits a record with the next request that has room.</summary>
    /// <param name="submission">The record.</param>
    /// <param name="outcome">Told of its fate.</param>
    /// <param name="entries">How many entries become final with the answer.</param>
    public void Submit(Submission submission, Outcome outcome, int entries = 0) => waiting.Add(new PendingSubmission(submission, outcome, entries));

    /// <summary>Asks how a channel stands.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="entries">How many entries may become final with the answer.</param>
    public void Query(Digest channel, int entries = 0) => queries[channel] = Math.Max(entries, queries.GetValueOrDefault(channel));

    /// <summary>What was to be asked of a channel is asked no more, nor again where it is under way and gets no answer.</summary>
    public void Withdraw(Digest channel)
    {
        queries.Remove(channel);
        underWay?.Withdrawn.Add(channel);
    }

    /// <summary>Somebody unknown knocked: the directory is read again at once.</summary>
    public void RefreshDirectory() => directory.Refresh();

    /// <summary>Sends what waits, if nothing is under way.</summary>
    public void Flush()
    {
        if (underWay is not null || !retry.IsDue(context.Now)) return;
        bool wantsDirectory = directory.IsDue;
        if (directory.Introduce() is { } own) waiting.Insert(0, own);
        bool wantsLog = HasAnswered && follower?.IsDue(context.Now) == true;
        if (waiting.Count == 0 && queries.Count == 0 && !wantsDirectory && !wantsLog) return;
        LedgerRequest request = new() { Suite = Suite.Current, Network = context.Network, KnownSize = (ulong)ledger.Checkpoint.Size };
        List<PendingSubmission> submissions = [.. waiting.Take(CountWithin(waiting.Select(static s => (s.Entries, s.Signatures, s.Bytes))))];
        waiting.RemoveRange(0, submissions.Count);
        request.Submissions.Add(submissions.Select(s => s.Submission));
        List<KeyValuePair<Digest, int>> asked = [.. queries.Take(CountWithin(queries.Values.Select(static entries => (entries, 0, Digest.Length))))];
        foreach ((Digest query, _) in asked) queries.Remove(query);
        request.ChannelQueries.Add(asked.Select(q => ByteString.CopyFrom(q.Key.ToArray())));
        // A stranger's other wishes are refused alike, so the first request only introduces this node.
        if (wantsDirectory && HasAnswered) request.Directory = directory.Query();
        if (wantsLog) request.Log = follower!.Query();
        long token = context.NextToken();
        underWay = new UnderWay(token, submissions, asked, request.Directory is not null, request.Log is not null);
        context.Then(new Effect.Send(context.Parts.Ledger.Destination, Door.Ledger, token, request.ToByteArray()));
    }

    /// <summary>How many of them go with one request: an answer that made more entries final would be more than one commit holds,
    /// and what takes more signatures, or bytes, the ledger refuses. One goes in any case, since it could go in no other way.</summary>
    private int CountWithin(IEnumerable<(int Entries, int Signatures, int Bytes)> waits)
    {
        int count = 0;
        long entries = 0, signatures = 0, bytes = 0;
        foreach ((int ofEntries, int ofSignatures, int ofBytes) in waits)
        {
            entries += ofEntries;
            signatures += ofSignatures;
            bytes += ofBytes;
            if (count == context.Settings.MaxLedgerSubmissions
                || (count > 0 && (entries > context.Settings.MaxEntriesPerAnswer || signatures > context.Settings.MaxLedgerSignatures || bytes > context.Settings.MaxLedgerBytes))) break;
            count++;
        }

        return count;
    }

    /// <summary>True when the token is this desk's.</summary>
    public bool TryFail(long token)
    {
        if (underWay is not { } sent || sent.Token != token) return false;
        underWay = null;
        waiting.InsertRange(0, sent.Submissions);
        foreach ((Digest query, int entries) in sent.Queries.Where(q => !sent.Withdrawn.Contains(q.Key))) Query(query, entries);
        directory.Refresh();
        retry.Tried(context.Now);
        AnsweringSince = null;
        return true;
    }

    /// <summary>True when the token is this desk's.</summary>
    public bool TryAnswer(long token, byte[] body)
    {
        if (underWay is not { } sent || sent.Token != token) return false;
        ledger.Hear(EvidencePart.OfGarbage(body));
        if (!Parsing.TryParse(LedgerReply.Parser, body, out LedgerReply? reply) || reply.Results.Count != sent.Submissions.Count
            || reply.Channels.Count != sent.Queries.Count)
        {
            context.Alarm(LedgerCodes.Malformed, "ledger");
            TryFail(token);
        }
        else if (!ledger.TryAdvance(reply, out LedgerDoubt? doubt))
        {
            ledger.Doubt(doubt, "ledger");
            TryFail(token);
        }
        else
        {
            Read(sent, reply);
        }

        context.HearNobody();
        return true;
    }

    private void Read(UnderWay sent, LedgerReply reply)
    {
        underWay = null;
        retry.Reset();
        HasAnswered = true;
        // The directory is asked for all the time, so a longer gap is silence too, though no request failed.
        if (context.Now - lastAnswer > context.Settings.DirectoryInterval + context.Settings.LongestRetry) AnsweringSince = null;
        AnsweringSince ??= context.Now;
        lastAnswer = context.Now;
        ledger.Save();
        if (sent.HasAskedDirectory) directory.Read(reply);
        follower?.Read(reply, ledger.Checkpoint, sent.HasAskedLog, context.Now);
        for (int i = 0; i < sent.Submissions.Count; i++) Settle(sent.Submissions[i], reply.Results[i]);
        for (int i = 0; i < sent.Queries.Count; i++) See(sent.Queries[i].Key, reply.Channels[i]);
    }

    private void Settle(PendingSubmission pending, SubmissionResult result)
    {
        ledger.Hear(EvidencePart.Of("result", result), EvidencePart.Of("submission", pending.Submission));
        Leaf? leaf = null;
        if (result.Code.Length == 0 && !ledger.TryVerify(result.Receipt, out leaf, out LedgerDoubt? doubt))
        {
            ledger.Doubt(doubt, "ledger", result);
            waiting.Add(pending);
            retry.Tried(context.Now);
            return;
        }

        pending.Outcome(result, leaf);
    }

    private void See(Digest channel, ChannelStatus status)
    {
        if (!status.Channel.Span.SequenceEqual(channel.ToArray())) return;
        ledger.Hear(EvidencePart.Of("channel status", status));
        if (!status.Known)
        {
            ChannelSeen(status, null, null);
            return;
        }

        Leaf? term = null;
        if (!ledger.TryVerify(status.HeadReceipt, out Leaf? head, out LedgerDoubt? doubt)
            || (status.Term > TermOfOffice.First && !ledger.TryVerify(status.TermReceipt, out term, out doubt)))
        {
            ledger.Doubt(doubt, channel.ToString(), status);
            return;
        }

        ChannelSeen(status, head, term);
        if (status.CloseReceipt is null) return;
        if (ledger.TryVerify(status.CloseReceipt, out Leaf? close, out LedgerDoubt? unproven)) ChannelClosed(status, close);
        else ledger.Doubt(unproven, channel.ToString(), status);
    }

    /// <summary>A request that was sent, and what went with it.</summary>
    private sealed record UnderWay(long Token, List<PendingSubmission> Submissions, List<KeyValuePair<Digest, int>> Queries, bool HasAskedDirectory, bool HasAskedLog)
    {
        /// <summary>Of what was asked, that which nobody waits for any more.</summary>
        public HashSet<Digest> Withdrawn { get; } = [];
    }
}
