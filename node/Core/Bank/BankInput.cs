using Settlement.Core.Channels;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Instructions;
using Settlement.Core.Machines;
using Settlement.Core.Monetary;

namespace Settlement.Core.Bank;

/// <summary>What a bank's back office and operator ask of its machine. Each call is answered once, by
/// <see cref="Effect.Reply"/> with the call's id and the result type named here.</summary>
public abstract record BankInput : Input
{
    /// <summary>A message of the back office, read and checked; answered by <see cref="SubmissionAnswer"/> once durable.</summary>
    /// <param name="CallId">The caller's number.</param>
    /// <param name="IdempotencyKey">The same key with the same body gives the same answer; null for none.</param>
    /// <param name="Body">The message as it came.</param>
    /// <param name="Items">Its transactions in order.</param>
    public sealed record Submit(long CallId, string? IdempotencyKey, byte[] Body, IReadOnlyList<SubmittedTransfer> Items) : BankInput
    {
        /// <inheritdoc/>
        public override int Weight => 1 + Items.Count;
    }

    /// <summary>An action of a contract that the back office names; answered by <see cref="SubmissionAnswer"/> once durable.</summary>
    /// <param name="CallId">The caller's number.</param>
    /// <param name="IdempotencyKey">As of a message.</param>
    /// <param name="Body">The order as it came.</param>
    /// <param name="Order">What it says.</param>
    public sealed record Act(long CallId, string? IdempotencyKey, byte[] Body, ActOrder Order) : BankInput;

    /// <summary>Orders legs of a group; answered by <see cref="SubmissionAnswer"/> once all of them are on their way, or none.</summary>
    /// <param name="IdempotencyKey">As of a message.</param>
    /// <param name="Body">The order as it came.</param>
    /// <param name="Order">What it says.</param>
    public sealed record OrderGroup(long CallId, string? IdempotencyKey, byte[] Body, GroupOrder Order) : BankInput;

    /// <summary>Asks for the groups that the bank has to do with; answered by <see cref="GroupList"/>.</summary>
    public sealed record ListGroups(long CallId) : BankInput;

    /// <summary>Opens a channel; answered by <see cref="OpenChannelResult"/> when it is open, or cannot be.</summary>
    public sealed record OpenChannel(long CallId, ChannelRequest Request) : BankInput;

    /// <summary>Moves money from the bank's account at the agent into a channel; answered by <see cref="FundAnswer"/> when
    /// the position is final.</summary>
    public sealed record Fund(long CallId, Digest Channel, Money Amount) : BankInput;

    /// <summary>Moves money from the bank's own position in a channel back to its account at the agent; answered by
    /// <see cref="DefundAnswer"/> when the agent has posted it, or will not.</summary>
    public sealed record Defund(long CallId, Digest Channel, Money Amount) : BankInput;

    /// <summary>Closes a channel; answered by <see cref="CloseAnswer"/> when the ledger has closed it, or this bank will not.</summary>
    /// <param name="CallId">The caller's number.</param>
    /// <param name="Channel">The channel.</param>
    /// <param name="LeavesSetAside">Whether it is closed also where instances of contracts have set something aside, which then stays in the pool.</param>
    public sealed record CloseChannel(long CallId, Digest Channel, bool LeavesSetAside) : BankInput;

    /// <summary>Opens a business day; answered by <see cref="BusinessDayResult"/>.</summary>
    public sealed record OpenBusinessDay(long CallId, DateOnly Date) : BankInput;

    /// <summary>Changes how an instruction waits in the queue; answered by <see cref="QueueChanged"/>.</summary>
    public sealed record ChangeQueued(long CallId, string Instruction, QueueChange Change) : BankInput;

    /// <summary>Lists what waits in the queue of a channel, or of all of them; answered by <see cref="QueueList"/>.</summary>
    /// <param name="CallId">The caller's number.</param>
    /// <param name="Channel">The channel; null for all.</param>
    /// <param name="Limit">The most payments to list; at least 1.</param>
    public sealed record ListQueue(long CallId, Digest? Channel, int Limit) : BankInput;

    /// <summary>Sets a limit of the bank's own treasury; answered by <see cref="LimitSet"/>.</summary>
    /// <param name="CallId">The caller's number.</param>
    /// <param name="Limit">Which.</param>
    /// <param name="MinorUnits">What it is to be, not below zero; null for no limit.</param>
    /// <param name="From">The business day from which on; null for at once.</param>
    public sealed record SetLimit(long CallId, LimitKey Limit, long? MinorUnits, DateOnly? From) : BankInput;

