using Settlement.Core.Instructions;

namespace Settlement.Core.Bank;

/// <summary>How much more the payments of a channel may take in one currency, by what holds them back; below zero where a limit is used beyond
/// what it is now. What nothing limits has room without end.</summary>
/// <param name="Cover">Position and granted limit, beside what is on its way.</param>
/// <param name="Urgent">What is kept of it for urgent payments.</param>
/// <param name="High">What is kept beside that for high and urgent ones.</param>
/// <param name="Bilateral">What the bilateral limit leaves.</param>
/// <param name="Multilateral">What the multilateral limit leaves.</param>
/// <param name="DebitCap">What the debit cap leaves.</param>
internal readonly record struct Room(Int128 Cover, Int128 Urgent, Int128 High, Int128 Bilateral, Int128 Multilateral, Int128 DebitCap)
{
    /// <summary>What payments of a priority may take.</summary>
    public Int128 Of(Priority priority)
    {
        Int128 room = Int128.Min(Cover - KeptFrom(priority), DebitCap);
        return priority == Priority.Normal ? Int128.Min(room, Int128.Min(Bilateral, Multilateral)) : room;
    }

    /// <summary>What holds a covered payment back; null when nothing does.</summary>
    public string? Refuses(long minorUnits, Priority priority) =>
        Cover - KeptFrom(priority) < minorUnits ? QueueCodes.Reserved
        : priority == Priority.Normal && Bilateral < minorUnits ? QueueCodes.BilateralLimit
        : priority == Priority.Normal && Multilateral < minorUnits ? QueueCodes.MultilateralLimit
        : DebitCap < minorUnits ? QueueCodes.DebitCap : null;

    /// <summary>Whether there is more of anything than there was.</summary>
    public bool IsMoreThan(Room before) => Cover > before.Cover || Urgent < before.Urgent || High < before.High
        || Bilateral > before.Bilateral || Multilateral > before.Multilateral || DebitCap > before.DebitCap;

    private Int128 KeptFrom(Priority priority) => priority switch
    {
        Priority.Urgent => 0,
        Priority.High => Urgent,
        _ => Urgent + High,
    };
}
