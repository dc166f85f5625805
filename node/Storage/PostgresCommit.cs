using System.Data;
using Npgsql;
using NpgsqlTypes;
using Settlement.Core.Store;

namespace Settlement.Storage;

/// <summary>
/// One try of a commit. Small ones are a single round trip: a batch of statements without an error barrier is one
/// transaction that the server commits at its end. Large ones take a transaction around binary COPY.
/// </summary>
internal sealed class PostgresCommit(PreparedTransaction prepared, CommitMarker marker, Guid[] acknowledged, int copyFromRows)
{
    public const string MarkerConstraint = "commit_marker_pkey";

    // One writer at a time gives sequence ids the order of commits, and spares deadlocks between streams.
    private const string TakeLock = "select pg_advisory_xact_lock(103882917140)";
    private const string WriteMarker = "insert into commit_marker (id, committed) values ($1, $2)";
    private const string ForgetMarkers = "delete from commit_marker where id = any($1)";
    private const string Claim = "select vault_claim($1::varchar[], $2::varchar[], $3::bigint[], $4::bigint[], $5::timestamptz[], $6::timestamptz[])";
    private const string InsertEvents = """
        insert into mt_events (seq_id, id, stream_id, version, data, type, timestamp)
        select currval('mt_events_sequence') - $1 + place, id, stream, version, data::jsonb, type, at
        from unnest($2::uuid[], $3::varchar[], $4::bigint[], $5::text[], $6::varchar[], $7::timestamptz[])
            with ordinality as t (id, stream, version, data, type, at, place)
        """;
    private const string CopyEvents = "copy mt_events (seq_id, id, stream_id, version, data, type, timestamp) from stdin (format binary)";

    private readonly IGrouping<PayloadKind, KeyValuePair<PayloadKey, byte[]>>[] inserts = [.. prepared.Inserts.GroupBy(static row => row.Key.Kind)];

