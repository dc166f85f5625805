using Npgsql;
using Settlement.Tests.EndToEnd.Storage;

namespace Settlement.Tests.EndToEnd.Tampering;

/// <summary>A node's database in the hands of its server's superuser, whom no constraint stops.</summary>
internal sealed class Database : IAsyncDisposable
{
    private readonly NpgsqlDataSource source;

    private Database(NpgsqlDataSource source) => this.source = source;

    public static async Task<Database> OpenAsync(PostgresServer server, string nodesConnection, CancellationToken ct)
    {
        NpgsqlConnectionStringBuilder administrator = new(await server.Server.AdministratorConnectionAsync(ct))
        {
            Database = new NpgsqlConnectionStringBuilder(nodesConnection).Database,
            Options = "-c session_replication_role=replica",
        };
        return new Database(NpgsqlDataSource.Create(administrator.ConnectionString));
    }

    public async Task<int> ExecuteAsync(string sql, CancellationToken ct, params object[] values)
    {
        await using NpgsqlCommand command = Create(sql, values);
        return await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>The first column of every row.</summary>
    public async Task<IReadOnlyList<T>> ListAsync<T>(string sql, CancellationToken ct, params object[] values)
    {
        await using NpgsqlCommand command = Create(sql, values);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(ct);
        List<T> rows = [];
        while (await reader.ReadAsync(ct)) rows.Add(await reader.GetFieldValueAsync<T>(0, ct));
        return rows;
    }

    public ValueTask DisposeAsync() => source.DisposeAsync();

    private NpgsqlCommand Create(string sql, object[] values)
    {
        NpgsqlCommand command = source.CreateCommand(sql);
        foreach (object value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }
}
