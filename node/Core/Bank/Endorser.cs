using Google.Protobuf;
using Settlement.Core.Alarms;
using Settlement.Core.Channels;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Nodes;
using Settlement.Core.Notarisation;
using Settlement.Core.Participants;
using Settlement.Core.Store;
using Settlement.Wire.Channels;

namespace Settlement.Core.Bank;

/// <summary>The other member's part: hands its commands to the sequencer, and endorses what the sequencer proposes.</summary>
internal sealed class Endorser(NodeContext node, BankSettings settings, LedgerDesk ledger, BilateralOffsetting offsetting, PaymentQueue queue, GroupDesk groups, GroupOrders orders, ChannelBook channels, GrantOrders grants, OffsetLegs offsets)
{
    /// <summary>Seals own commands and hands them over; what is unanswered is handed over again by <see cref="TermWatch"/>'s clock.</summary>
    public void HandOver(ChannelSide channel, bool again)
    {
        offsetting.Offer(channel);
        if (channel.IsSequencer || (channel.Mailbox.Count == 0 && !grants.HasDue(channel) && !offsets.HasToHandOver(channel))) return;
        Commands commands = new() { Channel = ByteString.CopyFrom(channel.Id.ToArray()), Term = (ulong)channel.Term };
        commands.Grants.Add(grants.ToHandOver(channel, again));
        int size = 0, acts = 0;
        foreach ((Digest group, IReadOnlyList<OpenedEntry> entries) in offsets.ToHandOver(channel, again))
        {
            commands.OffsetGroups.Add(ByteString.CopyFrom(group.ToArray()));
            commands.Entries.Add(entries.Select(static entry => entry.Shared));
            size += entries.Sum(static entry => entry.Shared.CalculateSize());
        }

        foreach (Command command in channel.Mailbox)
        {
            if (command is not Command.Own { IsOffset: false } own || (own.IsHanded && !again)) continue;
            if (own.ActsOnInstance && ++acts > BankSettings.LargestActs) break;
            if (!own.IsHanded)
            {
                own.Seal(channel.Context, node.Now, node.Entropy);
                own.IsHanded = true;
                channel.NoteSealed(own);
                WaitingRows.WriteSealed(node, channel, own);
            }

            commands.Entries.Add(own.Entry!.Shared);
            size += own.Entry.Shared.CalculateSize();
            if (commands.Entries.Count >= settings.MaxBatchEntries || size >= Proposer.MaxProposalBytes) break;
        }

        if (commands.Entries.Count > 0 || commands.Grants.Count > 0 || commands.OffsetGroups.Count > 0) channel.Tell(node, new PeerMessage { Commands = commands });
    }

