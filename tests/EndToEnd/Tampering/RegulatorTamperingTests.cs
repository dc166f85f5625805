using Settlement.Client;
using Settlement.Core.Cryptography;
using Settlement.Core.Nodes;
using Settlement.Core.Reading;
using Settlement.Tests.EndToEnd.BadInput;
using Settlement.Tests.EndToEnd.Host;
using Settlement.Tests.EndToEnd.Storage;
using Settlement.Wire.Channels;

namespace Settlement.Tests.EndToEnd.Tampering;

/// <summary>
/// The regulator's vault in hostile hands: what is deleted or erased makes the proof of its channel incomplete and is named,
/// by sequence and entry; put back, the proof is complete again.
/// </summary>
[Collection(RunningNetworkGroup.Name)]
public sealed class RegulatorTamperingTests(RunningNetwork network, PostgresServer server) : IAsyncLifetime
{
    private const int FlippedBytes = 200;

    private Database database = null!;
    private IReadOnlyList<EntryInfo> entries = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await network.QuietAsync(Ct);
        database = await Database.OpenAsync(server, network.Nodes.Configuration(HostNetwork.RegulatorId).Database!, Ct);
        using SettlementClient regulator = network.Nodes.Auditor(HostNetwork.RegulatorId);
        entries = (await regulator.EntriesAsync(network.Channel, 0, 1000, Ct)).Entries;
    }

    public ValueTask DisposeAsync() => database.DisposeAsync();

    // Every sequence: the first, those in the middle, and the newest, behind which nothing shows the gap.
    [Theory]
    [InlineData("payload_batches")]
    [InlineData("payload_content_keys")]
    [InlineData("payload_heads")]
    public async Task ARowThatIsDeletedIsNamed(string table)
    {
        await AssertCompleteAsync();
        foreach (ulong sequence in entries.Select(static entry => entry.Sequence).Distinct())
        {
            byte[] key = KeyOf(sequence);
            byte[] body = await ReadAsync(table, key);
            Assert.Equal(1, await database.ExecuteAsync($"delete from {table} where key = $1", Ct, key));
            await AssertNamedAsync(sequence, [.. entries.Where(entry => entry.Sequence == sequence).Select(static entry => entry.Id)]);
            await database.ExecuteAsync($"insert into {table} values ($1, $2)", Ct, key, body);
            await AssertCompleteAsync();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AllRowsOfASequenceMayGoAndItIsStillNamed(bool isRestarted)
    {
        ulong newest = entries[^1].Sequence;
        byte[] key = KeyOf(newest);
        string[] tables = ["payload_batches", "payload_content_keys", "payload_heads"];
        List<byte[]> bodies = [];
        foreach (string table in tables)
        {
            bodies.Add(await ReadAsync(table, key));
            await database.ExecuteAsync($"delete from {table} where key = $1", Ct, key);
        }

        byte[] channel = Convert.FromHexString(network.Channel);
        byte[] row = await ReadAsync("payload_snapshots", channel);
        if (isRestarted)
        {
            await database.ExecuteAsync("delete from payload_snapshots where key = $1", Ct, channel);
            await network.Nodes.RestartAsync(HostNetwork.RegulatorId, Ct);
            await network.Nodes.UntilAsync(async () => (await AuditAsync()).AsOf.CheckpointSize > 0, Ct);
            using SettlementClient regulator = network.Nodes.Operator(HostNetwork.RegulatorId);
            Assert.Contains((await regulator.AlarmsAsync("0", 100, Ct)).Alarms, static alarm => alarm.Code == NodeCodes.RowsMissing);
        }

        await AssertNamedAsync(newest, [entries[^1].Id]);
        if (isRestarted) await database.ExecuteAsync("insert into payload_snapshots values ($1, $2)", Ct, channel, row);
        for (int i = 0; i < tables.Length; i++) await database.ExecuteAsync($"insert into {tables[i]} values ($1, $2) on conflict (key) do update set body = excluded.body", Ct, key, bodies[i]);
        if (isRestarted)
        {
            await network.Nodes.RestartAsync(HostNetwork.RegulatorId, Ct);
            // It runs nothing again before it has read who the agent is.
            await network.Nodes.UntilAsync(async () => (await AuditAsync()).ReExecuted.Holds, Ct);
        }

        await AssertCompleteAsync();
    }

    [Fact]
    public async Task AnEntryThatIsCutOutOfItsBatchIsNamed()
    {
        foreach (EntryInfo entry in entries)
        {
            byte[] key = KeyOf(entry.Sequence);
            byte[] body = await ReadAsync("payload_batches", key);
            Delivery cut = Delivery.Parser.ParseFrom(body);
            cut.Items.RemoveAt(entry.Index);
            await SetAsync("payload_batches", key, Google.Protobuf.MessageExtensions.ToByteArray(cut));
            await AssertNamedAsync(entry.Sequence, [entry.Id]);
            await SetAsync("payload_batches", key, body);
        }

        await AssertCompleteAsync();
    }

    [Fact]
    public async Task AContentKeyThatIsBlankedNamesItsEntry()
    {
        foreach (EntryInfo entry in entries)
        {
            byte[] key = KeyOf(entry.Sequence);
            Delivery delivery = Delivery.Parser.ParseFrom(await ReadAsync("payload_batches", key));
            int[] held = [.. delivery.Items.Select(static item => item.Entry?.Envelopes.Count(static envelope => envelope.Ciphertext.Length > 0) ?? 0)];
            byte[] keys = await ReadAsync("payload_content_keys", key);
            for (int i = 0; i < held[entry.Index]; i++)
            {
                byte[] blanked = [.. keys];
                blanked.AsSpan((held[..entry.Index].Sum() + i) * WrappingKey.WrapLength, WrappingKey.WrapLength).Clear();
                await SetAsync("payload_content_keys", key, blanked);
                await AssertNamedAsync(entry.Sequence, [entry.Id]);
            }

            await SetAsync("payload_content_keys", key, keys);
        }

        await AssertCompleteAsync();
    }

    [Theory]
    [InlineData("payload_batches")]
    [InlineData("payload_content_keys")]
    [InlineData("payload_heads")]
    public async Task AByteThatIsFlippedIsNeverProven(string table)
    {
        Random random = new(20260302);
        ulong sequence = entries[entries.Count / 2].Sequence;
        byte[] key = KeyOf(sequence);
        byte[] body = await ReadAsync(table, key);
        List<string> missed = [];
        for (int i = 0; i < FlippedBytes; i++)
        {
            byte[] flipped = [.. body];
            // Of a head's row the hash counts; where in the log it stands is told for people.
            int at = random.Next(table == "payload_heads" ? 2 + Digest.Length : body.Length);
            flipped[at] ^= (byte)(1 << random.Next(8));
            await SetAsync(table, key, flipped);
            AuditReport report = await AuditAsync();
            if (report.Delivered.Holds && report.Authentic.Holds && report.ReExecuted.Holds) missed.Add($"byte {at} of {body.Length}");
        }

        await SetAsync(table, key, body);
        Assert.True(missed.Count == 0, string.Join(", ", missed));
        await AssertCompleteAsync();
    }

    private byte[] KeyOf(ulong sequence)
    {
        Assert.True(Digest.TryParse(network.Channel, out Digest channel));
        return VaultReader.BatchKey(channel, (long)sequence);
    }

    private async Task<byte[]> ReadAsync(string table, byte[] key) => Assert.Single(await database.ListAsync<byte[]>($"select body from {table} where key = $1", Ct, key));

    private async Task SetAsync(string table, byte[] key, byte[] body) => Assert.Equal(1, await database.ExecuteAsync($"update {table} set body = $2 where key = $1", Ct, key, body));

    private async Task AssertCompleteAsync()
    {
        AuditReport report = await AuditAsync();
        Assert.Empty(report.Delivered.Findings.Concat(report.Authentic.Findings).Concat(report.ReExecuted.Findings));
        Assert.Equal((true, true, true, (long)entries.Count), (report.Delivered.Holds, report.Authentic.Holds, report.ReExecuted.Holds, report.Entries));
    }

    /// <summary>Not complete, and what stands against it is this sequence with these entries and no other.</summary>
    private async Task AssertNamedAsync(ulong sequence, string[] ids)
    {
        AuditReport report = await AuditAsync();
        Assert.False(report.Delivered.Holds && report.Authentic.Holds, $"The channel counts as complete without sequence {sequence}.");
        Finding[] findings = [.. report.Delivered.Findings, .. report.Authentic.Findings];
        Assert.All(findings, finding => Assert.StartsWith(finding.Code == NodeCodes.RowsMissing ? "log" : $"sequence {sequence}, ", finding.Place, StringComparison.Ordinal));
        Assert.All(ids, id => Assert.Contains(findings, finding => finding.Place.Contains(id, StringComparison.Ordinal)));
    }

    private async Task<AuditReport> AuditAsync()
    {
        using SettlementClient regulator = network.Nodes.Auditor(HostNetwork.RegulatorId);
        return await regulator.AuditAsync(network.Channel, Ct);
    }
}
