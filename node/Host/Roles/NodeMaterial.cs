using Settlement.Core.Cryptography;
using Settlement.Core.Machines;
using Settlement.Core.Nodes;
using Settlement.Core.Participants;
using Settlement.Core.Reading;
using Settlement.Core.Store;
using Settlement.Host.Configuration;
using Settlement.Host.Keys;
using Settlement.Host.Reading;

namespace Settlement.Host.Roles;

/// <summary>What a bank, an agent and a regulator are made of alike: keys, their own listing, and the rows of their vault.</summary>
internal sealed class NodeMaterial : IDisposable
{
    private const int RowsPerRead = 10_000;
    private const int MaximumRows = 10_000_000;

    private readonly ParticipantKeys keys;
    private readonly VaultKey vault;
    private readonly NodeGround ground;

    private NodeMaterial(NodeGround ground, ParticipantKeys keys, VaultKey vault, SigningKey? posting)
    {
        this.ground = ground;
        this.keys = keys;
        this.vault = vault;
        Posting = posting;
        NodeConfiguration configuration = ground.Configuration;
        ParticipantDirectory directory = new();
        Parts = new NodeParts(
            keys, vault, ground.Entropy, new NodeSettings(), configuration.Ledger!, directory,
            OwnRecord.Ensure(
                ground.Folder, keys, configuration.Name, configuration.Lei, configuration.Role.ToString().ToLowerInvariant(), configuration.Peer.Advertise,
                posting?.PublicKey, ground.Time.GetUtcNow()));
        Reads = new VaultReads(ground.Vault, new VaultReader(configuration.Network, configuration.Participant, vault));
    }

    /// <summary>What every machine is made of.</summary>
    public NodeParts Parts { get; }

    /// <summary>The agent's key for postings; null for others.</summary>
    public SigningKey? Posting { get; }

    /// <summary>The key that opens the vault's rows.</summary>
    public VaultKey Vault => vault;

    /// <summary>Reads beside the machine.</summary>
    public VaultReads Reads { get; }

    /// <summary>Rows that were read at recovery.</summary>
    public int RecoveredRows { get; private set; }

    /// <summary>Reads the keys and signs the node's listing where it changed.</summary>
    public static NodeMaterial Prepare(NodeGround ground)
    {
        ParticipantKeys own = ground.Folder.ReadParticipantKeys(ground.Owner, ground.Tls.Key);
        SigningKey? posting = ground.Configuration.Role == NodeRole.Agent ? ground.Folder.ReadSigningKey(KeyFolder.PostingFile) : null;
        return new NodeMaterial(ground, own, ground.Folder.ReadVaultKey(), posting);
    }

    /// <summary>Every row of these kinds.</summary>
    public async Task<RecoveredRows> ReadRowsAsync(IReadOnlyList<PayloadKind> kinds, CancellationToken ct)
    {
        Dictionary<PayloadKind, IReadOnlyList<StoredPayload>> rows = [];
        foreach (PayloadKind kind in kinds)
        {
            List<StoredPayload> all = [];
            while (await ground.Vault.ScanAsync(kind, all.Count == 0 ? null : all[^1].Key, RowsPerRead, ct) is { Count: > 0 } page)
            {
                all.AddRange(page);
                RecoveredRows += page.Count;
                if (RecoveredRows > MaximumRows) throw new HostException(HostCodes.RecoveryTooLarge, $"The vault has more than {MaximumRows} rows to start from.");
            }

            rows[kind] = all;
        }

        return new RecoveredRows(rows);
    }

    /// <summary>The same rows, with those that they point to.</summary>
    public async Task<RecoveredRows> AddRowsAsync(RecoveredRows rows, IEnumerable<PayloadKey> lookups, CancellationToken ct)
    {
        List<(PayloadKind Kind, StoredPayload Row)> found = [];
        foreach (PayloadKey[] page in lookups.Chunk(RowsPerRead))
        {
            foreach ((PayloadKey key, byte[] body) in await ground.Vault.GetAsync(page, ct)) found.Add((key.Kind, new StoredPayload(key.Key, body)));
        }

        RecoveredRows += found.Count;
        Dictionary<PayloadKind, IReadOnlyList<StoredPayload>> all = new(rows.Rows);
        foreach (IGrouping<PayloadKind, StoredPayload> kind in found.GroupBy(static row => row.Kind, static row => row.Row)) all[kind.Key] = [.. kind];
        return new RecoveredRows(all);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Posting?.Dispose();
        vault.Dispose();
        keys.Dispose();
    }
}
