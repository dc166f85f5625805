using System.Text.Json.Serialization;

namespace Settlement.Client;

/// <summary>How far the bank lets the other member's position in a channel fall below zero.</summary>
/// <param name="Currency">ISO 4217, or a unit of one of the channel's contracts.</param>
/// <param name="Amount">A decimal number, not below zero; a whole one of a unit.</param>
/// <param name="From">The business day from which on, YYYY-MM-DD; none for at once.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ChannelLimitOrder(string Currency, string Amount, string? From = null);

/// <summary>The limits of a channel, in each of its currencies and units.</summary>
/// <param name="Limits">By currency or unit, in the order of the terms.</param>
public sealed record ChannelLimitList(IReadOnlyList<ChannelLimit> Limits);

/// <summary>The two limits of a channel in a currency or unit, as they hold since its last final batch.</summary>
/// <param name="Currency">ISO 4217, or a unit of one of the channel's contracts.</param>
/// <param name="Granted">How far below zero the other member's position may fall.</param>
/// <param name="Received">How far below zero the bank's own may.</param>
/// <param name="Pending">What the bank has ordered of the one that it grants, and no final batch has yet.</param>
public sealed record ChannelLimit(string Currency, string Granted, string Received, IReadOnlyList<PendingChannelLimit> Pending);

/// <summary>A change of a limit that is not final.</summary>
/// <param name="Amount">What it is to be.</param>
/// <param name="From">The business day from which on, YYYY-MM-DD; none where it is on its way into a batch.</param>
public sealed record PendingChannelLimit(string Amount, string? From);