    public async ValueTask ExecuteAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        bool copiesEvents = prepared.EventCount >= copyFromRows;
        if (copiesEvents || inserts.Any(group => group.Count() >= copyFromRows)) await ExecuteWithCopyAsync(connection, copiesEvents, ct);
        else await ExecuteAtOnceAsync(connection, ct);
    }

    private async ValueTask ExecuteAtOnceAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using NpgsqlBatch batch = new(connection);
        AddOpening(batch);
        if (prepared.EventCount > 0)
        {
            AddClaim(batch);
            AddEvents(batch);
        }
        foreach (IGrouping<PayloadKind, KeyValuePair<PayloadKey, byte[]>> group in inserts) AddWrite(batch, PayloadTable.Of(group.Key).Insert, group);
        AddReplacesAndDeletes(batch);
        await batch.ExecuteNonQueryAsync(ct);
    }

    private async ValueTask ExecuteWithCopyAsync(NpgsqlConnection connection, bool copiesEvents, CancellationToken ct)
    {
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, ct);
        await using (NpgsqlBatch opening = new(connection, transaction))
        {
            AddOpening(opening);
            await opening.ExecuteNonQueryAsync(ct);
        }
        if (prepared.EventCount > 0)
        {
            await using NpgsqlBatch claim = new(connection, transaction);
            AddClaim(claim);
            if (!copiesEvents) AddEvents(claim);
            long last = (long)(await claim.ExecuteScalarAsync(ct))!;
            if (copiesEvents) await CopyEventsAsync(connection, last - prepared.EventCount + 1, ct);
        }
        foreach (IGrouping<PayloadKind, KeyValuePair<PayloadKey, byte[]>> group in inserts) await CopyPayloadsAsync(connection, group, ct);
        await using NpgsqlBatch rest = new(connection, transaction);
        AddReplacesAndDeletes(rest);
        if (rest.BatchCommands.Count > 0) await rest.ExecuteNonQueryAsync(ct);
        await transaction.CommitAsync(ct);
    }

    private void AddOpening(NpgsqlBatch batch)
    {
        batch.BatchCommands.Add(new NpgsqlBatchCommand(TakeLock));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(WriteMarker)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid> { TypedValue = marker.Id },
                new NpgsqlParameter<DateTimeOffset> { TypedValue = marker.Time, NpgsqlDbType = NpgsqlDbType.TimestampTz },
            },
        });
        batch.BatchCommands.Add(new NpgsqlBatchCommand(ForgetMarkers) { Parameters = { Array(acknowledged, NpgsqlDbType.Uuid) } });
    }

    private void AddClaim(NpgsqlBatch batch) => batch.BatchCommands.Add(new NpgsqlBatchCommand(Claim)
    {
        Parameters =
        {
            Array([.. prepared.Appends.Select(static append => append.Stream)], NpgsqlDbType.Varchar),
            Array([.. prepared.Appends.Select(static append => append.StreamType)], NpgsqlDbType.Varchar),
            Array([.. prepared.Appends.Select(static append => append.ExpectedVersion)], NpgsqlDbType.Bigint),
            Array([.. prepared.Appends.Select(static append => (long)append.Events.Count)], NpgsqlDbType.Bigint),
            Array([.. prepared.Appends.Select(static append => append.Events[0].Timestamp)], NpgsqlDbType.TimestampTz),
            Array([.. prepared.Appends.Select(static append => append.Events[^1].Timestamp)], NpgsqlDbType.TimestampTz),
        },
    });

    private void AddEvents(NpgsqlBatch batch)
    {
        List<(string Stream, long Version, NewEvent Event)> rows = prepared.Events;
        batch.BatchCommands.Add(new NpgsqlBatchCommand(InsertEvents)
        {
            Parameters =
            {
                new NpgsqlParameter<long> { TypedValue = rows.Count },
                Array([.. rows.Select(static row => row.Event.Id)], NpgsqlDbType.Uuid),
                Array([.. rows.Select(static row => row.Stream)], NpgsqlDbType.Varchar),
                Array([.. rows.Select(static row => row.Version)], NpgsqlDbType.Bigint),
                Array([.. rows.Select(static row => row.Event.Data)], NpgsqlDbType.Text),
                Array([.. rows.Select(static row => row.Event.Type)], NpgsqlDbType.Varchar),
                Array([.. rows.Select(static row => row.Event.Timestamp)], NpgsqlDbType.TimestampTz),
            },
        });
    }

    private void AddReplacesAndDeletes(NpgsqlBatch batch)
    {
        foreach (IGrouping<PayloadKind, KeyValuePair<PayloadKey, byte[]>> group in prepared.Replaces.GroupBy(static row => row.Key.Kind))
            AddWrite(batch, PayloadTable.Of(group.Key).Replace, group);
        foreach (IGrouping<PayloadKind, PayloadKey> group in prepared.Deletes.GroupBy(static key => key.Kind))
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(PayloadTable.Of(group.Key).Delete)
            {
                Parameters = { Array([.. group.Select(static key => key.Key)], NpgsqlDbType.Bytea) },
            });
        }
    }

    private static void AddWrite(NpgsqlBatch batch, string sql, IEnumerable<KeyValuePair<PayloadKey, byte[]>> rows) =>
        batch.BatchCommands.Add(new NpgsqlBatchCommand(sql)
        {
            Parameters =
            {
                Array([.. rows.Select(static row => row.Key.Key)], NpgsqlDbType.Bytea),
                Array([.. rows.Select(static row => row.Value)], NpgsqlDbType.Bytea),
            },
        });

    private async ValueTask CopyEventsAsync(NpgsqlConnection connection, long sequence, CancellationToken ct)
    {
        await using NpgsqlBinaryImporter importer = await connection.BeginBinaryImportAsync(CopyEvents, ct);
        foreach ((string stream, long version, NewEvent item) in prepared.Events)
        {
            await importer.StartRowAsync(ct);
            await importer.WriteAsync(sequence++, NpgsqlDbType.Bigint, ct);
            await importer.WriteAsync(item.Id, NpgsqlDbType.Uuid, ct);
            await importer.WriteAsync(stream, NpgsqlDbType.Varchar, ct);
            await importer.WriteAsync(version, NpgsqlDbType.Bigint, ct);
            await importer.WriteAsync(item.Data, NpgsqlDbType.Jsonb, ct);
            await importer.WriteAsync(item.Type, NpgsqlDbType.Varchar, ct);
            await importer.WriteAsync(item.Timestamp, NpgsqlDbType.TimestampTz, ct);
        }
        await importer.CompleteAsync(ct);
    }

    private static async ValueTask CopyPayloadsAsync(
        NpgsqlConnection connection, IGrouping<PayloadKind, KeyValuePair<PayloadKey, byte[]>> group, CancellationToken ct)
    {
        await using NpgsqlBinaryImporter importer = await connection.BeginBinaryImportAsync(PayloadTable.Of(group.Key).Copy, ct);
        foreach ((PayloadKey key, byte[] body) in group)
        {
            await importer.StartRowAsync(ct);
            await importer.WriteAsync(key.Key, NpgsqlDbType.Bytea, ct);
            await importer.WriteAsync(body, NpgsqlDbType.Bytea, ct);
        }
        await importer.CompleteAsync(ct);
    }

    private static NpgsqlParameter<T[]> Array<T>(T[] values, NpgsqlDbType type) => new() { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type };
}
