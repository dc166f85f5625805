using Google.Protobuf;
using Settlement.Contracts;
using Settlement.Core.Alarms;
using Settlement.Core.Channels;
using Settlement.Core.Commitments;
using Settlement.Core.Nodes;
using Settlement.Core.Offsetting;
using Settlement.Wire.Channels;

namespace Settlement.Core.Bank;

/// <summary>
/// Lets payments of a channel's two queues settle against each other. The member that is not the sequencer offers the first of its
/// queue; the sequencer looks which prefixes of both queues cover each other, and puts them into one batch, at the end of which
/// everything is covered. An offer settles in such a set alone. Its payer endorses the batch, so one that it holds or has
/// cancelled meanwhile it simply refuses. The own limits of a bank are told to nobody, so the sequencer keeps to its own, and the other
/// member offers only what its limits bound no closer than its cover does, which both know.
/// </summary>
internal sealed class BilateralOffsetting(NodeContext node, BankSettings settings, PaymentQueue queue, OwnLimits limits)
{
    /// <summary>Payments that are offered at once, and looked at of each queue: as many as are opened in some 15 milliseconds.</summary>
    public const int MaxOffers = 64;

    /// <summary>What is offered is at most so large in all, in bytes.</summary>
    public const int MaxOfferedBytes = 1 << 20;

    // Rows that were looked up when an offer came are remembered so long, and what is older is not used; it is offered again in time.
    private static readonly TimeSpan OfferLife = NodeContext.FactMemory / 2;
    private static readonly TimeSpan OfferAgain = NodeContext.FactMemory / 4;

    /// <summary>Payments of each queue that are looked at: what settles together must fit one batch.</summary>
    private int MostOfEach => Math.Min(MaxOffers, settings.MaxBatchEntries / 2);

    /// <summary>Offers what waits, when that has changed or the sequencer may have forgotten it.</summary>
    public void Offer(ChannelSide channel)
    {
        if (channel.IsSequencer || !(channel.Offers.IsChanged || channel.Offers.SendAgain <= node.Now)) return;
        channel.Offers.IsChanged = false;
        List<Command.Own> offered = [];
        Int128 sum = 0;
        int size = 0;
        foreach (QueuedPayment payment in First(channel))
        {
            Command.Own own = payment.Command;
            // It may have been taken back once for want of room.
            own.IsWithdrawn = false;
            // All of them may be on their way at once.
            sum += payment.Row.MinorUnits;
            if (channel.ReservedOf(payment.Row.Currency) + sum > long.MaxValue) break;
            if (own.Entry is null)
            {
                own.Seal(channel.Context, node.Now, node.Entropy);
                channel.NoteSealed(own);
                WaitingRows.WriteQueued(node, channel.Id, own);
            }

            size += own.Entry!.Shared.CalculateSize();
            if (size > MaxOfferedBytes) break;
            offered.Add(own);
        }

        if (offered.Select(static o => o.Entry!.Id).SequenceEqual(channel.Offers.Sent) && !(channel.Offers.SendAgain <= node.Now)) return;
        Commands commands = new() { Channel = ByteString.CopyFrom(channel.Id.ToArray()), Term = (ulong)channel.Term, AreOffers = true };
        commands.Entries.Add(offered.Select(static o => o.Entry!.Shared));
        channel.Offers.Send([.. offered.Select(static o => o.Entry!.Id)], node.Now + OfferAgain);
        channel.Tell(node, new PeerMessage { Commands = commands });
    }

    /// <summary>Whether a list of offers is more than is looked at: then nothing of it is opened.</summary>
    public static bool IsTooMuch(Commands offers) => offers.Entries.Count > MaxOffers || offers.Entries.Sum(static e => e.CalculateSize()) > MaxOfferedBytes;

