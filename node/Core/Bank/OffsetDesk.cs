using Google.Protobuf;
using Google.Protobuf.Collections;
using Settlement.Core.Alarms;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Machines;
using Settlement.Core.Nodes;
using Settlement.Core.Participants;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Agent;

namespace Settlement.Core.Bank;

/// <summary>
/// A bank's part in multilateral offsetting at its settlement agent: it offers what waits for cover and whose contract offers the amount, and
/// takes part in the offsets that the agent calls for. It keeps nothing but the payments themselves: offers are said again, and so are calls.
/// </summary>
internal sealed class OffsetDesk(NodeContext node, ParticipantPin agent, BankSettings settings, ChannelBook channels, PaymentQueue queue, OwnLimits limits, OffsetLegs legs, OffsetPostings postings, EventStream history)
{
    /// <summary>Offsets that an agent may speak of at a time.</summary>
    public const int MaxViews = 256;

    /// <summary>Payments that are offered of one currency.</summary>
    public const int MaxOffered = 256;

    private readonly AgentDesk<OffsetOffers> desk = new(node, agent);
    private readonly Dictionary<Digest, ByteString> memberships = [];
    private readonly HashSet<Digest> settled = [];
    private DateTimeOffset nextAsk;

    /// <summary>Called with the group of an offset of which the agent says that it has settled.</summary>
    public Action<Digest> Ended { get; set; } = _ => { };

    /// <summary>Offers, reports and asks, when it is time.</summary>
    public void Flush()
    {
        foreach ((Digest group, AwaitedPostingRow row) in postings.TakeOverdue()) node.AlarmAbout(agent.Id, OffsetCodes.PostingMissing, group.ToString(), EvidencePart.Of("awaited", row));
        if (settings.OffsetPoll is not { } poll || node.Now < nextAsk) return;
        nextAsk = node.Now + poll;
        OffsetOffers offers = new();
        offers.Queues.Add(channels.All.Where(IsOffering).SelectMany(static channel => channel.Terms.Currencies.Select(static c => c.Code)).Distinct().Order(StringComparer.Ordinal).Select(Offer));
        foreach (ChannelSide channel in channels.All)
        {
            offers.Reports.Add(channel.OpenLegs.Where(static leg => leg.Offset.Count > 0)
                .Select(leg => new OffsetReport { Group = ByteString.CopyFrom(leg.Group.Id.ToArray()), Channel = ByteString.CopyFrom(channel.Id.ToArray()) }));
        }

        if (offers.Queues.Count > 0) desk.Ask([offers], request => request.Offsets = offers);
    }

    /// <summary>True when the token is of a request of these.</summary>
    public bool TryFail(long token) => desk.TryFail(token);

    /// <summary>True when the token is of a request of these.</summary>
    public bool TryAnswer(long token, byte[] body) =>
        desk.TryAnswer(token, body, static reply => reply.Offsets is { } answer ? new RepeatedField<OffsetAnswer> { answer } : [], OnAnswer);

    private static bool IsOffering(ChannelSide channel) => !channel.IsShut && PaymentContract.Find(channel.Terms)?.Action.Offered is not null;

    private OffsetQueue Offer(string currency)
    {
        OffsetQueue offer = new() { Currency = currency };
        List<ChannelSide> offering = [.. channels.All.Where(channel => IsOffering(channel) && channel.Terms.Currencies.Any(c => c.Code == currency)).OrderBy(static channel => channel.Id)];
        foreach (ChannelSide channel in offering)
        {
            Room room = limits.RoomOf(channel, currency);
            OffsetChannel said = new() { OpeningBody = channel.Opening.Record.Body, Signature = MembershipOf(channel) };
            if (room.Bilateral < long.MaxValue) said.RoomMinorUnits = (long)Int128.Max(room.Bilateral, 0);
            if (room.Multilateral < long.MaxValue) offer.RoomMinorUnits = (long)Int128.Max(room.Multilateral, 0);
            offer.Channels.Add(said);
        }

        offer.Payments.Add(offering.SelectMany((channel, i) => queue.WaitingForCover(channel, currency).Select(payment => (Payment: payment, Channel: i)))
            .OrderBy(static p => p.Payment, QueuedPayment.Order).Take(MaxOffered).Select(static p => new OfferedPayment
            {
                Payment = ByteString.CopyFrom(p.Payment.Command.WorkKey), Channel = (uint)p.Channel, MinorUnits = p.Payment.Row.MinorUnits, Priority = (uint)p.Payment.Priority,
            }));
        return offer;
    }