    /// <summary>The sequencer takes commands of the other member into the mailbox, once each.</summary>
    public void OnCommands(ChannelSide channel, Commands commands, IReadOnlyList<ProposedSlot> opened)
    {
        if (commands is { Entries.Count: 0, Grants.Count: 0, OffsetGroups.Count: 0, AreOffers: false } or { AreOffers: true, Grants.Count: > 0 } or { AreOffers: true, OffsetGroups.Count: > 0 })
        {
            // Who has nothing to hand over says nothing; who offers nothing any more says that.
            node.Alarm(ChannelCodes.MessageMalformed, channel.Id.ToString());
            return;
        }

        if (!channel.Awaits(commands))
        {
            node.Note(ChannelCodes.Late, channel.Id.ToString());
            ledger.Query(channel.Id, channel.InFlight?.Slots.Count ?? 0);
            return;
        }

        if (commands.AreOffers)
        {
            offsetting.OnOffers(channel, commands, opened);
            return;
        }

        if (!grants.TryHear(channel, commands.Grants)) node.Alarm(ChannelCodes.GrantNotOrdered, channel.Id.ToString());
        if (opened.Count < commands.Entries.Count) node.Alarm(ChannelCodes.EntryMalformed, channel.Id.ToString());
        offsets.HearGroups(channel, commands.OffsetGroups);
        bool isLate = false;
        long elsewhere = channels.HandedOverBy(channel.Other.Id) - channel.TakenIn.Bytes;
        foreach ((ProposedSlot slot, SealedEntry said) in opened.Zip(commands.Entries))
        {
            if (slot.IsKnown)
            {
                isLate |= slot.Entry is null;
                continue;
            }

            // What does not open, or is not the sender's, gets no leaf: nobody could say whose entry was refused.
            if (slot.Entry is not { } entry || entry.Actor == channel.Context.Own)
            {
                // As evidence, too, nothing is kept that is for others.
                node.Alarm(slot.Entry is null ? slot.Fault : ChannelCodes.EntryNotOurs, channel.Id.ToString(), EvidencePart.Of("entry", SharedEntry.With(said, channel.Context.Own)));
                continue;
            }

            if (channel.Mailbox.Count >= settings.MaxMailbox || elsewhere + channel.TakenIn.Bytes >= settings.MaxHandedOverBytes || channel.TakenIn.IsUnderWay(entry.Id.Value) || channel.OwnSealed.ContainsKey(entry.Id.Value)) continue;
            if (node.Find(Objections.EntryFact(entry.Id)) is not null)
            {
                isLate = true;
                continue;
            }

            if (IsTooEarly(channel, entry)) continue;
            InstanceRows.Resolve(node, channel, entry);
            if (entry.Offset is not null && !offsets.TryHear(channel, entry)) continue;
            // They were looked up for this step only, and the entry may wait for its batch.
            foreach (PayloadKey fact in Objections.Needs(node, channel, entry).Where(static key => key.Kind == PayloadKind.Facts)) node.Remember(fact);
            channel.TakenIn.Begin(entry);
            if (entry.Offset is not null) continue;
            channel.Offers.Take([entry]);
            channel.Mailbox.AddLast(new Command.Peer(entry, node.Now));
        }

        if (isLate) node.Note(ChannelCodes.Late, channel.Id.ToString());
    }

    /// <summary>Judges a proposal: endorses it, refuses entries of it, objects to it, or parks it until the ledger was asked.</summary>
    public void OnProposal(ChannelSide channel, PeerMessage message, ReadProposal read, IReadOnlyList<ProposedSlot> slots, bool hasAsked)
    {
        if (channel.IsTaken(message.Proposal))
        {
            if (!SecondProposal.IsSecond(node, channel, message.Proposal)) node.Note(ChannelCodes.Late, channel.Id.ToString());
            return;
        }

        if (read.Fault.Length > 0 || read.Signed is not { } signed)
        {
            // Nobody signed it, so nothing is said of it to anybody.
            node.Alarm(read.Fault, channel.Id.ToString());
            return;
        }

        bool isNext = signed.Term == channel.Term && signed.Sequence == channel.Sequence + 1 && signed.PreviousHead == channel.Head;
        if (!isNext)
        {
            if (hasAsked)
            {
                Object(channel, signed, ChannelCodes.ProposalOutOfPlace);
                return;
            }

            channel.Parked = (message, false);
            ledger.Query(channel.Id, channel.InFlight?.Slots.Count ?? 0);
            return;
        }

        if (channel.IsSequencer)
        {
            Object(channel, signed, ChannelCodes.NotTheSequencer);
            return;
        }

        if (SecondProposal.IsSecond(node, channel, signed))
        {
            // One head for a previous head and term: what was signed stays signed.
            channel.HasObjected |= channel.InFlight is null;
            Tell(channel, signed, ChannelCodes.SecondHead);
            return;
        }

        // The ledger has decided, or the sequencer says so: it is asked before the proposal is judged, which else waits to be said again.
        if (channel.InFlight is null && read.Body is { Outcomes.Count: > 0 } ends && AreOfLegs(channel, ends.Outcomes) && groups.Hurry(channel, ends.Outcomes))
        {
            if (hasAsked) return;
            channel.Parked = (message, false);
            ledger.Query(channel.Id);
            return;
        }

        bool isNew = channel.Proposed?.IsSame(signed) != true;
        channel.Proposed = signed;
        if (channel.InFlight is { } same) Answer(channel, same);
        else if (read.Body is { } body && !IsTooEarly(channel, body) && !slots.Any(s => s.Entry is { } entry && IsTooEarly(channel, entry))) Endorse(channel, signed, message.Proposal.Body, body, slots);
        // One that is endorsed is kept with its batch. Any other must be remembered, too: what comes in its place proves a fork.
        if (isNew && channel.InFlight is null) channel.WriteSnapshot(node);
    }