    /// <summary>Answered by <see cref="LimitList"/>.</summary>
    public sealed record ListLimits(long CallId) : BankInput;

    /// <summary>Answered by <see cref="CycleList"/>.</summary>
    public sealed record ListCycles(long CallId) : BankInput;

    /// <summary>Changes how far the other member's position in a channel may fall below zero; answered by <see cref="ChannelLimitList"/> once
    /// durable. It holds from the batch on that has it.</summary>
    /// <param name="CallId">The caller's number.</param>
    /// <param name="Channel">The channel.</param>
    /// <param name="Holding">In what: a currency, or a unit of a contract.</param>
    /// <param name="Units">Minor units, or whole ones; not below zero.</param>
    /// <param name="From">The business day from which on; null for at once.</param>
    public sealed record GrantLimit(long CallId, Digest Channel, string Holding, long Units, DateOnly? From) : BankInput;

    /// <summary>Answered by <see cref="ChannelLimitList"/>.</summary>
    public sealed record ListChannelLimits(long CallId, Digest Channel) : BankInput;

    /// <summary>Answered by <see cref="ChannelList"/>.</summary>
    public sealed record ListChannels(long CallId) : BankInput;
}

/// <summary>An action of a contract.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="Instance">The id of the entry that created the instance; null for an action that creates one.</param>
/// <param name="Contract">The name of the contract, where the action creates an instance; else null.</param>
/// <param name="Action">The action's name.</param>
/// <param name="Values">A text, as <see cref="ValueText"/> reads it, for each parameter that is present, and where the action creates an
/// instance for each field that it does not set itself.</param>
/// <param name="Sequence">The batch in which that entry became final, where the vault's facts do not tell; zero for not known.</param>
public sealed record ActOrder(Digest Channel, EntryId? Instance, string? Contract, string Action, IReadOnlyDictionary<string, string> Values, long Sequence = 0);

/// <summary>Legs of a group that the bank brings, and those that it expects.</summary>
/// <param name="Group">The group, where another bank began it; null for a new one.</param>
/// <param name="Channels">Where it is new: channels beside those of the legs, which may be other banks' alone.</param>
/// <param name="Life">Where it is new: how long channels may set their legs aside; null for a minute.</param>
/// <param name="Legs">What the bank itself does, in channels of its own.</param>
/// <param name="Expects">What other banks must do in the other channels that it has in the group. Every amount is given; a field that is left out may have any value.</param>
public sealed record GroupOrder(Digest? Group, IReadOnlyList<Digest> Channels, TimeSpan? Life, IReadOnlyList<ActOrder> Legs, IReadOnlyList<ActOrder> Expects);

/// <summary>The answer to <see cref="BankInput.ListGroups"/>.</summary>
public sealed record GroupList(IReadOnlyList<GroupView> Groups);

/// <summary>A group as far as this bank sees it.</summary>
/// <param name="Group">Its id.</param>
/// <param name="Channels">Its channels, of which the bank may be in some alone.</param>
/// <param name="ExpiresAt">When the last channel must have set its leg aside.</param>
/// <param name="IsOrdered">Whether the bank has an order for it under way.</param>
/// <param name="IsCommitted">What the ledger decided; null while that is not known.</param>
/// <param name="Legs">The legs that the bank's channels have set aside.</param>
public sealed record GroupView(Digest Group, IReadOnlyList<Digest> Channels, DateTimeOffset ExpiresAt, bool IsOrdered, bool? IsCommitted, IReadOnlyList<LegView> Legs);

/// <summary>A leg that is set aside.</summary>
/// <param name="Channel">Where.</param>
/// <param name="Entry">Its entry.</param>
/// <param name="Sequence">The batch of the entry.</param>
/// <param name="Contract">The contract's name.</param>
/// <param name="Action">The action's name.</param>
/// <param name="IsOwn">Whether this bank acts.</param>
/// <param name="Values">The contract's fields, as <see cref="ValueText"/> writes them; null where absent.</param>
public sealed record LegView(Digest Channel, EntryId Entry, long Sequence, string Contract, string Action, bool IsOwn, IReadOnlyList<(string Field, string? Value)> Values);

/// <summary>The answer to <see cref="BankInput.ListCycles"/>: the cycles that the settlement agent speaks of.</summary>
public sealed record CycleList(IReadOnlyList<Cycle> Cycles);

