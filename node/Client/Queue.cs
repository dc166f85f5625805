using System.Text.Json.Serialization;

namespace Settlement.Client;

/// <summary>A change of how an instruction waits in the queue.</summary>
/// <param name="Change">hold, release, cancel or prioritise.</param>
/// <param name="Priority">URGT, HIGH or NORM, for prioritise alone.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record QueueOrder(string Change, string? Priority = null);

/// <summary>What waits in the queue.</summary>
/// <param name="Payments">As many as were asked for: by channel and currency, in the order in which they are looked at.</param>
/// <param name="Waiting">How many wait in all.</param>
public sealed record QueuePage(IReadOnlyList<QueuedPayment> Payments, int Waiting);

/// <summary>A payment that waits.</summary>
public sealed record QueuedPayment
{
    /// <summary>The node's id of the instruction.</summary>
    public required string Instruction { get; init; }

    /// <summary>The channel that will settle it.</summary>
    public required string Channel { get; init; }

    /// <summary>The other bank.</summary>
    public required string Counterparty { get; init; }

    /// <summary>A decimal number.</summary>
    public required string Amount { get; init; }

    /// <summary>The amount's currency.</summary>
    public required string Currency { get; init; }

    /// <summary>URGT, HIGH or NORM.</summary>
    public required string Priority { get; init; }

    /// <summary>Why it waits: AM04 (not covered), QU001 (behind others), QU002 (held), QU003 (before its time), QU005 (bilateral limit),
    /// QU006 (multilateral limit), QU007 (debit cap), QU008 (kept for higher priorities).</summary>
    public required string Reason { get; init; }

    /// <summary>When it became durable here.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>When it may settle at the earliest.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>When it is refused unless it is on its way.</summary>
    public DateTimeOffset? NotAfter { get; init; }
}
