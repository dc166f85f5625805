using Settlement.Core.Nodes;
using Settlement.Core.Participants;

namespace Settlement.Core.Bank;

/// <summary>What a bank's machine is made of.</summary>
/// <param name="Node">What every node has.</param>
/// <param name="Settings">Bounds and waits.</param>
/// <param name="Agent">The settlement agent that this bank relies on.</param>
public sealed record BankParts(NodeParts Node, BankSettings Settings, ParticipantPin Agent);
