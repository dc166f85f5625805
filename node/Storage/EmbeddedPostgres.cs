using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Npgsql;

namespace Settlement.Storage;

/// <summary>
/// A private PostgreSQL server from installed binaries: created at the first start, found again when it outlived the
/// process that started it, recovered when it was killed. Several nodes may share one, each with a database and login
/// role of its own.
/// </summary>
public sealed class EmbeddedPostgres : IAsyncDisposable
{
    private const string Administrator = "postgres";
    private const int StartAttempts = 4;
    private const int LogLinesShown = 5;
    private const int PasswordBytes = 24;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    private readonly EmbeddedPostgresOptions options;
    private readonly ServerFolder folder;
    private readonly ServerAccount account;
    private readonly PostgresBinaries binaries;
    private bool running;

    private EmbeddedPostgres(EmbeddedPostgresOptions options, ServerFolder folder, ServerAccount account, PostgresBinaries binaries)
    {
        this.options = options;
        this.folder = folder;
        this.account = account;
        this.binaries = binaries;
    }

    /// <summary>The port on 127.0.0.1.</summary>
    public int Port { get; private set; }

    /// <summary>The folder of the unix socket.</summary>
    public string SocketFolder => folder.Socket;

    /// <summary>The server's first process.</summary>
    public int ProcessId { get; private set; }

    /// <summary>The major version of PostgreSQL.</summary>
    public int MajorVersion => binaries.MajorVersion;

    /// <summary>Creates the cluster if there is none, and starts the server, or finds it running.</summary>
    /// <exception cref="StorageException">ST001 to ST006, ST008: each says what to do.</exception>
    public static async ValueTask<EmbeddedPostgres> StartAsync(EmbeddedPostgresOptions options, CancellationToken ct)
    {
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException("A private server needs Unix accounts and sockets.");
        ServerFolder place = new(options.DataFolder);
        PostgresBinaries programs = await PostgresBinaries.FindAsync(options.BinFolder, place.ClusterVersion(), options.Time, ct);
        EmbeddedPostgres server = new(options, place, await ServerAccount.ChooseAsync(place.Cluster, options.Time, ct), programs);
        await server.PrepareFolderAsync(ct);
        await using FileStream single = await server.TakeLockAsync(ct);
        if (place.ClusterVersion() is null) await server.CreateClusterAsync(ct);
        if (!await server.FindRunningAsync(ct)) await server.LaunchAsync(ct);
        server.running = true;
        return server;
    }

    /// <summary>Where another of PostgreSQL's programs lies, beside those that a new server would be run with or on PATH; null
    /// when it is not installed.</summary>
    /// <exception cref="StorageException">ST001.</exception>
    public static async ValueTask<string?> FindProgramAsync(string name, TimeProvider time, CancellationToken ct) =>
        (await PostgresBinaries.FindAsync(null, null, time, ct)).Find(name);

    /// <summary>A connection string for a database and its login role on this server.</summary>
    /// <param name="database">The database.</param>
    /// <param name="user">The login role.</param>
    /// <param name="password">Its password.</param>
    /// <param name="overTcp">Whether to connect to 127.0.0.1 instead of the unix socket, which is faster.</param>
    public string ConnectionString(string database, string user, string password, bool overTcp = false) => new NpgsqlConnectionStringBuilder
    {
        Host = overTcp ? "127.0.0.1" : SocketFolder,
        Port = Port,
        Database = database,
        Username = user,
        Password = password,
    }.ConnectionString;

