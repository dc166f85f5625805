using Google.Protobuf;
using Settlement.Contracts;
using Settlement.Core.Alarms;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Nodes;
using Settlement.Core.Notarisation;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;

namespace Settlement.Core.Bank;

/// <summary>The sequencer's part: batches everything that waits, and countersigns what the other member endorsed.</summary>
internal sealed class Proposer(NodeContext node, BankSettings settings, Finaliser finaliser, LedgerDesk ledger, BilateralOffsetting offsetting, GroupDesk groups, GroupOrders orders, CycleDesk cycles, GrantOrders grants, OffsetLegs offsets)
{
    /// <summary>Entries go into a proposal as long as they take no more than this together; what is handed over ends with the entry that
    /// reaches it. One entry alone always fits: no contract has an action whose values take more than 64 kilobytes (CD952), its 250
    /// fields and their envelopes some 60 beside them, and a header has its bound (<see cref="EntryOpener.MaxHeaderBytes"/>). A delivery is
    /// no longer than what was proposed, since members read whatever an observer does: so every door takes both.</summary>
    public const int MaxProposalBytes = 6 << 20;

    private static readonly IReadOnlySet<Digest> NoneBroken = new HashSet<Digest>();

    // An answer that came meanwhile waits no longer than this many entries take to seal.
    private const int MaxPreparedPerStep = 256;

    /// <summary>Called with an own payment that the batch does not cover: it waits for another.</summary>
    public Action<ChannelSide, Command.Own> Returned { get; set; } = (_, _) => { };

    /// <summary>Proposes a batch if this member may and something waits.</summary>
    public void ProposeWaiting(ChannelSide channel)
    {
        offsetting.Settle(channel);
        if (!channel.IsSequencer || (channel.Mailbox.Count == 0 && !groups.HasDue(channel) && !cycles.HasDue(channel) && !grants.HasDue(channel) && !offsets.HasDue(channel))) return;
        if (channel.InFlight is not null)
        {
            Prepare(channel);
            return;
        }

        ChannelContext context = channel.Context;
        if (channel.Mailbox.Any(c => c is Command.Own { Funding: not null }) && !Objections.KnowsAgent(node.Parts.Directory, context))
        {
            // After a restart the directory is read anew; until then the agent's postings cannot be told from false ones.
            ledger.RefreshDirectory();
            return;
        }

        ProposalBody body = new() { TimeUnixMs = Math.Max(node.NowUnixMs, channel.TimeUnixMs) };
        body.Outcomes.Add(groups.Due(channel));
        body.Cuts.Add(cycles.Due(channel, body.TimeUnixMs));
        body.Grants.Add(grants.ForBatch(channel));
        List<(OpenedEntry Entry, Command.Own? Own)> offset = [.. offsets.Due(channel, body.TimeUnixMs)];
        BatchExecution execution = Begin(channel, body, offset, offset.Count == 0 ? NoneBroken : offsets.Broken(channel, Begin(channel, body, offset, NoneBroken).Slots));
        List<Command.Own> taken = [];
        HashSet<OpenedEntry> offered = [];
        int size = 0, acts = 0;
        foreach ((OpenedEntry entry, Command.Own? own) in offset)
        {
            size += entry.Shared.CalculateSize();
            if (own is not null) taken.Add(own);
        }

        while (channel.Mailbox.First is { } first && execution.Slots.Count < settings.MaxBatchEntries)
        {
            // Those that judge it must read a batch for each.
            if (first.Value.ActsOnInstance && ++acts > BankSettings.LargestActs) break;
            OpenedEntry? next = Entry(channel, first.Value);
            // What would go beyond the bound is the next batch's first.
            if (next is not null && (size += next.Shared.CalculateSize()) > MaxProposalBytes && execution.Slots.Count > 0) break;
            channel.Mailbox.RemoveFirst();
            if (next is not { } entry) continue;
            if (first.Value is Command.Own taking) taken.Add(taking);
            if (first.Value is Command.Peer { IsOffset: true }) offered.Add(entry);
            string code = execution.Add(entry);
            // An entry that is refused here is not in the proposal, nor is what this member alone reads: a restart finds the bytes beside the work.
            if (first.Value is Command.Own own && (code.Length > 0 || !entry.Plan.IsSharedWhole(entry.Action))) WaitingRows.WriteSealed(node, channel, own);
            // Honest banks bring it about, too, where both join a group at once or one has many under way.
            if (first.Value is Command.Peer && (code == GroupCodes.LegUnexpected || BatchLegs.IsRefusal(code))) node.NoteAbout(channel.Other.Id, code, channel.Id.ToString(), EvidencePart.Of("entry", entry.Shared));
            if (code is ChannelCodes.InstanceDiffers or ChannelCodes.EntryRepeated) node.AlarmAbout(channel.Other.Id, code, channel.Id.ToString(), EvidencePart.Of("entry", entry.Shared));
        }

        new BatchCover(node, offsetting, Returned).RefuseUncovered(channel, execution, taken, offered);
        if (execution.Slots.Count == 0 && body.Outcomes.Count == 0 && body.Cuts.Count == 0 && body.Grants.Count == 0) return;
        PositionSalts salts = PositionSalts.Draw(channel.Terms, node.Entropy);
        body.PositionSalts = salts.Seal(context, channel.Sequence + 1, channel.Head, node.Entropy, out byte[] saltsKey);
        List<ProposedSlot> slots = [];
        foreach (BatchSlot slot in execution.Slots)
        {
            slots.Add(slot is BatchSlot.Refused refused ? new ProposedSlot(refused.Entry, refused.Refusal) : new ProposedSlot(((BatchSlot.Agreed)slot).Entry, null));
            body.Items.Add(slots[^1].Refusal is { } refusal ? new BatchItem { Refusal = refusal } : new BatchItem { Entry = slots[^1].Entry!.Shared });
        }

        ByteString bytes = body.ToByteString();
        SignedProposal signed = SignedProposal.Sign(context, channel.Term, channel.Sequence + 1, channel.Head, bytes.Span, channel.OwnKey);
        InFlight batch = new(signed, body, slots, salts, saltsKey, node.NewRetry(channel.Pace), node.Now);
        batch.Taken.AddRange(taken);
        // What the endorser leads to when it refuses nothing.
        if (execution.TryFinish(batch.Term, batch.Sequence, batch.Previous, salts, out ExecutedBatch? executed)) batch.Proposed = executed;
        channel.InFlight = batch;
        channel.Note(node, "head_proposed", new { batch.Sequence, batch.Term, Entries = slots.Count });
        InFlightRows.Begin(node, channel, batch);
        Send(channel, batch, bytes);
    }