    private ByteString MembershipOf(ChannelSide channel)
    {
        if (!memberships.TryGetValue(channel.Id, out ByteString? signature))
            memberships.Add(channel.Id, signature = ByteString.CopyFrom(channel.OwnKey.Sign(OffsetText.Member(node.Network, channel.Id, node.Parts.Keys.Participant))));
        return signature;
    }

    private void OnAnswer(OffsetOffers offers, OffsetAnswer answer)
    {
        if (answer.Offsets.Count > MaxViews || answer.Offsets.Any(static view => view.Legs.Count > OffsetLeg.MaximumChannels))
        {
            node.Alarm(ChannelCodes.MessageMalformed, agent.Id.ToString());
            return;
        }

        if (answer.Code.Length > 0) node.Alarm(KnownCodes.OrForeign(answer.Code), agent.Id.ToString(), EvidencePart.Of("offers", offers));
        foreach (OffsetView view in answer.Offsets)
        {
            if (view.Posting is { } posting) Settle(view, posting);
            else Join(view);
        }

        settled.IntersectWith(answer.Offsets.Where(static view => view.Group.Length == Digest.Length).Select(static view => new Digest(view.Group.Span)));
    }

    /// <summary>Takes part in an offset with every channel of this bank that is called, or with none.</summary>
    private void Join(OffsetView view)
    {
        List<(ChannelSide Channel, OffsetLeg Leg, List<QueuedPayment> Own)> called = [];
        foreach (OffsetLegView said in view.Legs)
        {
            if (!OffsetLeg.TryRead(said.Call, node.Network, out OffsetLeg? leg) || !view.Group.Span.SequenceEqual(leg.Group.Id.ToArray()) || leg.Net is null
                || !channels.TryGet(leg.Channel, out ChannelSide? channel) || said.Payments.Count != leg.Payments[channel.Context.Own] || said.Payments.Distinct().Count() != said.Payments.Count)
            {
                Blame(view);
                return;
            }

            if (leg.Group.ExpiresAt <= node.Now) return;
            // The others may still be unknown: a restart finds again only what own payments are sealed for.
            if (legs.Knows(channel, leg)) continue;
            List<QueuedPayment> own = [];
            foreach (ByteString id in said.Payments)
            {
                // It has settled otherwise, or its back office holds it: the group lapses, and what is left is offered again.
                if (!queue.TryFindOffered(channel, Convert.ToHexStringLower(id.Span), leg.Currency, out QueuedPayment? payment)) return;
                own.Add(payment);
            }

            // Last, since it costs most and a view is told again and again.
            if (!Objections.IsCalled(node.Parts.Directory, channel.Context, leg))
            {
                Blame(view);
                return;
            }

            called.Add((channel, leg, own));
        }

        foreach ((ChannelSide channel, OffsetLeg leg, List<QueuedPayment> own) in called) legs.Join(channel, leg, own);
    }

    private void Blame(OffsetView view) => node.Alarm(OffsetCodes.CallUnsigned, agent.Id.ToString(), EvidencePart.Of("view", view));

    /// <summary>The agent has posted: its word for it is kept in the history, and the ledger's decision is asked for.</summary>
    private void Settle(OffsetView view, CyclePosting posting)
    {
        if (!Digest.TryRead(view.Group.Span, out Digest group)) return;
        if (settled.Add(group)) Ended(group);
        // The channels may not have applied it yet; it is shown for some minutes.
        if (postings.Of(group) is not { } net) return;
        postings.End(group);
        if (!desk.IsPosting(posting, group, net.Currency, net.NetMinorUnits))
        {
            node.Alarm(OffsetCodes.PostingDiffers, group.ToString(), EvidencePart.Of("view", view));
            return;
        }

        history.Note("offset_settled", new { Group = group.ToString(), Posting = Convert.ToHexStringLower(posting.PostingId.Span) });
    }
}
