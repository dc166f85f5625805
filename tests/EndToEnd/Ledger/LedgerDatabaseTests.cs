using System.Globalization;
using System.Text;
using Npgsql;
using Settlement.Core.Cryptography;
using Settlement.Core.Store;
using Settlement.Host.Ledger;
using Settlement.Ledger;
using Settlement.Storage;
using Settlement.Tests.EndToEnd.Storage;
using Settlement.Tests.Ledger;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.EndToEnd.Ledger;

/// <summary>A ledger's log in a real database: it is verified and recovered from there, and any change of a column is found.</summary>
public sealed class LedgerDatabaseTests(PostgresServer server) : IAsyncLifetime
{
    private readonly LedgerWorld world = new();
    private NpgsqlDataSource source = null!;
    private string connection = null!;
    private PostgresVault vault = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        connection = await server.CreateDatabaseAsync(Ct);
        vault = await PostgresVault.OpenAsync(connection, Ct);
        source = NpgsqlDataSource.Create(connection);
        await FillAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await vault.DisposeAsync();
        await source.DisposeAsync();
    }

    [Fact]
    public async Task WhatTheVaultHoldsIsVerifiedAndRecovered()
    {
        LedgerVerdict verdict = await VerifyAsync();
        Assert.Empty(verdict.Findings);
        Assert.Equal((world.Machine.Count, world.Machine.Root), (verdict.Leaves, verdict.Root));
        StoredPayload newest = (await vault.ScanAsync(PayloadKind.Checkpoints, null, 100, Ct))[^1];
        LedgerMachine recovered = LedgerMachine.Recover(
            LedgerWorld.Network, world.Signer, world.Settings, await vault.ReadAllAsync(0, 1000, Ct), Encoding.UTF8.GetString(newest.Body));
        Assert.Equal((world.Machine.Root, world.Machine.Note), (recovered.Root, recovered.Note));
    }

    // Each statement changes one column of the fifth leaf, the first head, or of its stream, whose first leaf is the third.
    [Theory]
    [InlineData("mt_events", "seq_id", "1000", 4)]
    [InlineData("mt_events", "id", "gen_random_uuid()", 4)]
    [InlineData("mt_events", "version", "77", 4)]
    [InlineData("mt_events", "data", "jsonb_set(data, '{Head}', '\"00\"')", 4)]
    [InlineData("mt_events", "data", "jsonb_set(data, '{Index}', '5')", 4)]
    [InlineData("mt_events", "data", "data || '{\"More\": 1}'", 4)]
    [InlineData("mt_events", "data", "data - 'Time'", 4)]
    [InlineData("mt_events", "data", "jsonb_set(data, '{Leaf}', to_jsonb(overlay(data ->> 'Leaf' placing 'AAAA' from 41)))", 4)]
    [InlineData("mt_events", "bdata", "'\\x00'", 4)]
    [InlineData("mt_events", "type", "'head_notarized'", 4)]
    [InlineData("mt_events", "timestamp", "timestamp + interval '1 microsecond'", 4)]
    [InlineData("mt_events", "tenant_id", "'other'", 4)]
    [InlineData("mt_events", "mt_dotnet_type", "'Other'", 4)]
    [InlineData("mt_events", "is_archived", "true", 4)]
    [InlineData("mt_streams", "type", "'other'", 2)]
    [InlineData("mt_streams", "version", "version + 1", 2)]
    [InlineData("mt_streams", "timestamp", "timestamp + interval '1 microsecond'", 2)]
    [InlineData("mt_streams", "created", "created - interval '1 microsecond'", 2)]
    [InlineData("mt_streams", "tenant_id", "null", 2)]
    [InlineData("mt_streams", "is_archived", "true", 2)]
    public async Task AChangedColumnIsFoundAndTheLeafIsNamed(string table, string column, string value, long leaf)
    {
        string row = table == "mt_events" ? "seq_id = 5" : "id = (select stream_id from mt_events where seq_id = 5)";
        await using (NpgsqlCommand command = source.CreateCommand($"update {table} set {column} = {value} where {row}"))
            Assert.Equal(1, await command.ExecuteNonQueryAsync(Ct));
        LedgerVerdict verdict = await VerifyAsync();
        Assert.False(verdict.IsVerified);
        Assert.Equal(leaf, verdict.FirstWrongLeaf);
    }

    [Fact]
    public async Task EveryByteOfACheckpointCounts()
    {
        byte[] body = (await vault.ScanAsync(PayloadKind.Checkpoints, null, 1, Ct))[0].Body;
        for (int at = 0; at < body.Length; at++)
        {
            string set = string.Create(CultureInfo.InvariantCulture, $"set_byte(body, {at}, get_byte(body, {at}) # 1)");
            await using NpgsqlCommand command = source.CreateCommand($"update payload_checkpoints set body = {set} where key = (select key from payload_checkpoints order by key limit 1)");
            await command.ExecuteNonQueryAsync(Ct);
            Assert.Equal(0, (await VerifyAsync()).FirstWrongLeaf);
            await command.ExecuteNonQueryAsync(Ct);
        }

        Assert.True((await VerifyAsync()).IsVerified);
    }

    private async Task FillAsync()
    {
        await SubmitAsync("", LedgerWorld.Record(LedgerWorld.Alpha, world.NewKey()));
        await SubmitAsync("", LedgerWorld.Record(LedgerWorld.Beta, world.NewKey()));
        TestChannel first = world.NewChannel(), second = world.NewChannel();
        await SubmitAsync(LedgerWorld.Alpha, first.Opening, second.Opening);
        Digest a = world.NewDigest(), b = world.NewDigest(), c = world.NewDigest();
        await SubmitAsync(LedgerWorld.Beta, first.Head(1, 1, Digest.Zero, a), second.Head(1, 1, Digest.Zero, b), first.Head(1, 2, a, c), second.Takeover(b, 2, 1));
    }

    private async Task SubmitAsync(string participant, params Submission[] submissions)
    {
        var request = new LedgerRequest { Suite = 1, Network = LedgerWorld.Network, Submissions = { submissions } };
        world.Now += TimeSpan.FromMilliseconds(1234);
        LedgerStep step = world.Machine.Step(world.Now, [new LedgerCall(1, participant, request)]);
        Assert.All(step.Replies[0].Reply.Results, static result => Assert.Equal("", result.Code));
        await vault.CommitAsync(step.Commit, Ct);
    }

    private async Task<LedgerVerdict> VerifyAsync() =>
        DatabaseVerification.Verify(LedgerWorld.Network, world.LedgerKey, await LedgerDatabase.ReadAsync(connection, Ct));
}
