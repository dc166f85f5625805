using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Participants;
using Settlement.Host.Keys;
using PublicKey = Settlement.Core.Cryptography.PublicKey;

namespace Settlement.Host.Peers;

/// <summary>Finds out who calls, by the TLS key that the caller proved to hold.</summary>
internal sealed class PeerCaller(ParticipantDirectory directory, Strangers strangers)
{
    // Reading a key from a certificate costs as much as checking a signature, and a connection keeps its certificate.
    private readonly ConditionalWeakTable<X509Certificate2, StrongBox<Digest?>> fingerprints = [];

    /// <summary>Who calls; false for a stranger, who is then reported to the machine.</summary>
    public bool TryIdentify(HttpContext context, out ParticipantId caller)
    {
        PeerSeat? seat = context.Features.Get<PeerSeat>();
        if (Find(context.Connection.ClientCertificate) is { } found)
        {
            caller = found;
            // It may have been listed since it connected. One connection too many stays with the unknown, and can be displaced.
            seat?.TryShow(found);
            return true;
        }

        caller = default;
        seat?.Counted();
        strangers.Knocked();
        return false;
    }

    /// <summary>Whose certificate it is; null when its key is no P-256 key, or is not listed.</summary>
    public ParticipantId? Find(X509Certificate2? certificate) =>
        certificate is not null && fingerprints.GetValue(certificate, Read).Value is { } fingerprint && directory.TryIdentify(fingerprint, out ParticipantId id) ? id : null;

    private static StrongBox<Digest?> Read(X509Certificate2 certificate) => new(TlsIdentity.TryReadKey(certificate, out PublicKey key) ? key.Fingerprint : null);
}
