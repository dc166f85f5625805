using Settlement.Host.Commands;

namespace Settlement.Host.Configuration;

/// <summary>A command line that says what cannot be done, whatever else the machine holds.</summary>
internal sealed class UsageException(string code, string message) : HostException(code, message)
{
    /// <inheritdoc/>
    public override int ExitCode => ExitCodes.Usage;
}
