using System.Buffers;
using System.Globalization;
using System.Text;
using Npgsql;

namespace Settlement.Host.Demo;

/// <summary>One table of a node's database: each row as its bytes, texts as they are, byte strings decoded.</summary>
internal sealed record TableContent(string Table, IReadOnlyList<byte[]> Rows);

/// <summary>Everything that a node's database holds, read with the node's own login role.</summary>
internal static class DatabaseContent
{
    // Stands between the values of a row, so that two of them do not make a third.
    private const byte Separator = 0x1E;

    private const string Tables =
        """
        select quote_ident(n.nspname) || '.' || quote_ident(c.relname)
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p', 'm', 'S') and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg_toast%'
        order by 1
        """;

    /// <summary>Reads every table.</summary>
    public static async Task<IReadOnlyList<TableContent>> ReadAsync(string connectionString, CancellationToken ct)
    {
        // Without a pool: a node's role has only so many connections, and they are the node's.
        NpgsqlConnectionStringBuilder settings = new(connectionString) { Pooling = false };
        await using NpgsqlConnection connection = new(settings.ConnectionString);
        await connection.OpenAsync(ct);
        List<string> tables = [];
        await using (NpgsqlCommand list = new(Tables, connection))
        await using (NpgsqlDataReader names = await list.ExecuteReaderAsync(ct))
        {
            while (await names.ReadAsync(ct)) tables.Add(names.GetString(0));
        }

        List<TableContent> contents = [];
        foreach (string table in tables) contents.Add(await ReadTableAsync(connection, table, ct));
        return contents;
    }

    private static async Task<TableContent> ReadTableAsync(NpgsqlConnection connection, string table, CancellationToken ct)
    {
        List<byte[]> rows = [];
        // The name comes from the catalogue, quoted by the server.
        await using NpgsqlCommand command = new($"select * from {table}", connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            ArrayBufferWriter<byte> row = new();
            for (int column = 0; column < reader.FieldCount; column++)
            {
                row.Write(reader.GetValue(column) switch
                {
                    DBNull => [],
                    byte[] bytes => bytes,
                    string text => Encoding.UTF8.GetBytes(text),
                    IFormattable other => Encoding.UTF8.GetBytes(other.ToString(null, CultureInfo.InvariantCulture)),
                    object other => Encoding.UTF8.GetBytes(other.ToString() ?? ""),
                });
                row.Write([Separator]);
            }

            rows.Add(row.WrittenSpan.ToArray());
        }

        return new TableContent(table, rows);
    }
}
