using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Settlement.Storage;

namespace Settlement.Tests.EndToEnd.Storage;

public sealed class EmbeddedPostgresTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly TestFolder folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private EmbeddedPostgresOptions Options => new() { DataFolder = folder.Path };

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task ASecondStartFindsTheData()
    {
        string database;
        await using (EmbeddedPostgres server = await EmbeddedPostgres.StartAsync(Options, Ct))
        {
            database = await server.CreateDatabaseAsync("node_a", "secret", Ct);
            await ExecuteAsync(database, "create table kept (id int)");
            Assert.Equal(OwnerOnly, File.GetUnixFileMode(Path.Combine(folder.Path, "superuser.password")));
            Assert.Equal("on,on,UTF8,C", await ExecuteAsync(
                await server.AdministratorConnectionAsync(Ct),
                "select current_setting('data_checksums') || ',' || current_setting('fsync') || ',' || current_setting('server_encoding') || ',' || current_setting('lc_collate')"));
        }
        await Assert.ThrowsAnyAsync<NpgsqlException>(async () => await ExecuteAsync(database, "select 1"));
        await using EmbeddedPostgres again = await EmbeddedPostgres.StartAsync(Options, Ct);
        // The password may change; the role, its database and what is in it stay.
        string other = await again.CreateDatabaseAsync("node_a", "other", Ct);
        Assert.Equal(0L, await ExecuteAsync(other, "select count(*) from kept"));
        Assert.Equal(0L, await ExecuteAsync(again.ConnectionString("node_a", "node_a", "other", overTcp: true), "select count(*) from kept"));
    }

    [Fact]
    public async Task AKilledServerRecoversAndAForeignProcessNumberDoesNotStopIt()
    {
        EmbeddedPostgres server = await EmbeddedPostgres.StartAsync(Options, Ct);
        string database = await server.CreateDatabaseAsync("node_a", "secret", Ct);
        await ExecuteAsync(database, "create table kept as select 1 as id");
        Kill(server);
        string lockFile = Path.Combine(folder.Path, "data", "postmaster.pid");
        string[] lines = await File.ReadAllLinesAsync(lockFile, Ct);
        lines[0] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        await File.WriteAllLinesAsync(lockFile, lines, Ct);
        await using EmbeddedPostgres again = await EmbeddedPostgres.StartAsync(Options, Ct);
        Assert.NotEqual(server.ProcessId, again.ProcessId);
        Assert.Equal(1L, await ExecuteAsync(again.ConnectionString("node_a", "node_a", "secret"), "select count(*) from kept"));
    }

    [Fact]
    public async Task AServerThatOutlivedItsStarterIsFound()
    {
        EmbeddedPostgres left = await EmbeddedPostgres.StartAsync(Options, Ct);
        EmbeddedPostgres[] found = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => EmbeddedPostgres.StartAsync(Options, Ct).AsTask()));
        Assert.All(found, server => Assert.Equal((left.Port, left.ProcessId), (server.Port, server.ProcessId)));
        await found[0].DisposeAsync();
        await Assert.ThrowsAnyAsync<NpgsqlException>(async () => await ExecuteAsync(await left.AdministratorConnectionAsync(Ct), "select 1"));
        // Stopping what has stopped is no error.
        foreach (EmbeddedPostgres server in found.Append(left)) await server.DisposeAsync();
    }

    [Fact]
    public async Task ALongDataFolderGetsAShortSocket()
    {
        string deep = Path.Combine(folder.Path, new string('d', 60), new string('e', 60));
        await using EmbeddedPostgres server = await EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions { DataFolder = deep }, Ct);
        try
        {
            Assert.InRange(server.SocketFolder.Length, 1, 80);
            Assert.Equal(1, await ExecuteAsync(await server.AdministratorConnectionAsync(Ct), "select 1"));
        }
        finally
        {
            await server.StopAsync(Ct);
            Directory.Delete(server.SocketFolder, recursive: true);
        }
    }

    [Fact]
    public async Task AnInterruptedCreationIsBegunAgain()
    {
        Directory.CreateDirectory(Path.Combine(folder.Path, "data.new"));
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "data.new", "PG_VERSION"), "15", Ct);
        await using EmbeddedPostgres server = await EmbeddedPostgres.StartAsync(Options, Ct);
        Assert.False(Directory.Exists(Path.Combine(folder.Path, "data.new")));
    }

    [Fact]
    public async Task MissingBinariesNameTheInstallCommand()
    {
        Assert.Equal("ST001", await CodeAsync(Options with { BinFolder = folder.Path }));
        Directory.CreateDirectory(Path.Combine(folder.Path, "data"));
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "data", "PG_VERSION"), "9", Ct);
        StorageException error = await Assert.ThrowsAsync<StorageException>(async () => await EmbeddedPostgres.StartAsync(Options, Ct));
        Assert.Equal("ST006", error.Code);
        Assert.Contains("apt-get install postgresql-9", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFolderWithOtherFilesIsNotTakenOver()
    {
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "thesis.txt"), "mine", Ct);
        Assert.Equal("ST003", await CodeAsync(Options));
    }

    [Fact]
    public async Task AClosedParentFolderIsNamed()
    {
        if (!Environment.IsPrivilegedProcess) Assert.Skip("Only root changes to another account.");
        string closed = Path.Combine(folder.Path, "closed");
        Directory.CreateDirectory(closed, OwnerOnly | UnixFileMode.UserExecute);
        File.SetUnixFileMode(folder.Path, OwnerOnly | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);
        StorageException error = await Assert.ThrowsAsync<StorageException>(async () => await EmbeddedPostgres.StartAsync(Options with { DataFolder = Path.Combine(closed, "pg") }, Ct));
        Assert.Equal("ST003", error.Code);
        Assert.Contains($"may not pass through {closed}.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task APortThatIsTakenIsReported()
    {
        using System.Net.Sockets.TcpListener taken = new(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        int port = ((System.Net.IPEndPoint)taken.LocalEndpoint).Port;
        Assert.Equal("ST005", await CodeAsync(Options with { Port = port }));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Node")]
    [InlineData("a-b")]
    [InlineData("1a")]
    [InlineData("a\"; drop database postgres; --")]
    public async Task ADatabaseNameIsPlain(string name)
    {
        await using EmbeddedPostgres server = await EmbeddedPostgres.StartAsync(Options, Ct);
        await Assert.ThrowsAsync<ArgumentException>(async () => await server.CreateDatabaseAsync(name, "secret", Ct));
    }

    internal static void Kill(EmbeddedPostgres server)
    {
        using Process process = Process.GetProcessById(server.ProcessId);
        process.Kill(entireProcessTree: true);
    }

    private static async Task<string> CodeAsync(EmbeddedPostgresOptions options) =>
        (await Assert.ThrowsAsync<StorageException>(async () => await EmbeddedPostgres.StartAsync(options, Ct))).Code;

    private static async Task<object?> ExecuteAsync(string connectionString, string sql)
    {
        await using NpgsqlConnection connection = new(connectionString + ";Pooling=false");
        await connection.OpenAsync(Ct);
        await using NpgsqlCommand command = new(sql, connection);
        return await command.ExecuteScalarAsync(Ct);
    }
}
