using Google.Protobuf;
using Settlement.Core.Alarms;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Machines;
using Settlement.Core.Monetary;
using Settlement.Core.Nodes;
using Settlement.Core.Notarisation;
using Settlement.Core.Store;
using Settlement.Wire.Ledger;

namespace Settlement.Core.Agent;

/// <summary>
/// The accounts' part of a group. What banks pay is set aside of their accounts, all in one transaction or none; then the agent reserves in its
/// own channel, and the ledger decides. A commitment pays what was set aside to those who are paid, an abort gives it back.
/// </summary>
internal sealed class GroupPostings(NodeContext node, AgentParts parts, LedgerDesk ledger, AgentChannel own, AccountBook book, PostingBook postings)
{
    private readonly Dictionary<Digest, Watch> watches = [];

    private sealed class Watch(Retry retry)
    {
        public Retry Retry { get; } = retry;

        public bool IsAsked { get; set; }

        public bool IsUnknown { get; set; }

        public bool HasPassed { get; set; }

        public bool? Decision { get; set; }
    }

    /// <summary>Sets aside what banks pay, which every account covers.</summary>
    /// <param name="nets">What the group moves.</param>
    /// <param name="moves">What the head of the agent's own channel stands for.</param>
    /// <returns>That head.</returns>
    public long SetAside(GroupNets nets, Digest moves)
    {
        // Whatever one member pays the other is paid, so the nets of the banks cancel.
        if (nets.Banks.Aggregate(Int128.Zero, static (sum, bank) => sum + bank.MinorUnits) != 0) throw new InvalidOperationException("The nets of a group do not cancel.");
        foreach ((string bank, long minorUnits) in nets.Banks.Where(static b => b.MinorUnits < 0)) Post(nets, bank, nets.Holder, -minorUnits);
        return own.Append(nets.Group.Id, moves);
    }

    /// <summary>Goes on with a group that was under way when the vault was written.</summary>
    public void Recover(Digest group, long head) => own.Recover(group, head);

    /// <summary>Brings the group to the ledger's decision.</summary>
    /// <returns>It, once it is known.</returns>
    public bool? Decide(ChannelGroup group, long head)
    {
        Watch watch = WatchOf(group.Id);
        if (!watch.HasPassed && node.Now > group.ExpiresAt)
        {
            // From now on there is something new to be told.
            watch.HasPassed = true;
            watch.Retry.Reset();
        }

        if (watch.Decision is not null) return watch.Decision;
        // After its time nothing is reserved any more, and the ledger has decided whatever the agent asks for. Whether it has the reservation it says before.
        bool isReserved = own.Reserve(group, head);
        if (watch.HasPassed || isReserved) Ask(group, watch);
        return null;
    }

    /// <summary>All channels are expected to have reserved: the ledger is asked again soon.</summary>
    public void Hasten(Digest group) => WatchOf(group).Retry.Reset();

    /// <summary>Does what the ledger decided.</summary>
    public void End(GroupNets nets, bool isCommitted)
    {
        foreach ((string bank, long minorUnits) in nets.Banks.Where(b => isCommitted ? b.MinorUnits > 0 : b.MinorUnits < 0)) Post(nets, nets.Holder, bank, Math.Abs(minorUnits));
        book.Close(nets.Holder, nets.Currency);
        watches.Remove(nets.Group.Id);
        own.Forget(nets.Group.Id);
    }

    /// <summary>Signs what a bank's account got or paid.</summary>
    public (ByteString Id, ByteString Signature) Sign(GroupNets nets, string bank, long minorUnits)
    {
        byte[] id = new byte[PostingText.IdLength];
        node.Entropy.Fill(id);
        ParticipantId participant = ParticipantId.TryParse(bank, out ParticipantId read) ? read : throw new InvalidOperationException("A stored bank has no id.");
        byte[] signature = parts.Posting.Sign(CycleText.Posting(node.Network, id, nets.Group.Id, participant, nets.Currency.Code, minorUnits));
        return (ByteString.CopyFrom(id), ByteString.CopyFrom(signature));
    }

    private Watch WatchOf(Digest group)
    {
        if (!watches.TryGetValue(group, out Watch? watch)) watches.Add(group, watch = new Watch(node.NewRetry()));
        return watch;
    }

    private void Ask(ChannelGroup group, Watch watch)
    {
        if (watch.IsAsked || !watch.Retry.IsDue(node.Now)) return;
        watch.IsAsked = true;
        watch.Retry.Tried(node.Now);
        DecidedRecord record = new() { Group = ByteString.CopyFrom(group.Id.ToArray()), IsCommitted = !watch.HasPassed };
        // Where neither a channel nor the agent has reserved, the ledger has to be shown what it is to abort.
        if (watch.HasPassed && watch.IsUnknown) record.GroupBody = group.Body;
        ledger.Submit(new Submission { Decided = record }, (result, leaf) =>
        {
            watch.IsAsked = false;
            watch.IsUnknown |= result.Code == LedgerCodes.UnknownGroup;
            if (leaf?.Decided is not { } said || !DecidedGroup.TryRead(said, node.Network, out DecidedGroup? decided, out _) || decided.Group != group.Id) return;
            // Nothing is committed without the agent's reservation: while the ledger has not shown it nothing is posted, and where it does not have it, it lies.
            if (!decided.IsCommitted || own.HasReserved(group.Id)) watch.Decision = decided.IsCommitted;
            else if (own.IsRefused(group.Id))
                node.Alarm(GroupCodes.CommittedWithoutLeg, group.Id.ToString(), EvidencePart.Of("receipt", result.Receipt), EvidencePart.Of("checkpoint", ledger.CheckpointNote ?? ""));
        });
    }

    private void Post(GroupNets nets, string debit, string credit, long minorUnits)
    {
        Money amount = new(nets.Currency, minorUnits);
        if (!book.TryPost(debit, credit, creditsPool: false, amount)) throw new InvalidOperationException("What was found covered does not post.");
        postings.Post(new PayloadKey(PayloadKind.Postings, new HashWriter("settlement/agent-cycle").Digest(nets.Group.Id).Text(debit).Text(credit).Finish().ToArray()),
            debit, credit, amount, nets.Event, null);
    }
}
