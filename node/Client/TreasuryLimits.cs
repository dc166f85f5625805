using System.Text.Json.Serialization;

namespace Settlement.Client;

/// <summary>What a limit of the bank's own treasury is to be.</summary>
/// <param name="Kind">bilateral, multilateral, debit-cap, urgent-reservation or high-reservation.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Amount">A decimal number, not below zero; null for no limit, which must be said.</param>
/// <param name="Counterparty">The other bank; none for multilateral and debit-cap, which are over all of them.</param>
/// <param name="From">The business day from which on, YYYY-MM-DD; none for at once.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record TreasuryLimitOrder(string Kind, string Currency, string? Amount, string? Counterparty = null, string? From = null);

/// <summary>The limits of the bank's own treasury.</summary>
/// <param name="Limits">By kind, counterparty and currency.</param>
public sealed record TreasuryLimitList(IReadOnlyList<TreasuryLimit> Limits);

/// <summary>A limit of the bank's own treasury.</summary>
public sealed record TreasuryLimit
{
    /// <summary>bilateral, multilateral, debit-cap, urgent-reservation or high-reservation.</summary>
    public required string Kind { get; init; }

    /// <summary>The other bank; none where the limit is over all of them.</summary>
    public string? Counterparty { get; init; }

    /// <summary>ISO 4217.</summary>
    public required string Currency { get; init; }

    /// <summary>What is in effect; none for no limit.</summary>
    public string? Amount { get; init; }

    /// <summary>How far it is used: what was paid in the business day beyond what was received, or what is owed. None for a reservation.</summary>
    public string? Used { get; init; }

    /// <summary>What it is to be, by day.</summary>
    public required IReadOnlyList<PlannedTreasuryLimit> Planned { get; init; }
}

/// <summary>What a limit is to be from a business day on.</summary>
/// <param name="From">YYYY-MM-DD.</param>
/// <param name="Amount">A decimal number; none for no limit.</param>
public sealed record PlannedTreasuryLimit(string From, string? Amount);