    /// <summary>Begins to run a batch with what does not come from the mailbox.</summary>
    private BatchExecution Begin(ChannelSide channel, ProposalBody body, IEnumerable<(OpenedEntry Entry, Command.Own? Own)> offset, IReadOnlySet<Digest> broken)
    {
        BatchExecution execution = new(channel.Context, channel.State, body.TimeUnixMs, Objections.ForBatch(node, channel), node.Entropy, Objections.Postings(node, channel), orders.ForBatch(channel, broken));
        foreach (LegOutcome outcome in body.Outcomes) execution.Add(outcome);
        foreach (CutCall cut in body.Cuts) execution.Add(cut);
        foreach (LimitGrant grant in body.Grants) execution.Add(grant);
        foreach ((OpenedEntry entry, _) in offset) execution.Add(entry);
        return execution;
    }

    /// <summary>Sends the proposal again when its time has come, and asks the ledger whether the office was taken over.</summary>
    public void RetryProposal(ChannelSide channel)
    {
        if (channel.InFlight is not { IsSubmitted: false } batch || !channel.IsSequencer || !batch.Retry.IsDue(node.Now)) return;
        if (batch.Own is not null && batch.Other is not null) Submit(channel, batch);
        else Send(channel, batch, batch.Body.ToByteString());
        if (batch.Retry.Tries > 1) ledger.Query(channel.Id, channel.InFlight?.Slots.Count ?? 0);
    }

    /// <summary>The other member endorsed, or objects.</summary>
    public void OnEndorsement(ChannelSide channel, EndorsementAnswer answer)
    {
        SecondEndorsement.Look(node, channel, answer);
        if (channel.InFlight is not { } batch || !channel.IsSequencer || (long)answer.Sequence != batch.Sequence || (long)answer.Term != batch.Term
            || !answer.PreviousHead.Span.SequenceEqual(batch.Previous.ToArray()))
        {
            node.Note(ChannelCodes.Late, channel.Id.ToString());
            return;
        }

        if (batch.IsSubmitted) return;
        if (answer.Objection.Length > 0)
        {
            // The same proposal is sent again: nothing else may be signed for this head and term.
            node.Alarm(KnownCodes.OrForeign(answer.Objection), channel.Id.ToString());
            ledger.Query(channel.Id, channel.InFlight?.Slots.Count ?? 0);
            return;
        }

        // What no calendar has, the ledger would refuse, and this member would stand there with it.
        if (answer.Endorsement is null || !UnixTime.TryRead(answer.Endorsement.NotAfterUnixMs, out DateTimeOffset notAfter)
            || Claimed(channel, batch, answer) is not { Result: { } agreed } claimed
            // Last, because they may be many.
            || !Reservations.AreOf(channel, agreed, answer.Reservations))
        {
            node.Alarm(ChannelCodes.EndorsementInvalid, channel.Id.ToString());
            return;
        }

        // Where it lies within the skew of clocks, the ledger's decides.
        if (notAfter < node.Now - settings.MaxClockSkew)
        {
            node.Alarm(LedgerCodes.EndorsementExpired, channel.Id.ToString());
            return;
        }

        // A head is signed once; a later not-after is a new signature over the same head.
        if (batch.Agreed is { } earlier && earlier.HeadHash != agreed.HeadHash)
        {
            return;
        }

        batch.Retry.Answered(node.Now);
        batch.Agreed = agreed;
        batch.Refusals = claimed.Refusals;
        batch.Other = answer.Endorsement;
        batch.Reservations = [.. answer.Reservations];
        batch.Own = Sign(node, settings, channel, agreed);
        channel.Note(node, "head_endorsed", new { batch.Sequence, batch.Term, Head = agreed.HeadHash.ToString() });
        InFlightRows.Write(node, channel, batch);
        Submit(channel, batch);
    }