    /// <summary>The other member's offers.</summary>
    public void OnOffers(ChannelSide channel, Commands commands, IReadOnlyList<ProposedSlot> opened)
    {
        if (opened.Count < commands.Entries.Count)
        {
            node.Alarm(ChannelCodes.EntryMalformed, channel.Id.ToString());
            return;
        }

        List<OpenedEntry> offers = [];
        foreach ((ProposedSlot slot, SealedEntry said) in opened.Zip(commands.Entries))
        {
            // What was handed over since goes its way, and what is final is late.
            if (slot.IsKnown) continue;
            // An offer's contract runs in the batch alone, so what it would refuse of amounts is refused here: no queue holds a payment of nothing.
            if (slot.Entry is not { } entry || entry.Actor == channel.Context.Own || PaymentContract.AmountOf(channel.Terms, entry) is not { Units: > 0 })
            {
                node.Alarm(slot.Entry is null ? slot.Fault : ChannelCodes.EntryNotOurs, channel.Id.ToString(), EvidencePart.Of("entry", SharedEntry.With(said, channel.Context.Own)));
                continue;
            }

            // An id has one fate: what is under way under it, whatever else that holds, is not offered beside it.
            if (channel.TakenIn.IsUnderWay(entry.Id.Value) || channel.OwnSealed.ContainsKey(entry.Id.Value) || node.Find(Objections.EntryFact(entry.Id)) is not null) continue;
            foreach (Store.PayloadKey fact in Objections.Needs(node, channel, entry)) node.Remember(fact);
            offers.Add(entry);
        }

        channel.Offers.Receive(offers.DistinctBy(static e => e.Id), node.Now);
    }

    /// <summary>Puts what covers each other before everything else that waits for the next batch.</summary>
    public void Settle(ChannelSide channel)
    {
        if (!channel.IsSequencer || channel.InFlight is not null || !channel.Offers.IsChanged) return;
        channel.Offers.IsChanged = false;
        if (channel.Offers.Received.Count == 0 || channel.Queued == 0) return;
        // What an action takes of the other member's position is known when it runs; it goes first.
        if (channel.Mailbox.Any(static c => c is Command.Peer peer && (peer.ActsOnInstance || peer.Entry.Plan.Contract.FindAction("pay") != peer.Entry.Action))) return;
        int places = settings.MaxBatchEntries;
        foreach (string currency in channel.Terms.Currencies.Select(static c => c.Code))
        {
            List<QueuedPayment> own = [.. queue.WaitingForCover(channel, currency).Take(MostOfEach)];
            Room room = limits.RoomOf(channel, currency);
            // What has less room must not hold up what has more: where the whole line finds nothing, those of higher priorities are looked at alone.
            _ = own.Select(static p => p.Priority).Distinct().Order().DistinctBy(room.Of).Any(least => Settle(channel, currency, [.. own.Where(p => p.Priority >= least)], room.Of(least), ref places));
        }
    }

    private bool Settle(ChannelSide channel, string currency, List<QueuedPayment> own, Int128 room, ref int places)
    {
        List<(OpenedEntry Entry, long Amount)> theirs = [.. channel.Offers.Received.Where(o => o.Since + OfferLife > node.Now)
            .Select(o => (o.Entry, PaymentContract.AmountOf(channel.Terms, o.Entry)!)).Where(o => o.Item2.Unit == currency).Select(static o => (o.Entry, o.Item2.Units)).Take(MostOfEach)];
        if (own.Count == 0 || theirs.Count == 0) return false;
        int other = 1 - channel.Context.Own;
        Int128 onTheirWay = channel.Mailbox.OfType<Command.Peer>().Select(p => PaymentContract.AmountOf(channel.Terms, p.Entry)).Where(a => a?.Unit == currency).Aggregate(Int128.Zero, static (sum, a) => sum + a!.Units);
        Int128 cover = (Int128)channel.State.PositionOf(other, currency) - channel.State.ReservedOf(other, currency) + channel.LimitOf(other, currency) - onTheirWay;
        if (Fit(room) is not { } mine || Fit(cover) is not { } left) return false;
        OffsettingCase waiting = new([new OffsettingBank(mine, null), new OffsettingBank(left, null)], [],
        [
            .. own.Select(static p => new Offsetting.QueuedPayment(0, 1, p.Row.MinorUnits, p.Priority)),
            // They come in the order in which their payer looks at them, whatever their priorities.
            .. theirs.Select(static o => new Offsetting.QueuedPayment(1, 0, o.Amount, Instructions.Priority.Normal)),
        ]);
        OffsettingResult result = MultilateralOffsetting.Settle(waiting);
        List<QueuedPayment> ownSet = [.. own.Where((_, i) => result.Settles(i))];
        List<OpenedEntry> theirSet = [.. theirs.Where((_, i) => result.Settles(own.Count + i)).Select(static o => o.Entry)];
        // What its payer's own cover allows goes on without an offset.
        if (ownSet.Count == 0 || theirSet.Count == 0) return false;
        if (ownSet.Count + theirSet.Count > places)
        {
            // Beside that of another currency it does not fit the batch, and a half of it covers nothing: it is the next one's.
            channel.Offers.IsChanged = true;
            return true;
        }

        places -= ownSet.Count + theirSet.Count;
        foreach (OpenedEntry entry in Enumerable.Reverse(theirSet))
        {
            channel.Mailbox.AddFirst(new Command.Peer(entry, node.Now) { IsOffset = true });
            channel.TakenIn.Begin(entry);
        }

        channel.Offers.Take(theirSet);
        foreach (QueuedPayment payment in Enumerable.Reverse(ownSet)) queue.TakeForOffset(payment);
        return true;
    }

