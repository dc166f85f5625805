using System.Data;
using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Settlement.Storage;

/// <summary>Brings a database to the layout of this program by numbered SQL files, each applied once and never changed.</summary>
public static class Migrator
{
    // Any constant will do, as long as nothing else in the database takes the same one.
    private const long AdvisoryLock = 0x5E771E_4D16;

    /// <summary>The migrations of this program, in order: number, file name, SHA-256 in lower-case hexadecimal.</summary>
    public static IReadOnlyList<(int Number, string Name, string Checksum)> Migrations { get; } =
        [.. Migration.Embedded().Select(static migration => (migration.Number, migration.Name, migration.Checksum))];

    /// <summary>
    /// Applies what is missing, in one transaction under a lock, so that several processes may start at once.
    /// </summary>
    /// <returns>How many migrations were applied.</returns>
    /// <exception cref="StorageException">ST012: an applied migration has changed. ST013: the database is newer than this program.</exception>
    public static ValueTask<int> ApplyAsync(NpgsqlDataSource source, CancellationToken ct) => ApplyAsync(source, Migration.Embedded(), ct);

    internal static async ValueTask<int> ApplyAsync(NpgsqlDataSource source, IReadOnlyList<Migration> migrations, CancellationToken ct)
    {
        await using NpgsqlConnection connection = await source.OpenConnectionAsync(ct);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, ct);
        await ExecuteAsync(connection, $"select pg_advisory_xact_lock({AdvisoryLock})", ct);
        await ExecuteAsync(connection, """
            create table if not exists schema_migration (
                number   integer     primary key,
                name     text        not null,
                checksum text        not null
            )
            """, ct);
        Dictionary<int, (string Name, string Checksum)> applied = await ReadAppliedAsync(connection, ct);
        Compare(migrations, applied);
        int count = 0;
        foreach (Migration migration in migrations)
        {
            if (applied.ContainsKey(migration.Number)) continue;
            await ExecuteAsync(connection, migration.Sql, ct);
            await using NpgsqlCommand record = new("insert into schema_migration (number, name, checksum) values ($1, $2, $3)", connection);
            record.Parameters.Add(new NpgsqlParameter<int> { TypedValue = migration.Number });
            record.Parameters.Add(new NpgsqlParameter<string> { TypedValue = migration.Name });
            record.Parameters.Add(new NpgsqlParameter<string> { TypedValue = migration.Checksum });
            await record.ExecuteNonQueryAsync(ct);
            count++;
        }
        await transaction.CommitAsync(ct);
        return count;
    }

    private static void Compare(IReadOnlyList<Migration> migrations, Dictionary<int, (string Name, string Checksum)> applied)
    {
        Dictionary<int, Migration> known = migrations.ToDictionary(static migration => migration.Number);
        foreach ((int number, (string name, string checksum)) in applied.OrderBy(static row => row.Key))
        {
            if (!known.TryGetValue(number, out Migration? migration))
                throw new StorageException(StorageCodes.MigrationUnknown, $"The database has migration {number} ({name}), which this program does not know: it is older than the database.");
            if (migration.Checksum != checksum)
                throw new StorageException(StorageCodes.MigrationChanged, $"Migration {migration.Name} was applied with SHA-256 {checksum}, and is {migration.Checksum} in this program.");
        }
    }

    private static async ValueTask<Dictionary<int, (string Name, string Checksum)>> ReadAppliedAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        Dictionary<int, (string, string)> applied = [];
        await using NpgsqlCommand command = new("select number, name, checksum from schema_migration", connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) applied.Add(reader.GetInt32(0), (reader.GetString(1), reader.GetString(2)));
        return applied;
    }

    private static async ValueTask ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using NpgsqlCommand command = new(sql, connection);
        await command.ExecuteNonQueryAsync(ct);
    }
}

/// <summary>One numbered SQL file, <c>0001_name.sql</c>.</summary>
internal sealed record Migration(int Number, string Name, string Sql)
{
    private const int NumberDigits = 4;

    /// <summary>SHA-256 of the text, in lower-case hexadecimal.</summary>
    public string Checksum => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql)));

    /// <summary>The files in this assembly, in order; their numbers have no gaps.</summary>
    public static IReadOnlyList<Migration> Embedded()
    {
        Assembly assembly = typeof(Migration).Assembly;
        Migration[] migrations = [.. assembly.GetManifestResourceNames()
            .Where(static name => name.EndsWith(".sql", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => new Migration(int.Parse(name.AsSpan(0, NumberDigits), NumberStyles.None, CultureInfo.InvariantCulture), name, Read(assembly, name)))];
        for (int i = 0; i < migrations.Length; i++)
            if (migrations[i].Number != i + 1) throw new InvalidOperationException($"{migrations[i].Name} should have number {i + 1}.");
        return migrations;
    }

    private static string Read(Assembly assembly, string name)
    {
        using StreamReader reader = new(assembly.GetManifestResourceStream(name)!, Encoding.UTF8);
        // A checkout may have other line ends; the checksum must not depend on them.
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
