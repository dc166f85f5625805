using Google.Protobuf;
using Settlement.Core.Cryptography;
using Settlement.Core.Machines;
using Settlement.Core.Participants;
using Settlement.Host.Configuration;
using Settlement.Host.Keys;
using Settlement.Host.Peers;
using Settlement.Ledger;
using Settlement.Wire.Ledger;

namespace Settlement.Host.Ledger;

/// <summary>Verifies a ledger over the network. The ledger shows its log to the participants that it lists.</summary>
internal static class LedgerRemote
{
    private const int LeavesPerRequest = 1_000;

    /// <exception cref="HostException">HO015: the ledger does not answer, or not as a ledger.</exception>
    public static async Task<LedgerVerdict> VerifyAsync(
        Destination ledger, string network, PublicKey checkpointKey, TlsIdentity identity, TimeProvider time, CancellationToken ct)
    {
        using PeerClient client = new(ledger, identity, time);
        using RemoteVerification verification = new(network, checkpointKey, LeavesPerRequest);
        while (verification.Verdict is null)
        {
            PeerAnswer answer = await client.SendAsync(Door.Ledger, verification.NextRequest().ToByteArray(), ct);
            if (answer is not PeerAnswer.Received received)
                throw new HostException(HostCodes.LedgerUnreachable, $"{ledger.Endpoint} did not answer: {((PeerAnswer.Failed)answer).Reason}.");
            if (!Parsing.TryParse(LedgerReply.Parser, received.Body, out LedgerReply? reply))
                throw new HostException(HostCodes.LedgerUnreachable, $"{ledger.Endpoint} does not answer as a ledger.");
            verification.Take(reply);
        }

        return verification.Verdict;
    }
}
