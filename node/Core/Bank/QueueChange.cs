using Settlement.Core.Instructions;

namespace Settlement.Core.Bank;

/// <summary>What a back office changes of a payment that waits in the queue.</summary>
public abstract record QueueChange
{
    /// <summary>It waits until it is released, and is in nobody's way.</summary>
    public sealed record Hold : QueueChange;

    /// <summary>It is held no longer.</summary>
    public sealed record Release : QueueChange;

    /// <summary>It is refused with DS02.</summary>
    public sealed record Cancel : QueueChange;

    /// <summary>It waits with another priority, in the place that it has by its submission.</summary>
    public sealed record Prioritise(Priority Priority) : QueueChange;
}
