using Google.Protobuf;
using Settlement.Core.Alarms;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Nodes;
using Settlement.Core.Notarisation;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;

namespace Settlement.Core.Bank;

/// <summary>Follows the term of office: sees what the ledger says, takes over when the sequencer makes no progress, and lets a
/// batch of an older term go.</summary>
internal sealed class TermWatch(NodeContext node, BankSettings settings, Finaliser finaliser, Endorser endorser, LedgerDesk ledger, GroupDesk groups, CycleDesk cycles, GrantOrders grants, OffsetLegs offsets)
{
    /// <summary>Called with an own payment that is not on its way together with what covers it any more.</summary>
    public Action<ChannelSide, Command.Own> Returned { get; set; } = (_, _) => { };

    /// <summary>Looks after a channel once a tick.</summary>
    public void Watch(ChannelSide channel)
    {
        bool hasWork = channel.InFlight is not null || channel.Mailbox.Count > 0 || channel.HasObjected || groups.HasDue(channel) || cycles.HasDue(channel) || grants.HasDue(channel);
        if (!hasWork)
        {
            channel.StalledSince = null;
            return;
        }

        channel.StalledSince ??= node.Now;
        if (!channel.IsSequencer && grants.IsLeftOut(channel)) TakeOver(channel);
        if (channel.IsSequencer || channel.Retry.IsDue(node.Now) is false) return;
        channel.Retry.Tried(node.Now);
        if (channel.Retry.Tries == 1) return;
        ledger.Query(channel.Id, channel.InFlight?.Slots.Count ?? 0);
        endorser.HandOver(channel, again: true);
        if (node.Now - channel.StalledSince > settings.TakeoverAfter) TakeOver(channel);
    }

    /// <summary>What the ledger says of a channel, with leaves under a verified checkpoint.</summary>
    public void OnSeen(ChannelSide channel, ChannelStatus status, Leaf? head, Leaf? term)
    {
        if (!status.Known || head is null) return;
        SeeHead(channel, head);
        if (term is not null && (long)status.Term > channel.Term) SeeTakeover(channel, term);
        Unpark(channel);
    }

    private void SeeHead(ChannelSide channel, Leaf leaf)
    {
        if (leaf.RecordCase != Leaf.RecordOneofCase.Head || !EndorsedHead.TryRead(leaf.Head, out EndorsedHead? head) || head.Fields.Channel != channel.Id) return;
        if (head.Fields.Sequence <= channel.Sequence)
        {
            if (head.Fields.Sequence == channel.Sequence && head.Fields.Head != channel.Head) Doubt(channel, head);
            return;
        }

        // What is wrong with the leaf of the batch in flight, the finaliser has said.
        if (!finaliser.TryFinalise(channel, leaf) && channel.InFlight?.Agreed?.HeadHash != head.Fields.Head) Doubt(channel, head);
    }

    /// <summary>A head that this bank does not know. If its own signature is on it, and the other member's, its vault has lost it; else the
    /// ledger, which notarises nothing without both, made it up. One of an older term both may have signed: it was dead when the office
    /// changed hands at another head, so the ledger shows what it cannot have notarised.</summary>
    private void Doubt(ChannelSide channel, EndorsedHead head)
    {
        if (head.Fields.Term < channel.Term)
        {
            node.Alarm(LedgerCodes.LeafAgainstRules, channel.Id.ToString());
            return;
        }

        bool isLost = head.IsEndorsedBy(channel.Terms.Network, channel.Context.Own, channel.KeyOf(channel.Context.Own)) && head.IsEndorsedBy(channel.Terms.Network, channel.Other.Number, channel.OtherKey);
        node.Alarm(isLost ? ChannelCodes.UnknownHead : ChannelCodes.EndorsementInvalid, channel.Id.ToString());
    }

