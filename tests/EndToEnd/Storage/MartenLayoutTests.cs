using System.Text.Json;
using Npgsql;
using Settlement.Core.Store;
using Settlement.Storage;

namespace Settlement.Tests.EndToEnd.Storage;

/// <summary>The tables are Marten's, column by column, and so are the rules for rows (event-tables.md).</summary>
public sealed class MartenLayoutTests(PostgresServer server) : IAsyncLifetime
{
    private NpgsqlDataSource source = null!;
    private PostgresVault vault = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        string database = await server.CreateDatabaseAsync(Ct);
        vault = await PostgresVault.OpenAsync(database, Ct);
        source = NpgsqlDataSource.Create(database);
    }

    public async ValueTask DisposeAsync()
    {
        await vault.DisposeAsync();
        await source.DisposeAsync();
    }

    [Theory]
    [InlineData("mt_streams", """
        id character varying NO -
        type character varying YES -
        version bigint YES -
        timestamp timestamp with time zone NO now()
        created timestamp with time zone NO now()
        tenant_id character varying YES '*DEFAULT*'::character varying
        is_archived boolean YES false
        """)]
    [InlineData("mt_events", """
        seq_id bigint NO -
        id uuid NO -
        stream_id character varying YES -
        version bigint NO -
        data jsonb NO -
        bdata bytea YES -
        type character varying(500) NO -
        timestamp timestamp with time zone NO -
        tenant_id character varying YES '*DEFAULT*'::character varying
        mt_dotnet_type character varying YES -
        is_archived boolean YES false
        """)]
    [InlineData("mt_event_progression", """
        name character varying NO -
        last_seq_id bigint YES -
        last_updated timestamp with time zone YES transaction_timestamp()
        """)]
    public async Task ColumnsAreMartens(string table, string expected) => Assert.Equal(
        expected.ReplaceLineEndings("\n"),
        string.Join('\n', await ReadAsync($"""
            select column_name || ' ' || data_type || coalesce('(' || character_maximum_length || ')', '') || ' ' || is_nullable || ' ' || coalesce(column_default, '-')
            from information_schema.columns where table_schema = 'public' and table_name = '{table}' order by ordinal_position
            """)));

    [Theory]
    [InlineData("mt_streams", "PRIMARY KEY (id)")]
    [InlineData("mt_events", "FOREIGN KEY (stream_id) REFERENCES mt_streams(id) ON DELETE CASCADE; PRIMARY KEY (seq_id); UNIQUE (stream_id, version)")]
    [InlineData("mt_event_progression", "PRIMARY KEY (name)")]
    public async Task ConstraintsAreMartensAndThereIsNoOtherIndex(string table, string expected)
    {
        IReadOnlyList<string> constraints = await ReadAsync($"select pg_get_constraintdef(oid) from pg_constraint where conrelid = '{table}'::regclass order by 1");
        Assert.Equal(expected, string.Join("; ", constraints));
        IReadOnlyList<string> indexes = await ReadAsync($"select indexrelid::regclass::text from pg_index where indrelid = '{table}'::regclass");
        Assert.Equal(constraints.Count(text => !text.StartsWith("FOREIGN", StringComparison.Ordinal)), indexes.Count);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(500)]
    public async Task RowsKeepMartensRules(int count)
    {
        NewEvent[] events = [.. Enumerable.Range(1, count).Select(i => new NewEvent(
            new Guid(i, 0, 0, new byte[8]), "payment_v2", JsonSerializer.Serialize(new { Sequence = i, Root = new byte[] { 1, 2 }, At = DateTimeOffset.UnixEpoch, Id = Guid.Empty }), DateTimeOffset.UnixEpoch))];
        await vault.CommitAsync(new StoreTransaction { Appends = { new("a", "channel", 0, events), new("b", "channel", 0, events[..1]) } }, Ct);
        await Assert.ThrowsAsync<StoreConflictException>(async () => await vault.CommitAsync(new StoreTransaction { Appends = { new("a", "channel", 0, events) } }, Ct));
        await vault.CommitAsync(new StoreTransaction { Appends = { new("a", "ignored", count, events) } }, Ct);

        // Rule 2: bdata is null. Rule 3: the type's short name, no foreign CLR type. Rule 4: an object. Rule 6: never null.
        Assert.Equal(
            ["true"],
            await ReadAsync("""
                select bool_and(bdata is null and type = 'payment_v2' and mt_dotnet_type is null and jsonb_typeof(data) = 'object' and tenant_id = '*DEFAULT*'
                    and is_archived = false and timestamp = 'epoch' and jsonb_typeof(data -> 'Sequence') = 'number' and data ->> 'Root' = 'AQI=')::text from mt_events
                """));
        Assert.Equal(["true"], await ReadAsync("select bool_and(tenant_id = '*DEFAULT*' and is_archived = false and type = 'channel')::text from mt_streams"));
        // Rule 5: versions from 1 without gaps, the stream's is the highest, ids in the order of versions, the sequence past them.
        Assert.Equal([$"a {count * 2}", "b 1"], await ReadAsync("select id || ' ' || version from mt_streams order by id"));
        Assert.Equal(
            ["true"],
            await ReadAsync("""
                select bool_and(version = place and seq_id > coalesce(before, 0))::text from (
                    select version, seq_id, row_number() over w as place, lag(seq_id) over w as before
                    from mt_events window w as (partition by stream_id order by version)) as rows
                """));
        Assert.Equal([$"{count * 2 + 1} {count * 2 + 2}"], await ReadAsync("select max(seq_id) || ' ' || nextval('mt_events_sequence') from mt_events"));
    }

    [Fact]
    public async Task AStreamsTimesAreThoseOfItsFirstAndLastEvent()
    {
        NewEvent At(int second) => new(new Guid(second, 0, 0, new byte[8]), "happened", "{}", DateTimeOffset.UnixEpoch.AddSeconds(second));
        await vault.CommitAsync(new StoreTransaction { Appends = { new("a", "channel", 0, [At(1), At(2)]), new("b", "channel", 0, [At(3)]), new("a", "channel", 2, [At(4)]) } }, Ct);
        Assert.Equal(["a 1 4", "b 3 3"], await ReadAsync(Times));
        await vault.CommitAsync(new StoreTransaction { Appends = { new("b", "channel", 1, [At(5)]) } }, Ct);
        Assert.Equal(["a 1 4", "b 3 5"], await ReadAsync(Times));
    }

    private const string Times = "select id || ' ' || extract(epoch from created)::int || ' ' || extract(epoch from timestamp)::int from mt_streams order by id";

    [Fact]
    public async Task AnEventOfAnUnknownStreamCannotBeStored()
    {
        await using NpgsqlCommand command = source.CreateCommand("insert into mt_events (seq_id, id, stream_id, version, data, type, timestamp) values (1, gen_random_uuid(), 'none', 1, '{}', 'x', now())");
        Assert.Equal(PostgresErrorCodes.ForeignKeyViolation, (await Assert.ThrowsAsync<PostgresException>(async () => await command.ExecuteNonQueryAsync(Ct))).SqlState);
    }

    private async Task<IReadOnlyList<string>> ReadAsync(string sql)
    {
        await using NpgsqlCommand command = source.CreateCommand(sql);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(Ct);
        List<string> rows = [];
        while (await reader.ReadAsync(Ct)) rows.Add(reader.GetString(0));
        return rows;
    }
}
