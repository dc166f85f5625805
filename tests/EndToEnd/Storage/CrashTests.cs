using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Settlement.Core.Store;
using Settlement.Storage;

namespace Settlement.Tests.EndToEnd.Storage;

/// <summary>The server is killed while several writers commit: what was answered is there once, and nothing by half.</summary>
public sealed class CrashTests : IDisposable
{
    private const int Writers = 4;
    private const int Crashes = 3;
    private const int CommitsBetweenCrashes = 150;
    private const int RowsACommit = 3;
    private readonly TestFolder folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WhatWasAnsweredIsThereOnceAndNothingByHalf(bool byCopy)
    {
        EmbeddedPostgresOptions options = new() { DataFolder = folder.Path };
        EmbeddedPostgres server = await EmbeddedPostgres.StartAsync(options, Ct);
        try
        {
            string database = await server.CreateDatabaseAsync("node_a", "secret", Ct);
            PostgresVaultOptions vaultOptions = new() { CopyFromRows = byCopy ? 1 : 1_000, MaximumAttempts = 40, LongestRetryDelay = TimeSpan.FromMilliseconds(500) };
            await using PostgresVault vault = await PostgresVault.OpenAsync(database, vaultOptions, Ct);
            using CancellationTokenSource enough = new();
            using SemaphoreSlim answered = new(0);
            ConcurrentDictionary<int, long> counts = [];
            Task[] writers = [.. Enumerable.Range(0, Writers).Select(writer => Task.Run(() => WriteAsync(vault, writer, counts, answered, enough.Token), Ct))];
            for (int crash = 0; crash < Crashes; crash++)
            {
                for (int i = 0; i < CommitsBetweenCrashes; i++) await NextAsync(answered, writers);
                EmbeddedPostgresTests.Kill(server);
                // The same port, so that the vault, which stays open, finds the server again.
                server = await EmbeddedPostgres.StartAsync(options with { Port = server.Port }, Ct);
            }
            for (int i = 0; i < CommitsBetweenCrashes; i++) await NextAsync(answered, writers);
            await enough.CancelAsync();
            await Task.WhenAll(writers);
            await CheckAsync(vault, counts);
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    private static async Task NextAsync(SemaphoreSlim answered, Task[] writers)
    {
        Task turn = answered.WaitAsync(Ct);
        // A writer ends early only by an error, which this shows instead of waiting for ever.
        Task first = await Task.WhenAny([turn, .. writers]);
        await first;
        await turn;
    }

    private static async Task WriteAsync(PostgresVault vault, int writer, ConcurrentDictionary<int, long> counts, SemaphoreSlim answered, CancellationToken enough)
    {
        for (long version = 0; !enough.IsCancellationRequested; version++)
        {
            StoreTransaction transaction = new() { Appends = { Append($"left-{writer}", version), Append($"right-{writer}", version) } };
            for (byte row = 0; row < RowsACommit; row++)
                transaction.Writes.Add(new PayloadWrite(PayloadKind.Facts, [(byte)writer, .. BitConverter.GetBytes(version), row], [row], PayloadWriteMode.Insert));
            // A commit stored twice would be a conflict here; one lost after its answer would be one in the next round.
            await vault.CommitAsync(transaction, Ct);
            counts[writer] = version + 1;
            answered.Release();
        }
    }

    private static async Task CheckAsync(PostgresVault vault, ConcurrentDictionary<int, long> counts)
    {
        long total = counts.Values.Sum();
        Assert.True(total >= (Crashes + 1) * CommitsBetweenCrashes);
        foreach ((int writer, long count) in counts)
        {
            foreach (string side in new[] { "left", "right" })
            {
                IReadOnlyList<StoredEvent> events = await vault.ReadStreamAsync($"{side}-{writer}", 0, StoreLimits.MaximumRowsPerRead, Ct);
                Assert.Equal(Enumerable.Range(1, (int)count).Select(i => (long)i), events.Select(item => item.Version));
            }
        }
        Assert.Equal(total * RowsACommit, (await vault.ScanAsync(PayloadKind.Facts, null, StoreLimits.MaximumRowsPerRead, Ct)).Count);
        IReadOnlyList<StoredEvent> all = await vault.ReadAllAsync(0, StoreLimits.MaximumRowsPerRead, Ct);
        Assert.Equal(total * 2, all.Count);
        // Two events of one commit stand side by side: commits do not interleave.
        Assert.All(all.Chunk(2), pair => Assert.Equal((pair[0].Version, pair[0].SequenceId + 1), (pair[1].Version, pair[1].SequenceId)));
    }

    private static StreamAppend Append(string stream, long version) =>
        new(stream, "channel", version, [new NewEvent(new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"{stream}/{version}")).AsSpan(0, 16)), "batch_endorsed", "{}", DateTimeOffset.UnixEpoch)]);
}
