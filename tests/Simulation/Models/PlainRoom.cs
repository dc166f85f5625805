using Settlement.Core.Bank;
using Settlement.Core.Instructions;

namespace Settlement.Tests.Simulation.Models;

/// <summary>What may still be taken of a line, by what holds payments back.</summary>
/// <param name="Cover">Position and granted limit, less what is taken.</param>
/// <param name="Urgent">What is kept of it for urgent payments.</param>
/// <param name="High">What is kept beside that for high and urgent ones.</param>
/// <param name="Bilateral">What the bilateral limit leaves.</param>
/// <param name="Multilateral">What the multilateral limit leaves.</param>
/// <param name="Cap">What the debit cap leaves.</param>
internal readonly record struct PlainRoom(long Cover, long Urgent, long High, long Bilateral, long Multilateral, long Cap)
{
    /// <summary>What a payment lacks first; null when it lacks nothing.</summary>
    public string? Lacks(long amount, Priority priority) =>
        amount > Cover ? ReasonCodes.InsufficientFunds
        : amount > Cover - Kept(priority) ? QueueCodes.Reserved
        : priority == Priority.Normal && amount > Bilateral ? QueueCodes.BilateralLimit
        : priority == Priority.Normal && amount > Multilateral ? QueueCodes.MultilateralLimit
        : amount > Cap ? QueueCodes.DebitCap : null;

    /// <summary>The most that payments of a priority may take.</summary>
    public long Of(Priority priority)
    {
        long[] bounds = priority == Priority.Normal ? [Cover - Kept(priority), Cap, Bilateral, Multilateral] : [Cover - Kept(priority), Cap];
        return bounds.Min();
    }

    /// <summary>Whether there is more of anything than there was.</summary>
    public bool IsMoreThan(PlainRoom before) => Cover > before.Cover || Urgent < before.Urgent || High < before.High
        || Bilateral > before.Bilateral || Multilateral > before.Multilateral || Cap > before.Cap;

    private long Kept(Priority priority) => (priority < Priority.Urgent ? Urgent : 0) + (priority < Priority.High ? High : 0);
}