    /// <summary>The first payments that wait, as many of each currency.</summary>
    private IEnumerable<QueuedPayment> First(ChannelSide channel)
    {
        List<IEnumerable<QueuedPayment>> lines = [.. queue.LinesForCover(channel).Select(line => line.Where(p => IsBoundByCoverAlone(channel, p))).Where(static line => line.Any())];
        return lines.SelectMany(line => line.Take(Math.Max(1, MaxOffers / lines.Count))).Take(MaxOffers);
    }

    /// <summary>Whether the other member, who knows the cover, can judge what room a payment has.</summary>
    private bool IsBoundByCoverAlone(ChannelSide channel, QueuedPayment payment) =>
        limits.IsEmpty || limits.RoomOf(channel, payment.Row.Currency) is var room && room.Of(payment.Priority) >= room.Cover;

    /// <summary>Takes back offers for which there is no room in a batch, by what would stand of it. True when it took back some: then the batch
    /// must be run again.</summary>
    public bool TryTakeBack(ChannelSide channel, IReadOnlyList<BatchSlot> slots)
    {
        if (limits.IsEmpty) return false;
        List<(OpenedEntry Entry, AmountValue Paid)> payments = [.. Stands(slots)
            .Select(e => (Entry: e, Paid: PaymentContract.AmountOf(channel.Terms, e)!)).Where(static p => p.Paid is not null)];
        bool tookBack = false;
        foreach (IGrouping<string, (OpenedEntry Entry, AmountValue Paid)> paid in payments.GroupBy(static p => p.Paid.Unit))
        {
            Int128 received = paid.Where(p => p.Entry.Actor != channel.Context.Own).Aggregate(Int128.Zero, static (sum, p) => sum + p.Paid.Units);
            tookBack |= queue.TryTakeBack(channel, paid.Select(p => channel.OwnSealed.GetValueOrDefault(p.Entry.Id.Value)).OfType<Command.Own>(), received);
        }

        return tookBack;
    }

    /// <summary>Own payments of offsets that this member, the sequencer, takes out of its batch again: what stands in it of the other half leaves
    /// them no room beside what is on its way. The other bank's may have been refused for themselves, and a batch has its bounds.</summary>
    public IReadOnlyList<Command.Own> WithoutRoom(ChannelSide channel, IReadOnlyList<BatchSlot> slots, IReadOnlyList<Command.Own> taken)
    {
        if (!taken.Any(static t => t.IsOffset)) return [];
        List<OpenedEntry> stands = [.. Stands(slots)];
        HashSet<EntryId> ids = [.. stands.Select(static e => e.Id)];
        List<Command.Own> without = [];
        foreach (IGrouping<string, Command.Own> own in taken.Where(t => t.IsOffset && ids.Contains(t.Entry!.Id)).GroupBy(static t => t.Reserved!.Unit))
        {
            Int128 paid = own.Aggregate(Int128.Zero, static (sum, o) => sum + o.Reserved!.Units);
            Int128 received = stands.Where(e => e.Actor != channel.Context.Own).Select(e => PaymentContract.AmountOf(channel.Terms, e)).Where(a => a?.Unit == own.Key)
                .Aggregate(Int128.Zero, static (sum, a) => sum + a!.Units);
            if (paid - received > limits.RoomOf(channel, own.Key, apart: paid).Of(own.Min(static o => o.OffsetPriority))) without.AddRange(own);
        }

        return without;
    }

    /// <summary>What moves money in the batch; a leg of a group is set aside by it, and pays nobody yet.</summary>
    private static IEnumerable<OpenedEntry> Stands(IEnumerable<BatchSlot> slots) => slots.OfType<BatchSlot.Agreed>().Select(static s => s.Entry).Where(static e => e.Group is null);

    private static long? Fit(Int128 cover) => cover > long.MaxValue || cover < long.MinValue ? null : (long)cover;
}