    /// <summary>Sends the endorsement of the batch in flight again, with a later not-after when the old one runs out.</summary>
    public void Answer(ChannelSide channel, InFlight batch)
    {
        if (batch.Agreed is not { } agreed) return;
        if (batch.Own is null || batch.Own.NotAfterUnixMs < (node.Now + settings.EndorsementLife / 2).ToUnixTimeMilliseconds())
        {
            batch.Own = Proposer.Sign(node, settings, channel, agreed);
            InFlightRows.Write(node, channel, batch);
        }

        EndorsementAnswer answer = new()
        {
            Channel = ByteString.CopyFrom(channel.Id.ToArray()),
            Term = (ulong)batch.Term,
            Sequence = (ulong)batch.Sequence,
            PreviousHead = ByteString.CopyFrom(batch.Previous.ToArray()),
            Head = ByteString.CopyFrom(agreed.HeadHash.ToArray()),
            Endorsement = batch.Own,
        };
        answer.Refusals.Add(batch.Refusals);
        answer.Reservations.Add(batch.OwnReservations ??= [.. Reservations.Of(channel, agreed)]);
        channel.Tell(node, new PeerMessage { Endorsement = answer });
    }

    /// <summary>Money of an agent that this node has not read of yet is not refused, which would be for ever: the directory is
    /// read, and the other member says it again. So is an action on what became final at the other member first.</summary>
    private bool IsTooEarly(ChannelSide channel, OpenedEntry entry)
    {
        if (entry.Link is { } link && link.Sequence > channel.Sequence && channel.InFlight is { } batch && link.Sequence == batch.Sequence)
        {
            ledger.Query(channel.Id, batch.Slots.Count);
            return true;
        }

        if (Objections.KnowsAgent(node.Parts.Directory, channel.Context) || !Objections.Issues(entry)) return false;
        ledger.RefreshDirectory();
        return true;
    }

    /// <summary>So is a cut for a cycle of such an agent.</summary>
    private bool IsTooEarly(ChannelSide channel, ProposalBody body)
    {
        if (body.Cuts.Count == 0 || Objections.KnowsAgent(node.Parts.Directory, channel.Context)) return false;
        ledger.RefreshDirectory();
        return true;
    }

    private void Endorse(ChannelSide channel, SignedProposal signed, ByteString said, ProposalBody body, IReadOnlyList<ProposedSlot> slots)
    {
        // Said again, it costs nothing more.
        if ((FaultOf(channel, signed) ?? Fault(channel, body, slots)) is { } fault)
        {
            Decline(channel, signed, fault);
            return;
        }

        if (!PositionSalts.TryOpen(channel.Context, signed.Sequence, signed.PreviousHead, body.PositionSalts, out PositionSalts? salts, out byte[]? saltsKey))
        {
            Decline(channel, signed, ChannelCodes.EnvelopeUnreadable);
            return;
        }

        InFlight batch = new(signed, body, slots, salts, saltsKey, node.NewRetry(channel.Pace), node.Now);
        HashSet<Digest> broken = [];
        BatchExecution execution = Run(channel, body, slots, broken, item => PeerEvidence.OfItem(signed, said, item));
        broken.UnionWith(offsets.Broken(channel, execution.Slots));
        if (offsetting.TryTakeBack(channel, execution.Slots) || broken.Count > 0) execution = Run(channel, body, slots, broken, evidence: null);
        batch.Refusals = [.. execution.Slots.Select(static (slot, i) => (slot as BatchSlot.Refused, i)).Where(s => s.Item1 is not null && slots[s.i].Refusal is null)
            .Select(static s => new IndexedRefusal { Index = (uint)s.i, Refusal = s.Item1!.Refusal })];
        if (!execution.TryFinish(batch.Term, batch.Sequence, batch.Previous, salts, out ExecutedBatch? agreed) || !LeadsThere(channel, batch, agreed))
        {
            Decline(channel, signed, ChannelCodes.EntryMalformed);
            return;
        }

        channel.HasObjected = false;
        batch.Agreed = agreed;
        channel.InFlight = batch;
        channel.Note(node, "head_endorsed", new { batch.Sequence, batch.Term, Head = agreed.HeadHash.ToString() });
        InFlightRows.Begin(node, channel, batch);
        // Also those that are refused: they are told so when the batch is final.
        queue.TakeEndorsed(channel, slots.Where(s => s.Entry is not null).Select(s => channel.OwnSealed.GetValueOrDefault(s.Entry!.Id.Value)).OfType<Command.Own>().Where(static o => !o.IsWithdrawn));
        Answer(channel, batch);
    }