    /// <summary>The head that the other member signed for the batch, run with what it refuses: once, since it signs one head for a place and
    /// refuses one set of entries under it. Null where it did not sign this one, or signed another before.</summary>
    private static ClaimedHead? Claimed(ChannelSide channel, InFlight batch, EndorsementAnswer answer)
    {
        if (!Core.Cryptography.Digest.TryRead(answer.Head.Span, out Digest head)) return null;
        if (batch.Claimed is { } known && (known.Head != head || known.Result is null)) return null;
        if (batch.Claimed is null && !AreWellFormed(batch, answer.Refusals)) return null;
        if (!channel.OtherKey.Verify(Digest(channel, new HeadFields(channel.Id, batch.Term, batch.Sequence, batch.Previous, head), answer.Endorsement), answer.Endorsement.Signature.Span)) return null;
        if (batch.Claimed is null)
        {
            ExecutedBatch? result = answer.Refusals.Count == 0 && batch.Proposed is { } proposed ? proposed : Recompute(channel.Context, channel.State, batch, answer.Refusals);
            batch.Claimed = new ClaimedHead(head, answer.Endorsement, [.. answer.Refusals], result?.HeadHash == head ? result : null);
        }

        return batch.Claimed;
    }

    /// <summary>Whether they refuse entries of the batch, each once.</summary>
    private static bool AreWellFormed(InFlight batch, IReadOnlyCollection<IndexedRefusal> refusals)
    {
        HashSet<uint> refused = [];
        return refusals.Count <= batch.Slots.Count && refusals.All(r => r.Index < batch.Slots.Count && refused.Add(r.Index) && r.Refusal is { } refusal && BatchLeaf.IsWellFormed(refusal)
            && batch.Slots[(int)r.Index] is { Refusal: null, Entry: { } entry } && refusal.EntryId.Span.SequenceEqual(entry.Id.ToArray()));
    }

    /// <summary>Runs a proposal with the endorser's refusals; null when that does not lead to a batch.</summary>
    public static ExecutedBatch? Recompute(ChannelContext context, ChannelState origin, InFlight batch, IReadOnlyList<IndexedRefusal> refusals)
    {
        Dictionary<int, Refusal> refused = [];
        foreach (IndexedRefusal refusal in refusals)
        {
            if (refusal.Index >= batch.Slots.Count || refusal.Refusal is null || !refused.TryAdd((int)refusal.Index, refusal.Refusal)) return null;
        }

        BatchExecution execution = new(context, origin, batch.Body.TimeUnixMs, null, null, null);
        foreach (LegOutcome outcome in batch.Body.Outcomes) execution.Add(outcome);
        foreach (CutCall cut in batch.Body.Cuts) execution.Add(cut);
        foreach (LimitGrant grant in batch.Body.Grants) execution.Add(grant);
        for (int i = 0; i < batch.Slots.Count; i++)
        {
            ProposedSlot slot = batch.Slots[i];
            if (slot.Refusal is { } own)
            {
                if (refused.ContainsKey(i)) return null;
                execution.Add(own, slot.Entry);
            }
            else if (refused.TryGetValue(i, out Refusal? theirs))
            {
                execution.Add(theirs, slot.Entry);
            }
            else if (slot.Entry is null || execution.Add(slot.Entry).Length > 0)
            {
                return null;
            }
        }

        return execution.TryFinish(batch.Term, batch.Sequence, batch.Previous, batch.Salts, out ExecutedBatch? agreed) ? agreed : null;
    }

