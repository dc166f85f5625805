using Google.Protobuf;
using Settlement.Core.Alarms;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Machines;
using Settlement.Core.Nodes;
using Settlement.Core.Participants;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Channels;

namespace Settlement.Core.Bank;

/// <summary>
/// A bank's whole behaviour: intake, its sides of its channels, opening and funding them, and what it tells observers. One
/// step handles everything that waits, over all channels, in one transaction and one message a destination.
/// </summary>
public sealed class BankMachine : IMachine, IOwnWork, IDisposable
{
    private readonly NodeContext node;
    private readonly BankSettings settings;
    private readonly ParticipantId agent;
    private readonly LedgerDesk ledger;
    private readonly ChannelBook channels;
    private readonly BusinessDay day;
    private readonly Submissions submissions;
    private readonly OwnLimits limits;
    private readonly GrantOrders grants;
    private readonly PaymentQueue queue;
    private readonly Intake intake;
    private readonly Acts acts;
    private readonly GroupDesk groups;
    private readonly GroupOrders orders;
    private readonly Openings openings;
    private readonly Funding funding;
    private readonly Defunding defunding;
    private readonly OpenedSums sums;
    private readonly CutReservations reservations;
    private readonly CycleDesk cycles;
    private readonly OffsetLegs offsetLegs;
    private readonly OffsetDesk offsets;
    private readonly OffsetPostings offsetPostings;
    private readonly Finaliser finaliser;
    private readonly Proposer proposer;
    private readonly Endorser endorser;
    private readonly TermWatch terms;
    private readonly Closing closing;
    private readonly Exits exits;
    private readonly ObserverFeed observers;
    private readonly PeerReader reader;
    private readonly OpeningMessages aboutOpenings;
    private readonly ProposedContracts contracts;

    /// <summary>A machine with the memory of its vault.</summary>
    public BankMachine(BankParts parts, RecoveredRows rows)
    {
        node = new NodeContext(parts.Node, rows);
        settings = parts.Settings;
        agent = parts.Agent.Id;
        ledger = new LedgerDesk(node, rows);
        channels = new ChannelBook(settings);
        day = new BusinessDay(node, rows);
        submissions = new Submissions(node, new EventStream(node, "intake", rows));
        limits = new OwnLimits(node, settings, day, channels, rows);
        queue = new PaymentQueue(node, limits);
        limits.Changed = queue.LookAgain;
        grants = new GrantOrders(node, settings, day, channels, rows);
        day.Opened = OnDay;
        intake = new Intake(node, settings, day, channels, new ReportLog(node, rows), submissions, queue);
        acts = new Acts(node, settings, channels, submissions, intake);
        offsetLegs = new OffsetLegs(node, queue) { Returned = intake.Return };
        orders = new GroupOrders(node, settings, channels, submissions, acts, offsetLegs);
        contracts = new ProposedContracts();
        openings = new Openings(node, settings, parts.Agent, channels, ledger, contracts) { Opened = Join };
        funding = new Funding(node, parts.Agent, channels);
        defunding = new Defunding(node, parts.Agent, channels, ledger, new EventStream(node, "redemptions", rows));
        sums = new OpenedSums(node, rows);
        groups = new GroupDesk(node, channels, ledger, sums);
        reservations = new CutReservations(node, channels, sums, groups);
        cycles = new CycleDesk(node, parts.Agent, settings, channels, ledger, sums, new EventStream(node, "cycles", rows)) { Ended = groups.LookAgain };
        offsets = new OffsetDesk(node, parts.Agent, settings, channels, queue, limits, offsetLegs, offsetPostings = new OffsetPostings(node, channels, rows), new EventStream(node, "offsets", rows)) { Ended = groups.LookAgain };
        finaliser = new Finaliser(node, this, ledger, day) { LimitsChanged = OnLimits };
        BilateralOffsetting offsetting = new(node, settings, queue, limits);
        proposer = new Proposer(node, settings, finaliser, ledger, offsetting, groups, orders, cycles, grants, offsetLegs) { Returned = intake.Return };
        endorser = new Endorser(node, settings, ledger, offsetting, queue, groups, orders, channels, grants, offsetLegs);
        terms = new TermWatch(node, settings, finaliser, endorser, ledger, groups, cycles, grants, offsetLegs) { Returned = intake.Return };
        closing = new Closing(node, this, channels, ledger, queue, finaliser, groups, offsetLegs) { Closed = OnClosed };
        exits = new Exits(node, parts.Agent, channels, ledger, defunding);
        observers = new ObserverFeed(node, settings);
        reader = new PeerReader(node, channels);
        aboutOpenings = new OpeningMessages(node);
        finaliser.Finalised = observers.OnFinal;
        finaliser.Cited = funding.OnCited;
        finaliser.Ended = OnEnded;
        finaliser.Applied = offsetLegs.OnFinal;
        ledger.ChannelSeen = OnChannelSeen;
        ledger.ChannelClosed = closing.OnSeen;
        ledger.DirectoryRead = openings.OnDirectoryRead;
        node.Alarms.IsPartner = IsPartner;
        BankRecovery.Run(node, rows, channels, openings, intake, queue, funding, defunding, orders, offsetLegs);
        closing.Recover();
    }

