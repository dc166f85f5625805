using System.Data;
using Npgsql;
using Settlement.Ledger;

namespace Settlement.Host.Audit;

/// <summary>Reads a ledger's tables as they are, in one snapshot, for verification.</summary>
internal static class LedgerRowReader
{
    private const string Streams = "select id, type, version, timestamp, created, tenant_id, is_archived from mt_streams";
    private const string Events = """
        select seq_id, id, stream_id, version, data::text, bdata, type, timestamp, tenant_id, mt_dotnet_type, is_archived from mt_events order by seq_id
        """;
    private const string Progression = "select name, last_seq_id, last_updated from mt_event_progression";
    private const string Checkpoints = "select key, body from payload_checkpoints order by key";

    public static async Task<LedgerRows> ReadAsync(NpgsqlDataSource database, CancellationToken ct)
    {
        await using NpgsqlConnection connection = await database.OpenConnectionAsync(ct);
        await using NpgsqlTransaction snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
        return new LedgerRows(
            await ReadAsync(connection, Streams, static row => new StreamRow(
                row.GetString(0), Text(row, 1), Number(row, 2), Time(row, 3), Time(row, 4), Text(row, 5), Flag(row, 6)), ct),
            await ReadAsync(connection, Events, static row => new EventRow(
                row.GetInt64(0), row.GetGuid(1), Text(row, 2), row.GetInt64(3), row.GetString(4), row.IsDBNull(5) ? null : row.GetFieldValue<byte[]>(5),
                row.GetString(6), Time(row, 7), Text(row, 8), Text(row, 9), Flag(row, 10)), ct),
            await ReadAsync(connection, Progression, static row => new ProgressionRow(
                row.GetString(0), Number(row, 1), row.IsDBNull(2) ? null : Time(row, 2)), ct),
            await ReadAsync(connection, Checkpoints, static row => new CheckpointRow(row.GetFieldValue<byte[]>(0), row.GetFieldValue<byte[]>(1)), ct));
    }

    private static async Task<List<T>> ReadAsync<T>(NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read, CancellationToken ct)
    {
        await using NpgsqlCommand command = new(sql, connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(ct);
        List<T> rows = [];
        while (await reader.ReadAsync(ct)) rows.Add(read(reader));
        return rows;
    }

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static long? Number(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    private static bool? Flag(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetBoolean(column);

    private static DateTimeOffset Time(NpgsqlDataReader row, int column) => row.GetFieldValue<DateTimeOffset>(column);
}
