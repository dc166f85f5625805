using System.Text.Json.Serialization;

namespace Settlement.Client;

/// <summary>Stops banks and channels at the settlement agent from a leaf of the ledger's log on: what stands under a head at that leaf or a later one is not
/// paid, and no money goes in.</summary>
/// <param name="FromLeaf">The leaf, from 0.</param>
/// <param name="By">Who orders it, in the operator's words.</param>
/// <param name="Banks">Of whom nothing is paid or taken, in whichever channel.</param>
/// <param name="Channels">Of which nothing is, whoever asks.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record StopOrder(long FromLeaf, string By, IReadOnlyList<string>? Banks = null, IReadOnlyList<string>? Channels = null);

/// <summary>Lifts a stop.</summary>
/// <param name="By">Who orders it, in the operator's words.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record LiftOrder(string By);

/// <summary>What is, or was, stopped, the oldest first.</summary>
public sealed record StopList(IReadOnlyList<StopInfo> Stops);

/// <summary>A stop.</summary>
/// <param name="Subject">The bank's id, or the channel's.</param>
/// <param name="FromLeaf">From which leaf of the ledger's log on.</param>
/// <param name="By">Who ordered it.</param>
/// <param name="At">When.</param>
/// <param name="LiftedAt">When it was lifted; null while it holds.</param>
/// <param name="LiftedBy">Who lifted it.</param>
public sealed record StopInfo(string Subject, long FromLeaf, string By, DateTimeOffset At, DateTimeOffset? LiftedAt, string? LiftedBy);
