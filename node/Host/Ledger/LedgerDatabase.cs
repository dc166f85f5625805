using System.Buffers.Binary;
using System.Data;
using Npgsql;
using Settlement.Ledger;
using Settlement.Storage;

namespace Settlement.Host.Ledger;

/// <summary>Reads a ledger's tables as they are, to be verified: every row and column, in one snapshot.</summary>
internal static class LedgerDatabase
{
    private const string Streams = "select id, type, version, timestamptz_send(timestamp), timestamptz_send(created), tenant_id, is_archived from mt_streams";
    private const string Events = "select seq_id, id, stream_id, version, data::text, bdata, type, timestamptz_send(timestamp), tenant_id, mt_dotnet_type, is_archived from mt_events";
    private const string Progression = "select name, last_seq_id, timestamptz_send(last_updated) from mt_event_progression";
    private const string Checkpoints = "select key, body from payload_checkpoints";
    private const string Markers = "select id, timestamptz_send(committed) from commit_marker";
    private const string Migrations = "select number, name, checksum from schema_migration";

    /// <exception cref="NpgsqlException">The database does not answer, or has no such tables.</exception>
    public static async Task<LedgerRows> ReadAsync(string connectionString, CancellationToken ct)
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(connectionString);
        await using NpgsqlConnection connection = await source.OpenConnectionAsync(ct);
        await using NpgsqlTransaction snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
        return new LedgerRows(
            await ReadAsync(connection, Streams, static row => new StreamRow(
                row.GetString(0), Text(row, 1), Number(row, 2), Time(row, 3)!.Value, Time(row, 4)!.Value, Text(row, 5), Flag(row, 6)), ct),
            await ReadAsync(connection, Events, static row => new EventRow(
                row.GetInt64(0), row.GetGuid(1), Text(row, 2), row.GetInt64(3), row.GetString(4), row.IsDBNull(5) ? null : (byte[])row[5], row.GetString(6),
                Time(row, 7)!.Value, Text(row, 8), Text(row, 9), Flag(row, 10)), ct),
            await ReadAsync(connection, Progression, static row => new ProgressionRow(row.GetString(0), Number(row, 1), Time(row, 2)), ct),
            await ReadAsync(connection, Checkpoints, static row => new CheckpointRow((byte[])row[0], (byte[])row[1]), ct))
        {
            Markers = await ReadAsync(connection, Markers, static row => new MarkerRow(row.GetGuid(0), Time(row, 1)!.Value), ct),
            Migrations = await ReadAsync(connection, Migrations, static row => new MigrationRow(row.GetInt32(0), row.GetString(1), row.GetString(2)), ct),
            ProgramMigrations = [.. Migrator.Migrations.Select(static one => new MigrationRow(one.Number, one.Name, one.Checksum))],
        };
    }

    private static async Task<List<T>> ReadAsync<T>(NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read, CancellationToken ct)
    {
        List<T> rows = [];
        await using NpgsqlCommand command = new(sql, connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) rows.Add(read(reader));
        return rows;
    }

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static long? Number(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    private static bool? Flag(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetBoolean(column);

    // As the server sends it, eight bytes: whatever stands in the column is read.
    private static StoredTime? Time(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : new StoredTime(BinaryPrimitives.ReadInt64BigEndian((byte[])row[column]));
}
