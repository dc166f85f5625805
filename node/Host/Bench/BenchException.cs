using Settlement.Host.Commands;
using Settlement.Host.Configuration;

namespace Settlement.Host.Bench;

/// <summary>Why a benchmark cannot run or gives no result: a stable code, and what to do about it.</summary>
internal sealed class BenchException(string code, string message, Exception? inner = null) : HostException(code, message, inner)
{
    /// <summary>An option's value is out of its range.</summary>
    public const string OptionInvalid = "BN001";

    /// <summary>More channels than there are pairs of banks.</summary>
    public const string TooManyChannels = "BN002";

    /// <summary>The result to compare with cannot be read.</summary>
    public const string ResultUnreadable = "BN003";

    /// <summary>There is no pgbench, or the system does not tell what processes cost.</summary>
    public const string ToolMissing = "BN004";

    /// <summary>pgbench failed.</summary>
    public const string PgbenchFailed = "BN005";

    /// <summary>A payment of the load was refused.</summary>
    public const string PaymentRefused = "BN006";

    /// <summary>What was handed in did not become final everywhere in time.</summary>
    public const string NotFinal = "BN007";

    /// <summary>One of the regulator's verdicts does not hold.</summary>
    public const string NotVerified = "BN008";

    /// <inheritdoc/>
    public override int ExitCode => Code switch
    {
        OptionInvalid or TooManyChannels => ExitCodes.Usage,
        PaymentRefused or NotVerified => ExitCodes.Refused,
        PgbenchFailed or NotFinal => ExitCodes.Failed,
        _ => ExitCodes.Unusable,
    };
}
