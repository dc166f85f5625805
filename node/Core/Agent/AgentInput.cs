using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Machines;
using Settlement.Core.Monetary;

namespace Settlement.Core.Agent;

/// <summary>What reaches the settlement agent's machine.</summary>
public abstract record AgentInput : Input
{
    /// <summary>A participant's request at the agent's door; answered by <see cref="Effect.Reply"/> with the bytes of an AgentReply.</summary>
    public sealed record Requested(long CallId, ParticipantId From, byte[] Body) : AgentInput;

    /// <summary>The operator issues money to a bank's account; answered by <see cref="CreditResult"/>.</summary>
    public sealed record Credit(long CallId, string Reference, ParticipantId Bank, Money Amount) : AgentInput;

    /// <summary>Opens a cycle; answered by <see cref="CycleResult"/>.</summary>
    /// <param name="CallId">The caller's number.</param>
    /// <param name="Currency">What is netted.</param>
    /// <param name="Banks">Who takes part; empty for every bank with an account in the currency.</param>
    /// <param name="Life">How long a round may take from its cuts to the ledger's decision.</param>
    public sealed record OpenCycle(long CallId, Currency Currency, IReadOnlyList<ParticipantId> Banks, TimeSpan Life) : AgentInput
    {
        /// <summary>The time of a schedule that opens it; null where the operator does.</summary>
        public ScheduledTime? Scheduled { get; init; }
    }

    /// <summary>Begins another round of a cycle, or goes on without banks that have not joined; answered by <see cref="CycleResult"/>.</summary>
    /// <param name="CallId">The caller's number.</param>
    /// <param name="Cycle">Which.</param>
    /// <param name="Excluded">Banks that take no part in it any more.</param>
    /// <param name="Life">As of the cycle; null for the same again.</param>
    public sealed record NextRound(long CallId, Digest Cycle, IReadOnlyList<ParticipantId> Excluded, TimeSpan? Life) : AgentInput;

    /// <summary>Ends a cycle of which nothing was opened; answered by <see cref="CycleResult"/>.</summary>
    public sealed record EndCycle(long CallId, Digest Cycle) : AgentInput;

    /// <summary>Answered by <see cref="CycleReport"/>.</summary>
    public sealed record ListCycles(long CallId) : AgentInput;

    /// <summary>Answered by <see cref="OffsetSummary"/>.</summary>
    public sealed record ListOffsets(long CallId) : AgentInput;

    /// <summary>Answered by <see cref="ScheduleReport"/>.</summary>
    public sealed record ListSchedules(long CallId) : AgentInput;

    /// <summary>Stops banks and channels from a leaf of the log on; answered by <see cref="StopResult"/>.</summary>
    /// <param name="CallId">The caller's number.</param>
    /// <param name="Banks">Of whom nothing is paid or taken that comes after, in whichever channel.</param>
    /// <param name="Channels">Of which nothing is, whoever asks.</param>
    /// <param name="FromLeaf">What stands under a head at this leaf or a later one comes after.</param>
    /// <param name="By">Who orders it, in the operator's words.</param>
    public sealed record Stop(long CallId, IReadOnlyList<ParticipantId> Banks, IReadOnlyList<Digest> Channels, long FromLeaf, string By) : AgentInput;

    /// <summary>Lifts the stop of a bank or a channel; answered by <see cref="StopResult"/>.</summary>
    public sealed record LiftStop(long CallId, string Subject, string By) : AgentInput;

    /// <summary>Answered by <see cref="StopList"/>.</summary>
    public sealed record ListStops(long CallId) : AgentInput;

    /// <summary>Answered by <see cref="Books"/>.</summary>
    public sealed record ListBooks(long CallId) : AgentInput;
}

/// <summary>The answer to <see cref="AgentInput.Credit"/>; the same reference is credited once.</summary>
public sealed record CreditResult(Money Balance, string? Refusal);

