using Settlement.Core.Notarisation;

namespace Settlement.Ledger;

/// <summary>
/// The rules of groups. A group is committed from the leaf on by which its last channel reserves, and since none reserves
/// after its time, it is otherwise aborted from then on. So a decision follows from the log, and its record only
/// says it: nobody gains by asking for it late, or never.
/// </summary>
internal static class GroupRules
{
    /// <summary>Judges a reservation by all but its signatures.</summary>
    public static Judgement Judge(LedgerState state, SignedReservation reservation, DateTimeOffset time)
    {
        if (state.Channel(reservation.Channel) is not { } channel) return Judgement.Refuse(LedgerCodes.UnknownChannel);
        if (state.Group(reservation.Group.Id)?.ReservedBy(reservation.Channel) is { } reserved)
            return reserved.Head == reservation.Head ? Judgement.Existing(reserved.Leaf) : Judgement.Refuse(LedgerCodes.AlreadyReserved);
        if (channel.CloseLeaf is not null) return Judgement.Refuse(LedgerCodes.ChannelClosed);
        if (!channel.Has(reservation.Head)) return Judgement.Refuse(LedgerCodes.ReservedHead);
        return time > reservation.Group.ExpiresAt ? Judgement.Refuse(LedgerCodes.GroupExpired) : Judgement.Append;
    }

    /// <summary>Judges a decision. A decided group answers with its decision, whichever the submitter expected.</summary>
    public static Judgement Judge(LedgerState state, DecidedGroup decided, DateTimeOffset time)
    {
        if (state.Group(decided.Group) is not { } group) return decided.Body is { } body ? JudgeUnreserved(body, decided.IsCommitted, time) : Judgement.Refuse(LedgerCodes.UnknownGroup);
        if (group.DecidedLeaf is { } leaf) return Judgement.Existing(leaf);
        if (decided.IsCommitted) return group.IsComplete ? Judgement.Append : Judgement.Refuse(LedgerCodes.GroupIncomplete);
        if (group.IsComplete) return Judgement.Refuse(LedgerCodes.GroupComplete);
        return time > group.ExpiresAt ? Judgement.Append : Judgement.Refuse(LedgerCodes.GroupStillOpen);
    }

    /// <summary>A group of which no channel has reserved in time ends by a record that says which group it is.</summary>
    private static Judgement JudgeUnreserved(ChannelGroup group, bool isCommitted, DateTimeOffset time) =>
        isCommitted ? Judgement.Refuse(LedgerCodes.GroupIncomplete) : time > group.ExpiresAt ? Judgement.Append : Judgement.Refuse(LedgerCodes.GroupStillOpen);
}
