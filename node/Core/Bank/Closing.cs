using Google.Protobuf;
using Settlement.Core.Alarms;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Machines;
using Settlement.Core.Nodes;
using Settlement.Core.Notarisation;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;

namespace Settlement.Core.Bank;

/// <summary>
/// Ends channels. A member closes one alone, at the newest head: from the order on it takes nothing new and signs nothing, and once the ledger
/// has the close, what was on its way and not final is refused with a reason. What the members hold then is <see cref="Exits"/>'s matter.
/// </summary>
internal sealed class Closing(NodeContext node, IOwnWork work, ChannelBook channels, LedgerDesk ledger, PaymentQueue queue, Finaliser finaliser, GroupDesk groups, OffsetLegs offsets)
{
    /// <summary>How often the other member is told that a channel is closed, from each start of this one within a day. It asks the ledger itself whenever it starts.</summary>
    private const int MaxNotices = 8;

    private static readonly TimeSpan FirstNoticeAgain = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestNoticeAgain = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan NoticeLife = TimeSpan.FromDays(1);
    private static readonly TimeSpan AnswerInterval = TimeSpan.FromSeconds(1);

    private readonly Dictionary<ChannelSide, Order> orders = [];
    private readonly Dictionary<ChannelSide, Retry> notices = [];
    private readonly Dictionary<ChannelSide, DateTimeOffset> answered = [];

    private sealed class Order(Retry retry)
    {
        public Retry Retry { get; } = retry;

        /// <summary>The operator's calls; lost in a restart.</summary>
        public List<long> Calls { get; } = [];

        public bool IsAsked { get; set; }
    }

    /// <summary>Called with a channel that the ledger has closed, before what was on its way is refused.</summary>
    public Action<ChannelSide> Closed { get; set; } = _ => { };

    /// <summary>Goes on after a restart. The other member may have closed a channel meanwhile, and nobody would say so again.</summary>
    public void Recover()
    {
        foreach (ChannelSide channel in channels.All)
        {
            if (channel.IsClosed)
            {
                // Whether it has been told is not known any more.
                if (channel.Close!.Record.Member == channel.Context.Own) notices.Add(channel, new Retry(FirstNoticeAgain, LongestNoticeAgain));
                continue;
            }

            if (channel.IsShut) orders.Add(channel, new Order(node.NewRetry()));
            ledger.Query(channel.Id, channel.InFlight?.Slots.Count ?? 0);
        }
    }

    /// <summary>Starts a close for the operator.</summary>
    public void Close(BankInput.CloseChannel input)
    {
        if (!channels.TryGet(input.Channel, out ChannelSide? channel))
        {
            Reply(input.CallId, null, ChannelCodes.ChannelUnknown);
            return;
        }

        if (channel.IsClosed)
        {
            Reply(input.CallId, channel.Close!.LeafIndex, null);
            return;
        }

        if (!channel.IsShut)
        {
            if (!input.LeavesSetAside && HasSetAside(channel))
            {
                Reply(input.CallId, null, BankCodes.SetAside);
                return;
            }

            channel.Close = new CloseRow { Record = Sign(channel) };
            channel.Parked = null;
            channel.Note(node, "close_ordered", new { channel.Sequence });
            channel.WriteSnapshot(node);
            orders.Add(channel, new Order(node.NewRetry()));
        }

        orders[channel].Calls.Add(input.CallId);
    }

    /// <summary>Submits what was ordered, tells the other members, and lets legs of closed channels end as the ledger decided.</summary>
    public void Flush()
    {
        foreach ((ChannelSide channel, Order order) in orders.Where(o => o.Value is { IsAsked: false } && o.Value.Retry.IsDue(node.Now)).ToList()) Submit(channel, order);
        foreach ((ChannelSide channel, Retry retry) in notices.Where(n => n.Value.IsDue(node.Now)).ToList())
        {
            bool isOver = node.NowUnixMs > channel.Close!.TimeUnixMs + (long)NoticeLife.TotalMilliseconds;
            if (!isOver) Tell(channel);
            retry.Tried(node.Now);
            if (isOver || retry.Tries >= MaxNotices) notices.Remove(channel);
        }

        foreach (ChannelSide channel in channels.All.Where(c => c.IsClosed && groups.HasDue(c)))
        {
            foreach (LegOutcome outcome in groups.Due(channel).ToList())
                finaliser.EndAfterClose(channel, new DecidedLeg(channel.State.Legs[new Digest(outcome.Group.Span)], outcome.IsCommitted));
        }
    }

    /// <summary>The other member says something in a channel that takes nothing new.</summary>
    public void Hear(ChannelSide channel, PeerMessage message)
    {
        if (message.MessageCase is PeerMessage.MessageOneofCase.Closed or PeerMessage.MessageOneofCase.Finality)
        {
            if (!channel.IsClosed) ledger.Query(channel.Id, channel.InFlight?.Slots.Count ?? 0);
            return;
        }

        node.Note(ChannelCodes.ChannelClosed, channel.Id.ToString());
        // It does not know yet. What it asks for again and again it is not told oftener than that.
        if (!channel.IsClosed || node.Now < answered.GetValueOrDefault(channel) + AnswerInterval) return;
        answered[channel] = node.Now;
        Tell(channel);
    }

    /// <summary>The ledger shows the leaf that closes a channel.</summary>
    public void OnSeen(ChannelStatus status, Leaf leaf)
    {
        if (Digest.TryRead(status.Channel.Span, out Digest id) && channels.TryGet(id, out ChannelSide? channel)) OnClosed(channel, leaf);
    }

