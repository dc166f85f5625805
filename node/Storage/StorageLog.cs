using Microsoft.Extensions.Logging;

namespace Settlement.Storage;

/// <summary>What storage reports, with stable ids. No message carries a key, a body or an event's data.</summary>
internal static partial class StorageLog
{
    [LoggerMessage(2001, LogLevel.Warning, "Try {Attempt} of {Attempts} failed in the database: {Reason}")]
    public static partial void TryFailed(this ILogger logger, int attempt, int attempts, string reason);

    [LoggerMessage(2002, LogLevel.Information, "A commit whose answer was lost had been stored")]
    public static partial void CommitResolved(this ILogger logger);

    [LoggerMessage(2003, LogLevel.Information, "Applied {Count} migrations")]
    public static partial void Migrated(this ILogger logger, int count);

    [LoggerMessage(2010, LogLevel.Information, "Created a database cluster in {Folder} as {Account}")]
    public static partial void ClusterCreated(this ILogger logger, string folder, string account);

    [LoggerMessage(2011, LogLevel.Information, "PostgreSQL {Version} serves {Folder} on port {Port}")]
    public static partial void ServerStarted(this ILogger logger, int version, string folder, int port);

    [LoggerMessage(2012, LogLevel.Information, "Found the server of {Folder} running on port {Port}")]
    public static partial void ServerFound(this ILogger logger, string folder, int port);

    [LoggerMessage(2013, LogLevel.Warning, "Removed the lock file of a server of {Folder} that is gone (process {Process})")]
    public static partial void StaleLockRemoved(this ILogger logger, string folder, int process);

    [LoggerMessage(2014, LogLevel.Information, "Stopped the server of {Folder}")]
    public static partial void ServerStopped(this ILogger logger, string folder);

    [LoggerMessage(2015, LogLevel.Warning, "The server of {Folder} did not start at try {Attempt}; its last line: {Line}")]
    public static partial void StartRetried(this ILogger logger, string folder, int attempt, string line);
}
