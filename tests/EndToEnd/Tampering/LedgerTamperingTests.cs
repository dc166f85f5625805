using System.Globalization;
using System.Text.Json.Nodes;
using Npgsql;
using Settlement.Host.Commands;
using Settlement.Host.Ledger;
using Settlement.Ledger;
using Settlement.Tests.EndToEnd.BadInput;
using Settlement.Tests.EndToEnd.Host;
using Settlement.Tests.EndToEnd.Storage;

namespace Settlement.Tests.EndToEnd.Tampering;

/// <summary>
/// The database of a running ledger in hostile hands: whatever byte is changed, verification fails and names the leaf. Each
/// change is made, looked at and taken back. The tables are asked of the server, so that one that is added later cannot be
/// forgotten here.
/// </summary>
[Collection(RunningNetworkGroup.Name)]
public sealed class LedgerTamperingTests(RunningNetwork network, PostgresServer server) : IAsyncLifetime
{
    // What says nothing about the log: what the operator is told of refused submissions, sealed under the node's vault key.
    private static readonly string[] Beside = ["payload_alarms", "payload_evidence"];

    private readonly Random random = new(20260302);

    // Null stands for a microsecond later. No other type has most of the times that PostgreSQL has. Seven and five: no column's
    // turn comes always at the same one.
    private readonly Queue<string?> times = new([null, "infinity", "-infinity", "294276-12-31 23:59:59.999999+00", "4713-01-01 00:00:00+00 BC", "10000-01-01 00:00:00+00", "0001-01-01 00:00:00+00 BC"]);
    private readonly Queue<int> bits = new([62, 0, 40, 31, 7]);
    private Database database = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Connection => network.Nodes.Configuration(HostNetwork.LedgerId).Database!;

    private string CheckpointKey => network.Nodes.Facts(HostNetwork.LedgerId).Checkpoint!.Value.ToString();

    public async ValueTask InitializeAsync()
    {
        await network.QuietAsync(Ct);
        database = await Database.OpenAsync(server, Connection, Ct);
    }

    public ValueTask DisposeAsync() => database.DisposeAsync();

    [Fact]
    public async Task AnyByteOfAnyColumnOfAnyRowCounts()
    {
        string[] tables = [.. (await database.ListAsync<string>("select tablename::text from pg_tables where schemaname = 'public' order by 1", Ct)).Except(Beside)];
        List<string> missed = [];
        int changes = 0;
        foreach (string table in tables)
        {
            IReadOnlyList<string> columns = await database.ListAsync<string>(
                "select column_name || ' ' || data_type from information_schema.columns where table_name = $1 order by ordinal_position", Ct, table);
            foreach (string row in await database.ListAsync<string>($"select ctid::text from {table}", Ct))
            {
                string place = row;
                foreach (string column in columns)
                {
                    (string? fault, place) = await TryAsync(table, place, column);
                    if (fault is not null) missed.Add(fault);
                    changes++;
                }
            }
        }

        Assert.True(missed.Count == 0, string.Join(Environment.NewLine, missed));
        Assert.InRange(changes, 11 * 8, int.MaxValue);
        Assert.Empty((await VerifyAsync()).Findings);
    }

    [Fact]
    public async Task ARowThatIsMissingIsNamedByItsLeaf()
    {
        long leaves = (await VerifyAsync()).Leaves;
        for (long leaf = 0; leaf < leaves; leaf++)
        {
            await database.ExecuteAsync("create table kept as select * from mt_events where seq_id = $1", Ct, leaf + 1);
            await database.ExecuteAsync("delete from mt_events where seq_id = $1", Ct, leaf + 1);
            LedgerVerdict verdict = await VerifyAsync();
            await database.ExecuteAsync("insert into mt_events select * from kept", Ct);
            await database.ExecuteAsync("drop table kept", Ct);
            Assert.Equal((false, leaf), (verdict.IsVerified, verdict.FirstWrongLeaf));
        }

        Assert.True((await VerifyAsync()).IsVerified);
    }

