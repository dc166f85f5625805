using System.Net;

namespace Settlement.Host.Running;

/// <summary>What the host reports, with stable ids. Only codes, opaque ids and public facts, never a confidential value.</summary>
internal static partial class HostLog
{
    [LoggerMessage(3001, LogLevel.Information, "Node {Participant} of network {Network} starts as {Role}")]
    public static partial void Starting(this ILogger logger, string participant, string network, string role);

    [LoggerMessage(3002, LogLevel.Information, "Recovered from {Rows} rows in {Elapsed}")]
    public static partial void Recovered(this ILogger logger, int rows, TimeSpan elapsed);

    [LoggerMessage(3003, LogLevel.Information, "Listening for participants on {Peer} and for programs on {Api}")]
    public static partial void Listening(this ILogger logger, EndPoint peer, EndPoint api);

    [LoggerMessage(3004, LogLevel.Information, "Stopping: no new requests are taken")]
    public static partial void Stopping(this ILogger logger);

    [LoggerMessage(3005, LogLevel.Information, "Stopped; everything that was accepted is in the vault")]
    public static partial void Stopped(this ILogger logger);

    [LoggerMessage(3006, LogLevel.Critical, "{Code}: the node stops because its machine or its vault failed; it recovers at the next start")]
    public static partial void Failed(this ILogger logger, string code, Exception error);

    [LoggerMessage(3007, LogLevel.Warning, "Not everything was done within {Timeout}; what is left is in the vault")]
    public static partial void DrainCut(this ILogger logger, TimeSpan timeout);

    [LoggerMessage(3010, LogLevel.Warning, "Alarm {Code} about {Subject}, by {Party}, {Times} times since it was told last")]
    public static partial void Alarm(this ILogger logger, string code, string subject, string party, long times);

    [LoggerMessage(3020, LogLevel.Debug, "A request to {Participant} failed: {Reason}")]
    public static partial void SendFailed(this ILogger logger, string participant, string reason);

    [LoggerMessage(3021, LogLevel.Warning, "{Participant} cannot be reached since {Since}: {Reason}")]
    public static partial void PeerLost(this ILogger logger, string participant, DateTimeOffset since, string reason);

    [LoggerMessage(3022, LogLevel.Information, "{Participant} answers again")]
    public static partial void PeerFound(this ILogger logger, string participant);

    [LoggerMessage(3030, LogLevel.Information, "A request with a TLS key that the directory does not list was refused")]
    public static partial void StrangerRefused(this ILogger logger);

    [LoggerMessage(3031, LogLevel.Information, "A request to the API was refused with {Code}")]
    public static partial void RequestRefused(this ILogger logger, string code);
}