    /// <summary>The kinds of rows that a machine starts from.</summary>
    public static IReadOnlyList<PayloadKind> RecoveryKinds { get; } =
        [PayloadKind.Settings, PayloadKind.Alarms, PayloadKind.Channels, PayloadKind.Snapshots, PayloadKind.InFlight, PayloadKind.Proposals, PayloadKind.Waiting];

    /// <summary>The rows that depend on those: instructions under way, looked up by the keys of the waiting rows, and the entries of
    /// proposals.</summary>
    public static IEnumerable<PayloadKey> RecoveryLookups(RecoveredRows rows) =>
    [
        .. rows.Of(PayloadKind.Waiting).Select(static r => new PayloadKey(PayloadKind.Instructions, r.Key)),
        .. rows.Of(PayloadKind.Proposals).Select(static r => new PayloadKey(PayloadKind.Entries, r.Key)),
        // Whether what waits was overtaken.
        .. rows.Of(PayloadKind.Waiting).Select(static r => WaitingRows.Read(r.Body)).Where(static w => w.Instance.Length > 0)
            .Select(static w => InstanceRows.Key(new Digest(w.Channel.Span), new Commitments.EntryId(new Digest(w.Instance.Span)))),
    ];

    /// <inheritdoc/>
    public bool HasMore => submissions.HasRepeats || acts.HasLooks || channels.All.Any(c => c.Parked is { HasAsked: true });

    /// <summary>Whether the ledger has answered since the start.</summary>
    public bool HasReachedLedger => ledger.HasAnswered;

    /// <inheritdoc/>
    public IReadOnlyCollection<PayloadKey> Needs(IReadOnlyList<Input> inputs)
    {
        HashSet<PayloadKey> needs = [.. submissions.NeedsOfRepeats(), .. acts.NeedsOfLooks()];
        needs.UnionWith(observers.Needs(channels.All, node.Now));
        foreach (ChannelSide channel in channels.All)
        {
            if (channel.Parked is { HasAsked: true } parked) needs.UnionWith(reader.Needs(channel.Other.Id, parked.Message));
        }

        foreach (Input input in inputs)
        {
            if (input is BankInput.Submit submit) needs.UnionWith(intake.Needs(submit));
            else if (input is BankInput.Act act) needs.UnionWith(acts.Needs(act));
            else if (input is BankInput.OrderGroup order) needs.UnionWith(submissions.Needs(order.IdempotencyKey));
            else if (input is Input.PeerReceived received) needs.UnionWith(reader.Needs(received));
            else if (input is Input.Answered answered) needs.UnionWith(funding.Needs(answered));
        }

        return needs;
    }

