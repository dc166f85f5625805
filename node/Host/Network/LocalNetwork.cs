using Npgsql;
using Settlement.Client;
using Settlement.Core.Identifiers;
using Settlement.Host.Configuration;
using Settlement.Host.Keys;
using Settlement.Storage;

namespace Settlement.Host.Network;

/// <summary>
/// A whole network on this machine: one private PostgreSQL server, and a process with a database, login role, keys and
/// ports of its own for the ledger, the agent, the regulator and every bank. It lives in a folder of its own below
/// the system's temporary folder, and leaves nothing there.
/// </summary>
internal sealed class LocalNetwork : IAsyncDisposable
{
    private static readonly TimeSpan ReadyPoll = TimeSpan.FromMilliseconds(50);
    private const int DatabaseConnectionsPerNode = 20;

    private readonly LocalNetworkOptions options;
    private readonly List<LocalNode> nodes;
    private readonly Dictionary<LocalNode, KeyFacts> keys;
    private readonly Dictionary<LocalNode, SettlementClient> clients = [];
    private EmbeddedPostgres? database;

    private LocalNetwork(LocalNetworkOptions options, string folder, List<LocalNode> nodes, Dictionary<LocalNode, KeyFacts> keys)
    {
        this.options = options;
        this.nodes = nodes;
        this.keys = keys;
        Folder = folder;
        foreach (LocalNode node in nodes) clients[node] = Connect(node);
    }

    /// <summary>What channels are opened with.</summary>
    public IReadOnlyList<string> Contracts => [.. options.Contracts, .. options.AlsoAccepted];

    /// <summary>What orders to open a channel call them.</summary>
    public IReadOnlyList<string> ContractNames => options.ContractNames;

    /// <summary>Everything of this network lies below it.</summary>
    public string Folder { get; }

    /// <summary>Every node: the ledger, the agent, the regulator, the banks in the order of their ids.</summary>
    public IReadOnlyList<LocalNode> Nodes => nodes;

    public LocalNode Ledger => nodes[0];

    public LocalNode Agent => nodes[1];

    public LocalNode Regulator => nodes[2];

    public IEnumerable<LocalNode> Banks => nodes.Skip(3);

    /// <summary>The node of a bank.</summary>
    public LocalNode Bank(ParticipantId id) => Banks.First(node => node.Id == id);

    /// <summary>The API of a node, with its token.</summary>
    public SettlementClient Client(LocalNode node) => clients[node];

    /// <summary>The facts about a node's keys that others pin.</summary>
    public KeyFacts Facts(LocalNode node) => keys[node];

    /// <summary>The database server that all nodes share.</summary>
    public EmbeddedPostgres Server => database ?? throw new InvalidOperationException("The database server does not run.");

    /// <summary>A connection to a node's database with every right, for whoever looks at it from outside.</summary>
    public async Task<string> AdministratorConnectionAsync(LocalNode node, CancellationToken ct) =>
        new NpgsqlConnectionStringBuilder(await Server.AdministratorConnectionAsync(ct)) { Database = node.DatabaseName, Pooling = false }.ConnectionString;