/// <summary>The answer to <see cref="AgentInput.Stop"/> and <see cref="AgentInput.LiftStop"/>: all stops as they are then, or a refusal.</summary>
public sealed record StopResult(IReadOnlyList<StopView> Stops, string? Refusal);

/// <summary>What is, or was, stopped.</summary>
public sealed record StopList(IReadOnlyList<StopView> Stops);

/// <summary>A stop.</summary>
/// <param name="Subject">The bank's id, or the channel's.</param>
/// <param name="FromLeaf">From which leaf of the log on.</param>
/// <param name="By">Who ordered it.</param>
/// <param name="At">When.</param>
/// <param name="LiftedAt">When it was lifted; null while it holds.</param>
/// <param name="LiftedBy">Who lifted it.</param>
public sealed record StopView(string Subject, long FromLeaf, string By, DateTimeOffset At, DateTimeOffset? LiftedAt, string? LiftedBy);

/// <summary>The answer to what an operator does with a cycle: the cycle as it is then, or a refusal.</summary>
public sealed record CycleResult(CycleStatus? Cycle, string? Refusal);

/// <summary>The cycles under way and those that ended of late, the newest first.</summary>
public sealed record CycleReport(IReadOnlyList<CycleStatus> Cycles);

/// <summary>A cycle as the agent's operator sees it.</summary>
/// <param name="Cycle">Its id.</param>
/// <param name="Currency">What is netted.</param>
/// <param name="Round">The round, from 1; 0 while banks join.</param>
/// <param name="Stage">How far it is.</param>
/// <param name="OpenedAt">When it was opened.</param>
/// <param name="RoundEndsAt">When the round's time passes; null while banks join.</param>
/// <param name="Channels">Channels in the round.</param>
/// <param name="Banks">Who takes part.</param>
/// <param name="Reason">Why it is void or lapsed, or waits for the operator; else null.</param>
public sealed record CycleStatus(Digest Cycle, Currency Currency, int Round, Wire.Agent.CycleStage Stage, DateTimeOffset OpenedAt, DateTimeOffset? RoundEndsAt, int Channels, IReadOnlyList<CycleBank> Banks, string? Reason)
{
    /// <summary>The schedule that opened it; null where the operator did.</summary>
    public string? Schedule { get; init; }
}

/// <summary>A bank in a cycle.</summary>
/// <param name="Bank">Which.</param>
/// <param name="IsAwaited">Whether the stage waits for it.</param>
/// <param name="IsShort">Whether its account does not cover what it owes.</param>
/// <param name="IsExcluded">Whether the operator excluded it.</param>
/// <param name="Net">What its account gets, below zero what it pays; null before it opened its sum.</param>
public sealed record CycleBank(ParticipantId Bank, bool IsAwaited, bool IsShort, bool IsExcluded, Money? Net);

/// <summary>A time at which a schedule opens a cycle. It is handled once, however often it is brought.</summary>
/// <param name="Schedule">The schedule's name.</param>
/// <param name="DueAt">When it is to open one.</param>
public sealed record ScheduledTime(string Schedule, DateTimeOffset DueAt);

/// <summary>What became of the last times of schedules, by name.</summary>
public sealed record ScheduleReport(IReadOnlyList<ScheduledOutcome> Outcomes);

/// <summary>What became of a time of a schedule.</summary>
/// <param name="Time">Which.</param>
/// <param name="Cycle">The cycle that it opened; null where it opened none.</param>
/// <param name="Refusal">Why it opened none.</param>
public sealed record ScheduledOutcome(ScheduledTime Time, Digest? Cycle, string? Refusal);

/// <summary>The agent's books: accounts and pools always sum to what was issued.</summary>
public sealed record Books(IReadOnlyList<(ParticipantId Bank, Money Balance)> Accounts, IReadOnlyList<(string Channel, Money Balance)> Pools, IReadOnlyList<Money> Issued)
{
    /// <summary>What cycles and offsets, named by their ids, have set aside of accounts until the ledger decides.</summary>
    public IReadOnlyList<(string Purpose, Money Balance)> SetAside { get; init; } = [];
}
