using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Monetary;
using Settlement.Core.Notarisation;

namespace Settlement.Core.Agent;

/// <summary>What a group of channels moves over accounts once the ledger commits it.</summary>
/// <param name="Group">The group, in which the agent's own channel is.</param>
/// <param name="Holder">Who holds in the books what is set aside for it.</param>
/// <param name="Event">The name of the event of each posting.</param>
/// <param name="Currency">In what.</param>
/// <param name="Banks">What each bank's account gets, below zero what it pays; they sum to zero.</param>
internal sealed record GroupNets(ChannelGroup Group, string Holder, string Event, Currency Currency, IReadOnlyList<(string Bank, long MinorUnits)> Banks);