    [Fact]
    public async Task TheCommandSaysSoAndNamesTheLeaf()
    {
        (int code, string text, string error) = await ProgramAsync("--database", Connection);
        Assert.Equal((ExitCodes.Success, ""), (code, error));
        Assert.True((bool?)JsonNode.Parse(text)!["verified"]);

        const string change = "update mt_events set data = jsonb_set(data, '{Leaf}', to_jsonb(overlay(data ->> 'Leaf' placing $1 from 80))) where seq_id = $2";
        const long leaf = 5;
        string before = (await database.ListAsync<string>("select data ->> 'Leaf' from mt_events where seq_id = $1", Ct, leaf + 1))[0].Substring(79, 1);
        await database.ExecuteAsync(change, Ct, before == "A" ? "B" : "A", leaf + 1);
        (code, text, _) = await ProgramAsync("--database", Connection);
        await database.ExecuteAsync(change, Ct, before, leaf + 1);
        Assert.Equal(ExitCodes.Refused, code);
        Assert.Equal((false, leaf), ((bool?)JsonNode.Parse(text)!["verified"], (long?)JsonNode.Parse(text)!["firstWrongLeaf"]));

        (code, text, error) = await ProgramAsync(
            "--endpoint", network.Nodes.Node(HostNetwork.LedgerId).PeerAddress.ToString(), "--tls-fingerprint", network.Nodes.Facts(HostNetwork.LedgerId).TlsFingerprint.ToString(),
            "--keys", network.Nodes.Configuration(HostNetwork.BankA).Folder);
        Assert.Equal((ExitCodes.Success, ""), (code, error));
        Assert.True((bool?)JsonNode.Parse(text)!["verified"]);
    }

    /// <summary>Changes one value and takes it back; says what was missed, and where the row is now.</summary>
    private async Task<(string? Fault, string Place)> TryAsync(string table, string place, string columnAndType)
    {
        string[] parts = columnAndType.Split(' ', 2);
        string column = parts[0], type = parts[1];
        string value = (await database.ListAsync<string>($"select coalesce({column}::text, '@null') from {table} where ctid = $1::tid", Ct, place))[0];
        (long first, long last) = await LeavesOfAsync(table, place);
        (string changed, place) = await ChangeAsync(table, place, column, type, value);
        LedgerVerdict verdict = await VerifyAsync();
        place = await SetAsync(table, place, column, type, value);
        string what = $"{table}.{column} of leaf {first} to {last}, {value} to {changed}";
        if (verdict.IsVerified) return ($"{what}: verified", place);
        bool isNamed = verdict.FirstWrongLeaf >= first && verdict.FirstWrongLeaf <= last;
        return (isNamed ? null : $"{what}: names {verdict.FirstWrongLeaf}: {string.Join("; ", verdict.Findings)}", place);
    }