    /// <inheritdoc/>
    public Step Step(DateTimeOffset now, IReadOnlyList<Input> inputs, IReadOnlyDictionary<PayloadKey, byte[]> found)
    {
        node.Begin(now, found);
        submissions.AnswerRepeats();
        observers.CatchUp();
        Resume();
        acts.Judge();
        foreach (Input input in inputs) Handle(input);
        offsetLegs.Sweep(channels);
        queue.Flush();
        foreach (ChannelSide channel in channels.All.Where(static c => !c.IsShut))
        {
            proposer.ProposeWaiting(channel);
            endorser.HandOver(channel, again: false);
        }

        intake.Flush();
        funding.Flush();
        defunding.Flush();
        closing.Flush();
        exits.Flush();
        cycles.Flush();
        reservations.Flush(cycles.IsDeciding);
        offsets.Flush();
        groups.Flush();
        ledger.Flush();
        reader.Forget();
        aboutOpenings.Forget();
        contracts.Forget(node.Now);
        return node.End();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ChannelSide channel in channels.All) channel.Dispose();
    }

    void IOwnWork.Settled(ChannelSide channel, Command.Own command, long sequence)
    {
        orders.End(channel, command);
        OwnerOf(command).Settled(channel, command, sequence);
    }

    void IOwnWork.Refused(ChannelSide channel, Command.Own command, string code, long sequence)
    {
        orders.End(channel, command);
        OwnerOf(command).Refused(channel, command, code, sequence);
    }

    private IOwnWork OwnerOf(Command.Own command) => command.Funding is not null ? funding : command.Redemption is not null ? defunding : intake;

    private void Join(ChannelSide channel) => channels.Add(channel);

    private void OnDay(DateOnly date)
    {
        limits.OnDay();
        queue.EndDaysBefore(date);
    }

    private void OnEnded(ChannelSide channel, DecidedLeg decided)
    {
        groups.End(channel, decided);
        if (decided is { IsCommitted: true, Leg.Cut: not null }) sums.Commit(decided.Leg, node.NowUnixMs);
        if (decided is { IsCommitted: true, Leg.Offset.Count: > 0 }) offsetPostings.Commit(channel, decided.Leg);
    }

    private void OnClosed(ChannelSide channel)
    {
        funding.OnClosed(channel);
        grants.OnTakeover(channel);
    }

    private void OnLimits(ChannelSide channel)
    {
        grants.OnFinal(channel);
        queue.LookAgain();
    }

    /// <summary>The ledger, the agent, and whoever is in a channel of this bank.</summary>
    private bool IsPartner(string party) => ParticipantId.TryParse(party, out ParticipantId id)
        && (id == node.Parts.Ledger.Destination.Participant || id == agent || channels.Participants.Contains(id));

    private void Handle(Input input)
    {
        switch (input)
        {
            case Input.Tick:
                Tick();
                break;
            case Input.PeerReceived received:
                node.Hear(received.From, EvidencePart.OfGarbage(received.Body));
                foreach (PeerMessage message in reader.Read(received))
                {
                    node.Hear(received.From, PeerEvidence.Of(message));
                    OnMessage(received.From, message);
                }

                node.HearNobody();
                break;
            case Input.Answered answered:
                _ = ledger.TryAnswer(answered.Token, answered.Body) || funding.TryAnswer(answered.Token, answered.Body) || defunding.TryAnswer(answered.Token, answered.Body) || exits.TryAnswer(answered.Token, answered.Body)
                    || cycles.TryAnswer(answered.Token, answered.Body) || offsets.TryAnswer(answered.Token, answered.Body);
                break;
            case Input.SendFailed failed:
                _ = ledger.TryFail(failed.Token) || funding.TryFail(failed.Token) || defunding.TryFail(failed.Token) || exits.TryFail(failed.Token) || cycles.TryFail(failed.Token) || offsets.TryFail(failed.Token);
                break;
            case Input.StrangerKnocked:
                node.TryRecord(input);
                ledger.RefreshDirectory();
                break;
            case Input.DoorRefused:
                node.TryRecord(input);
                break;
            case BankInput.Submit submit:
                intake.Submit(submit);
                break;
            case BankInput.Act act:
                acts.Take(act);
                break;
            case BankInput.OrderGroup order:
                orders.Take(order);
                break;
            case BankInput.ListGroups list:
                node.Then(new Effect.Reply(list.CallId, orders.List(groups)));
                break;
            case BankInput.ChangeQueued change:
                intake.Change(change);
                break;
            case BankInput.ListQueue list:
                node.Then(new Effect.Reply(list.CallId, QueueViews.Of(list, channels, queue)));
                break;
            case BankInput.SetLimit set:
                limits.Set(set);
                break;
            case BankInput.ListLimits list:
                node.Then(new Effect.Reply(list.CallId, limits.List()));
                break;
            case BankInput.GrantLimit grant:
                grants.Set(grant);
                break;
            case BankInput.ListChannelLimits list:
                grants.List(list);
                break;
            case BankInput.OpenChannel open:
                openings.Open(open);
                break;
            case BankInput.Fund fund:
                funding.Fund(fund);
                break;
            case BankInput.Defund defund:
                defunding.Defund(defund);
                break;
            case BankInput.CloseChannel close:
                closing.Close(close);
                break;
            case BankInput.OpenBusinessDay open:
                day.Open(open);
                break;
            case BankInput.ListCycles list:
                node.Then(new Effect.Reply(list.CallId, cycles.List()));
                break;
            case BankInput.ListChannels list:
                node.Then(new Effect.Reply(list.CallId, new ChannelList(day.Date, [.. channels.All.Select(ChannelViews.Of)])));
                break;
            default:
                throw new InvalidOperationException($"A bank's machine knows no input {input.GetType().Name}.");
        }
    }

    private void Tick()
    {
        openings.Tick();
        foreach (ChannelSide channel in channels.All.Where(static c => !c.IsShut))
        {
            proposer.RetryProposal(channel);
            terms.Watch(channel);
        }
    }

    private void OnMessage(ParticipantId from, PeerMessage message)
    {
        switch (message.MessageCase)
        {
            case PeerMessage.MessageOneofCase.OpenProposal or PeerMessage.MessageOneofCase.OpenAnswer
                or PeerMessage.MessageOneofCase.Acknowledgement or PeerMessage.MessageOneofCase.Opened:
                if (aboutOpenings.Takes(from, message)) OnOpening(from, message);
                return;
            case PeerMessage.MessageOneofCase.Progress:
                OnProgress(from, message.Progress);
                return;
        }

        if (reader.ChannelOf(message) is not { } channel || channel.Other.Id != from || !channel.Other.IsIn(node.Parts.Directory))
        {
            // A channel that this node does not know, or that is not the sender's, is answered alike: not at all.
            node.Alarm(ChannelCodes.ChannelUnknown, from.ToString());
            return;
        }

        if (channel.IsShut)
        {
            closing.Hear(channel, message);
            return;
        }

        if (reader.IsPostponed(message) && !PeerReader.IsUnawaited(channel, message)) return;
        switch (message.MessageCase)
        {
            case PeerMessage.MessageOneofCase.Commands:
                endorser.OnCommands(channel, message.Commands, reader.SlotsOf(channel, message));
                break;
            case PeerMessage.MessageOneofCase.Proposal when reader.IsDueNow(channel, message):
                // The ledger's word came in this same step; what it depends on is looked up for the next one.
                channel.Parked = (message, true);
                break;
            case PeerMessage.MessageOneofCase.Proposal:
                endorser.OnProposal(channel, message, reader.ProposalOf(channel, message), reader.SlotsOf(channel, message), hasAsked: false);
                break;
            case PeerMessage.MessageOneofCase.Endorsement:
                proposer.OnEndorsement(channel, message.Endorsement);
                break;
            case PeerMessage.MessageOneofCase.LegReservations:
                reservations.Hear(channel, message.LegReservations);
                break;
            case PeerMessage.MessageOneofCase.Closed:
                ledger.Query(channel.Id, channel.InFlight?.Slots.Count ?? 0);
                break;
            case PeerMessage.MessageOneofCase.Finality:
                if ((long)message.Finality.Sequence > channel.Sequence) ledger.Query(channel.Id, channel.InFlight?.Slots.Count ?? 0);
                break;
            default:
                node.Alarm(ChannelCodes.MessageMalformed, from.ToString());
                break;
        }
    }

    private void OnOpening(ParticipantId from, PeerMessage message)
    {
        if (message.OpenProposal is { } proposal) openings.OnProposal(from, proposal);
        else if (message.OpenAnswer is { } answer) openings.OnAnswer(from, answer);
        else if (message.Acknowledgement is { } acknowledgement) openings.OnAcknowledgement(from, acknowledgement);
        else openings.OnOpened(from, message.Opened);
    }

    private void OnProgress(ParticipantId from, DeliveryProgress progress)
    {
        if (Digest.TryRead(progress.Channel.Span, out Digest id) && channels.TryGet(id, out ChannelSide? channel)
            && channel.Terms.TryFind(from, out PinnedParticipant? observer) && observer.Number >= ChannelTerms.MemberCount && observer.IsIn(node.Parts.Directory))
        {
            if (!observers.OnProgress(channel, observer.Number - ChannelTerms.MemberCount, (long)Math.Min(progress.Sequence, long.MaxValue)))
                node.Note(ChannelCodes.TooOften, channel.Id.ToString());
        }
        else
        {
            node.Alarm(ChannelCodes.ChannelUnknown, from.ToString());
        }
    }

    private void OnChannelSeen(Wire.Ledger.ChannelStatus status, Wire.Ledger.Leaf? head, Wire.Ledger.Leaf? term)
    {
        if (!Digest.TryRead(status.Channel.Span, out Digest id)) return;
        if (channels.TryGet(id, out ChannelSide? channel)) terms.OnSeen(channel, status, head, term);
        else if (openings.OnSeen(id, head) is { } opened) Join(opened);
    }

    /// <summary>Proposals that waited for the ledger's word are judged now.</summary>
    private void Resume()
    {
        foreach (ChannelSide channel in channels.All)
        {
            if (channel.Parked is not { HasAsked: true } parked || reader.IsPostponed(parked.Message)) continue;
            channel.Parked = null;
            node.Hear(channel.Other.Id, PeerEvidence.Of(parked.Message));
            endorser.OnProposal(channel, parked.Message, reader.ProposalOf(channel, parked.Message), reader.SlotsOf(channel, parked.Message), hasAsked: true);
            node.HearNobody();
        }
    }
}
