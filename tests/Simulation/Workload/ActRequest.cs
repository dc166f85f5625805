using Settlement.Core.Bank;
using Settlement.Tests.Simulation.Worlds;

namespace Settlement.Tests.Simulation.Workload;

/// <summary>An order of an action, and what its back office has heard of it.</summary>
/// <param name="Bank">Whose back office.</param>
/// <param name="Key">The idempotency key.</param>
/// <param name="Order">What is to be done.</param>
internal sealed record ActRequest(MachineNode Bank, string Key, ActOrder Order)
{
    /// <summary>The answer, once there is one; a later one must say the same.</summary>
    public SubmissionAnswer? Answer { get; set; }
}
