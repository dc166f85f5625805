using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Wire.Agent;

namespace Settlement.Core.Agent.Offsets;

/// <summary>What waits at a bank in a currency, as it said last.</summary>
/// <param name="Bank">The bank.</param>
/// <param name="Said">As it said it.</param>
/// <param name="Channels">Of its channels, in the order in which it named them, those that it has shown to be a member of; null for one that is not looked at yet.</param>
internal sealed record BankQueue(ParticipantId Bank, OffsetQueue Said, IReadOnlyList<ShownChannel?> Channels);

/// <summary>A channel that a bank has shown to be a member of.</summary>
/// <param name="Id">The channel.</param>
/// <param name="Member">Which of its two members.</param>
internal readonly record struct ShownChannel(Digest Id, int Member);
