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
internal sealed class Endorser(NodeContext node, BankSettings settings, LedgerDesk ledger)
{
    /// <summary>Seals own commands and hands them over; what is unanswered is handed over again by <see cref="TermWatch"/>'s clock.</summary>
    public void HandOver(ChannelSide channel, bool again)
    {
        if (channel.IsSequencer || channel.Mailbox.Count == 0) return;
        Commands commands = new() { Channel = ByteString.CopyFrom(channel.Id.ToArray()), Term = (ulong)channel.Term };
        int size = 0;
        foreach (Command command in channel.Mailbox)
        {
            if (command is not Command.Own own || (own.IsHanded && !again)) continue;
            if (!own.IsHanded)
            {
                own.Entry ??= EntrySealer.Seal(channel.Context, own.Plan, own.Action, own.Values, node.Now, node.Entropy);
                own.IsHanded = true;
                channel.NoteSealed(own);
                WaitingRows.WriteSealed(node, channel, own);
            }

            commands.Entries.Add(own.Entry!.Sealed);
            size += own.Entry.Sealed.CalculateSize();
            if (commands.Entries.Count >= settings.MaxBatchEntries || size >= Proposer.MaxProposalBytes) break;
        }

        if (commands.Entries.Count > 0) channel.Tell(node, new PeerMessage { Commands = commands });
    }

    /// <summary>The sequencer takes commands of the other member into the mailbox, once each.</summary>
    public void OnCommands(ChannelSide channel, Commands commands, IReadOnlyList<ProposedSlot> opened)
    {
        if (!channel.IsSequencer || (long)commands.Term != channel.Term)
        {
            node.Note(ChannelCodes.Late, channel.Id.ToString());
            ledger.Query(channel.Id, channel.InFlight?.Slots.Count ?? 0);
            return;
        }

        if (opened.Count < commands.Entries.Count) node.Alarm(ChannelCodes.EntryMalformed, channel.Id.ToString());
        HashSet<Digest> present = [.. channel.Mailbox.OfType<Command.Peer>().Select(c => c.Entry.Id.Value)];
        present.UnionWith(channel.InFlight?.Slots.Where(s => s.Entry is not null).Select(s => s.Entry!.Id.Value) ?? []);
        bool isLate = false;
        foreach ((ProposedSlot slot, SealedEntry said) in opened.Zip(commands.Entries))
        {
            // What does not open, or is not the sender's, gets no leaf: nobody could say whose entry was refused.
            if (slot.Entry is not { } entry || entry.Actor == channel.Context.Own)
            {
                node.Alarm(slot.Entry is null ? slot.Fault : ChannelCodes.EntryNotOurs, channel.Id.ToString(), EvidencePart.Of("entry", said));
                continue;
            }

            if (channel.Mailbox.Count >= settings.MaxMailbox || !present.Add(entry.Id.Value)) continue;
            if (node.Find(Objections.EntryFact(entry)) is not null)
            {
                isLate = true;
                continue;
            }

            if (IsTooEarly(channel, entry)) continue;
            // They were looked up for this step only, and the entry may wait for its batch.
            foreach (PayloadKey fact in Objections.Needs(node, channel, entry)) node.Remember(fact);
            channel.Mailbox.AddLast(new Command.Peer(entry, node.Now));
        }

        if (isLate) node.Note(ChannelCodes.Late, channel.Id.ToString());
    }

