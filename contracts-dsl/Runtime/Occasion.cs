namespace Settlement.Contracts;

/// <summary>Who runs an action and when: what an evaluation depends on beside values.</summary>
/// <param name="Now">The time of the head that holds the entry.</param>
/// <param name="Calendar">The business days of the channel.</param>
/// <param name="Actor">Who takes the action.</param>
/// <param name="Participants">How many play each party, by the party's index; null when one plays each.</param>
public readonly record struct Occasion(DateTimeOffset Now, BusinessCalendar Calendar, Seat Actor, IReadOnlyList<int>? Participants = null)
{
    /// <summary>How many play the party.</summary>
    public int CountOf(Party party)
    {
        ArgumentNullException.ThrowIfNull(party);
        return Participants?[party.Index] ?? 1;
    }
}