    /// <summary>Signs the agreed head until the end of an endorsement's life.</summary>
    public static Endorsement Sign(NodeContext node, BankSettings settings, ChannelSide channel, ExecutedBatch agreed)
    {
        Endorsement endorsement = new() { NotAfterUnixMs = (node.Now + settings.EndorsementLife).ToUnixTimeMilliseconds() };
        endorsement.Signature = UnsafeByteOperations.UnsafeWrap(channel.OwnKey.Sign(
            Digest(channel, new HeadFields(channel.Id, agreed.Head.Term, agreed.Head.Sequence, agreed.Head.Previous, agreed.HeadHash), endorsement)));
        return endorsement;
    }

    private static Digest Digest(ChannelSide channel, HeadFields head, Endorsement endorsement) =>
        RecordHashes.Endorsement(channel.Terms.Network, head,
            DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(endorsement.NotAfterUnixMs, 0, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())));

    /// <summary>Seals what the next batch will take, while the last one is under way. Nothing of it has left this node, so a crash
    /// loses only the work.</summary>
    private void Prepare(ChannelSide channel)
    {
        int looked = 0, prepared = 0;
        for (LinkedListNode<Command>? next = channel.Mailbox.First; next is not null && looked < settings.MaxBatchEntries && prepared < MaxPreparedPerStep; next = next.Next, looked++)
        {
            if (next.Value is not Command.Own { Entry: null } own) continue;
            Seal(channel, own);
            prepared++;
        }
    }

    private void Seal(ChannelSide channel, Command.Own own)
    {
        own.Seal(channel.Context, node.Now, node.Entropy);
        channel.NoteSealed(own);
    }

    private OpenedEntry? Entry(ChannelSide channel, Command command)
    {
        switch (command)
        {
            case Command.Peer peer:
                if (peer.Since + NodeContext.FactMemory / 2 >= node.Now) return peer.Entry;
                // What waited longer than facts are remembered is handed over again by its owner.
                channel.TakenIn.Drop(peer.Entry);
                return null;
            case Command.Own own:
                Seal(channel, own);
                return own.Entry;
            default:
                throw new InvalidOperationException("An unknown command.");
        }
    }

    private void Send(ChannelSide channel, InFlight batch, ByteString body)
    {
        batch.Retry.Tried(node.Now);
        channel.Tell(node, new PeerMessage { Proposal = batch.Signed.ToProposal(body) });
    }

    private void Submit(ChannelSide channel, InFlight batch)
    {
        ExecutedBatch agreed = batch.Agreed!;
        HeadRecord record = new()
        {
            Channel = ByteString.CopyFrom(channel.Id.ToArray()),
            Term = (ulong)agreed.Head.Term,
            Sequence = (ulong)agreed.Head.Sequence,
            PreviousHead = ByteString.CopyFrom(agreed.Head.Previous.ToArray()),
            Head = ByteString.CopyFrom(agreed.HeadHash.ToArray()),
        };
        record.Endorsements.Add(channel.Context.Own == 0 ? batch.Own : batch.Other);
        record.Endorsements.Add(channel.Context.Own == 0 ? batch.Other : batch.Own);
        batch.IsSubmitted = true;
        ledger.Submit(new Submission { Head = record }, (result, leaf) => OnNotarised(channel, batch, result, leaf), batch.Slots.Count);
    }

    private void OnNotarised(ChannelSide channel, InFlight batch, SubmissionResult result, Leaf? leaf)
    {
        batch.IsSubmitted = false;
        if (!ReferenceEquals(channel.InFlight, batch)) return;
        if (leaf is not null)
        {
            if (finaliser.TryFinalise(channel, leaf)) channel.Tell(node, new PeerMessage { Finality = new FinalityNotice { Channel = ByteString.CopyFrom(channel.Id.ToArray()), Sequence = (ulong)batch.Sequence } });
            return;
        }

        if (result.Code == LedgerCodes.EndorsementExpired)
        {
            // The same head, signed again until later, after a wait: who signs for too short a time must not drive this member on.
            node.Note(result.Code, channel.Id.ToString());
            batch.Own = null;
            batch.Retry.Tried(node.Now);
            return;
        }

        if (result.Code == LedgerCodes.QuotaUsed)
        {
            // Nobody's fault: the ledger has its bounds, which others may have used up, and takes the same head after a wait.
            node.Note(result.Code, channel.Id.ToString());
            batch.Retry.Tried(node.Now);
            return;
        }

        // A takeover or a close that this member has not read of yet is nobody's fault.
        if (result.Code is LedgerCodes.WrongTerm or LedgerCodes.ChannelClosed) node.Note(result.Code, channel.Id.ToString());
        else node.Alarm(KnownCodes.OrForeign(result.Code), channel.Id.ToString());
        batch.Retry.Tried(node.Now);
        ledger.Query(channel.Id, channel.InFlight?.Slots.Count ?? 0);
    }
}
