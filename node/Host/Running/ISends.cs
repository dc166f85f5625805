using Settlement.Core.Machines;

namespace Settlement.Host.Running;

/// <summary>Where a loop hands what its machine sends to others.</summary>
internal interface ISends
{
    /// <summary>Takes a message behind those to the same participant; false when too many wait, and it was not taken.</summary>
    bool TrySend(Effect.Send send);
}