    /// <summary>Creates everyone's keys, and the database server. No node runs yet.</summary>
    public static async Task<LocalNetwork> CreateAsync(LocalNetworkOptions options, CancellationToken ct)
    {
        // Short, because a Unix socket's path has little room; owned by this user alone.
        string folder = Directory.CreateTempSubdirectory("stl-").FullName;
        LocalNetwork? network = null;
        try
        {
            // The database server's account has to pass through, and may see nothing on its way.
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
            List<LocalNode> planned = LocalNodes.Plan(options, folder);
            Dictionary<LocalNode, KeyFacts> created = planned.ToDictionary(
                static node => node,
                node => new KeyFolder(node.Folder).Create(
                    new KeyOwner(LocalNodes.Network, node.Id), node.Role, options.Entropy, options.Time.GetUtcNow()));
            network = new LocalNetwork(options, folder, planned, created);
            await network.StartDatabaseServerAsync(ct);
            return network;
        }
        catch
        {
            if (network is not null) await network.DisposeAsync();
            else Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    /// <summary>Gives every node its database and configuration, starts it, and returns once all are ready.</summary>
    /// <exception cref="NetworkException">DM005, DM006.</exception>
    public async Task StartAsync(CancellationToken ct)
    {
        long began = options.Time.GetTimestamp();
        foreach (LocalNode node in nodes)
        {
            // The database server is busy with the next one's database while the first ones start.
            node.Database = await database!.CreateDatabaseAsync(node.DatabaseName, LocalNodes.Secret(options.Entropy), ct);
            await LocalNodes.WriteFilesAsync(node, this, ct);
            node.Start();
        }

        options.Phase($"{nodes.Count} databases", options.Time.GetElapsedTime(began));
        await Task.WhenAll(nodes.Select(node => WaitUntilReadyAsync(node, ct)));
        options.Phase($"{nodes.Count} nodes ready", options.Time.GetElapsedTime(began));
    }

    /// <summary>Waits for a node's readiness.</summary>
    /// <exception cref="NetworkException">DM005: its process ended. DM006: it is not ready in time.</exception>
    public async Task WaitUntilReadyAsync(LocalNode node, CancellationToken ct)
    {
        long began = options.Time.GetTimestamp();
        while (!await IsReadyAsync(node, ct))
        {
            if (!node.IsRunning) throw Ended(node);
            if (options.Time.GetElapsedTime(began) > options.ReadyWithin)
                throw new NetworkException(NetworkException.TimedOut, $"{node.Name} is not ready after {options.ReadyWithin.TotalSeconds} seconds.\n{node.LogTail()}");
            await Task.Delay(ReadyPoll, options.Time, ct);
        }
    }

    /// <summary>Kills a node at once, as a power cut would.</summary>
    public Task KillAsync(LocalNode node, CancellationToken ct) => node.KillAsync(ct);

    /// <summary>Starts a node that does not run; it recovers from its vault.</summary>
    public Task RestartAsync(LocalNode node, CancellationToken ct)
    {
        node.Start();
        return WaitUntilReadyAsync(node, ct);
    }

    /// <summary>Does some work while every node is up. Companions run beside it; none of them ends but by failing, or with the
    /// work.</summary>
    /// <exception cref="NetworkException">DM005: a node's process ended.</exception>
    public async Task<T> WhileUpAsync<T>(Func<CancellationToken, Task<T>> work, IEnumerable<Func<CancellationToken, Task>> companions, CancellationToken ct)
    {
        using CancellationTokenSource rest = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Task<T> main = work(rest.Token);
        List<Task> tasks = [WatchAsync(rest.Token), main, .. companions.Select(companion => companion(rest.Token))];
        Task first = await Task.WhenAny(tasks);
        await rest.CancelAsync();
        await Task.WhenAll(tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // The others fail of the same cause, a moment later and in worse words.
        await first;
        return await main;
    }

    /// <summary>Stops every node, and the database server; the folder stays.</summary>
    public async Task StopAsync(CancellationToken ct)
    {
        await Task.WhenAll(nodes.Select(node => node.StopAsync(options.StopWithin, ct)));
        if (database is { } server)
        {
            await server.StopAsync(ct);
            database = null;
        }
    }

    /// <summary>Stops everything and removes the folder.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        foreach (SettlementClient client in clients.Values) client.Dispose();
        foreach (LocalNode node in nodes) node.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Throws when a node's process ends; completes never otherwise, but by cancellation.</summary>
    private async Task WatchAsync(CancellationToken ct)
    {
        using CancellationTokenSource rest = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Dictionary<Task, LocalNode> ends = nodes.ToDictionary(node => (Task)node.WaitForExitAsync(rest.Token), static node => node);
        Task first = await Task.WhenAny(ends.Keys);
        await rest.CancelAsync();
        ct.ThrowIfCancellationRequested();
        await first;
        throw Ended(ends[first]);
    }

    private async Task StartDatabaseServerAsync(CancellationToken ct)
    {
        long began = options.Time.GetTimestamp();
        database = await EmbeddedPostgres.StartAsync(
            new EmbeddedPostgresOptions
            {
                DataFolder = Path.Combine(Folder, "pg"),
                MaximumConnections = (nodes.Count * DatabaseConnectionsPerNode) + options.DatabaseConnectionsSpare,
                MaximumConnectionsPerDatabase = DatabaseConnectionsPerNode,
                Time = options.Time,
            },
            ct);
        options.Phase("database server", options.Time.GetElapsedTime(began));
    }

    private async Task<bool> IsReadyAsync(LocalNode node, CancellationToken ct)
    {
        try
        {
            return await clients[node].IsReadyAsync(ct);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            // Nobody listens there yet.
            return false;
        }
    }

    // A proxy of the system has no business between processes of one machine.
    private static SettlementClient Connect(LocalNode node) =>
        new(new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = node.ApiAddress }, node.Token);

    private static NetworkException Ended(LocalNode node) =>
        new(NetworkException.NodeEnded, $"The process of {node.Name} ended by itself. The end of its log:\n{node.LogTail()}");
}
