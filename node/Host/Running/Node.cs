using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Settlement.Core.Cryptography;
using Settlement.Host.Api;
using Settlement.Host.Configuration;
using Settlement.Host.Health;
using Settlement.Host.Keys;
using Settlement.Host.Peers;
using Settlement.Host.Roles;

namespace Settlement.Host.Running;

/// <summary>
/// A running node. It starts in one order: keys, vault, machine, loop, listeners; and stops in the other. When its
/// machine or vault fails it does not try to go on: the process ends and recovers from the vault.
/// </summary>
internal sealed class Node : IAsyncDisposable
{
    /// <summary>How long requests that are being worked on, and then the loop, may take to finish at a stop.</summary>
    public static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(10);

    private readonly Stack<IAsyncDisposable> owned = new();
    private readonly CancellationTokenSource abort = new();
    private readonly NodeHealth health = new();
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private WebApplication? peerServer;
    private WebApplication? apiServer;
    private RoleLoop? loop;

    private Node(TimeProvider time, ILogger logger)
    {
        this.time = time;
        this.logger = logger;
    }

    /// <summary>Ends when the loop does: in order after a stop, with an exception when the machine or the vault failed.</summary>
    public Task Running { get; private set; } = Task.CompletedTask;

    /// <summary>Where participants reach the node.</summary>
    public Uri PeerAddress => AddressOf(peerServer!);

    /// <summary>Where programs and people reach the node.</summary>
    public Uri ApiAddress => AddressOf(apiServer!);

    /// <summary>Starts a node; when this returns it listens.</summary>
    /// <exception cref="HostException">Keys or addresses cannot be used.</exception>
    /// <exception cref="Storage.StorageException">The vault cannot be used.</exception>
    public static Task<Node> StartAsync(
        NodeConfiguration configuration, IEntropy entropy, TimeProvider time, ILoggerFactory loggers, CancellationToken ct) =>
        StartAsync(configuration, opening => NodeDatabase.OpenAsync(configuration, time, loggers, opening), entropy, time, loggers, ct);

    /// <summary>The same on a vault that is opened otherwise; the node disposes it.</summary>
    public static async Task<Node> StartAsync(
        NodeConfiguration configuration, Func<CancellationToken, Task<NodeDatabase>> open, IEntropy entropy, TimeProvider time, ILoggerFactory loggers, CancellationToken ct)
    {
        Node node = new(time, loggers.CreateLogger<Node>());
        try
        {
            await node.StartAsync(configuration, open, entropy, loggers, ct);
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops: no new requests, those under way are finished, the loop drains, the vault closes.</summary>
    public async ValueTask StopAsync()
    {
        logger.Stopping();
        health.Stopping();
        await StopListenersAsync();
        loop?.Complete();
        try
        {
            await Running.WaitAsync(DrainTimeout, time);
        }
        catch (TimeoutException)
        {
            logger.DrainCut(DrainTimeout);
        }

        await DisposeAsync();
        logger.Stopped();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        health.Stopping();
        await StopListenersAsync();
        await abort.CancelAsync();
        await Running.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        while (owned.TryPop(out IAsyncDisposable? part)) await part.DisposeAsync();
        abort.Dispose();
    }

    private async Task StartAsync(
        NodeConfiguration configuration, Func<CancellationToken, Task<NodeDatabase>> open, IEntropy entropy, ILoggerFactory loggers, CancellationToken ct)
    {
        logger.Starting(configuration.Participant.ToString(), configuration.Network, configuration.Role.ToString());
        KeyFolder folder = new(configuration.Folder);
        TlsIdentity tls = folder.ReadTlsIdentity();
        owned.Push(new Disposal(tls));
        NodeDatabase database = await open(ct);
        owned.Push(database);

        long began = time.GetTimestamp();
        IRole role = await RoleBuilder.RecoverAsync(new NodeGround(configuration, folder, tls, database.Vault, entropy, time) { Database = database.Connection }, ct);
        owned.Push(new Disposal(role));
        logger.Recovered(role.RecoveredRows, time.GetElapsedTime(began));
        health.Recovered();
        if (configuration.Role == NodeRole.Ledger) health.LedgerReached();

        PeerSender sender = new(tls, health, time, loggers.CreateLogger<PeerSender>());
        owned.Push(sender);
        RoleLoopOptions bounds = new()
        {
            InboxCapacity = configuration.Running.Inbox,
            InboxBytes = configuration.Running.InboxBytes,
            TickInterval = configuration.Running.TickInterval,
        };
        loop = new RoleLoop(role.Machine, database.Vault, sender, bounds, time, loggers.CreateLogger<RoleLoop>());
        sender.AnswerTo(loop);
        RoleLoop started = loop;
        Running = Task.Run(() => started.RunAsync(abort.Token), CancellationToken.None);

        peerServer = BuildPeerServer(configuration, tls, role, loggers);
        apiServer = BuildApiServer(configuration, role, loggers);
        await ListenAsync(peerServer, configuration.Peer.Listen, ct);
        await ListenAsync(apiServer, configuration.Api.Listen, ct);
        logger.Listening(configuration.Peer.Listen, configuration.Api.Listen);
    }

    private WebApplication BuildPeerServer(NodeConfiguration configuration, TlsIdentity tls, IRole role, ILoggerFactory loggers)
    {
        WebApplicationBuilder builder = PeerServer.CreateBuilder(configuration.Peer.Listen, tls, loggers);
        AddShared(builder.Services, role);
        WebApplication app = builder.Build();
        owned.Push(app);
        role.MapPeer(app);
        app.MapElsewhere();
        return app;
    }

    private WebApplication BuildApiServer(NodeConfiguration configuration, IRole role, ILoggerFactory loggers)
    {
        WebApplicationBuilder builder = ApiServer.CreateBuilder(configuration.Api, role.MaximumApiBodyBytes, loggers);
        AddShared(builder.Services, role);
        role.AddApiServices(builder.Services);
        builder.Services.AddHealth(health);
        WebApplication app = builder.Build();
        owned.Push(app);
        app.UseChecks();
        app.MapHealth();
        role.MapApi(app);
        return app;
    }

    private void AddShared(IServiceCollection services, IRole role)
    {
        services.AddSingleton(time);
        services.AddSingleton(loop!);
        services.AddSingleton(role.Directory);
        role.AddServices(services);
    }

    private static async Task ListenAsync(WebApplication server, IPEndPoint address, CancellationToken ct)
    {
        try
        {
            await server.StartAsync(ct);
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            throw new HostException(HostCodes.ListenFailed, $"{address} cannot be listened on: {error.Message}", error);
        }
    }

    private async ValueTask StopListenersAsync()
    {
        using CancellationTokenSource timer = new(DrainTimeout, time);
        foreach (WebApplication? server in new[] { apiServer, peerServer })
        {
            if (server is not null) await server.StopAsync(timer.Token);
        }
    }

    private static Uri AddressOf(WebApplication server) =>
        new(server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    private sealed class Disposal(IDisposable part) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            part.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
