using Settlement.Core.Bank;
using StatusCodes = Settlement.Host.Iso20022.StatusCodes;

namespace Settlement.Host.BackOffice;

/// <summary>A status in ISO 20022's words.</summary>
internal static class StatusText
{
    public static string Of(InstructionStatus status) => status switch
    {
        InstructionStatus.Received => StatusCodes.Received,
        InstructionStatus.Accepted => StatusCodes.Accepted,
        InstructionStatus.Queued => StatusCodes.Pending,
        InstructionStatus.Settled => StatusCodes.Settled,
        InstructionStatus.Rejected => StatusCodes.Rejected,
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "There is no such status."),
    };

    /// <summary>Whether whoever waits for an outcome is told it: what waits in the queue may do so all day.</summary>
    public static bool IsOutcome(InstructionStatus status) => status is InstructionStatus.Settled or InstructionStatus.Rejected or InstructionStatus.Queued;
}
