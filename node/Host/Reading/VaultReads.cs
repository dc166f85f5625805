using System.Collections.Concurrent;
using Settlement.Core.Channels;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Reading;
using Settlement.Core.Store;
using Settlement.Storage;

namespace Settlement.Host.Reading;

/// <summary>
/// Reads of the vault beside the machine, for doors that show what is stored. A row is read as it was committed last, so
/// an answer may be older than a step that is being made, and never newer than the vault.
/// </summary>
internal sealed class VaultReads(IEventVault vault, VaultReader reader)
{
    private const int ChannelsPerRead = 256;
    private const int BatchesPerRead = 32;
    private const int ReportRowsPerRead = 32;

    // Terms never change, so what was read once is kept.
    private readonly ConcurrentDictionary<Digest, ChannelContext> channels = new();

    /// <summary>Opens the rows that are read here.</summary>
    public VaultReader Reader => reader;

    /// <summary>The rows themselves.</summary>
    public IEventVault Vault => vault;

    /// <summary>One row, or null.</summary>
    public async Task<byte[]?> FindAsync(PayloadKind kind, byte[] key, CancellationToken ct)
    {
        PayloadKey wanted = new(kind, key);
        return (await vault.GetAsync([wanted], ct)).GetValueOrDefault(wanted);
    }

    /// <summary>Several rows of one kind; those that exist.</summary>
    public ValueTask<IReadOnlyDictionary<PayloadKey, byte[]>> FindAsync(PayloadKind kind, IEnumerable<byte[]> keys, CancellationToken ct) =>
        vault.GetAsync([.. keys.Select(key => new PayloadKey(kind, key))], ct);

    /// <summary>An open channel; null when there is none of this id.</summary>
    public async Task<ChannelContext?> FindChannelAsync(Digest id, CancellationToken ct)
    {
        if (channels.TryGetValue(id, out ChannelContext? known)) return known;
        byte[]? after = null;
        while (await vault.ScanAsync(PayloadKind.Channels, after, ChannelsPerRead, ct) is { Count: > 0 } page)
        {
            after = page[^1].Key;
            foreach (StoredPayload row in page)
            {
                if (reader.ReadChannel(row) is { } channel) channels.TryAdd(channel.Channel, channel);
            }
        }

        return channels.GetValueOrDefault(id);
    }

    /// <summary>The reports after a number, in their order.</summary>
    public async Task<IReadOnlyList<ReportView>> ReadReportsAsync(long after, int limit, CancellationToken ct)
    {
        List<ReportView> reports = [];
        byte[] place = VaultReader.ReportKey(after);
        while (reports.Count < limit && await vault.ScanAsync(PayloadKind.Outbox, place, ReportRowsPerRead, ct) is { Count: > 0 } page)
        {
            // The first row may begin before the place.
            reports.AddRange(page.SelectMany(row => reader.ReadReports(row.Key, row.Body)).Where(report => report.Number > after).Take(limit - reports.Count));
            place = page[^1].Key;
        }

        return reports;
    }

    /// <summary>An instance with its newest entries; null where the vault does not have it, or cannot open its newest entry any more.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="instance">The id of the entry that created it.</param>
    /// <param name="sequence">The batch of that entry, where the vault's own facts do not tell; zero for not known.</param>
    /// <param name="limit">Entries to show.</param>
    /// <param name="ct">Ends it.</param>
    public async Task<InstanceView?> ReadInstanceAsync(ChannelContext channel, EntryId instance, long sequence, int limit, CancellationToken ct)
    {
        IReadOnlyDictionary<PayloadKey, byte[]> found = await vault.GetAsync([.. VaultReader.InstanceKeys(channel.Channel, instance)], ct);
        (EntryId entry, long at) = VaultReader.ReadPlace(instance, found, channel.Channel) ?? (instance, sequence);
        List<EntryView> entries = [];
        (OpenedEntry Entry, Contracts.State State)? newest = null;
        while (entries.Count < limit && at > 0 && await ReadEntryAsync(channel, entry, at, ct) is { } read && read.Entry.Instance == instance
            && VaultReader.IsThere(read.Entry, found))
        {
            newest ??= (read.Entry, read.State);
            entries.Add(read.View);
            if (read.Entry.Link is not { } link) break;
            (entry, at) = (link.Previous, link.Sequence);
        }

        return newest is { } known ? VaultReader.Show(channel, known.Entry, known.State, entries) : null;
    }

    private async Task<(EntryView View, OpenedEntry Entry, Contracts.State State)?> ReadEntryAsync(ChannelContext channel, EntryId entry, long sequence, CancellationToken ct)
    {
        byte[] key = VaultReader.BatchKey(channel.Channel, sequence);
        PayloadKey[] keys = [new(PayloadKind.Batches, key), new(PayloadKind.Entries, key), new(PayloadKind.ContentKeys, key)];
        IReadOnlyDictionary<PayloadKey, byte[]> rows = await vault.GetAsync(keys, ct);
        return rows.Count == keys.Length ? reader.ReadEntry(channel, entry, rows[keys[0]], rows[keys[1]], rows[keys[2]]) : null;
    }

    /// <summary>The entries of whole batches after a sequence, until there are as many as wanted.</summary>
    public async Task<IReadOnlyList<EntryView>> ReadEntriesAsync(ChannelContext channel, bool isObserver, long after, int limit, CancellationToken ct)
    {
        List<EntryView> entries = [];
        byte[] place = VaultReader.BatchKey(channel.Channel, after);
        while (entries.Count < limit)
        {
            IReadOnlyList<StoredPayload> page = await vault.ScanAsync(PayloadKind.Batches, place, BatchesPerRead, ct);
            StoredPayload[] batches = [.. page.Where(row => VaultReader.SequenceOf(channel.Channel, row.Key) is not null)];
            IReadOnlyDictionary<PayloadKey, byte[]> rows = await vault.GetAsync(
                [.. batches.SelectMany(static row => new[] { new PayloadKey(PayloadKind.ContentKeys, row.Key), new PayloadKey(PayloadKind.Entries, row.Key) })], ct);
            foreach (StoredPayload batch in batches)
            {
                byte[] contentKeys = rows.GetValueOrDefault(new PayloadKey(PayloadKind.ContentKeys, batch.Key)) ?? [];
                entries.AddRange(isObserver
                    ? reader.ReadObserverBatch(channel, batch.Body, contentKeys)
                    : reader.ReadMemberBatch(channel, batch.Body, rows.GetValueOrDefault(new PayloadKey(PayloadKind.Entries, batch.Key)), contentKeys));
                if (entries.Count >= limit) return entries;
            }

            // Rows are in key order: the first of another channel ends this one.
            if (batches.Length < BatchesPerRead) break;
            place = batches[^1].Key;
        }

        return entries;
    }
}
