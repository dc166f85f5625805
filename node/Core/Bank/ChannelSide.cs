using Google.Protobuf;
using Settlement.Contracts;
using Settlement.Core.Channels;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Machines;
using Settlement.Core.Merkle;
using Settlement.Core.Nodes;
using Settlement.Core.Notarisation;
using Settlement.Core.Store;
using Settlement.Core.Vault;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;

namespace Settlement.Core.Bank;

/// <summary>
/// This bank's side of one channel: where the channel stands, its mailbox, and the one batch in flight. What it does is in
/// <see cref="Proposer"/>, <see cref="Endorser"/>, <see cref="Finaliser"/>, <see cref="TermWatch"/> and <see cref="ObserverFeed"/>.
/// </summary>
internal sealed class ChannelSide : IDisposable
{
    /// <summary>
    /// Places before the newest of which this member remembers what the other signed: a second signature for one of them is
    /// evidence as the newest is; for an older place it is late. It is memory alone, some kilobyte a place; after a restart only
    /// the newest is left.
    /// </summary>
    public const int RememberedPlaces = 16;

    private readonly Queue<HeadRecord> earlierHeads = new();
    private readonly Queue<SignedProposal> earlierProposals = new();
    private HeadRecord? notarised;
    private SignedProposal? proposed;
    private readonly Dictionary<string, long> reserved = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> sending = new(StringComparer.Ordinal);
    private readonly DayFlow flow = new();
    private readonly Dictionary<Digest, Command.Own> ownSealed = [];
    private readonly Dictionary<ByteString, OpenedEntry> ownHeaders = [];
    private readonly Dictionary<EntryId, Command.Own> ownActs = [];
    private readonly Func<long> nextOrder;
    private readonly VerifyingKey own;

    public ChannelSide(ChannelContext context, SigningKey ownKey, PublicKey otherKey, Pace pace, Retry retry, Func<long> nextOrder)
    {
        this.nextOrder = nextOrder;
        Pace = pace;
        Retry = retry;
        Context = context;
        OwnKey = ownKey;
        OtherKey = new VerifyingKey(otherKey);
        own = new VerifyingKey(ownKey.PublicKey);
        ObserverProgress = new long[context.Terms.Observers.Count()];
    }

    public ChannelContext Context { get; }

    public Digest Id => Context.Channel;

    public ChannelTerms Terms => Context.Terms;

    public SigningKey OwnKey { get; }

    public VerifyingKey OtherKey { get; }

    /// <summary>Verifies what a member has signed, this bank or the other.</summary>
    public VerifyingKey KeyOf(int member) => member == Context.Own ? own : OtherKey;

    public PinnedParticipant Other => Terms.Participants[1 - Context.Own];

    public string Stream => "channel-" + Id;

    public long Term
    {
        get;
        set
        {
            if (field != value) Opened = null;
            field = value;
        }
    } = TermOfOffice.First;

    /// <summary>The newest final sequence; 0 before the first.</summary>
    public long Sequence { get; private set; }

    public Digest Head { get; private set; }

    public long TimeUnixMs { get; private set; }

    public ChannelState State { get; private set; } = ChannelState.Empty;

    /// <summary>The root over the newest head's batch; zero before the first.</summary>
    public Digest BatchRoot { get; private set; }

    /// <summary>How the channel ends; null while nobody has ordered that.</summary>
    public CloseRow? Close { get; set; }

    /// <summary>Whether the channel takes nothing new: its close is ordered here, or in the log.</summary>
    public bool IsShut => Close is not null;

    /// <summary>Whether the log has its close. No leaf is the first of the log: the channel's opening comes before.</summary>
    public bool IsClosed => Close is { LeafIndex: > 0 };

    public long StreamVersion { get; set; }

    /// <summary>By observer: the newest sequence that it says it holds without a gap.</summary>
    public long[] ObserverProgress { get; }

    public LinkedList<Command> Mailbox { get; } = new();

    /// <summary>Payments that wait in the queue, beside the mailbox.</summary>
    public int Queued { get; set; }

    /// <summary>Called when a position, or what is on its way, has changed.</summary>
    public Action Moved { get; set; } = () => { };

    /// <summary>What waits in the queues and may settle against each other.</summary>
    public OfferBook Offers { get; } = new();

    /// <summary>Own entries that are sealed and not final, by entry id.</summary>
    public IReadOnlyDictionary<Digest, Command.Own> OwnSealed => ownSealed;

    /// <summary>The same entries by their headers, which are all that is to be seen of one before it is read.</summary>
    public IReadOnlyDictionary<ByteString, OpenedEntry> OwnHeaders => ownHeaders;