    private void SeeTakeover(ChannelSide channel, Leaf leaf)
    {
        if (leaf.RecordCase != Leaf.RecordOneofCase.Takeover || !SignedTakeover.TryRead(leaf.Takeover, out SignedTakeover? takeover)
            || takeover.Channel != channel.Id || takeover.NewTerm <= channel.Term) return;
        bool isOwn = takeover.Member == channel.Context.Own;
        if (TermOfOffice.SequencerOf(takeover.NewTerm, ChannelTerms.MemberCount) != takeover.Member
            || !takeover.IsSignedBy(channel.Terms.Network, channel.KeyOf(takeover.Member)))
        {
            node.Alarm(LedgerCodes.TakeoverSignature, channel.Id.ToString());
            return;
        }

        // No head of the older term follows it, and none of the newer one is known yet: it stands at the newest head, or the ledger took what it must refuse.
        if (takeover.Head != channel.Head)
        {
            node.Alarm(LedgerCodes.TakeoverHead, channel.Id.ToString());
            return;
        }

        if (!isOwn) node.NoteAbout(channel.Other.Id, ChannelCodes.TakenOver, channel.Id.ToString(), EvidencePart.Of("leaf", leaf));
        channel.Term = takeover.NewTerm;
        channel.HasObjected = false;
        channel.StalledSince = null;
        channel.Retry.Reset();
        LetGo(channel);
        channel.Note(node, "taken_over", new { Term = takeover.NewTerm, takeover.Member });
        channel.WriteSnapshot(node);
    }

    /// <summary>The log shows the takeover, so a head of an older term that it does not hold is dead. Own entries go back to the
    /// mailbox as they were sealed.</summary>
    private void LetGo(ChannelSide channel)
    {
        if (channel.InFlight is { } batch && batch.Term < channel.Term)
        {
            channel.InFlight = null;
            InFlightRows.Drop(node, channel, batch);
            for (int i = batch.Taken.Count - 1; i >= 0; i--)
            {
                // It is handed over with its offset.
                if (batch.Taken[i].Offset is not null) continue;
                channel.Mailbox.AddFirst(batch.Taken[i]);
                // Sealed in a proposal that is dead now: the bytes go into a row of their own when they are handed over.
                batch.Taken[i].IsHanded = false;
                WaitingRows.WriteSealed(node, channel, batch.Taken[i]);
            }
        }

        // The other member proposes now, or hands its commands over again.
        foreach (Command.Peer peer in channel.Mailbox.OfType<Command.Peer>().ToList()) channel.Mailbox.Remove(peer);
        channel.TakenIn.DropAll();
        channel.Offers.Clear();
        grants.OnTakeover(channel);
        offsets.OnTakeover(channel);
        foreach (Command.Own own in channel.Mailbox.OfType<Command.Own>().Where(static o => o.IsOffset).ToList())
        {
            channel.Mailbox.Remove(own);
            Returned(channel, own);
        }

        foreach (Command.Own own in channel.Mailbox.OfType<Command.Own>()) own.IsHanded = false;
    }

    private void Unpark(ChannelSide channel)
    {
        if (channel.Parked is { } parked) channel.Parked = (parked.Message, true);
    }

    private void TakeOver(ChannelSide channel)
    {
        if (channel.IsTakingOver) return;
        long newTerm = channel.Term + 1;
        TakeoverRecord record = new()
        {
            Channel = ByteString.CopyFrom(channel.Id.ToArray()),
            Head = ByteString.CopyFrom(channel.Head.ToArray()),
            NewTerm = (ulong)newTerm,
            Member = (uint)channel.Context.Own,
            Signature = ByteString.CopyFrom(channel.OwnKey.Sign(RecordHashes.Takeover(channel.Terms.Network, channel.Id, channel.Head, newTerm))),
        };
        channel.IsTakingOver = true;
        ledger.Submit(new Submission { Takeover = record }, (result, leaf) =>
        {
            channel.IsTakingOver = false;
            if (leaf is not null && newTerm == channel.Term + 1) SeeTakeover(channel, leaf);
            else if (result.Code.Length > 0) ledger.Query(channel.Id, channel.InFlight?.Slots.Count ?? 0);
        });
    }
}
