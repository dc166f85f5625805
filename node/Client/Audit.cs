namespace Settlement.Client;

/// <summary>The channels that a regulator observes.</summary>
public sealed record AuditChannelList(IReadOnlyList<AuditChannel> Channels);

/// <summary>A channel and how far it has come.</summary>
/// <param name="Id">The channel's id.</param>
/// <param name="Members">Its members.</param>
/// <param name="NotarisedSequence">The newest sequence on the ledger.</param>
/// <param name="HeldSequence">The newest sequence that is held without a gap.</param>
public sealed record AuditChannel(string Id, IReadOnlyList<string> Members, ulong NotarisedSequence, ulong HeldSequence)
{
    /// <summary>When the channel was closed, as the ledger's log says; null while it is open.</summary>
    public DateTimeOffset? ClosedAt { get; init; }
}

/// <summary>What a regulator can prove of one channel.</summary>
/// <param name="Channel">The channel's id.</param>
/// <param name="Entries">Entries that were checked.</param>
/// <param name="AsOf">How much of the ledger's log the verdicts rest on.</param>
/// <param name="Delivered">No leaf of a notarised head is missing, in a log whose root is the one that the ledger signed.</param>
/// <param name="Authentic">Every opening matches its commitment.</param>
/// <param name="ReExecuted">The contract was run again with the same outcome.</param>
/// <param name="Positions">What the members hold, as running the contracts again gave it; none where that was not possible.</param>
public sealed record AuditReport(
    string Channel, long Entries, AuditBasis AsOf, Verdict Delivered, Verdict Authentic, Verdict ReExecuted, IReadOnlyList<AuditPosition> Positions);

/// <summary>How much of the ledger's log a report rests on.</summary>
/// <param name="CheckpointSize">The size of the newest checkpoint whose root the regulator recomputed since its start; 0 while there is none.</param>
/// <param name="NotarisedSequence">The channel's newest sequence in that log.</param>
public sealed record AuditBasis(long CheckpointSize, ulong NotarisedSequence);

/// <summary>A member's position.</summary>
/// <param name="Member">Its id.</param>
/// <param name="Currency">The currency.</param>
/// <param name="Position">The amount, with the currency's decimals.</param>
public sealed record AuditPosition(string Member, string Currency, string Position);

/// <summary>One verdict.</summary>
/// <param name="Holds">Whether it holds for everything.</param>
/// <param name="Findings">What is missing or wrong, up to a bound.</param>
public sealed record Verdict(bool Holds, IReadOnlyList<Finding> Findings);

/// <summary>One thing that is missing or wrong.</summary>
/// <param name="Code">A stable code.</param>
/// <param name="Place">The sequence, entry or field that is meant.</param>
public sealed record Finding(string Code, string Place);
