using Google.Protobuf;
using Settlement.Contracts;
using Settlement.Core.Channels;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Netting;
using Settlement.Core.Notarisation;
using Settlement.Core.Vault.Records;
using Settlement.Wire.Ledger;

namespace Settlement.Core.Bank;

/// <summary>Legs that a channel holds, as its sealed snapshot keeps them.</summary>
internal static class LegRows
{
    /// <summary>A leg, what this member owes the ledger for it, if it does, what it can show the agent of a cut, and how the leg ends, if that
    /// is to be kept.</summary>
    public static LegRow Keep(HeldLeg leg, ChannelSide channel)
    {
        LegRow row = new() { GroupBody = leg.Group.Body, Sequence = leg.Sequence, Committed = ByteString.CopyFrom(leg.Committed.ToArray()) };
        row.Changes.Add(leg.Changes.Select(static c => new LegChange { Member = (uint)c.Member, Currency = c.Currency, Units = c.Units }));
        if (leg.Entry is { } entry)
        {
            row.Entry = ByteString.CopyFrom(entry.Id.ToArray());
            row.ContractHash = ByteString.CopyFrom(entry.Plan.Contract.Hash);
            (row.Action, row.Actor, row.State, row.IsPayment) = ((uint)entry.Action.Index, (uint)entry.Actor, (uint)entry.Next.Index, entry.IsPayment);
            row.Values.Add(KeptValues.Write(entry.Values));
        }
        else if (leg.Cut is { } cut)
        {
            row.Cut = new LegCut(channel.CutProofs.GetValueOrDefault(leg.Group.Id) ?? new LegCut())
            {
                Currency = cut.Currency, Owed = cut.Owed, Blinding = ByteString.CopyFrom(cut.Blinding.ToArray()), Commitment = ByteString.CopyFrom(cut.Commitment!.ToArray()),
            };
        }

        row.Offset.Add(leg.Offset.Select(Keep));
        if (channel.Reserves.TryGetValue(leg.Group.Id, out ReserveRecord? reserve)) row.Reserve = reserve;
        if (channel.OtherReservations.TryGetValue(leg.Group.Id, out ByteString? other)) row.OtherReservation = other;
        if (channel.Decisions.TryGetValue(leg.Group.Id, out bool isCommitted)) row.IsCommitted = isCommitted;
        return row;
    }

    /// <summary>A leg that has ended.</summary>
    public static EndedLegRow Keep(KeyValuePair<Digest, EndedLeg> ended)
    {
        EndedLegRow row = new() { Group = ByteString.CopyFrom(ended.Key.ToArray()), UntilUnixMs = ended.Value.UntilUnixMs };
        if (ended.Value.Actor is { } actor) row.Actor = (uint)actor;
        return row;
    }

    /// <summary>The ended leg of such a row.</summary>
    public static KeyValuePair<Digest, EndedLeg> Restore(EndedLegRow row) => new(new Digest(row.Group.Span), new EndedLeg(row.HasActor ? (int)row.Actor : null, row.UntilUnixMs));

    /// <summary>The leg of such a row.</summary>
    public static HeldLeg Restore(ChannelTerms terms, LegRow row)
    {
        if (!ChannelGroup.TryRead(row.GroupBody, terms.Network, out ChannelGroup? group, out _)) throw new InvalidOperationException("A stored leg is of no group.");
        return new HeldLeg(group, row.Sequence, new Digest(row.Committed.Span), [.. row.Changes.Select(static c => new LegMovement((int)c.Member, c.Currency, c.Units))])
        {
            Entry = row.Cut is null && row.Offset.Count == 0 ? EntryOf(terms, row.Entry, row.ContractHash, (row.Action, row.Actor, row.State), row.Values, row.IsPayment) : null, Cut = row.Cut is { } cut ? CutOf(cut) : null, Offset = [.. row.Offset.Select(payment => PaymentOf(terms, payment))],
        };
    }

    private static OffsetPaymentRow Keep(OffsetPayment payment)
    {
        LegEntry entry = payment.Entry;
        OffsetPaymentRow row = new()
        {
            Entry = ByteString.CopyFrom(entry.Id.ToArray()), ContractHash = ByteString.CopyFrom(entry.Plan.Contract.Hash), Action = (uint)entry.Action.Index, Actor = (uint)entry.Actor,
            State = (uint)entry.Next.Index, Committed = ByteString.CopyFrom(payment.Committed.ToArray()), MinorUnits = payment.Amount.Units, Currency = payment.Amount.Unit,
        };
        row.Values.Add(KeptValues.Write(entry.Values));
        return row;
    }

    private static OffsetPayment PaymentOf(ChannelTerms terms, OffsetPaymentRow row) => new(
        EntryOf(terms, row.Entry, row.ContractHash, (row.Action, row.Actor, row.State), row.Values, isPayment: true), KeptValues.Amount(row.Currency, row.MinorUnits), new Digest(row.Committed.Span));

    private static LegEntry EntryOf(ChannelTerms terms, ByteString id, ByteString contract, (uint Action, uint Actor, uint State) of, IReadOnlyList<ByteString> values, bool isPayment)
    {
        if (!terms.TryFindContract(contract.Span, out ContractPlan? plan)) throw new InvalidOperationException("A stored leg is of no contract of its channel.");
        return new LegEntry(new EntryId(new Digest(id.Span)), plan, plan.Contract.Actions[(int)of.Action], (int)of.Actor, plan.Contract.States[(int)of.State],
            KeptValues.Read(plan.Contract.Fields, values), isPayment);
    }

    private static NetCut CutOf(LegCut row) =>
        Blinding.TryRead(row.Blinding.Span, out Blinding blinding) && PedersenCommitment.TryRead(row.Commitment.Span, out PedersenCommitment? commitment)
            ? new NetCut(row.Currency, row.Owed) { Blinding = blinding, Commitment = commitment }
            : throw new InvalidOperationException("A stored cut does not read.");
}
