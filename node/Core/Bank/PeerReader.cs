using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Machines;
using Settlement.Core.Nodes;
using Settlement.Core.Participants;
using Settlement.Core.Store;
using Settlement.Wire.Channels;

namespace Settlement.Core.Bank;

/// <summary>
/// Reads what peers send. Entries are opened once: the machine is first asked which rows they depend on and then, in the same
/// drain, what it makes of them.
/// </summary>
internal sealed class PeerReader(NodeContext node, ChannelBook channels)
{
    private readonly Dictionary<Input.PeerReceived, PeerBatch?> batches = new(ReferenceEqualityComparer.Instance as IEqualityComparer<Input.PeerReceived>);
    private readonly Dictionary<PeerMessage, ReadProposal> proposals = new(ReferenceEqualityComparer.Instance as IEqualityComparer<PeerMessage>);
    private readonly Dictionary<PeerMessage, IReadOnlyList<ProposedSlot>> slots = new(ReferenceEqualityComparer.Instance as IEqualityComparer<PeerMessage>);

    private readonly HashSet<PeerMessage> postponed = new(ReferenceEqualityComparer.Instance as IEqualityComparer<PeerMessage>);
    private int acts;

    /// <summary>The rows that a peer's messages depend on.</summary>
    public IEnumerable<PayloadKey> Needs(Input.PeerReceived received) => Parse(received) is { } batch ? batch.Messages.SelectMany(m => Needs(received.From, m)) : [];

    /// <summary>The rows that one message depends on.</summary>
    public IEnumerable<PayloadKey> Needs(ParticipantId from, PeerMessage message)
    {
        if (ChannelOf(message) is not { IsShut: false } channel || channel.Other.Id != from) return [];
        if (IsUnawaited(channel, message))
        {
            // If an answer in this same drain makes them due, they are said again.
            postponed.Add(message);
            return [];
        }

        IReadOnlyList<ProposedSlot> read = SlotsOf(channel, message);
        int more = read.Count(static s => s is { IsKnown: false, Entry.Link: not null });
        if (acts + more > BankSettings.LargestActsPerDrain)
        {
            postponed.Add(message);
            return [];
        }

        acts += more;
        // Of an own entry that is not under way only that is asked, whether it is over.
        return read.Where(s => s is { IsKnown: false, Entry: { } entry } && !channel.OwnSealed.ContainsKey(entry.Id.Value))
            .SelectMany(s => s.Entry!.Actor == channel.Context.Own ? [Objections.EntryFact(s.Entry.Id)] : Objections.Needs(node, channel, s.Entry));
    }

    /// <summary>Whether what it depends on was not looked up, because the drain had as much to look up as it may, or it was not due then:
    /// who said it says it again.</summary>
    public bool IsPostponed(PeerMessage message) => postponed.Contains(message);

    /// <summary>Commands for another term or another sequencer: they are late whatever they hold, so none of them is opened.</summary>
    public static bool IsUnawaited(ChannelSide channel, PeerMessage message) => message.Commands is { } commands && !channel.Awaits(commands);

    /// <summary>The messages of a batch; none when it is not for this network or cannot be read.</summary>
    public IEnumerable<PeerMessage> Read(Input.PeerReceived received)
    {
        if (Parse(received) is { } batch) return batch.Messages;
        node.Alarm(ChannelCodes.MessageMalformed, received.From.ToString());
        return [];
    }

    /// <summary>The channel that a message between members names, if this bank is in it.</summary>
    public ChannelSide? ChannelOf(PeerMessage message)
    {
        Google.Protobuf.ByteString? id = message.MessageCase switch
        {
            PeerMessage.MessageOneofCase.Commands => message.Commands.Channel,
            PeerMessage.MessageOneofCase.Proposal => message.Proposal.Channel,
            PeerMessage.MessageOneofCase.Endorsement => message.Endorsement.Channel,
            PeerMessage.MessageOneofCase.LegReservations => message.LegReservations.Channel,
            PeerMessage.MessageOneofCase.Finality => message.Finality.Channel,
            PeerMessage.MessageOneofCase.Closed => message.Closed.Channel,
            _ => null,
        };
        return id is not null && Digest.TryRead(id.Span, out Digest channel) && channels.TryGet(channel, out ChannelSide? side) ? side : null;
    }

    /// <summary>Whether a proposal was not opened, because it was not in its place when this step's rows were looked up, and is now.</summary>
    public bool IsDueNow(ChannelSide channel, PeerMessage message) =>
        ProposalOf(channel, message) is { Signed: { } signed, Body: null, Fault: "" } && IsNext(channel, signed) && !IsInFlight(channel, signed) && IsWorthOpening(channel, signed);

    /// <summary>A proposal, read no further than it is worth: one for a place that is taken costs nothing, a copy of the one in flight
    /// or of the one that was opened last its hash, any other its signature, and its body is looked at only where it may be endorsed.</summary>
    public ReadProposal ProposalOf(ChannelSide channel, PeerMessage message)
    {
        if (!proposals.TryGetValue(message, out ReadProposal? read)) proposals[message] = read = Read(channel, message.Proposal);
        return read;
    }

