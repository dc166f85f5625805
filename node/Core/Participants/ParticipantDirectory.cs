using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Notarisation;
using Settlement.Wire.Participants;

namespace Settlement.Core.Participants;

/// <summary>
/// The participants that the ledger lists, as this node has read and checked them. The machine writes it; the doors read
/// it from other threads to find out who presents a TLS key.
/// </summary>
public sealed class ParticipantDirectory
{
    private readonly ConcurrentDictionary<ParticipantId, Participant> byId = new();
    private readonly ConcurrentDictionary<Digest, ParticipantId> byTlsKey = new();

    // Of every record in the log, whether its certificates are valid now or not: whoever reads the log later must come to the
    // same owners. Only the machine reads them.
    private readonly Dictionary<Digest, ParticipantId> owners = [];
    private readonly Dictionary<ParticipantId, PublicKey> roots = [];

    /// <summary>Everyone known.</summary>
    public IEnumerable<Participant> All => byId.Values;

    /// <summary>
    /// Takes a record of the log, in the log's order. A TLS key belongs for good to the participant whose record certified it
    /// first, and a participant to its first root, whatever the time is now; only then it is asked which certificates are valid.
    /// </summary>
    /// <returns>True when the directory changed.</returns>
    public bool Add(ListedParticipant listed, DateTimeOffset now) =>
        TryOwn(listed.Id, listed.RootKey, [.. listed.Certificates.Where(static c => c.Purpose == KeyPurpose.Tls).Select(FingerprintOf)])
        && Participant.TryRead(listed, now, out Participant? participant) && Add(participant);

    /// <summary>Lists a record unless a newer one, or one of another root, is known, or its TLS key is another participant's: a root
    /// can certify any public key, and nobody may be taken for somebody else because of it.</summary>
    /// <returns>True when the directory changed.</returns>
    public bool Add(Participant participant)
    {
        if (!TryOwn(participant.Id, participant.Root, [participant.Destination.TlsKeyFingerprint])) return false;
        if (byId.TryGetValue(participant.Id, out Participant? known))
        {
            if (known.Version >= participant.Version) return false;
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

    /// <summary>What a refused record says of other keys counts for nothing.</summary>
    private bool TryOwn(ParticipantId id, PublicKey root, Digest[] tlsKeys)
    {
        if (roots.TryGetValue(id, out PublicKey first) && first != root) return false;
        if (tlsKeys.Any(key => owners.TryGetValue(key, out ParticipantId owner) && owner != id)) return false;
        roots[id] = root;
        foreach (Digest key in tlsKeys) owners[key] = id;
        return true;
    }

    private static Digest FingerprintOf(KeyCertificateBody certificate) =>
        PublicKey.TryRead(certificate.PublicKey.Span, out PublicKey key) ? key.Fingerprint : throw new InvalidOperationException("The certificate was checked.");
}
