using Settlement.Core.Nodes;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Agent;

namespace Settlement.Core.Agent.Cycles;

/// <summary>The accounts' part of a round: when it begins, and what its end means for the cycle.</summary>
internal sealed class CyclePostings(NodeContext node, AccountBook book, GroupPostings postings)
{
    /// <summary>Sets aside what banks owe, once all have opened and every account covers it. Which does not is named.</summary>
    /// <returns>Whether the cycle changed.</returns>
    public bool TrySetAside(CycleState cycle)
    {
        if (!cycle.Banks.All(static b => b.HasOpened)) return false;
        bool changed = false;
        foreach (CycleBankRow bank in cycle.Banks)
        {
            bool isShort = bank.NetMinorUnits < 0 && book.BalanceOf(bank.Bank, cycle.Currency) < -(Int128)bank.NetMinorUnits;
            changed |= isShort != bank.IsShort;
            bank.IsShort = isShort;
        }

        if (cycle.Banks.Any(static b => b.IsShort)) return changed;
        cycle.Row.Head = postings.SetAside(NetsOf(cycle), CycleCheck.Cuts(cycle.Round!, cycle.InRound));
        cycle.Row.Stage = CycleStage.Deciding;
        return true;
    }

    /// <summary>Goes on with a round that was under way when the vault was written.</summary>
    public void Recover(CycleState cycle)
    {
        if (cycle.Row.Stage == CycleStage.Deciding) postings.Recover(cycle.Round!.Group.Id, cycle.Row.Head);
    }

    /// <summary>Brings the round to the ledger's decision, and does what that says.</summary>
    /// <returns>Whether it has ended.</returns>
    public bool TryEnd(CycleState cycle)
    {
        if (postings.Decide(cycle.Round!.Group, cycle.Row.Head) is not { } isCommitted) return false;
        GroupNets nets = NetsOf(cycle);
        postings.End(nets, isCommitted);
        if (isCommitted) foreach (CycleBankRow bank in cycle.Banks) (bank.PostingId, bank.Signature) = postings.Sign(nets, bank.Bank, bank.NetMinorUnits);
        cycle.Row.Stage = isCommitted ? CycleStage.Settled : CycleStage.Void;
        cycle.Row.Reason = isCommitted ? "" : AgentCodes.RoundPassed;
        cycle.Row.EndedUnixMs = node.NowUnixMs;
        return true;
    }

    private static GroupNets NetsOf(CycleState cycle) =>
        new(cycle.Round!.Group, AccountBook.CycleHolder(cycle.Id), "cycle_posted", cycle.Currency, [.. cycle.Banks.Select(static b => (b.Bank, b.NetMinorUnits))]);
}
