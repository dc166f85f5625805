using Settlement.Core.Alarms;
using Settlement.Core.Identifiers;
using Settlement.Core.Machines;
using Settlement.Core.Nodes;
using Settlement.Core.Notarisation;
using Settlement.Core.Participants;
using Settlement.Core.Store;
using Settlement.Ledger;
using Settlement.Wire.Ledger;
using Settlement.Wire.Participants;

namespace Settlement.Host.Ledger;

/// <summary>A request at the ledger's door; answered with a <see cref="LedgerReply"/>.</summary>
/// <param name="CallId">The caller's number.</param>
/// <param name="From">Who asks; null for a stranger.</param>
/// <param name="Request">What is asked.</param>
internal sealed record LedgerRequested(long CallId, ParticipantId? From, LedgerRequest Request) : Input;

/// <summary>The operator asks how large the log is; answered with a <see cref="Client.LogSize"/>.</summary>
internal sealed record LogSizeAsked(long CallId) : Input;

/// <summary>
/// The ledger's machine as the loop drives it. It also keeps the directory by which the door knows its callers: the
/// participants that the log lists.
/// </summary>
internal sealed class LedgerLoopMachine : IMachine
{
    // The log's time never falls: once it was far ahead, every endorsement is too old until the clock has caught up.
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(30);

    private readonly LedgerMachine ledger;
    private readonly string network;
    private readonly ParticipantDirectory directory;
    private readonly AlarmBook alarms;
    private readonly RefusedSubmissions refused;
    private int listingsRead;

    public LedgerLoopMachine(LedgerMachine ledger, string network, ParticipantDirectory directory, AlarmBook alarms, DateTimeOffset now)
    {
        this.ledger = ledger;
        this.network = network;
        this.directory = directory;
        this.alarms = alarms;
        refused = new RefusedSubmissions(alarms, network);
        ReadDirectory(now);
    }

    /// <inheritdoc/>
    public bool HasMore => false;

    /// <inheritdoc/>
    public IReadOnlyCollection<PayloadKey> Needs(IReadOnlyList<Input> inputs) => [];

    /// <inheritdoc/>
    public Step Step(DateTimeOffset now, IReadOnlyList<Input> inputs, IReadOnlyDictionary<PayloadKey, byte[]> found)
    {
        List<LedgerCall> calls = new(inputs.Count);
        foreach (Input input in inputs)
        {
            if (input is LedgerRequested asked) calls.Add(new LedgerCall(asked.CallId, asked.From?.ToString() ?? "", asked.Request));
        }

        Step step = new();
        if (calls.Count > 0)
        {
            long before = ledger.Count;
            LedgerStep done = ledger.Step(now, calls);
            step.Commit.Appends.AddRange(done.Commit.Appends);
            step.Commit.Writes.AddRange(done.Commit.Writes);
            step.Commit.Deletes.AddRange(done.Commit.Deletes);
            foreach ((long call, LedgerReply reply) in done.Replies) step.Then.Add(new Effect.Reply(call, reply));
            // After the answers: who asked must not wait for what the operator is told.
            for (int i = 0; i < calls.Count; i++) refused.Record(now, calls[i], done.Replies[i].Reply, step.Then);
            if (ledger.Count > before && calls.Exists(static call => call.Request.Submissions.Any(static s => s.RecordCase == Submission.RecordOneofCase.Participant)))
                ReadDirectory(now);
        }

        foreach (Input input in inputs)
        {
            if (input is LogSizeAsked size)
                step.Then.Add(new Effect.Reply(size.CallId, new Client.LogSize(ledger.Count, ledger.Root.ToString(), ledger.Note)));
            else if (Report(input) is { } alarm && alarms.Raise(now, alarm.Alarm, alarm.Times) is { } told) step.Then.Add(told);
        }

        if (ledger.Time - now > ClockTolerance && alarms.Raise(now, new RaisedAlarm(AlarmParties.Own, LedgerCodes.TimeAhead, "log", [])) is { } ahead) step.Then.Add(ahead);

        step.Then.AddRange(alarms.TellRest(now));
        // The vault's events are the log's leaves and nothing else, so that what is kept of others lies in payloads alone.
        alarms.Complete(now, step.Commit);
        return step;
    }

    private static (RaisedAlarm Alarm, long Times)? Report(Input input) => input switch
    {
        Input.StrangerKnocked knocked => (new RaisedAlarm(AlarmParties.Strangers, NodeCodes.Stranger, "", [], IsCommon: true), knocked.Times),
        Input.DoorRefused refused => (new RaisedAlarm(refused.From.ToString(), refused.Code, "request", [EvidencePart.Of("request", refused.Detail)]), 1),
        _ => null,
    };

    private void ReadDirectory(DateTimeOffset now)
    {
        foreach (ParticipantRecord record in ledger.Listings(listingsRead))
        {
            listingsRead++;
            if (ListedParticipant.TryRead(record, network, out ListedParticipant? listed, out _)) directory.Add(listed, now);
        }
    }
}
