using System.Text.Json;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Participants;
using Settlement.Core.Reading;
using Settlement.Core.Regulator;
using Settlement.Core.Store;
using Settlement.Host.Reading;

namespace Settlement.Host.Audit;

/// <summary>Feeds a channel's audit from the vault, page by page. Audits take turns: each may keep a core busy for long.</summary>
internal sealed class ChannelAuditor(VaultReads reads, VaultKey vault, ParticipantDirectory directory) : IDisposable
{
    private const int HeadsPerRead = 128;
    private const int EventsPerRead = 1_000;

    private static readonly Dictionary<PayloadKey, byte[]> None = [];
    private readonly SemaphoreSlim turn = new(1);

    /// <summary>Goes through everything that the vault holds of the channel.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="notarised">The newest sequence that the node has read in the log: rows up to there must be in the vault.</param>
    /// <param name="logFault">What the node found wrong with the log, or null.</param>
    /// <param name="ct">Ends it.</param>
    public async Task<ChannelVerdict> AuditAsync(ChannelContext channel, long notarised, string? logFault, CancellationToken ct)
    {
        await turn.WaitAsync(ct);
        try
        {
            Dictionary<long, IReadOnlyList<string>> known = await ReadHistoryAsync(channel.Channel, ct);
            // What was held once was notarised, whatever the other rows say.
            notarised = Math.Max(notarised, known.Keys.DefaultIfEmpty().Max());
            ChannelAudit audit = new(channel, vault, directory);
            if (logFault is not null) audit.TakeLogFault(logFault);
            byte[] after = VaultReader.BatchKey(channel.Channel, 0);
            while (true)
            {
                IReadOnlyList<StoredPayload> page = await reads.Vault.ScanAsync(PayloadKind.Heads, after, HeadsPerRead, ct);
                StoredPayload[] heads = [.. page.Where(row => VaultReader.SequenceOf(channel.Channel, row.Key) is not null)];
                await TakeAsync(audit, channel, heads, known, ct);
                if (heads.Length < HeadsPerRead)
                {
                    audit.TakeMissing(notarised, known);
                    return audit.Finish();
                }

                after = heads[^1].Key;
            }
        }
        finally
        {
            turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => turn.Dispose();

    private async Task TakeAsync(ChannelAudit audit, ChannelContext channel, StoredPayload[] heads, Dictionary<long, IReadOnlyList<string>> known, CancellationToken ct)
    {
        IReadOnlyDictionary<PayloadKey, byte[]> rows = await reads.Vault.GetAsync(
            [.. heads.SelectMany(static head => new[] { new PayloadKey(PayloadKind.Batches, head.Key), new PayloadKey(PayloadKind.ContentKeys, head.Key) })], ct);
        foreach (StoredPayload head in heads)
        {
            long sequence = VaultReader.SequenceOf(channel.Channel, head.Key)!.Value;
            audit.TakeMissing(sequence - 1, known);
            byte[]? batch = rows.GetValueOrDefault(new PayloadKey(PayloadKind.Batches, head.Key));
            PayloadKey[] decided = batch is null ? [] : [.. audit.DecisionKeys(batch)];
            IReadOnlyDictionary<PayloadKey, byte[]> decisions = decided.Length == 0 ? None : await reads.Vault.GetAsync(decided, ct);
            audit.Take(
                sequence, head.Body, batch,
                rows.GetValueOrDefault(new PayloadKey(PayloadKind.ContentKeys, head.Key)), known.GetValueOrDefault(sequence) ?? [], decisions);
        }
    }

    // The node's own history names the entries of each batch, so that what was deleted since can be named.
    private async Task<Dictionary<long, IReadOnlyList<string>>> ReadHistoryAsync(Digest channel, CancellationToken ct)
    {
        Dictionary<long, IReadOnlyList<string>> known = [];
        long after = 0;
        while (await reads.Vault.ReadStreamAsync($"channel-{channel}", after, EventsPerRead, ct) is { Count: > 0 } page)
        {
            after = page[^1].Version;
            foreach (StoredEvent item in page)
            {
                if (item.Type != "batch_held") continue;
                using JsonDocument data = JsonDocument.Parse(item.Data);
                known[data.RootElement.GetProperty("Sequence").GetInt64()] = [.. data.RootElement.GetProperty("Entries").EnumerateArray().Select(static id => id.GetString()!)];
            }
        }

        return known;
    }
}
