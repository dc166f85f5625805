using Settlement.Core.Bank;
using Settlement.Tests.Simulation.Worlds;

namespace Settlement.Tests.Simulation.Workload;

/// <summary>An order of a group, and what its treasury has heard of it.</summary>
/// <param name="Bank">Whose.</param>
/// <param name="Key">The idempotency key.</param>
/// <param name="Deal">For which deal.</param>
/// <param name="Order">What it says.</param>
internal sealed record GroupRequest(MachineNode Bank, string Key, Deal Deal, GroupOrder Order)
{
    /// <summary>The answer, once there is one; a later one must say the same.</summary>
    public SubmissionAnswer? Answer { get; set; }
}