    /// <summary>
    /// Creates a database and the login role of the same name that owns it, or sets the role's password when they exist.
    /// No other role may connect to it, and the role may connect to no other.
    /// </summary>
    /// <param name="name">Lower-case letters, digits and underscores, starting with a letter; at most 63.</param>
    /// <param name="password">The role's password.</param>
    /// <param name="ct">Cancels the creation; it may be repeated.</param>
    /// <returns>The connection string.</returns>
    public async ValueTask<string> CreateDatabaseAsync(string name, string password, CancellationToken ct)
    {
        if (name.Length is 0 or > 63 || !char.IsAsciiLetterLower(name[0]) || !name.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_'))
            throw new ArgumentException($"'{name}' is not a database name: lower-case letters, digits and underscores, at most 63.", nameof(name));
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(await AdministratorConnectionAsync(ct));
        await using NpgsqlConnection connection = await source.OpenConnectionAsync(ct);
        bool exists = await ScalarAsync(connection, "select exists (select from pg_roles where rolname = $1)", ct, name) is true;
        // A role's definition takes no parameters, so the server itself quotes the name and the password.
        string role = (string)(await ScalarAsync(
            connection,
            "select format('%s role %I login nosuperuser nocreatedb nocreaterole noreplication connection limit ' || $3::int || ' password %L', $4, $1, $2)",
            ct, name, password, options.MaximumConnectionsPerDatabase, exists ? "alter" : "create"))!;
        await ScalarAsync(connection, role, ct);
        if (await ScalarAsync(connection, "select exists (select from pg_database where datname = $1)", ct, name) is not true)
            await ScalarAsync(connection, $"create database {name} owner {name} template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'", ct);
        await ScalarAsync(connection, $"revoke all on database {name} from public", ct);
        return ConnectionString(name, name, password);
    }

    /// <summary>The administrator's connection string, for backups and tests; a node never gets it.</summary>
    public async ValueTask<string> AdministratorConnectionAsync(CancellationToken ct) =>
        ConnectionString("postgres", Administrator, (await File.ReadAllTextAsync(folder.Password, ct)).Trim());

    /// <summary>Stops the server: open transactions are rolled back, everything committed is on disk.</summary>
    /// <exception cref="StorageException">ST007: it did not stop in time.</exception>
    public async ValueTask StopAsync(CancellationToken ct)
    {
        if (!running) return;
        running = false;
        (int code, string output) = await account.RunAsync(
            [binaries.Ctl, "stop", "-D", folder.Cluster, "-m", "fast", "-w", "-t", Seconds(options.StopTimeout)], options.StopTimeout + options.StopTimeout, ct);
        if (code != 0 && folder.ReadProcessFile() is { } found && folder.IsServerProcess(found.Process))
            throw new StorageException(StorageCodes.StopFailed, $"The server of {folder.Root} did not stop: {output}");
        options.Logger.ServerStopped(folder.Root);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => StopAsync(CancellationToken.None);

    private async ValueTask PrepareFolderAsync(CancellationToken ct)
    {
        bool isOurs = File.Exists(folder.Password);
        if (!Directory.Exists(folder.Root)) Directory.CreateDirectory(folder.Root);
        else if (!isOurs && folder.ForeignName() is { } foreign)
            throw new StorageException(StorageCodes.FolderUnreachable, $"{folder.Root} holds other files ({foreign}). Choose a data folder that is empty or absent.");
        if (!isOurs)
        {
            Close(folder.Root);
            await account.GiveAsync(folder.Root, ct);
        }
        await account.CheckReachableAsync(folder.Root, ct);
        if (Directory.CreateDirectory(folder.Socket).LinkTarget is not null)
            throw new StorageException(StorageCodes.FolderUnreachable, $"{folder.Socket}, where the socket belongs, is a symbolic link. Remove it.");
        Close(folder.Socket);
        await account.GiveAsync(folder.Socket, ct);
    }

    private async ValueTask<FileStream> TakeLockAsync(CancellationToken ct)
    {
        long started = options.Time.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(folder.Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException error)
            {
                if (options.Time.GetElapsedTime(started) > options.StartTimeout)
                    throw new StorageException(StorageCodes.FolderInUse, $"Another process has been starting the server of {folder.Root} for {options.StartTimeout}.", error);
            }
            await Task.Delay(PollInterval, options.Time, ct);
        }
    }

    private async ValueTask CreateClusterAsync(CancellationToken ct)
    {
        // The cluster takes its name at the end, so a creation that was interrupted leaves none.
        if (Directory.Exists(folder.NewCluster)) Directory.Delete(folder.NewCluster, recursive: true);
        File.Delete(folder.Password);
        FileStreamOptions secret = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) secret.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using (StreamWriter writer = new(new FileStream(folder.Password, secret)))
            await writer.WriteLineAsync(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(PasswordBytes)));
        await account.GiveAsync(folder.Password, ct);
        (int code, string output) = await account.RunAsync(
            [binaries.Initdb, "-D", folder.NewCluster, "-U", Administrator, "--pwfile", folder.Password, "-A", "scram-sha-256", "-E", "UTF8", "--locale", "C", "--data-checksums"],
            options.StartTimeout, ct);
        if (code != 0) throw new StorageException(StorageCodes.InitialisationFailed, $"initdb could not create a cluster in {folder.Root} as {account.Name}: {output}");
        await WriteConfigurationAsync(folder.NewCluster, ct);
        Directory.Move(folder.NewCluster, folder.Cluster);
        options.Logger.ClusterCreated(folder.Root, account.Name);
    }

    private async ValueTask WriteConfigurationAsync(string cluster, CancellationToken ct)
    {
        // Overwritten in place, so both files keep the owner that initdb gave them.
        await File.WriteAllTextAsync(Path.Combine(cluster, "postgresql.conf"), ServerConfiguration.Text(options, folder.Socket), ct);
        await File.WriteAllTextAsync(Path.Combine(cluster, "pg_hba.conf"), ServerConfiguration.Access, ct);
    }

    private async ValueTask<bool> FindRunningAsync(CancellationToken ct)
    {
        long started = options.Time.GetTimestamp();
        while (folder.ReadProcessFile() is { } found && folder.IsServerProcess(found.Process))
        {
            if (found.Ready)
            {
                (ProcessId, Port) = (found.Process, found.Port);
                options.Logger.ServerFound(folder.Root, Port);
                return true;
            }
            if (options.Time.GetElapsedTime(started) > options.StartTimeout)
                throw new StorageException(StorageCodes.StartFailed, $"The server of {folder.Root} runs as process {found.Process}, but accepts no connections.");
            await Task.Delay(PollInterval, options.Time, ct);
        }
        return false;
    }

    private async ValueTask LaunchAsync(CancellationToken ct)
    {
        string output = "";
        for (int attempt = 1; attempt <= StartAttempts; attempt++)
        {
            await ClearAfterKillAsync(ct);
            await WriteConfigurationAsync(folder.Cluster, ct);
            int port = options.Port != 0 ? options.Port : FreePort();
            (int code, output) = await account.RunAsync(
                [binaries.Ctl, "start", "-D", folder.Cluster, "-l", folder.Log, "-w", "-t", Seconds(options.StartTimeout), "-o", $"-p {port.ToString(CultureInfo.InvariantCulture)}"],
                options.StartTimeout + options.StartTimeout, ct);
            if (code == 0 && folder.ReadProcessFile() is { } found)
            {
                (ProcessId, Port) = (found.Process, port);
                await CloseSharedDatabasesAsync(ct);
                options.Logger.ServerStarted(binaries.MajorVersion, folder.Root, port);
                return;
            }
            options.Logger.StartRetried(folder.Root, attempt, folder.LastLogLines(1));
        }
        throw new StorageException(StorageCodes.StartFailed, $"The server of {folder.Root} did not start: {output}\n{folder.LastLogLines(LogLinesShown)}");
    }

    /// <summary>
    /// After a kill, the server's other processes must end before a new one starts, and the lock files may name a
    /// process number that now belongs to something else, at which PostgreSQL would refuse to start.
    /// </summary>
    private async ValueTask ClearAfterKillAsync(CancellationToken ct)
    {
        long started = options.Time.GetTimestamp();
        while (folder.HasServerProcesses())
        {
            if (options.Time.GetElapsedTime(started) > options.StartTimeout)
                throw new StorageException(StorageCodes.StartFailed, $"Processes of a server that was killed are still at work in {folder.Cluster}.");
            await Task.Delay(PollInterval, options.Time, ct);
        }
        // The socket folder serves this cluster alone, so what is left in it is of the server that is gone.
        foreach (string file in Directory.EnumerateFiles(folder.Socket)) File.Delete(file);
        if (folder.ReadProcessFile() is not { } left) return;
        File.Delete(folder.ProcessFile);
        options.Logger.StaleLockRemoved(folder.Root, left.Process);
    }

    private async ValueTask CloseSharedDatabasesAsync(CancellationToken ct)
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(await AdministratorConnectionAsync(ct));
        await using NpgsqlConnection connection = await source.OpenConnectionAsync(ct);
        await ScalarAsync(connection, "revoke all on database postgres, template1 from public", ct);
    }

    private static async ValueTask<object?> ScalarAsync(NpgsqlConnection connection, string sql, CancellationToken ct, params object[] values)
    {
        await using NpgsqlCommand command = new(sql, connection);
        foreach (object value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        return await command.ExecuteScalarAsync(ct);
    }

    // Another process may take it before the server does: the start is then tried with another one.
    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static void Close(string path)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static string Seconds(TimeSpan span) => ((int)span.TotalSeconds).ToString(CultureInfo.InvariantCulture);
}
