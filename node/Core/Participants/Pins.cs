using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;

namespace Settlement.Core.Participants;

/// <summary>The ledger as a node's configuration pins it.</summary>
public sealed record LedgerPin(Destination Destination, PublicKey CheckpointKey);

/// <summary>A participant whose root a node's configuration pins.</summary>
public sealed record ParticipantPin(ParticipantId Id, Digest RootFingerprint);