    /// <summary>What the other member handed over before.</summary>
    public TakenIn TakenIn { get; } = new();

    public InFlight? InFlight
    {
        get;
        set
        {
            // It is known by its own copy from here on.
            if (value is not null) Opened = null;
            field = value;
        }
    }

    /// <summary>By group: the reservations of held legs that this member owes the ledger: as the sequencer of their batches, or of a cut as either member.</summary>
    public SortedDictionary<Digest, ReserveRecord> Reserves { get; } = [];

    /// <summary>By group: the other member's signature that a cut is set aside.</summary>
    public SortedDictionary<Digest, ByteString> OtherReservations { get; } = [];

    /// <summary>By group: what the ledger decided of held legs whose group has ended in another channel of this bank. That channel forgets
    /// it in time, and a bank that starts again could not tell otherwise that what the ledger says is true.</summary>
    public SortedDictionary<Digest, bool> Decisions { get; } = [];

    /// <summary>What this member can show the settlement agent of cuts that it holds, by group.</summary>
    public SortedDictionary<Digest, LegCut> CutProofs { get; } = [];

    /// <summary>The newest final head as the log holds it, with both endorsements; null before the first.</summary>
    public HeadRecord? Notarised
    {
        get => notarised;
        set
        {
            if (notarised is { } before) Remember(earlierHeads, before);
            notarised = value;
        }
    }

    /// <summary>It, and those of the places before that are remembered.</summary>
    public IEnumerable<HeadRecord> NotarisedLately => notarised is null ? [] : earlierHeads.Prepend(notarised);

    /// <summary>The newest proposal of the other member that was in its place, endorsed or not; null before the first.</summary>
    public SignedProposal? Proposed
    {
        get => proposed;
        set
        {
            // The same place again, however often, makes no other one forgotten.
            if (proposed is { } before && (before.Term, before.Sequence) != (value?.Term, value?.Sequence)) Remember(earlierProposals, before);
            proposed = value;
        }
    }

    /// <summary>It, and those of the places before that are remembered.</summary>
    public IEnumerable<SignedProposal> ProposedLately => proposed is null ? [] : earlierProposals.Prepend(proposed);

    /// <summary>A proposal that cannot be judged before the ledger was asked.</summary>
    public (PeerMessage Message, bool HasAsked)? Parked { get; set; }

    /// <summary>The proposal that was looked into last and is not in flight: said again, it is known before its signature is checked and its
    /// entries are opened.</summary>
    public OpenedProposal? Opened { get; set; }

    /// <summary>Whether the sequencer's proposal cannot be endorsed. It may sign no other for this head and term, so without
    /// a takeover the channel would stand still for ever.</summary>
    public bool HasObjected { get; set; }

    /// <summary>The batch that is becoming final in this step, while own work learns its fate; else null.</summary>
    public ExecutedBatch? Applied { get; set; }

    /// <summary>Since when work has waited without progress; null when nothing waits.</summary>
    public DateTimeOffset? StalledSince { get; set; }

    /// <summary>How long batches of this channel took lately.</summary>
    public Pace Pace { get; }

    /// <summary>When a member that waits for the sequencer looks again.</summary>
    public Retry Retry { get; }

    /// <summary>How the channel was opened.</summary>
    public required OpeningRow Opening { get; init; }

    /// <summary>Whether a takeover is under way at the ledger.</summary>
    public bool IsTakingOver { get; set; }

    /// <summary>Own opinion that this member proposes now.</summary>
    public bool IsSequencer => TermOfOffice.SequencerOf(Term, ChannelTerms.MemberCount) == Context.Own;

    /// <summary>What the own payments on their way take from the position, and what instances of contracts have set aside of it.</summary>
    public Int128 ReservedOf(string currency) => (Int128)reserved.GetValueOrDefault(currency) + State.ReservedOf(Context.Own, currency);

    /// <summary>What this bank's payments of a day exceed those of the other member, with the own ones on their way.</summary>
    public Int128 SentOf(int day, string currency) => (Int128)flow.NetOf(day, currency) + sending.GetValueOrDefault(currency);

    /// <summary>How far below zero a member's position may fall.</summary>
    public long LimitOf(int member, string currency) => State.LimitOf(Terms, member, currency);

    /// <summary>What position and limit cover beside the payments on their way.</summary>
    public Int128 CoverOf(string currency) => (Int128)State.PositionOf(Context.Own, currency) - ReservedOf(currency) + LimitOf(Context.Own, currency);

    /// <summary>Whether position and limit cover one more payment beside those on their way. Limits near the largest number could
    /// cover more than the sum on its way can count, which is refused alike.</summary>
    public bool Covers(AmountValue amount) =>
        ReservedOf(amount.Unit) + amount.Units <= long.MaxValue &&
        CoverOf(amount.Unit) >= amount.Units;

