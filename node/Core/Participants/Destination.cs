using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;

namespace Settlement.Core.Participants;

/// <summary>Where a participant's node listens and which TLS key it must present there.</summary>
public sealed record Destination(ParticipantId Participant, Uri Endpoint, Digest TlsKeyFingerprint);