    private async Task<(string Changed, string Place)> ChangeAsync(string table, string place, string column, string type, string value)
    {
        while (true)
        {
            string changed = Changed(value, type);
            try
            {
                return (changed, await SetAsync(table, place, column, type, changed));
            }
            catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.UniqueViolation)
            {
                // Another row has that value, which even the superuser cannot give away twice.
            }
        }
    }

    private async Task<(long First, long Last)> LeavesOfAsync(string table, string place)
    {
        const string size = "('x' || encode(key, 'hex'))::bit(64)::bigint";
        string[] queries = table switch
        {
            "mt_events" => ["select seq_id - 1 from mt_events where ctid = $1::tid"],
            "mt_streams" => ["select min(seq_id) - 1 from mt_events where stream_id = (select id from mt_streams where ctid = $1::tid)"],
            // A checkpoint stands for the leaves that it covers and the one before it does not.
            "payload_checkpoints" =>
            [
                $"select coalesce(max({size}), 0) from payload_checkpoints where key < (select key from payload_checkpoints where ctid = $1::tid)",
                $"select {size} - 1 from payload_checkpoints where ctid = $1::tid",
            ],
            "commit_marker" => ["select max(seq_id) - 1 from mt_events where $1::text is not null"],
            "schema_migration" => ["select 0::bigint where $1::text is not null"],
            _ => throw new InvalidOperationException($"Nobody has said which leaf a row of {table} belongs to."),
        };
        return ((await database.ListAsync<long>(queries[0], Ct, place))[0], (await database.ListAsync<long>(queries[^1], Ct, place))[0]);
    }

    // An update moves the row to another place, which it returns.
    private async Task<string> SetAsync(string table, string place, string column, string type, string value)
    {
        string sql = value == "@null"
            ? $"update {table} set {column} = null where ctid = $1::tid returning ctid::text"
            : $"update {table} set {column} = $2::{type} where ctid = $1::tid returning ctid::text";
        return (await database.ListAsync<string>(sql, Ct, value == "@null" ? [place] : [place, value]))[0];
    }

    /// <summary>The value with one byte changed so that its type still takes it.</summary>
    private string Changed(string value, string type) => type switch
    {
        "boolean" => value == "true" ? "false" : "true",
        "bigint" => (long.Parse(value, CultureInfo.InvariantCulture) ^ (1L << Next(bits))).ToString(CultureInfo.InvariantCulture),
        "integer" => (int.Parse(value, CultureInfo.InvariantCulture) ^ (1 << random.Next(31))).ToString(CultureInfo.InvariantCulture),
        "bytea" => value == "@null" ? @"\x00" : FlipHex(value, random.Next(2, value.Length)),
        "uuid" => FlipHex(value, Enumerable.Range(0, 1000).Select(_ => random.Next(value.Length)).First(at => value[at] != '-')),
        "timestamp with time zone" => Next(times) ?? (DateTimeOffset.Parse(value, CultureInfo.InvariantCulture) + TimeSpan.FromMicroseconds(1)).ToString("O", CultureInfo.InvariantCulture),
        "jsonb" => ChangeJson(value),
        _ => value == "@null" ? "x" : ChangeText(value, random.Next(value.Length)),
    };

    // Each in its turn, so that every kind of change comes to every column.
    private static T Next<T>(Queue<T> turns)
    {
        T value = turns.Dequeue();
        turns.Enqueue(value);
        return value;
    }

    private static string FlipHex(string value, int at) => string.Concat(value.AsSpan(0, at), (Convert.ToByte(value[at].ToString(), 16) ^ 1).ToString("x", CultureInfo.InvariantCulture), value.AsSpan(at + 1));

    private static string ChangeText(string value, int at) => string.Concat(value.AsSpan(0, at), value[at] == 'x' ? "y" : "x", value.AsSpan(at + 1));

    // A letter or digit of any name or value, as long as it is JSON still and says another thing.
    private string ChangeJson(string value)
    {
        while (true)
        {
            int at = random.Next(value.Length);
            if (!char.IsAsciiLetterOrDigit(value[at])) continue;
            string changed = string.Concat(value.AsSpan(0, at), value[at] == '1' ? "2" : "1", value.AsSpan(at + 1));
            try
            {
                if (!JsonNode.DeepEquals(JsonNode.Parse(value), JsonNode.Parse(changed))) return changed;
            }
            catch (System.Text.Json.JsonException)
            {
                // Tried elsewhere.
            }
        }
    }

    private async Task<LedgerVerdict> VerifyAsync() =>
        DatabaseVerification.Verify(TestNodes.Network, network.Nodes.Facts(HostNetwork.LedgerId).Checkpoint!.Value, await LedgerDatabase.ReadAsync(Connection, Ct));

    private Task<(int Code, string Output, string Error)> ProgramAsync(params string[] ledger) =>
        SettlementProgram.RunAsync(["ledger", "verify", .. ledger, "--network", TestNodes.Network, "--checkpoint-key", CheckpointKey, "--json"]);
}
