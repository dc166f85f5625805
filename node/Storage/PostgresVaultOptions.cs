using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Settlement.Storage;

/// <summary>The bounds of a vault's use of its database.</summary>
public sealed record PostgresVaultOptions
{
    /// <summary>The most connections the vault holds. Commits queue for one lock, so more only help readers.</summary>
    public int MaximumConnections { get; init; } = 8;

    /// <summary>How often one operation is tried before it is reported as unavailable.</summary>
    public int MaximumAttempts { get; init; } = 8;

    /// <summary>The pause before the second try; it doubles up to <see cref="LongestRetryDelay"/>.</summary>
    public TimeSpan FirstRetryDelay { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest pause between tries.</summary>
    public TimeSpan LongestRetryDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long one connection may take to open; whole seconds.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long one statement may take; whole seconds.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Statements kept prepared on each connection.</summary>
    public int MaximumPreparedStatements { get; init; } = 64;

    /// <summary>From how many rows on (below, one round trip with arrays is measurably faster) events, or inserted payloads of one kind, go by binary COPY instead of arrays.</summary>
    public int CopyFromRows { get; init; } = 256;

    /// <summary>Where retries are reported.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>What pauses between tries are measured by.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