    /// <summary>Whether an amount can be taken out of the channel beside the payments on their way: the own position covers it without any
    /// limit, and so does what positions sum to, which is the pool.</summary>
    public bool CanGiveBack(AmountValue amount) => State.PositionOf(Context.Own, amount.Unit) - ReservedOf(amount.Unit) >= amount.Units
        && (Int128)State.PositionOf(0, amount.Unit) + State.PositionOf(1, amount.Unit) >= amount.Units;

    /// <summary>Whether a proposal is for a place that is taken already, or of an earlier term.</summary>
    public bool IsTaken(Proposal proposal) => (long)proposal.Term < Term || (long)proposal.Sequence <= Sequence;

    /// <summary>Whether these are handed over to the sequencer, and in its term.</summary>
    public bool Awaits(Commands commands) => IsSequencer && (long)commands.Term == Term;

    /// <summary>Adds own work to the mailbox and reserves its amount.</summary>
    public void Enqueue(Command.Own command)
    {
        Begin(command);
        if (command.Before is { } before) ownActs.Add(before.Id, command);
        Mailbox.AddLast(command);
    }

    /// <summary>Own work is on its way; what settles in an offset is in no mailbox.</summary>
    public void Begin(Command.Own command)
    {
        Reserve(command, 1);
        command.IsReserved = true;
        if (command.Order == 0) command.Order = nextOrder();
    }

    /// <summary>Whether an action on the instance waits here, or is in the batch in flight.</summary>
    public bool IsUnderWay(EntryId instance) => ownActs.ContainsKey(instance)
        || InFlight?.Slots.Any(slot => slot is { Refusal: null, Entry: { Link: not null } entry } && entry.Instance == instance) == true;

    /// <summary>An entry on the instance became final: what waits here acts on what the instance no longer is.</summary>
    public void Overtake(EntryId instance)
    {
        if (ownActs.TryGetValue(instance, out Command.Own? own)) own.IsOvertaken = true;
    }

    /// <summary>Forgets own work that is final or refused.</summary>
    public void Release(Command.Own command)
    {
        Unreserve(command);
        if (command.Before is { } before) ownActs.Remove(before.Id);
        if (command.Entry is not { } entry) return;
        ownSealed.Remove(entry.Id.Value);
        ownHeaders.Remove(entry.Sealed.Header);
    }

    /// <summary>Own work is not on its way any more, whatever becomes of it.</summary>
    public void Unreserve(Command.Own command)
    {
        if (command.IsReserved) Reserve(command, -1);
        command.IsReserved = false;
    }

    /// <summary>Remembers own work whose entry is sealed.</summary>
    public void NoteSealed(Command.Own own)
    {
        ownSealed[own.Entry!.Id.Value] = own;
        ownHeaders[own.Entry.Sealed.Header] = own.Entry;
    }

    /// <summary>The head that a batch in flight leads to becomes the channel's.</summary>
    public void Advance(ExecutedBatch batch, DateTimeOffset now)
    {
        Sequence = batch.Head.Sequence;
        Head = batch.HeadHash;
        BatchRoot = batch.Head.BatchRoot;
        TimeUnixMs = batch.Head.TimeUnixMs;
        State = batch.State;
        foreach (DecidedLeg decided in batch.Decided)
        {
            Reserves.Remove(decided.Leg.Group.Id);
            OtherReservations.Remove(decided.Leg.Group.Id);
            CutProofs.Remove(decided.Leg.Group.Id);
            Decisions.Remove(decided.Leg.Group.Id);
        }

        Moved();
        Offers.IsChanged = true;
        HasObjected = false;
        Retry.Answered(now);
    }

    /// <summary>The ledger has decided a leg of a channel that is closed: no batch ends it, so it stays in the state, as the last head has it.</summary>
    public void EndAfterClose(DecidedLeg decided)
    {
        Digest group = decided.Leg.Group.Id;
        Decisions[group] = decided.IsCommitted;
        Close!.EndedGroups.Add(ByteString.CopyFrom(group.ToArray()));
        Reserves.Remove(group);
        OtherReservations.Remove(group);
        CutProofs.Remove(group);
    }

    /// <summary>The legs that have not ended.</summary>
    public IEnumerable<HeldLeg> OpenLegs => Close is { EndedGroups.Count: > 0 } close ? State.Legs.Values.Where(leg => !close.EndedGroups.Contains(ByteString.CopyFrom(leg.Group.Id.ToArray()))) : State.Legs.Values;