    /// <summary>Whether the sequencer, and this member after a restart, who run the proposal with these refusals and decide nothing, come to the
    /// same head. Without refusals this was that very run. What is signed and cannot be run again stops a node, so it is not signed.</summary>
    private static bool LeadsThere(ChannelSide channel, InFlight batch, ExecutedBatch agreed) =>
        batch.Refusals.Count == 0 || Proposer.Recompute(channel.Context, channel.State, batch, batch.Refusals)?.HeadHash == agreed.HeadHash;

    /// <summary>Runs a proposal as far as it stands. What is wrong with it is told of the first run alone.</summary>
    private BatchExecution Run(ChannelSide channel, ProposalBody body, IReadOnlyList<ProposedSlot> slots, HashSet<Digest> broken, Func<int, EvidencePart>? evidence)
    {
        BatchExecution execution = new(channel.Context, channel.State, body.TimeUnixMs, Objections.ForBatch(node, channel), node.Entropy, Objections.Postings(node, channel), orders.ForBatch(channel, broken));
        foreach (LegOutcome outcome in body.Outcomes) execution.Add(outcome);
        foreach (CutCall cut in body.Cuts) execution.Add(cut);
        foreach (LimitGrant grant in body.Grants) execution.Add(grant);
        for (int i = 0; i < slots.Count; i++)
        {
            if (slots[i].Refusal is { } refusal)
            {
                execution.Add(refusal, null);
            }
            else if (slots[i].Entry is { } entry)
            {
                InstanceRows.Resolve(node, channel, entry);
                string code = execution.Add(entry);
                // An honest sequencer has refused these itself.
                if (evidence is not null && (code is ChannelCodes.EntryNotOurs or ChannelCodes.PostingRefused or ChannelCodes.InstanceDiffers || BatchLegs.IsRefusal(code))) node.Alarm(code, channel.Id.ToString(), evidence(i));
                // What this member erased, the other one may still have; and what this one expects of a group, the other one does not know.
                if (evidence is not null && code is ChannelCodes.InstanceUnknown or GroupCodes.LegUnexpected) node.Note(code, channel.Id.ToString(), evidence(i));
            }
            else
            {
                // Neither the rows in flight nor the evidence keep what is for others, although without it nothing shows that the batch had it.
                SealedEntry whole = body.Items[i].Entry, said = body.Items[i].Entry = SharedEntry.With(whole, channel.Context.Own);
                if (evidence is not null) node.Alarm(slots[i].Fault, channel.Id.ToString(), ReferenceEquals(whole, said) ? evidence(i) : EvidencePart.Of("entry", said));
                execution.Add(BatchLeaf.Refuse(IdOf(said)!.Value, slots[i].Fault, node.Entropy), null);
            }
        }

        execution.RefuseUncovered(static _ => false);
        return execution;
    }

    /// <summary>What is wrong with a proposal as a whole, or null.</summary>
    private string? Fault(ChannelSide channel, ProposalBody body, IReadOnlyList<ProposedSlot> slots)
    {
        if ((slots.Count == 0 && body.Outcomes.Count == 0 && body.Cuts.Count == 0 && body.Grants.Count == 0) || slots.Count > BankSettings.LargestBatch) return ChannelCodes.EntryMalformed;
        if (!AreOutcomes(channel, body.Outcomes)) return GroupCodes.OutcomeDiffers;
        if (!AreCalled(channel, body.Cuts)) return CycleCodes.CutUncalled;
        if (!grants.AreOrdered(channel, body.Grants)) return ChannelCodes.GrantNotOrdered;
        long skewMs = (long)settings.MaxClockSkew.TotalMilliseconds;
        if (body.TimeUnixMs < channel.TimeUnixMs || body.TimeUnixMs > node.NowUnixMs + skewMs || body.TimeUnixMs < node.NowUnixMs - skewMs)
            return ChannelCodes.TimeRefused;
        HashSet<EntryId> ids = [];
        foreach (BatchItem item in body.Items)
        {
            EntryId? id = item.ItemCase switch
            {
                BatchItem.ItemOneofCase.Refusal when BatchLeaf.IsWellFormed(item.Refusal) => new EntryId(new Digest(item.Refusal.EntryId.Span)),
                BatchItem.ItemOneofCase.Entry => IdOf(item.Entry),
                _ => null,
            };
            if (id is not { } known) return ChannelCodes.EntryMalformed;
            if (!ids.Add(known)) return ChannelCodes.EntryRepeated;
        }

        return null;
    }

