using System.Globalization;
using Settlement.Storage;
using Settlement.Tests.EndToEnd.Storage;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Settlement.Tests.EndToEnd.Storage;

/// <summary>One private server for the whole run, and a database of its own for each test that asks.</summary>
public sealed class PostgresServer : IAsyncLifetime
{
    public const string Password = "a password with 'quotes' and \"more\"";
    private readonly TestFolder folder = new();
    private int databases;

    public EmbeddedPostgres Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() =>
        Server = await EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions { DataFolder = folder.Path }, CancellationToken.None);

    public ValueTask<string> CreateDatabaseAsync(CancellationToken ct) =>
        Server.CreateDatabaseAsync(string.Create(CultureInfo.InvariantCulture, $"vault_{Interlocked.Increment(ref databases)}"), Password, ct);

    public async ValueTask DisposeAsync()
    {
        if (Server is not null) await Server.DisposeAsync();
        folder.Dispose();
    }
}

/// <summary>A folder with a short path that is removed at the end.</summary>
public sealed class TestFolder : IDisposable
{
    public TestFolder()
    {
        Path = Directory.CreateTempSubdirectory("st-").FullName;
        // As root, the server runs as another account, which must be able to pass through.
        File.SetUnixFileMode(Path, File.GetUnixFileMode(Path) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
    }

    public string Path { get; }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
