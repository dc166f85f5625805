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
        caller = default;
        if (Fingerprint(context) is { } fingerprint && directory.TryIdentify(fingerprint, out caller)) return true;
        strangers.Knocked();
        return false;
    }

    /// <summary>The fingerprint of the caller's TLS key; null when it is no P-256 key.</summary>
    private Digest? Fingerprint(HttpContext context) =>
        context.Connection.ClientCertificate is { } certificate
            ? fingerprints.GetValue(certificate, static shown =>
                new StrongBox<Digest?>(TlsIdentity.TryReadKey(shown, out PublicKey key) ? key.Fingerprint : null)).Value
            : null;
}