    /// <summary>Whether they end legs that the channel holds, each once, as the ledger decided.</summary>
    private bool AreOutcomes(ChannelSide channel, IReadOnlyCollection<LegOutcome> outcomes)
    {
        if (!AreOfLegs(channel, outcomes)) return false;
        HashSet<Digest> ended = [];
        return outcomes.All(o => Digest.TryRead(o.Group.Span, out Digest group) && ended.Add(group) && groups.DecisionOf(group) == o.IsCommitted);
    }

    /// <summary>Whether there are no more of them than legs that can end.</summary>
    private static bool AreOfLegs(ChannelSide channel, IReadOnlyCollection<LegOutcome> outcomes) => outcomes.Count <= channel.State.Legs.Count;

    /// <summary>Whether the agent called for these cuts. A channel cuts once in a currency, so that they are few before any signature is looked at.</summary>
    private bool AreCalled(ChannelSide channel, IReadOnlyCollection<CutCall> cuts)
    {
        if (cuts.Count > channel.Terms.Currencies.Count) return false;
        HashSet<string> currencies = new(StringComparer.Ordinal);
        return cuts.All(cut => cut.Commitment.IsEmpty && CycleRound.TryRead(cut, node.Network, out CycleRound? round)
                && channel.Terms.Currencies.Any(c => c.Code == round.Currency) && currencies.Add(round.Currency))
            && cuts.All(cut => Objections.Round(node.Parts.Directory, channel.Context, cut) is not null);
    }

    private static EntryId? IdOf(SealedEntry entry) =>
        Parsing.TryParse(EntryHeader.Parser, entry.Header.Span, out EntryHeader? header) && EntryId.TryRead(header.EntryId.Span, out EntryId id) ? id : null;

    /// <summary>Why this very proposal was declined before, where that cannot be otherwise now; else null.</summary>
    private static string? FaultOf(ChannelSide channel, SignedProposal signed) => channel.Opened is { } opened && opened.Signed.IsSame(signed) ? opened.Fault : null;

    /// <summary>Whether a fault is the proposal's own. What the ledger decides, this bank orders, or the clock shows, may come later.</summary>
    private static bool IsForGood(string code) =>
        code is CycleCodes.CutUncalled or ChannelCodes.EntryMalformed or ChannelCodes.EntryRepeated or ChannelCodes.EnvelopeUnreadable;

    /// <summary>Objects to the batch that comes next: from here on the office may be taken over.</summary>
    private void Decline(ChannelSide channel, SignedProposal signed, string code)
    {
        channel.HasObjected = true;
        if (IsForGood(code) && channel.Opened is { } opened && opened.Signed.IsSame(signed)) opened.Fault = code;
        Object(channel, signed, code);
    }

    private void Object(ChannelSide channel, SignedProposal signed, string code)
    {
        node.Alarm(code, channel.Id.ToString());
        Tell(channel, signed, code);
    }

    private void Tell(ChannelSide channel, SignedProposal signed, string objection) => channel.Tell(node, new PeerMessage
    {
        Endorsement = new EndorsementAnswer
        {
            Channel = ByteString.CopyFrom(channel.Id.ToArray()), Term = (ulong)signed.Term, Sequence = (ulong)signed.Sequence,
            PreviousHead = ByteString.CopyFrom(signed.PreviousHead.ToArray()), Objection = objection,
        },
    });
}
