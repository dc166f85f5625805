using Google.Protobuf;
using Settlement.Contracts;
using Settlement.Core.Channels;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Notarisation;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Ledger;

namespace Settlement.Core.Bank;

/// <summary>Legs that a channel holds, as its sealed snapshot keeps them.</summary>
internal static class LegRows
{
    /// <summary>A leg, and the reservation that this member owes the ledger for it, if it does.</summary>
    public static LegRow Keep(HeldLeg leg, ReserveRecord? reserve)
    {
        LegRow row = new()
        {
            GroupBody = leg.GroupBody, Entry = ByteString.CopyFrom(leg.Entry.ToArray()), Sequence = leg.Sequence, ContractHash = ByteString.CopyFrom(leg.Plan.Contract.Hash),
            Action = (uint)leg.Action.Index, Actor = (uint)leg.Actor, State = (uint)leg.Next.Index, Committed = ByteString.CopyFrom(leg.Committed.ToArray()), IsPayment = leg.IsPayment,
        };
        row.Changes.Add(leg.Changes.Select(static c => new LegChange { Member = (uint)c.Member, Currency = c.Currency, Units = c.Units }));
        row.Values.Add(KeptValues.Write(leg.Values));
        if (reserve is not null) row.Reserve = reserve;
        return row;
    }

    /// <summary>The leg of such a row.</summary>
    public static HeldLeg Restore(ChannelTerms terms, LegRow row)
    {
        if (!terms.TryFindContract(row.ContractHash.Span, out ContractPlan? plan) || !ChannelGroup.TryRead(row.GroupBody, terms.Network, out ChannelGroup? group, out _))
            throw new InvalidOperationException("A stored leg is of no contract of its channel, or of no group.");
        return new HeldLeg(group, row.GroupBody, new EntryId(new Digest(row.Entry.Span)), row.Sequence, plan, plan.Contract.Actions[(int)row.Action], (int)row.Actor,
            plan.Contract.States[(int)row.State], KeptValues.Read(plan.Contract.Fields, row.Values), new Digest(row.Committed.Span),
            [.. row.Changes.Select(static c => new LegMovement((int)c.Member, c.Currency, c.Units))], row.IsPayment);
    }
}