    /// <summary>The places of a proposal, or the entries of commands, opened.</summary>
    public IReadOnlyList<ProposedSlot> SlotsOf(ChannelSide channel, PeerMessage message)
    {
        if (slots.TryGetValue(message, out IReadOnlyList<ProposedSlot>? opened)) return opened;
        ProposalBody? said = message.Proposal is null ? null : ProposalOf(channel, message).Body;
        OpenedProposal? known = said is not null && ReferenceEquals(channel.Opened?.Body, said) ? channel.Opened : null;
        opened = message.MessageCase switch
        {
            PeerMessage.MessageOneofCase.Proposal when known?.Slots is { } same => same,
            // Nothing is opened that is late anyway, or beyond what a batch may hold.
            PeerMessage.MessageOneofCase.Commands when IsUnawaited(channel, message) => [],
            PeerMessage.MessageOneofCase.Commands when message.Commands.Entries.Count > BankSettings.LargestBatch => [],
            PeerMessage.MessageOneofCase.Commands when message.Commands.AreOffers && BilateralOffsetting.IsTooMuch(message.Commands) => [],
            PeerMessage.MessageOneofCase.Proposal when said is { } body && body.Items.Count <= BankSettings.LargestBatch => [.. body.Items.Select(i => InFlightRows.ReadSlot(channel.Context, i, channel.OwnHeaders))],
            PeerMessage.MessageOneofCase.Commands => [.. message.Commands.Entries.Select(e => channel.TakenIn.Find(e) ?? channel.Offers.Find(e) ?? InFlightRows.ReadSlot(channel.Context, new BatchItem { Entry = e }, channel.OwnHeaders))],
            _ => [],
        };
        if (opened.Count(static s => s.Entry?.Link is not null) > BankSettings.LargestActs) opened = [];
        if (known is not null) known.Slots = opened;
        slots[message] = opened;
        return opened;
    }

    /// <summary>The drain is over.</summary>
    public void Forget()
    {
        batches.Clear();
        slots.Clear();
        proposals.Clear();
        postponed.Clear();
        acts = 0;
    }

    private static ReadProposal Read(ChannelSide channel, Proposal proposal)
    {
        if (channel.IsTaken(proposal)) return ReadProposal.Late;
        if (!SignedProposal.TryRead(proposal, out SignedProposal? signed)) return new ReadProposal(null, null, ChannelCodes.MessageMalformed);
        // While it is in flight it was opened; when it is no more, its place is taken.
        if (IsInFlight(channel, signed)) return new ReadProposal(signed, null);
        if (channel.Opened is { } opened && opened.Signed.IsSame(signed)) return new ReadProposal(signed, opened.Body);
        if (!signed.IsSignedBy(channel.Terms.Network, channel.Terms.Hash, channel.OtherKey)) return new ReadProposal(null, null, ChannelCodes.ProposalSignature);
        if (!IsWorthOpening(channel, signed)) return new ReadProposal(signed, null);
        // What is dropped or overridden as it is read makes the bytes longer than the message, and would hide in the evidence what was proposed.
        if (ProposalTree.IsBeyond(proposal.Body.Span) || !Parsing.TryParse(ProposalBody.Parser, proposal.Body.Span, out ProposalBody? body) || body.CalculateSize() != proposal.Body.Length)
            return new ReadProposal(signed, null, ChannelCodes.MessageMalformed);
        channel.Opened = new OpenedProposal(signed, body);
        return new ReadProposal(signed, body);
    }

    private static bool IsInFlight(ChannelSide channel, SignedProposal signed) => !channel.IsSequencer && channel.InFlight is { } batch && batch.Signed.IsSame(signed);

    /// <summary>
    /// Whether a proposal may be endorsed in this drain: it is in its place, or will be once the batch in flight is final, and its
    /// sequencer signed no other for it. So one proposal is opened for each place, which costs some 150 microseconds an entry, however
    /// many there are and however often they are said.
    /// </summary>
    private static bool IsWorthOpening(ChannelSide channel, SignedProposal signed) =>
        !channel.IsSequencer && signed.Term == channel.Term
        && (IsNext(channel, signed) || (channel.InFlight is { Agreed: { } agreed } batch && IsAfter(signed, batch.Sequence, agreed.HeadHash)))
        && SecondProposal.Known(channel, signed) is null;

    private static bool IsNext(ChannelSide channel, SignedProposal signed) => IsAfter(signed, channel.Sequence, channel.Head);

    private static bool IsAfter(SignedProposal signed, long sequence, Digest head) => signed.Sequence == sequence + 1 && signed.PreviousHead == head;

    private PeerBatch? Parse(Input.PeerReceived received)
    {
        if (batches.TryGetValue(received, out PeerBatch? batch)) return batch;
        batches[received] = PeerBatches.TryRead(received.Body, node.Network, out batch) && batch.Messages.Sum(m => ItemsOf(received.From, m)) <= PeerBatches.MaxItems ? batch : null;
        return batches[received];
    }

    /// <summary>Items that the batch's own bound does not see, because they are inside of what is signed.</summary>
    private int ItemsOf(ParticipantId from, PeerMessage message)
    {
        if (message.Proposal is null || ChannelOf(message) is not { IsShut: false } channel || channel.Other.Id != from) return 0;
        return ProposalOf(channel, message).Body?.Items.Count ?? 0;
    }
}
