using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Core.Machines;
using Settlement.Core.Participants;
using Settlement.Host.Configuration;
using Settlement.Host.Keys;
using Settlement.Host.Peers;
using Settlement.Wire.Ledger;
using Settlement.Wire.Participants;

namespace Settlement.Tests.EndToEnd.Host;

/// <summary>Requests that a test makes in a participant's place.</summary>
internal static class HostRequests
{
    /// <summary>Creates keys and asks a ledger to list their participant.</summary>
    public static async Task<PeerAnswer> ListAsync(string folder, string participant, int port, string tlsFingerprint, CancellationToken ct)
    {
        ParticipantRecord record = Record(folder, participant, out TlsIdentity tls);
        using (tls)
        {
            LedgerRequest request = new() { Suite = Suite.Current, Network = TestNodes.Network };
            request.Submissions.Add(new Submission { Participant = record });
            Assert.True(Digest.TryParse(tlsFingerprint, out Digest fingerprint));
            UriBuilder door = new(Uri.UriSchemeHttps, "127.0.0.1", port);
            using PeerClient client = new(new Destination(TestNodes.Id("LEDGDEFFXXX"), door.Uri, fingerprint), tls, TimeProvider.System);
            return await client.SendAsync(Door.Ledger, request.ToByteArray(), ct);
        }
    }

    /// <summary>Creates keys, where there are none, and the record by which they are listed.</summary>
    public static ParticipantRecord Record(string folder, string participant, out TlsIdentity tls)
    {
        if (!Directory.Exists(folder)) TestNodes.CreateKeys(folder, NodeRole.Bank, participant);
        KeyFolder read = new(folder);
        tls = read.ReadTlsIdentity();
        using ParticipantKeys own = read.ReadParticipantKeys(new KeyOwner(TestNodes.Network, TestNodes.Id(participant)), tls.Key);
        return OwnRecord.Ensure(read, own, participant, "", "bank", new Uri("https://127.0.0.1:1"), null, TimeProvider.System.GetUtcNow());
    }
}
