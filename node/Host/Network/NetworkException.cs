using Settlement.Host.Commands;
using Settlement.Host.Configuration;

namespace Settlement.Host.Network;

/// <summary>Why a network of processes cannot go on: a stable code, and what to do about it.</summary>
internal sealed class NetworkException(string code, string message, Exception? inner = null) : HostException(code, message, inner)
{
    /// <summary>A node's process ended by itself.</summary>
    public const string NodeEnded = "DM005";

    /// <summary>Something did not happen in time.</summary>
    public const string TimedOut = "DM006";

    /// <summary>A node refused what the network needs.</summary>
    public const string Refused = "DM007";

    /// <summary>The network's own folder or ports cannot be had.</summary>
    public const string NoPlace = "DM008";

    /// <inheritdoc/>
    public override int ExitCode => Code is NoPlace ? ExitCodes.Unusable : ExitCodes.Failed;
}