/// <summary>A cycle as a bank sees it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Currency">What is netted.</param>
/// <param name="Round">The round.</param>
/// <param name="Stage">How far it is.</param>
/// <param name="IsAwaited">Whether something of this bank is awaited.</param>
/// <param name="Channels">Own channels in the round.</param>
/// <param name="Net">What the account gets by it, below zero what it pays; null before all own channels have cut.</param>
/// <param name="Balance">What the account has.</param>
public sealed record Cycle(Digest Id, string Currency, int Round, Wire.Agent.CycleStage Stage, bool IsAwaited, int Channels, long? Net, long Balance);

/// <summary>One transaction of a message: a transfer that can be processed, or the reason why it cannot.</summary>
/// <param name="Transfer">The transfer; null when it was refused in reading.</param>
/// <param name="Identification">What identifies the transaction to the one who sent it.</param>
/// <param name="Reason">An ISO 20022 reason code when it was refused in reading.</param>
/// <param name="Place">Where in the message the fault lies.</param>
public sealed record SubmittedTransfer(CreditTransfer? Transfer, TransferIdentification Identification, string? Reason, string? Place);

/// <summary>The identifications that a status report repeats.</summary>
public sealed record TransferIdentification(string? MessageId, string? MessageType, string? InstructionId, string? EndToEndId, string? TransactionId, string? Uetr);

/// <summary>Terms that an operator asks for. Fingerprints come from the operator, out of band; the directory only supplies
/// endpoints and keys that these roots certify.</summary>
public sealed record ChannelRequest(
    ParticipantId Counterparty, Digest CounterpartyRoot, IReadOnlyList<(ParticipantId Id, Digest Root)> Observers,
    IReadOnlyList<string> ContractSources, IReadOnlyList<Currency> Currencies, IReadOnlyList<(bool OfCounterparty, Money Limit)> Limits)
{
    /// <summary>ISO 3166-1 alpha-2 codes of the other participants; who is not named has none. The own one is the node's setting.</summary>
    public IReadOnlyDictionary<ParticipantId, string> Jurisdictions { get; init; } = new Dictionary<ParticipantId, string>();

    /// <summary>On what basis personal data of one member's customers goes to a participant of another jurisdiction.</summary>
    public IReadOnlyList<(ParticipantId From, ParticipantId To, string Basis)> TransferBases { get; init; } = [];

    /// <summary>How far below zero positions of units may fall, in whole units.</summary>
    public IReadOnlyList<(bool OfCounterparty, string Unit, long Units)> UnitLimits { get; init; } = [];
}

/// <summary>Where an instruction stands: ISO 20022's ExternalPaymentTransactionStatus1Code.</summary>
public enum InstructionStatus
{
    /// <summary>RCVD: durable, not looked at yet.</summary>
    Received,

    /// <summary>ACTC: accepted, on its way.</summary>
    Accepted,

    /// <summary>PDNG: queued.</summary>
    Queued,

    /// <summary>ACSC: final.</summary>
    Settled,

    /// <summary>RJCT: refused with a reason.</summary>
    Rejected,
}

/// <summary>An instruction as it was accepted or refused at intake.</summary>
public sealed record SubmittedInstruction(string Id, InstructionStatus Status, string? Reason);

/// <summary>The answer to <see cref="BankInput.Submit"/>: a message id and one instruction a transaction, or a refusal code
/// (an idempotency key with another body, a full mailbox).</summary>
public sealed record SubmissionAnswer(string? MessageId, IReadOnlyList<SubmittedInstruction> Instructions, string? Refusal)
{
    /// <summary>The group that an order has legs of; null for every other message, and where none of its legs was taken.</summary>
    public Digest? Group { get; init; }

    /// <summary>Where in an order for a group the refusal lies; null for every other.</summary>
    public string? Place { get; init; }
}

/// <summary>The answer to <see cref="BankInput.ChangeQueued"/>: the status and reason after the change, or a refusal.</summary>
public sealed record QueueChanged(InstructionStatus Status, string? Reason, string? Refusal);

/// <summary>The answer to <see cref="BankInput.ListQueue"/>: the first payments of each line in the order in which they are looked at,
/// and how many wait in all. A refusal when there is no such channel.</summary>
public sealed record QueueList(IReadOnlyList<QueuedView> Payments, int Waiting, string? Refusal);

/// <summary>A payment that waits, and why.</summary>
public sealed record QueuedView(
    string Instruction, Digest Channel, ParticipantId Counterparty, Money Amount, Priority Priority, DateTimeOffset ReceivedAt, string Reason,
    DateTimeOffset? NotBefore, DateTimeOffset? NotAfter);

