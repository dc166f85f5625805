namespace Settlement.Contracts;

/// <summary>
/// Compares who plays the observers. A channel's observers take their parts in the order in which a contract declares them, so that
/// another order, or one observer more or less before others, gives a participant another part and what that part reads. Those
/// that act take theirs by what they do, and their order decides nothing.
/// </summary>
internal sealed class ObserverDifference(Contract before, Contract after, FindingList findings)
{
    public void Run()
    {
        Party[] old = [.. before.Parties.Where(p => p.Observes)], fresh = [.. after.Parties.Where(p => p.Observes)];
        for (int place = 0; place < Math.Max(old.Length, fresh.Length); place++)
        {
            Party? was = place < old.Length ? old[place] : null, now = place < fresh.Length ? fresh[place] : null;
            if (was is not null && now is not null) Compare(was, now);
            else if (was is not null) Leaves(was);
            else Enters(now!);
        }
    }

    private void Compare(Party was, Party now)
    {
        if (was.Name == now.Name) return;
        string[] could = [.. Can(before, was)], can = [.. Can(after, now)];
        string[] more = [.. can.Except(could, StringComparer.Ordinal)], less = [.. could.Except(can, StringComparer.Ordinal)];
        string who = $"Observers play in the order of their declaration: whoever played {was.Name} now plays {now.Name}";
        if (more.Length > 0) findings.Widened(now.Name, $"{who}, and {ActionSentences.And(more)}.");
        if (less.Length > 0) findings.Narrowed(now.Name, $"{who}, and no longer {ActionSentences.And(less)}.");
        // A contract may name an observer for other reasons than what it reads.
        if (more.Length == 0 && less.Length == 0) findings.Widened(now.Name, $"{who}, and reads the same.");
    }

    /// <summary>One that is gone altogether is told as that.</summary>
    private void Leaves(Party was)
    {
        if (after.FindParty(was.Name) is { Observes: true }) findings.Narrowed(was.Name, $"Observers play in the order of their declaration: whoever played {was.Name} now plays none.");
    }

    /// <summary>One that is new altogether is told as that.</summary>
    private void Enters(Party now)
    {
        if (before.FindParty(now.Name) is not { Observes: true }) return;
        string[] can = [.. Can(after, now)];
        findings.Widened(now.Name, $"Observers play in the order of their declaration: whoever played none now plays {now.Name}{(can.Length == 0 ? "" : $", and {ActionSentences.And(can)}")}.");
    }

    private static IEnumerable<string> Can(Contract contract, Party party)
    {
        foreach (ReadingRow row in ReadingRow.Of(contract).Where(r => r.Field.IsReadBy(party))) yield return $"reads {row.Name}";
        foreach (ToldOnPurpose told in ToldOnPurpose.Of(contract).Where(t => t.Party == party)) yield return $"is told about {told.Field.Name} by {told.Action.Name}";
        if (contract.CanReExecute(party)) yield return "can run every action again";
    }
}
