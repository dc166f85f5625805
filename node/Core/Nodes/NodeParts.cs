using Settlement.Core.Cryptography;
using Settlement.Core.Participants;
using Settlement.Wire.Participants;

namespace Settlement.Core.Nodes;

/// <summary>What every node's machine is made of. It owns nothing here; the host disposes the keys.</summary>
/// <param name="Keys">The participant's keys.</param>
/// <param name="Vault">The key under which rows at rest are sealed.</param>
/// <param name="Entropy">Randomness.</param>
/// <param name="Settings">Bounds and waits.</param>
/// <param name="Ledger">The ledger that this node relies on.</param>
/// <param name="Directory">Filled by the machine, read by the doors.</param>
/// <param name="OwnRecord">The participant's own directory record.</param>
public sealed record NodeParts(
    ParticipantKeys Keys, VaultKey Vault, IEntropy Entropy, NodeSettings Settings, LedgerPin Ledger,
    ParticipantDirectory Directory, ParticipantRecord OwnRecord);
