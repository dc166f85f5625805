using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;

namespace Settlement.Core.Participants;

/// <summary>
/// The participants that the ledger lists, as this node has read and checked them. The machine writes it; the doors read
/// it from other threads to find out who presents a TLS key.
/// </summary>
public sealed class ParticipantDirectory
{
    private readonly ConcurrentDictionary<ParticipantId, Participant> byId = new();
    private readonly ConcurrentDictionary<Digest, ParticipantId> byTlsKey = new();

    /// <summary>Everyone known.</summary>
    public IEnumerable<Participant> All => byId.Values;

    /// <summary>Lists a record unless a newer one, or one of another root, is known, or its TLS key is another participant's: a root
    /// can certify any public key, and nobody may be taken for somebody else because of it.</summary>
    /// <returns>True when the directory changed.</returns>
    public bool Add(Participant participant)
    {
        if (byTlsKey.TryGetValue(participant.Destination.TlsKeyFingerprint, out ParticipantId owner) && owner != participant.Id) return false;
        if (byId.TryGetValue(participant.Id, out Participant? known))
        {
            if (known.Root != participant.Root || known.Version >= participant.Version) return false;
            byTlsKey.TryRemove(known.Destination.TlsKeyFingerprint, out _);
        }

        byId[participant.Id] = participant;
        byTlsKey[participant.Destination.TlsKeyFingerprint] = participant.Id;
        return true;
    }

    /// <summary>Looks a participant up.</summary>
    public bool TryGet(ParticipantId id, [NotNullWhen(true)] out Participant? participant) => byId.TryGetValue(id, out participant);

    /// <summary>Who presents this TLS key.</summary>
    public bool TryIdentify(Digest tlsKeyFingerprint, out ParticipantId id) => byTlsKey.TryGetValue(tlsKeyFingerprint, out id);
}
