using System.Security.Cryptography;
using Settlement.Host.Configuration;
using Settlement.Storage;

namespace Settlement.Host.Running;

/// <summary>The node's vault, and the private server it lives on when there is no other.</summary>
internal sealed class NodeDatabase : IAsyncDisposable
{
    public const string ServerFolder = "postgres";

    // The private server holds this one database; its password lives as long as the process.
    private const string DatabaseName = "settlement";
    private const int PasswordBytes = 24;

    private readonly EmbeddedPostgres? server;

    private NodeDatabase(IEventVault vault, string? connection, EmbeddedPostgres? server)
    {
        Vault = vault;
        Connection = connection;
        this.server = server;
    }

    public IEventVault Vault { get; }

    /// <summary>How what lies beside the vault is reached; null for a vault without a database.</summary>
    public string? Connection { get; }

    /// <summary>A vault that lives on no server of its own.</summary>
    public static NodeDatabase On(IEventVault vault) => new(vault, connection: null, server: null);

    /// <summary>Opens the vault and brings its tables up to date.</summary>
    /// <exception cref="StorageException">Each code says what to do.</exception>
    public static async Task<NodeDatabase> OpenAsync(NodeConfiguration configuration, TimeProvider time, ILoggerFactory loggers, CancellationToken ct)
    {
        PostgresVaultOptions options = new() { Logger = loggers.CreateLogger<PostgresVault>(), Time = time };
        if (configuration.Database is { } connection) return new NodeDatabase(await PostgresVault.OpenAsync(connection, options, ct), connection, server: null);
        EmbeddedPostgres started = await EmbeddedPostgres.StartAsync(
            new EmbeddedPostgresOptions
            {
                DataFolder = Path.Combine(configuration.Folder, ServerFolder), Logger = loggers.CreateLogger<EmbeddedPostgres>(), Time = time,
            },
            ct);
        try
        {
            string password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(PasswordBytes));
            string own = await started.CreateDatabaseAsync(DatabaseName, password, ct);
            return new NodeDatabase(await PostgresVault.OpenAsync(own, options, ct), own, started);
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Vault.DisposeAsync();
        if (server is not null) await server.DisposeAsync();
    }
}
