using Settlement.Host.Configuration;

namespace Settlement.Host.Demo;

/// <summary>What is wrong with the messages of a demo: a stable code, and what to do about it.</summary>
internal sealed class DemoException(string code, string message, Exception? inner = null) : HostException(code, message, inner)
{
    /// <summary>The folder of messages cannot be read.</summary>
    public const string InputUnreadable = "DM001";

    /// <summary>No message names a bank.</summary>
    public const string NothingToSettle = "DM002";

    /// <summary>The messages name more banks than were allowed.</summary>
    public const string TooManyBanks = "DM003";

    /// <summary>The sums of the messages are more than an account can hold.</summary>
    public const string SumTooLarge = "DM004";
}