    /// <summary>Whether instances of contracts have: nobody can act on them any more. What legs have set aside goes where the ledger decides.</summary>
    private static bool HasSetAside(ChannelSide channel) => channel.State.Positions.Any(position =>
        position.Reserved != -channel.State.Legs.Values.SelectMany(static leg => leg.Changes).Where(c => c.Units < 0 && c.Member == position.Member && c.Currency == position.Currency).Sum(static c => c.Units));

    private void Submit(ChannelSide channel, Order order)
    {
        order.IsAsked = true;
        order.Retry.Tried(node.Now);
        // The head may have moved: what was in flight became final, or the office changed hands.
        if (!IsAt(channel, channel.Close!.Record)) channel.Close.Record = Sign(channel);
        ledger.Submit(new Submission { Close = channel.Close.Record }, (result, leaf) =>
        {
            order.IsAsked = false;
            if (channel.IsClosed) return;
            if (leaf is not null)
            {
                OnClosed(channel, leaf);
                return;
            }

            // A head, a takeover or a close that this member has not read of yet is nobody's fault, nor are the ledger's bounds.
            if (result.Code is LedgerCodes.CloseHead or LedgerCodes.ChannelClosed or LedgerCodes.QuotaUsed) node.Note(result.Code, channel.Id.ToString());
            else node.Alarm(KnownCodes.OrForeign(result.Code), channel.Id.ToString());
            ledger.Query(channel.Id, channel.InFlight?.Slots.Count ?? 0);
        });
    }

    private void OnClosed(ChannelSide channel, Leaf leaf)
    {
        if (channel.IsClosed) return;
        if (leaf.RecordCase != Leaf.RecordOneofCase.Close || !SignedClose.TryRead(leaf.Close, out SignedClose? close) || close.Channel != channel.Id || close.Member >= ChannelTerms.MemberCount)
        {
            node.Alarm(ChannelCodes.MessageMalformed, channel.Id.ToString());
            return;
        }

        bool isOwn = close.Member == channel.Context.Own;
        // The ledger checks it too, and is not believed: a member alone closes a channel.
        if (!close.IsSignedBy(channel.Terms.Network, channel.KeyOf(close.Member)))
        {
            node.Alarm(LedgerCodes.CloseSignature, channel.Id.ToString(), EvidencePart.Of("leaf", leaf));
            return;
        }

        if (close.Head != channel.Head || close.Sequence != channel.Sequence)
        {
            // The newest head is seen before the close is: of an older one the ledger must not take a close, and a newer one is doubted as a head.
            node.Alarm(LedgerCodes.CloseHead, channel.Id.ToString(), EvidencePart.Of("leaf", leaf));
            return;
        }

        if (!isOwn) node.NoteAbout(channel.Other.Id, ChannelCodes.ChannelClosed, channel.Id.ToString(), EvidencePart.Of("leaf", leaf));
        channel.Close = new CloseRow { LeafIndex = (long)leaf.Index, Record = leaf.Close, TimeUnixMs = leaf.TimeUnixMs };
        channel.Note(node, "channel_closed", new { channel.Sequence, LeafIndex = leaf.Index, close.Member });
        Closed(channel);
        LetGo(channel);
        channel.WriteSnapshot(node);
        if (isOwn) notices[channel] = new Retry(FirstNoticeAgain, LongestNoticeAgain);
        if (!orders.Remove(channel, out Order? order)) return;
        foreach (long call in order.Calls) Reply(call, channel.Close.LeafIndex, null);
    }

    /// <summary>What was on its way and is not notarised never will be. What a leg has set aside waits for the ledger's decision still.</summary>
    private void LetGo(ChannelSide channel)
    {
        HashSet<Command.Own> own = [.. channel.Mailbox.OfType<Command.Own>(), .. offsets.OnClosed(channel)];
        if (channel.InFlight is { } batch)
        {
            own.UnionWith(batch.Taken);
            InFlightRows.Drop(node, channel, batch);
            channel.InFlight = null;
        }

        queue.EndAll(channel, ChannelCodes.ChannelClosed);
        own.UnionWith(channel.OwnSealed.Values);
        HashSet<Digest> held = [.. channel.State.Legs.Values.SelectMany(static leg => leg.Offset.Select(static payment => payment.Entry).Append(leg.Entry)).OfType<LegEntry>().Select(static entry => entry.Id.Value)];
        channel.Mailbox.Clear();
        foreach (Command.Own command in own.Where(c => c.Entry is not { } entry || !held.Contains(entry.Id.Value)).OrderBy(static c => c.Order))
        {
            channel.Release(command);
            work.Refused(channel, command, ChannelCodes.ChannelClosed, 0);
        }

        channel.TakenIn.DropAll();
        channel.Offers.Clear();
        channel.Parked = null;
        channel.HasObjected = false;
        channel.StalledSince = null;
    }

    private static bool IsAt(ChannelSide channel, CloseRecord record) =>
        (long)record.Term == channel.Term && (long)record.Sequence == channel.Sequence && record.Head.Span.SequenceEqual(channel.Head.ToArray());

    private static CloseRecord Sign(ChannelSide channel) => new()
    {
        Channel = ByteString.CopyFrom(channel.Id.ToArray()), Term = (ulong)channel.Term, Sequence = (ulong)channel.Sequence, Head = ByteString.CopyFrom(channel.Head.ToArray()),
        Member = (uint)channel.Context.Own,
        Signature = ByteString.CopyFrom(channel.OwnKey.Sign(RecordHashes.Close(channel.Terms.Network, channel.Id, channel.Term, channel.Head, channel.Sequence))),
    };

    private void Tell(ChannelSide channel) => channel.Tell(node, new PeerMessage { Closed = new ChannelClosed { Channel = ByteString.CopyFrom(channel.Id.ToArray()) } });

    private void Reply(long callId, long? leaf, string? refusal) => node.Then(new Effect.Reply(callId, new CloseAnswer(leaf, refusal)));
}
