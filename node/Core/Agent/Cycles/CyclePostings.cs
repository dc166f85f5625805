using Google.Protobuf;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Machines;
using Settlement.Core.Monetary;
using Settlement.Core.Nodes;
using Settlement.Core.Notarisation;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Agent;
using Settlement.Wire.Ledger;

namespace Settlement.Core.Agent.Cycles;

/// <summary>
/// The accounts' part of a round. What banks owe is set aside of their accounts, all in one transaction or none; then the agent reserves in its
/// own channel, and the ledger decides. A commitment pays what was set aside to those who are owed, an abort gives it back.
/// </summary>
internal sealed class CyclePostings(NodeContext node, AgentParts parts, LedgerDesk ledger, AgentChannel own, AccountBook book, PostingBook postings)
{
    private readonly Dictionary<Digest, Watch> watches = [];

    private sealed class Watch(Retry retry)
    {
        public Retry Retry { get; } = retry;

        public bool IsAsked { get; set; }

        public bool? Decision { get; set; }
    }

    /// <summary>Sets aside what banks owe, once all have opened and every account covers it. Which does not is named.</summary>
    /// <returns>Whether the cycle changed.</returns>
    public bool TrySetAside(CycleState cycle)
    {
        if (!cycle.Banks.All(static b => b.HasOpened)) return false;
        // Each cut counts once for either member, so the sums of the banks cancel: a commitment opens to nothing else.
        if (cycle.Banks.Aggregate(Int128.Zero, static (sum, bank) => sum + bank.NetMinorUnits) != 0) throw new InvalidOperationException("The sums of a cycle do not cancel.");
        bool changed = false;
        foreach (CycleBankRow bank in cycle.Banks)
        {
            bool isShort = bank.NetMinorUnits < 0 && book.BalanceOf(bank.Bank, cycle.Currency) < -(Int128)bank.NetMinorUnits;
            changed |= isShort != bank.IsShort;
            bank.IsShort = isShort;
        }

        if (cycle.Banks.Any(static b => b.IsShort)) return changed;
        foreach (CycleBankRow payer in cycle.Banks.Where(static b => b.NetMinorUnits < 0)) Post(cycle, payer.Bank, AccountBook.CycleHolder(cycle.Id), -payer.NetMinorUnits);
        cycle.Row.Head = own.Append(CycleCheck.Cuts(cycle.Round!, cycle.InRound));
        cycle.Row.Stage = CycleStage.Deciding;
        return true;
    }

    /// <summary>Brings the round to the ledger's decision, and does what that says.</summary>
    /// <returns>Whether it has ended.</returns>
    public bool TryEnd(CycleState cycle)
    {
        Digest group = cycle.Round!.Group.Id;
        if (!watches.TryGetValue(group, out Watch? watch)) watches.Add(group, watch = new Watch(node.NewRetry()));
        // After its time nothing is reserved any more, and the ledger has decided whatever the agent asks for.
        if (watch.Decision is null && (own.Reserve(cycle.Round.Group, cycle.Row.Head) || node.Now > cycle.Round.Group.ExpiresAt)) Ask(cycle.Round.Group, watch);
        if (watch.Decision is not { } isCommitted) return false;
        foreach (CycleBankRow bank in cycle.Banks.Where(b => isCommitted ? b.NetMinorUnits > 0 : b.NetMinorUnits < 0))
            Post(cycle, AccountBook.CycleHolder(cycle.Id), bank.Bank, Math.Abs(bank.NetMinorUnits));
        book.Close(AccountBook.CycleHolder(cycle.Id), cycle.Currency);
        if (isCommitted) foreach (CycleBankRow bank in cycle.Banks) Sign(cycle, bank);
        cycle.Row.Stage = isCommitted ? CycleStage.Settled : CycleStage.Void;
        cycle.Row.Reason = isCommitted ? "" : AgentCodes.RoundPassed;
        cycle.Row.EndedUnixMs = node.NowUnixMs;
        watches.Remove(group);
        own.Forget(group);
        return true;
    }

    private void Ask(ChannelGroup group, Watch watch)
    {
        if (watch.IsAsked || !watch.Retry.IsDue(node.Now)) return;
        watch.IsAsked = true;
        watch.Retry.Tried(node.Now);
        DecidedRecord record = new() { Group = ByteString.CopyFrom(group.Id.ToArray()), IsCommitted = node.Now <= group.ExpiresAt };
        ledger.Submit(new Submission { Decided = record }, (result, leaf) =>
        {
            watch.IsAsked = false;
            if (leaf?.Decided is { } said && DecidedGroup.TryRead(said, node.Network, out DecidedGroup? decided, out _) && decided.Group == group.Id) watch.Decision = decided.IsCommitted;
        });
    }

    private void Post(CycleState cycle, string debit, string credit, long minorUnits)
    {
        Money amount = new(cycle.Currency, minorUnits);
        if (!book.TryPost(debit, credit, creditsPool: false, amount)) throw new InvalidOperationException("What was found covered does not post.");
        postings.Post(new PayloadKey(PayloadKind.Postings, new HashWriter("settlement/agent-cycle").Digest(cycle.Round!.Group.Id).Text(debit).Text(credit).Finish().ToArray()),
            debit, credit, amount, "cycle_posted", null);
    }

    private void Sign(CycleState cycle, CycleBankRow bank)
    {
        byte[] id = new byte[PostingText.IdLength];
        node.Entropy.Fill(id);
        ParticipantId participant = ParticipantId.TryParse(bank.Bank, out ParticipantId read) ? read : throw new InvalidOperationException("A stored bank has no id.");
        bank.PostingId = ByteString.CopyFrom(id);
        bank.Signature = ByteString.CopyFrom(parts.Posting.Sign(CycleText.Posting(node.Network, id, cycle.Round!.Group.Id, participant, cycle.Row.Currency, bank.NetMinorUnits)));
    }
}