    /// <summary>A payment of either member became final on a business day.</summary>
    public void NotePaid(int day, AmountValue amount, bool isSent)
    {
        flow.Add(day, amount.Unit, amount.Units, isSent);
        Moved();
    }

    /// <summary>Writes where the channel stands.</summary>
    public void WriteSnapshot(NodeContext node)
    {
        SnapshotRow row = new()
        {
            Term = Term,
            Sequence = Sequence,
            Head = ByteString.CopyFrom(Head.ToArray()),
            BatchRoot = ByteString.CopyFrom(BatchRoot.ToArray()),
            Close = Close,
            TimeUnixMs = TimeUnixMs,
            ContractCount = State.Contracts.Count,
            StreamVersion = StreamVersion,
        };
        row.Positions.Add(State.Positions.Select(PositionRows.Keep));
        row.ContractFrontier.Add(State.Contracts.Nodes.Select(n => ByteString.CopyFrom(n.ToArray())));
        row.ObserverProgress.Add(ObserverProgress);
        row.Notarised = Notarised;
        flow.Write(row);
        row.Proposed = Proposed?.ToClaim();
        row.Legs.Add(State.Legs.Values.Select(leg => LegRows.Keep(leg, this)));
        row.EndedLegs.Add(State.Ended.Select(LegRows.Keep));
        node.Write(node.Rows.Replace(PayloadKind.Snapshots, Id.ToArray(), row));
    }

    /// <summary>Takes up where a snapshot says that the channel stands.</summary>
    public void Restore(SnapshotRow row)
    {
        Term = row.Term;
        Sequence = row.Sequence;
        Head = new Digest(row.Head.Span);
        BatchRoot = new Digest(row.BatchRoot.Span);
        Close = row.Close;
        TimeUnixMs = row.TimeUnixMs;
        StreamVersion = row.StreamVersion;
        if (!CompactRange.TryRestore(row.ContractCount, [.. row.ContractFrontier.Select(n => new Digest(n.Span))], out CompactRange? contracts))
            throw new InvalidOperationException("A snapshot's frontier does not fit its count.");
        State = ChannelState.Restore(row.Positions.Select(PositionRows.Restore), contracts,
            row.Legs.Select(leg => LegRows.Restore(Terms, leg)), row.EndedLegs.Select(LegRows.Restore));
        foreach (LegRow leg in row.Legs)
        {
            Digest group = LegRows.Restore(Terms, leg).Group.Id;
            if (leg.Reserve is { } reserve) Reserves.Add(group, reserve);
            if (!leg.OtherReservation.IsEmpty) OtherReservations.Add(group, leg.OtherReservation);
            if (leg.Cut is { Proof: not null } cut) CutProofs.Add(group, cut);
            if (leg.HasIsCommitted) Decisions.Add(group, leg.IsCommitted);
        }

        for (int i = 0; i < ObserverProgress.Length && i < row.ObserverProgress.Count; i++) ObserverProgress[i] = row.ObserverProgress[i];
        Notarised = row.Notarised;
        flow.Restore(row);
        Moved();
        if (row.Proposed is { } claim) Proposed = SignedProposal.TryRead(claim, out SignedProposal? signed) ? signed : throw new InvalidOperationException("A snapshot holds a proposal that nobody signed.");
    }

    /// <summary>Notes an event in the channel's own history.</summary>
    public void Note<T>(NodeContext node, string type, T data) where T : notnull =>
        StreamVersion = node.Append(Stream, "channel", StreamVersion, Events.Of(type, data, node.Now, node.Entropy));

    /// <summary>Sends the other member a message.</summary>
    public void Tell(NodeContext node, PeerMessage message) => node.Peers.Send(Other, message);

    /// <inheritdoc/>
    public void Dispose()
    {
        OwnKey.Dispose();
        OtherKey.Dispose();
        own.Dispose();
        Context.Epoch.Dispose();
    }

    private static void Remember<T>(Queue<T> earlier, T signed)
    {
        earlier.Enqueue(signed);
        if (earlier.Count > RememberedPlaces) earlier.Dequeue();
    }

    private void Reserve(Command.Own command, int sign)
    {
        if (command.Reserved is not { } amount) return;
        // What settles over the accounts takes nothing of the position.
        if (command.Offset is null) Reserve(reserved, amount, sign);
        if (command.IsPayment) Reserve(sending, amount, sign);
        foreach (AmountValue other in command.AlsoReserved) Reserve(reserved, other, sign);
        Moved();
    }

    private static void Reserve(Dictionary<string, long> sums, AmountValue amount, int sign) =>
        sums[amount.Unit] = checked(sums.GetValueOrDefault(amount.Unit) + sign * amount.Units);
}
