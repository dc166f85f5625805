using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Settlement.Storage;

/// <summary>How a private PostgreSQL server is run.</summary>
public sealed record EmbeddedPostgresOptions
{
    /// <summary>Where the cluster, its log and the administrator's password live; created when absent.</summary>
    public required string DataFolder { get; init; }

    /// <summary>The port on 127.0.0.1; 0 picks a free one at every start.</summary>
    public int Port { get; init; }

    /// <summary>Where initdb, pg_ctl and postgres are; null searches PATH and /usr/lib/postgresql.</summary>
    public string? BinFolder { get; init; }

    /// <summary>The most connections of all databases together.</summary>
    public int MaximumConnections { get; init; } = 200;

    /// <summary>The most connections of one database's login role, so that no node starves the others.</summary>
    public int MaximumConnectionsPerDatabase { get; init; } = 20;

    /// <summary>Memory for shared buffers, in megabytes.</summary>
    public int SharedBuffersMegabytes { get; init; } = 128;

    /// <summary>The bound of write-ahead log kept between checkpoints, in megabytes.</summary>
    public int MaximumWalMegabytes { get; init; } = 1024;

    /// <summary>How long a start, recovery included, may take.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a stop may take.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Where the server's life is reported.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>What waiting is measured by.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
