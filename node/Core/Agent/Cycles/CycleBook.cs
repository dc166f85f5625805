using Google.Protobuf;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Machines;
using Settlement.Core.Monetary;
using Settlement.Core.Nodes;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Agent;

namespace Settlement.Core.Agent.Cycles;

/// <summary>The settlement agent's cycles: what its operator does with them, what banks are told, and what time does to them.</summary>
internal sealed class CycleBook
{
    /// <summary>How long a cycle that ended is shown.</summary>
    public static readonly TimeSpan Shown = TimeSpan.FromHours(1);

    /// <summary>The longest life of a round: what channels set aside for it they hold no longer.</summary>
    public static readonly TimeSpan LongestLife = HeldLeg.LongestHold - TimeSpan.FromMinutes(1);

    /// <summary>Banks of a cycle.</summary>
    public const int MaxBanks = 256;

    private readonly NodeContext node;
    private readonly AccountBook book;
    private readonly RefusalBudget refusals = new();
    private readonly EventStream history;
    private readonly CycleRun run;
    private readonly CyclePostings postings;
    private readonly CycleSchedules schedules;
    private readonly SortedDictionary<Digest, CycleState> cycles = [];

    public CycleBook(NodeContext node, AgentParts parts, LedgerDesk ledger, AgentChannel own, AccountBook book, GroupPostings postings, ListedChannels listed, RecoveredRows rows)
    {
        this.node = node;
        this.book = book;
        history = new EventStream(node, "cycles", rows);
        schedules = new CycleSchedules(node, history, rows);
        run = new CycleRun(node, parts, ledger, own, listed, refusals);
        this.postings = new CyclePostings(node, book, postings);
        foreach (StoredPayload row in rows.Of(PayloadKind.Waiting))
        {
            CycleState cycle = new(node.Rows.Open(PayloadKind.Waiting, row.Key, row.Body, CycleRow.Parser), node.Network);
            cycles.Add(cycle.Id, cycle);
            this.postings.Recover(cycle);
        }
    }

    /// <summary>Whether banks have confirmed that their accounts cover what they will owe in a cycle of the currency.</summary>
    public bool IsConfirmed(Currency currency) => cycles.Values.Any(c => c.Currency == currency
        && (c.Row.Stage == CycleStage.Opening || (c.Row.Stage == CycleStage.Confirming && c.Banks.Any(static b => b.IsConfirmed))));

    /// <summary>Opens a cycle, as the operator orders it or a schedule does.</summary>
    public CycleResult Open(AgentInput.OpenCycle input) => input.Scheduled is { } time ? schedules.Handle(time, () => TryOpen(input)) : TryOpen(input);

    /// <summary>Goes on without some banks, or once more with all of them.</summary>
    public CycleResult Next(AgentInput.NextRound input)
    {
        if (!cycles.TryGetValue(input.Cycle, out CycleState? cycle) || !input.Excluded.All(bank => cycle.TryFind(bank, out _))) return new CycleResult(null, AgentCodes.NoSuchCycle);
        if (cycle.Row.IsOpen || !cycle.IsUnderWay) return new CycleResult(null, AgentCodes.CycleIsOpen);
        if (input.Life is { } life && (life <= TimeSpan.Zero || life > LongestLife)) return new CycleResult(null, AgentCodes.Malformed);
        // Channels hold what they cut until the time that they signed.
        if (cycle.Row.Stage is not (CycleStage.Joining or CycleStage.Lapsed)) return new CycleResult(null, AgentCodes.CycleUnderWay);
        foreach (ParticipantId bank in input.Excluded)
        {
            if (cycle.TryFind(bank, out CycleBankRow? excluded)) excluded.IsExcluded = true;
        }

        if (input.Life is { } longer) cycle.Row.RoundLifeMs = (long)longer.TotalMilliseconds;
        if (cycle.Row.Stage == CycleStage.Lapsed) Begin(cycle);
        else GoOn(cycle);
        Keep(cycle, "cycle_continued");
        return new CycleResult(cycle.Status(), null);
    }

    /// <summary>Ends a cycle of which nothing was opened.</summary>
    public CycleResult End(AgentInput.EndCycle input)
    {
        if (!cycles.TryGetValue(input.Cycle, out CycleState? cycle)) return new CycleResult(null, AgentCodes.NoSuchCycle);
        if (cycle.Row.IsOpen || !cycle.IsUnderWay) return new CycleResult(null, AgentCodes.CycleIsOpen);
        Void(cycle, AgentCodes.CycleEnded);
        return new CycleResult(cycle.Status(), null);
    }

    /// <summary>The cycles, the newest first.</summary>
    public CycleReport List() => new([.. cycles.Values.OrderByDescending(static c => c.Row.OpenedUnixMs).Select(static c => c.Status())]);

    /// <summary>What became of the last times of schedules.</summary>
    public ScheduleReport ListSchedules() => schedules.List();

    /// <summary>Takes what a bank says, and tells it how its cycles stand.</summary>
    public CycleAnswer Answer(ParticipantId bank, CycleCall call)
    {
        CycleAnswer answer = new() { Code = Take(bank, call) };
        foreach (CycleState cycle in cycles.Values)
        {
            if (cycle.TryFind(bank, out CycleBankRow? row)) answer.Cycles.Add(cycle.View(row, book.BalanceOf(bank.ToString(), cycle.Currency)));
        }

        return answer;
    }

