using Settlement.Core.Bank;
using Settlement.Tests.Simulation.Worlds;

namespace Settlement.Tests.Simulation.Workload;

/// <summary>One message of a back office, and what it has heard of it.</summary>
/// <param name="Bank">Whose back office.</param>
/// <param name="Key">The idempotency key; null for a message that is sent only once.</param>
/// <param name="Body">The message.</param>
/// <param name="Items">Its transfers; the remittance of each is its tag.</param>
/// <param name="Tags">The tags.</param>
internal sealed record Order(MachineNode Bank, string? Key, byte[] Body, IReadOnlyList<SubmittedTransfer> Items, IReadOnlyList<string> Tags)
{
    /// <summary>The answer, once there is one; a later one must say the same.</summary>
    public SubmissionAnswer? Answer { get; set; }
}
