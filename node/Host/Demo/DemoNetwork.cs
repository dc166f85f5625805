using Npgsql;
using Settlement.Client;
using Settlement.Core.Identifiers;
using Settlement.Host.Configuration;
using Settlement.Host.Keys;
using Settlement.Storage;

namespace Settlement.Host.Demo;

/// <summary>
/// A whole network on this machine: one private PostgreSQL server, and a process with a database, login role, keys and
/// ports of its own for the ledger, the agent, the regulator and every bank. It lives in a folder of its own below
/// the system's temporary folder, and leaves nothing there.
/// </summary>
internal sealed class DemoNetwork : IAsyncDisposable
{
    private static readonly TimeSpan ReadyPoll = TimeSpan.FromMilliseconds(50);
    private const int DatabaseConnectionsPerNode = 20;

    private readonly DemoNetworkOptions options;
    private readonly List<DemoNode> nodes;
    private readonly Dictionary<DemoNode, KeyFacts> keys;
    private readonly Dictionary<DemoNode, SettlementClient> clients = [];
    private EmbeddedPostgres? database;

    private DemoNetwork(DemoNetworkOptions options, string folder, List<DemoNode> nodes, Dictionary<DemoNode, KeyFacts> keys)
    {
        this.options = options;
        this.nodes = nodes;
        this.keys = keys;
        Folder = folder;
        foreach (DemoNode node in nodes) clients[node] = Connect(node);
    }

    /// <summary>What channels are opened with.</summary>
    public IReadOnlyList<string> Contracts => options.Contracts;

    /// <summary>What orders to open a channel call them.</summary>
    public IReadOnlyList<string> ContractNames => options.ContractNames;

    /// <summary>Everything of this network lies below it.</summary>
    public string Folder { get; }

    /// <summary>Every node: the ledger, the agent, the regulator, the banks in the order of their ids.</summary>
    public IReadOnlyList<DemoNode> Nodes => nodes;

    public DemoNode Ledger => nodes[0];

    public DemoNode Agent => nodes[1];

    public DemoNode Regulator => nodes[2];

    public IEnumerable<DemoNode> Banks => nodes.Skip(3);

    /// <summary>The node of a bank.</summary>
    public DemoNode Bank(ParticipantId id) => Banks.First(node => node.Id == id);

    /// <summary>The API of a node, with its token.</summary>
    public SettlementClient Client(DemoNode node) => clients[node];

    /// <summary>The facts about a node's keys that others pin.</summary>
    public KeyFacts Facts(DemoNode node) => keys[node];

    /// <summary>The database server that all nodes share.</summary>
    public EmbeddedPostgres Server => database ?? throw new InvalidOperationException("The database server does not run.");

    /// <summary>A connection to a node's database with every right, for whoever looks at it from outside.</summary>
    public async Task<string> AdministratorConnectionAsync(DemoNode node, CancellationToken ct) =>
        new NpgsqlConnectionStringBuilder(await Server.AdministratorConnectionAsync(ct)) { Database = node.DatabaseName, Pooling = false }.ConnectionString;

    /// <summary>Creates everyone's keys, and the database server. No node runs yet.</summary>
    public static async Task<DemoNetwork> CreateAsync(DemoNetworkOptions options, CancellationToken ct)
    {
        // Short, because a Unix socket's path has little room; owned by this user alone.
        string folder = Directory.CreateTempSubdirectory("stl-").FullName;
        DemoNetwork? network = null;
        try
        {
            // The database server's account has to pass through, and may see nothing on its way.
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
            List<DemoNode> planned = DemoNodes.Plan(options, folder);
            Dictionary<DemoNode, KeyFacts> created = planned.ToDictionary(
                static node => node,
                node => new KeyFolder(node.Folder).Create(
                    new KeyOwner(DemoNodes.Network, node.Id), node.Role, options.Entropy, options.Time.GetUtcNow()));
            network = new DemoNetwork(options, folder, planned, created);
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
    /// <exception cref="DemoException">DM005, DM006.</exception>
    public async Task StartAsync(CancellationToken ct)
    {
        long began = options.Time.GetTimestamp();
        foreach (DemoNode node in nodes)
        {
            // The database server is busy with the next one's database while the first ones start.
            node.Database = await database!.CreateDatabaseAsync(node.DatabaseName, DemoNodes.Secret(options.Entropy), ct);
            await DemoNodes.WriteFilesAsync(node, this, ct);
            node.Start();
        }

        options.Phase($"{nodes.Count} databases", options.Time.GetElapsedTime(began));
        await Task.WhenAll(nodes.Select(node => WaitUntilReadyAsync(node, ct)));
        options.Phase($"{nodes.Count} nodes ready", options.Time.GetElapsedTime(began));
    }

    /// <summary>Waits for a node's readiness.</summary>
    /// <exception cref="DemoException">DM005: its process ended. DM006: it is not ready in time.</exception>
    public async Task WaitUntilReadyAsync(DemoNode node, CancellationToken ct)
    {
        long began = options.Time.GetTimestamp();
        while (!await IsReadyAsync(node, ct))
        {
            if (!node.IsRunning) throw Ended(node);
            if (options.Time.GetElapsedTime(began) > options.ReadyWithin)
                throw new DemoException(DemoException.TimedOut, $"{node.Name} is not ready after {options.ReadyWithin.TotalSeconds} seconds.\n{node.LogTail()}");
            await Task.Delay(ReadyPoll, options.Time, ct);
        }
    }

    /// <summary>Kills a node at once, as a power cut would.</summary>
    public Task KillAsync(DemoNode node, CancellationToken ct) => node.KillAsync(ct);

    /// <summary>Starts a node that does not run; it recovers from its vault.</summary>
    public Task RestartAsync(DemoNode node, CancellationToken ct)
    {
        node.Start();
        return WaitUntilReadyAsync(node, ct);
    }

    /// <summary>Throws when a node's process ends; completes never otherwise, but by cancellation.</summary>
    /// <exception cref="DemoException">DM005.</exception>
    public async Task WatchAsync(CancellationToken ct)
    {
        using CancellationTokenSource rest = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Dictionary<Task, DemoNode> ends = nodes.ToDictionary(node => (Task)node.WaitForExitAsync(rest.Token), static node => node);
        Task first = await Task.WhenAny(ends.Keys);
        await rest.CancelAsync();
        ct.ThrowIfCancellationRequested();
        await first;
        throw Ended(ends[first]);
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
        foreach (DemoNode node in nodes) node.Dispose();
        Directory.Delete(Folder, recursive: true);
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

    private async Task<bool> IsReadyAsync(DemoNode node, CancellationToken ct)
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
    private static SettlementClient Connect(DemoNode node) =>
        new(new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = node.ApiAddress }, node.Token);

    private static DemoException Ended(DemoNode node) =>
        new(DemoException.NodeEnded, $"The process of {node.Name} ended by itself. The end of its log:\n{node.LogTail()}");
}
