using System.Text;
using Settlement.Core.Alarms;
using Settlement.Core.Cryptography;
using Settlement.Core.Machines;
using Settlement.Core.Notarisation;
using Settlement.Core.Participants;
using Settlement.Core.Reading;
using Settlement.Core.Store;
using Settlement.Host.Alarms;
using Settlement.Host.Api;
using Settlement.Host.Keys;
using Settlement.Host.Ledger;
using Settlement.Host.Reading;
using Settlement.Ledger;

namespace Settlement.Host.Roles;

/// <summary>The shared ledger.</summary>
internal sealed class LedgerRole : IRole
{
    private const int EventsPerRead = 10_000;

    private readonly SigningKey checkpointKey;
    private readonly VaultKey vault;
    private readonly VaultReads reads;

    private LedgerRole(NodeGround ground, SigningKey checkpointKey, VaultKey vault, IMachine machine, ParticipantDirectory directory, int recoveredRows)
    {
        this.checkpointKey = checkpointKey;
        this.vault = vault;
        reads = new VaultReads(ground.Vault, new VaultReader(ground.Configuration.Network, ground.Configuration.Participant, vault));
        Machine = machine;
        Directory = directory;
        RecoveredRows = recoveredRows;
    }

    /// <inheritdoc/>
    public IMachine Machine { get; }

    /// <inheritdoc/>
    public ParticipantDirectory Directory { get; }

    /// <inheritdoc/>
    public int RecoveredRows { get; }

    /// <inheritdoc/>
    public int MaximumApiBodyBytes => ApiBounds.MaximumJsonBytes;

    /// <summary>The ledger as it last committed.</summary>
    public static async Task<LedgerRole> RecoverAsync(NodeGround ground, CancellationToken ct)
    {
        ground.Folder.CheckOwner(ground.Owner);
        SigningKey key = ground.Folder.ReadSigningKey(KeyFolder.CheckpointFile);
        string network = ground.Configuration.Network;
        List<StoredEvent> events = [];
        while (await ground.Vault.ReadAllAsync(events.Count == 0 ? 0 : events[^1].SequenceId, EventsPerRead, ct) is { Count: > 0 } page) events.AddRange(page);
        LedgerSettings settings = LedgerSettings.Default with
        {
            Admitted = ground.Configuration.Admit?.ToDictionary(static pin => pin.Id.ToString(), static pin => pin.RootFingerprint, StringComparer.Ordinal),
        };
        LedgerMachine ledger = LedgerMachine.Recover(
            network, new CheckpointSigner(network, key), settings, events, await NewestCheckpointAsync(ground, events.Count, ct));
        ParticipantDirectory directory = new();
        VaultKey vaultKey = ground.Folder.ReadVaultKey();
        AlarmBook alarms = new(vaultKey, ground.Entropy, await ReadAlarmsAsync(ground, ct)) { IsPartner = party => settings.Admitted?.ContainsKey(party) ?? true };
        return new LedgerRole(ground, key, vaultKey, new LedgerLoopMachine(ledger, network, directory, alarms, ground.Time.GetUtcNow()), directory, events.Count);
    }

    /// <inheritdoc/>
    public void AddServices(IServiceCollection services) => services.AddAlarms(reads);

    /// <inheritdoc/>
    public void MapPeer(IEndpointRouteBuilder routes) => routes.MapLedgerRequests();

    /// <inheritdoc/>
    public void MapApi(IEndpointRouteBuilder routes)
    {
        routes.MapLedger();
        routes.MapAlarms();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        vault.Dispose();
        checkpointKey.Dispose();
    }

    private static async Task<RecoveredRows> ReadAlarmsAsync(NodeGround ground, CancellationToken ct)
    {
        List<StoredPayload> rows = [];
        while (await ground.Vault.ScanAsync(PayloadKind.Alarms, rows.Count == 0 ? null : rows[^1].Key, EventsPerRead, ct) is { Count: > 0 } page) rows.AddRange(page);
        return new RecoveredRows(new Dictionary<PayloadKind, IReadOnlyList<StoredPayload>> { [PayloadKind.Alarms] = rows });
    }

    // Keys sort by size. A checkpoint of more leaves than there are is found too, so that lost leaves show.
    private static async Task<string?> NewestCheckpointAsync(NodeGround ground, int leaves, CancellationToken ct)
    {
        byte[]? after = leaves == 0 ? null : LedgerMachine.CheckpointKey(leaves - 1L);
        StoredPayload? newest = null;
        while (await ground.Vault.ScanAsync(PayloadKind.Checkpoints, after, EventsPerRead, ct) is { Count: > 0 } page)
        {
            newest = page[^1];
            after = newest.Key;
        }

        return newest is null ? null : Encoding.UTF8.GetString(newest.Body);
    }
}
