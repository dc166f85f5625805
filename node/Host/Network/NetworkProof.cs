using System.Globalization;
using Settlement.Client;
using Settlement.Host.Keys;
using Settlement.Host.Ledger;
using Settlement.Ledger;

namespace Settlement.Host.Network;

/// <summary>What can be proven of a network: the ledger from its database, the regulator's verdicts from its API.</summary>
internal sealed class NetworkProof(LocalNetwork network, TimeProvider time)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    /// <summary>How long envelopes may take to the regulator after finality.</summary>
    private static readonly TimeSpan DeliveryWithin = TimeSpan.FromSeconds(60);

    private readonly NetworkCalls calls = new(network, DeliveryWithin, time);

    /// <summary>Recomputes the ledger's log as <c>settlement ledger verify</c> does.</summary>
    public async Task<LedgerVerdict> VerifyLedgerAsync(CancellationToken ct) => DatabaseVerification.Verify(
        LocalNodes.Network, network.Facts(network.Ledger).Checkpoint!.Value, await LedgerDatabase.ReadAsync(network.Ledger.Database, ct));

    /// <summary>The program's arguments that do the same from a command line: by the ledger's database, and over the network with
    /// the regulator's keys.</summary>
    public IReadOnlyList<IReadOnlyList<string>> VerifyCommands()
    {
        KeyFacts ledger = network.Facts(network.Ledger);
        string[] common = ["--network", LocalNodes.Network, "--checkpoint-key", ledger.Checkpoint!.Value.ToString()];
        string endpoint = string.Create(CultureInfo.InvariantCulture, $"https://127.0.0.1:{network.Ledger.AdvertisedPort}");
        return
        [
            ["ledger", "verify", "--database", network.Ledger.Database, .. common],
            ["ledger", "verify", "--endpoint", endpoint, "--tls-fingerprint", ledger.TlsFingerprint.ToString(), "--keys", network.Regulator.Folder, .. common],
        ];
    }

    /// <summary>Waits until the regulator holds what the banks have made final, and asks for its verdicts.</summary>
    /// <param name="channels">Every channel that was opened; one that the regulator does not know makes the claim incomplete.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<NetworkVerdict> AuditAsync(IReadOnlyList<string> channels, CancellationToken ct)
    {
        LocalNode regulator = network.Regulator;
        Dictionary<string, ulong> final = await FinalSequencesAsync(ct);
        long began = time.GetTimestamp();
        Dictionary<string, AuditChannel> observed;
        while (true)
        {
            AuditChannelList list = await calls.AskAsync(regulator, "list the channels it observes", client => client.AuditChannelsAsync(ct), ct);
            observed = list.Channels.ToDictionary(static channel => channel.Id, StringComparer.Ordinal);
            bool holdsAll = channels.All(channel => observed.TryGetValue(channel, out AuditChannel? held)
                && held.HeldSequence >= final.GetValueOrDefault(channel) && held.HeldSequence == held.NotarisedSequence);
            if (holdsAll || time.GetElapsedTime(began) > DeliveryWithin) break;
            await Task.Delay(Poll, time, ct);
        }

        List<AuditReport> reports = [];
        foreach (string channel in channels.Where(observed.ContainsKey))
            reports.Add(await calls.AskAsync(regulator, $"prove channel {channel}", client => client.AuditAsync(channel, ct), ct));
        return new NetworkVerdict(reports, KnowsAll: reports.Count == channels.Count);
    }

    private async Task<Dictionary<string, ulong>> FinalSequencesAsync(CancellationToken ct)
    {
        Dictionary<string, ulong> final = new(StringComparer.Ordinal);
        foreach (LocalNode bank in network.Banks)
        {
            foreach (ChannelInfo channel in (await calls.AskAsync(bank, "list its channels", client => client.ChannelsAsync(ct), ct)).Channels)
                final[channel.Id] = Math.Max(final.GetValueOrDefault(channel.Id), channel.Sequence);
        }

        return final;
    }
}