/// <summary>The answer to <see cref="BankInput.SetLimit"/>: the limit as it is then, or a refusal.</summary>
public sealed record LimitSet(LimitView? Limit, string? Refusal);

/// <summary>The answer to <see cref="BankInput.ListLimits"/>.</summary>
public sealed record LimitList(IReadOnlyList<LimitView> Limits);

/// <summary>A limit, and how far it is used.</summary>
/// <param name="Limit">Which.</param>
/// <param name="MinorUnits">What is in effect; null for no limit.</param>
/// <param name="Used">Net payments of the day, or what is owed; below zero where more came in. Null for a reservation.</param>
/// <param name="Planned">What it is to be, by day.</param>
public sealed record LimitView(LimitKey Limit, long? MinorUnits, long? Used, IReadOnlyList<PlannedLimit> Planned);

/// <summary>What a limit is to be from a business day on; null for none.</summary>
public sealed record PlannedLimit(DateOnly From, long? MinorUnits);

/// <summary>The answer to <see cref="BankInput.GrantLimit"/> and <see cref="BankInput.ListChannelLimits"/>: every limit of the channel, or a refusal.</summary>
public sealed record ChannelLimitList(IReadOnlyList<ChannelLimitView> Limits, string? Refusal);

/// <summary>The two limits of a channel in a currency or unit.</summary>
/// <param name="Holding">In what.</param>
/// <param name="Granted">How far below zero the other member's position may fall.</param>
/// <param name="Received">How far below zero this bank's may.</param>
/// <param name="Pending">What this bank has ordered of the one that it grants, and is not final.</param>
public sealed record ChannelLimitView(string Holding, long Granted, long Received, IReadOnlyList<PendingLimit> Pending);

/// <summary>What a limit is to be.</summary>
/// <param name="From">From which business day on; null for as soon as a batch has it.</param>
/// <param name="Units">How far below zero the position may fall.</param>
public sealed record PendingLimit(DateOnly? From, long Units);

/// <summary>The answer to <see cref="BankInput.OpenChannel"/>.</summary>
public sealed record OpenChannelResult(Digest? Channel, string? Refusal);

/// <summary>The answer to <see cref="BankInput.Fund"/>.</summary>
public sealed record FundAnswer(string? Refusal);

/// <summary>The answer to <see cref="BankInput.Defund"/>.</summary>
public sealed record DefundAnswer(string? Refusal);

/// <summary>The answer to <see cref="BankInput.OpenBusinessDay"/>: a refusal when the date lies before the current one.</summary>
public sealed record BusinessDayResult(DateOnly Date, string? Refusal);

/// <summary>The channels of the bank.</summary>
public sealed record ChannelList(DateOnly? BusinessDay, IReadOnlyList<ChannelView> Channels);

/// <summary>One channel: who is in it, where it stands, and the bank's positions in it.</summary>
public sealed record ChannelView(
    Digest Channel, ParticipantId Counterparty, IReadOnlyList<ParticipantId> Observers, long Term, bool IsSequencer, long Sequence, Digest Head,
    int Waiting, int Queued, bool InFlight, IReadOnlyList<PositionView> Positions)
{
    /// <summary>The same of the units that the channel settles in beside money.</summary>
    public IReadOnlyList<UnitPositionView> Units { get; init; } = [];

    /// <summary>How the channel ends; null while nobody has ordered that.</summary>
    public ChannelEnd? End { get; init; }
}

/// <summary>The end of a channel.</summary>
/// <param name="Leaf">The leaf of its close; null while the ledger does not have it.</param>
/// <param name="ClosedAt">The time of that leaf.</param>
/// <param name="IsOwn">Whether this bank closed it.</param>
/// <param name="Exits">What the agent has paid of this bank's positions, as far as it has posted them.</param>
public sealed record ChannelEnd(long? Leaf, DateTimeOffset? ClosedAt, bool IsOwn, IReadOnlyList<Money> Exits);

/// <summary>The answer to <see cref="BankInput.CloseChannel"/>: the leaf of the close, or a refusal.</summary>
public sealed record CloseAnswer(long? Leaf, string? Refusal);

/// <summary>A bank's position of a unit in a channel, in whole units.</summary>
public sealed record UnitPositionView(string Unit, long Position, long Reserved, long Limit);

/// <summary>A bank's position in a channel, what is reserved for payments on their way and set aside by contracts, and the limit it was granted.</summary>
public sealed record PositionView(Money Position, Money Reserved, Money Limit);
