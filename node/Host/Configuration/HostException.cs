using Settlement.Host.Commands;

namespace Settlement.Host.Configuration;

/// <summary>What keeps a command from its end, such as how a node was set up: a code, and what to do about it.</summary>
internal class HostException : Exception
{
    public HostException(string code, string message, Exception? inner = null) : base($"{code}: {message}", inner) => Code = code;

    /// <summary>One of <see cref="HostCodes"/>, or of those that the kind of exception has.</summary>
    public string Code { get; }

    /// <summary>One of <see cref="ExitCodes"/>.</summary>
    public virtual int ExitCode => ExitCodes.Unusable;
}

/// <summary>One thing that is wrong in a configuration file.</summary>
/// <param name="Code">One of <see cref="HostCodes"/>.</param>
/// <param name="Property">The path of the property, for example <c>ledger.endpoint</c>.</param>
/// <param name="Message">What is wrong and what is expected; never a secret.</param>
internal sealed record ConfigurationFault(string Code, string Property, string Message)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Code} {Property}: {Message}";
}

/// <summary>A configuration that a node cannot start with; every fault that was found.</summary>
internal sealed class ConfigurationException : HostException
{
    public ConfigurationException(string file, IReadOnlyList<ConfigurationFault> faults)
        : base(faults[0].Code, $"{file} cannot be used.{string.Concat(faults.Select(static fault => $"{Environment.NewLine}  {fault}"))}") => Faults = faults;

    /// <summary>At least one.</summary>
    public IReadOnlyList<ConfigurationFault> Faults { get; }
}
