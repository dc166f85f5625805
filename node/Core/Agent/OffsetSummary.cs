using Settlement.Core.Cryptography;
using Settlement.Core.Monetary;

namespace Settlement.Core.Agent;

/// <summary>The offsets under way and those that ended of late, the newest first.</summary>
public sealed record OffsetSummary(IReadOnlyList<OffsetStatus> Offsets);

/// <summary>Payments of many channels that settle together over accounts, as the agent's operator sees them.</summary>
/// <param name="Group">The id of the group of their channels.</param>
/// <param name="Currency">In what they are.</param>
/// <param name="Stage">How far it is.</param>
/// <param name="Channels">How many, without the agent's own.</param>
/// <param name="Payments">How many.</param>
/// <param name="OpenedAt">When it was called for.</param>
/// <param name="EndsAt">When its time passes.</param>
/// <param name="Reason">Why it is void; else null.</param>
public sealed record OffsetStatus(Digest Group, Currency Currency, OffsetStage Stage, int Channels, int Payments, DateTimeOffset OpenedAt, DateTimeOffset EndsAt, string? Reason);