    /// <summary>Judges a proposal: endorses it, refuses entries of it, objects to it, or parks it until the ledger was asked.</summary>
    public void OnProposal(ChannelSide channel, PeerMessage message, IReadOnlyList<ProposedSlot> slots, bool hasAsked)
    {
        Proposal proposal = message.Proposal;
        if ((long)proposal.Term < channel.Term || (long)proposal.Sequence <= channel.Sequence)
        {
            node.Note(ChannelCodes.Late, channel.Id.ToString());
            return;
        }

        if (!Digest.TryRead(proposal.PreviousHead.Span, out Digest previous))
        {
            node.Alarm(ChannelCodes.MessageMalformed, channel.Id.ToString());
            return;
        }

        bool isNext = (long)proposal.Term == channel.Term && (long)proposal.Sequence == channel.Sequence + 1 && previous == channel.Head;
        if (!isNext)
        {
            if (hasAsked)
            {
                Object(channel, proposal, ChannelCodes.ProposalOutOfPlace);
                return;
            }

            channel.Parked = (message, false);
            ledger.Query(channel.Id, channel.InFlight?.Slots.Count ?? 0);
            return;
        }

        if (channel.IsSequencer)
        {
            Object(channel, proposal, ChannelCodes.NotTheSequencer);
            return;
        }

        if (channel.InFlight is { } earlier)
        {
            OnSecondProposal(channel, earlier, proposal);
            return;
        }

        if (slots.Any(s => s.Entry is { } entry && IsTooEarly(channel, entry))) return;

        Endorse(channel, proposal, previous, slots);
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
            Channel = batch.Proposal.Channel,
            Term = batch.Proposal.Term,
            Sequence = batch.Proposal.Sequence,
            PreviousHead = batch.Proposal.PreviousHead,
            Head = ByteString.CopyFrom(agreed.HeadHash.ToArray()),
            Endorsement = batch.Own,
        };
        answer.Refusals.Add(batch.Refusals);
        channel.Tell(node, new PeerMessage { Endorsement = answer });
    }

    /// <summary>Money of an agent that this node has not read of yet is not refused, which would be for ever: the directory is
    /// read, and the other member says it again.</summary>
    private bool IsTooEarly(ChannelSide channel, OpenedEntry entry)
    {
        if (Objections.KnowsAgent(node.Parts.Directory, channel.Context) || !Objections.Issues(entry)) return false;
        ledger.RefreshDirectory();
        return true;
    }

    private void OnSecondProposal(ChannelSide channel, InFlight earlier, Proposal proposal)
    {
        if (earlier.Proposal.Equals(proposal))
        {
            Answer(channel, earlier);
            return;
        }

        // One head for a previous head and term: what was signed stays signed.
        Object(channel, proposal, ChannelCodes.SecondHead, EvidencePart.Of("proposal signed", earlier.Proposal), EvidencePart.Of("proposal offered", proposal));
    }

    private void Endorse(ChannelSide channel, Proposal proposal, Digest previous, IReadOnlyList<ProposedSlot> slots)
    {
        if (Fault(channel, proposal, slots) is { } fault)
        {
            Decline(channel, proposal, fault);
            return;
        }

        if (!PositionSalts.TryOpen(channel.Context, (long)proposal.Sequence, previous, proposal.PositionSalts, out PositionSalts? salts, out byte[]? saltsKey))
        {
            Decline(channel, proposal, ChannelCodes.EnvelopeUnreadable);
            return;
        }

        InFlight batch = new(proposal, slots, salts, saltsKey, node.NewRetry(), node.Now);
        BatchExecution execution = new(channel.Context, channel.State, proposal.TimeUnixMs, Objections.ForBatch(node, channel), node.Entropy, Objections.Postings(node.Parts.Directory, channel.Context));
        List<IndexedRefusal> refusals = [];
        for (int i = 0; i < slots.Count; i++)
        {
            if (slots[i].Refusal is { } refusal)
            {
                execution.Add(refusal, null);
            }
            else if (slots[i].Entry is { } entry)
            {
                string code = execution.Add(entry);
                if (code.Length > 0) refusals.Add(new IndexedRefusal { Index = (uint)i, Refusal = ((BatchSlot.Refused)execution.Slots[i]).Refusal });
                // An honest sequencer has refused these itself.
                if (code is ChannelCodes.EntryNotOurs or ChannelCodes.PostingRefused) node.Alarm(code, channel.Id.ToString(), EvidencePart.Of("entry", entry.Sealed));
            }
            else
            {
                node.Alarm(slots[i].Fault, channel.Id.ToString(), EvidencePart.Of("entry", proposal.Items[i].Entry));
                Refusal own = BatchLeaf.Refuse(IdOf(proposal.Items[i].Entry)!.Value, slots[i].Fault, node.Entropy);
                execution.Add(own, null);
                refusals.Add(new IndexedRefusal { Index = (uint)i, Refusal = own });
            }
        }

        if (!execution.TryFinish(batch.Term, batch.Sequence, previous, salts, out ExecutedBatch? agreed))
        {
            Decline(channel, proposal, ChannelCodes.EntryMalformed);
            return;
        }

        channel.HasObjected = false;
        batch.Agreed = agreed;
        batch.Refusals = refusals;
        channel.InFlight = batch;
        channel.Note(node, "head_endorsed", new { batch.Sequence, batch.Term, Head = agreed.HeadHash.ToString() });
        InFlightRows.Begin(node, channel, batch);
        Answer(channel, batch);
    }

    /// <summary>What is wrong with a proposal as a whole, or null.</summary>
    private string? Fault(ChannelSide channel, Proposal proposal, IReadOnlyList<ProposedSlot> slots)
    {
        if (slots.Count == 0 || slots.Count > BankSettings.LargestBatch) return ChannelCodes.EntryMalformed;
        long skewMs = (long)settings.MaxClockSkew.TotalMilliseconds;
        if (proposal.TimeUnixMs < channel.TimeUnixMs || proposal.TimeUnixMs > node.NowUnixMs + skewMs || proposal.TimeUnixMs < node.NowUnixMs - skewMs)
            return ChannelCodes.TimeRefused;
        HashSet<EntryId> ids = [];
        foreach (BatchItem item in proposal.Items)
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

    private static EntryId? IdOf(SealedEntry entry) =>
        Parsing.TryParse(EntryHeader.Parser, entry.Header.Span, out EntryHeader? header) && EntryId.TryRead(header.EntryId.Span, out EntryId id) ? id : null;

    /// <summary>Objects to the batch that comes next: from here on the office may be taken over.</summary>
    private void Decline(ChannelSide channel, Proposal proposal, string code)
    {
        channel.HasObjected = true;
        Object(channel, proposal, code);
    }

    private void Object(ChannelSide channel, Proposal proposal, string code, params EvidencePart[] evidence)
    {
        node.Alarm(code, channel.Id.ToString(), evidence);
        channel.Tell(node, new PeerMessage
        {
            Endorsement = new EndorsementAnswer
            {
                Channel = proposal.Channel, Term = proposal.Term, Sequence = proposal.Sequence, PreviousHead = proposal.PreviousHead, Objection = code,
            },
        });
    }
}