    /// <summary>The channels of a message that the ledger must be known to have before it is answered. Nothing is asked for what is not taken.</summary>
    public IEnumerable<Digest> ChannelsToJoin(ParticipantId bank, CycleCall call) =>
        Digest.TryRead(call.Cycle.Span, out Digest id) && cycles.TryGetValue(id, out CycleState? cycle) && cycle.TryFind(bank, out CycleBankRow? row) && call.Round == cycle.Row.Round
        && refusals.MayBeRefused(bank, node.Now) ? run.ChannelsToJoin(cycle, row, call) : [];

    /// <summary>What time does: rounds pass, postings are brought to the ledger, and what ended long ago is shown no more.</summary>
    public void Tick()
    {
        foreach (CycleState cycle in cycles.Values.ToList())
        {
            bool hasPassed = cycle.Round is { } round && node.Now > round.Group.ExpiresAt;
            switch (cycle.Row.Stage)
            {
                case CycleStage.Cutting or CycleStage.Confirming when hasPassed:
                    cycle.Row.Stage = CycleStage.Lapsed;
                    cycle.Row.Reason = AgentCodes.RoundPassed;
                    Keep(cycle, "cycle_lapsed");
                    break;
                case CycleStage.Opening when hasPassed:
                    Void(cycle, AgentCodes.RoundPassed);
                    break;
                case CycleStage.Opening:
                    if (postings.TrySetAside(cycle)) Keep(cycle, "cycle_set_aside");
                    break;
                case CycleStage.Deciding:
                    if (postings.TryEnd(cycle)) Keep(cycle, cycle.Row.Stage == CycleStage.Settled ? "cycle_settled" : "cycle_void");
                    break;
                case CycleStage.Settled or CycleStage.Void when node.NowUnixMs - cycle.Row.EndedUnixMs > (long)Shown.TotalMilliseconds:
                    cycles.Remove(cycle.Id);
                    node.Delete(PayloadKind.Waiting, cycle.Id.ToArray());
                    break;
            }
        }
    }

    private CycleResult TryOpen(AgentInput.OpenCycle input)
    {
        if (input.Life <= TimeSpan.Zero || input.Life > LongestLife) return new CycleResult(null, AgentCodes.Malformed);
        if (cycles.Values.Any(c => c.IsUnderWay && c.Currency == input.Currency)) return new CycleResult(null, AgentCodes.CycleUnderWay);
        ParticipantId[] banks = [.. (input.Banks.Count > 0 ? input.Banks : book.BanksWith(input.Currency)).Distinct()];
        if (banks.Length is < ChannelTerms.MemberCount or > MaxBanks) return new CycleResult(null, AgentCodes.NothingToNet);
        byte[] id = new byte[Digest.Length];
        node.Entropy.Fill(id);
        CycleRow row = new() { Cycle = ByteString.CopyFrom(id), Currency = input.Currency.Code, Stage = CycleStage.Joining, RoundLifeMs = (long)input.Life.TotalMilliseconds, OpenedUnixMs = node.NowUnixMs, Schedule = input.Scheduled?.Schedule ?? "" };
        row.Banks.Add(banks.Order().Select(static bank => new CycleBankRow { Bank = bank.ToString() }));
        CycleState cycle = new(row, node.Network);
        cycles.Add(cycle.Id, cycle);
        Keep(cycle, "cycle_opened");
        return new CycleResult(cycle.Status(), null);
    }

    private string Take(ParticipantId bank, CycleCall call)
    {
        if (call.StepCase == CycleCall.StepOneofCase.None) return "";
        if (!Digest.TryRead(call.Cycle.Span, out Digest id) || !cycles.TryGetValue(id, out CycleState? cycle) || !cycle.TryFind(bank, out CycleBankRow? row)) return AgentCodes.NoSuchCycle;
        // What was said of a round before this one comes late.
        if (call.Round != cycle.Row.Round) return "";
        if (!refusals.MayBeRefused(bank, node.Now)) return AgentCodes.TooManyRefusals;
        CycleRow before = cycle.Row.Clone();
        string code = run.Take(cycle, row, bank, call);
        if (code.Length == 0) GoOn(cycle);
        if (!before.Equals(cycle.Row)) Keep(cycle, before.Stage == cycle.Row.Stage ? null : "cycle_moved");
        return code;
    }

    private void GoOn(CycleState cycle)
    {
        if (cycle.Row.Stage == CycleStage.Joining && cycle.Row.Banks.All(static b => b.HasJoined || b.IsExcluded)) Begin(cycle);
        else if (cycle.Row.Stage == CycleStage.Opening) postings.TrySetAside(cycle);
    }

    private void Begin(CycleState cycle)
    {
        string code = run.Begin(cycle);
        if (code.Length == 0) return;
        if (code != AgentCodes.TooManyChannels)
        {
            Void(cycle, code);
            return;
        }

        // The operator may go on without some banks, so the stage stays.
        if (cycle.Row.Reason != code) node.AlarmAbout(node.Parts.Keys.Participant, code, cycle.Id.ToString());
        cycle.Row.Reason = code;
    }

    private void Void(CycleState cycle, string reason)
    {
        cycle.Row.Stage = CycleStage.Void;
        cycle.Row.Reason = reason;
        cycle.Row.EndedUnixMs = node.NowUnixMs;
        Keep(cycle, "cycle_void");
    }

    /// <summary>Writes the cycle; the event names it and its stage, and nothing that it moves.</summary>
    private void Keep(CycleState cycle, string? happened)
    {
        node.Write(node.Rows.Replace(PayloadKind.Waiting, cycle.Id.ToArray(), cycle.Row));
        if (happened is not null) history.Note(happened, new { Cycle = cycle.Id.ToString(), cycle.Row.Round, Stage = cycle.Row.Stage.ToString() });
    }
}
