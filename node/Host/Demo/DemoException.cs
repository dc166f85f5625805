namespace Settlement.Host.Demo;

/// <summary>Why a demo cannot go on: a stable code, and what to do about it.</summary>
internal sealed class DemoException(string code, string message, Exception? inner = null) : Exception($"{code}: {message}", inner)
{
    /// <summary>The folder of messages cannot be read.</summary>
    public const string InputUnreadable = "DM001";

    /// <summary>No message names a bank.</summary>
    public const string NothingToSettle = "DM002";

    /// <summary>The messages name more banks than were allowed.</summary>
    public const string TooManyBanks = "DM003";

    /// <summary>The sums of the messages are more than an account can hold.</summary>
    public const string SumTooLarge = "DM004";

    /// <summary>A node's process ended by itself.</summary>
    public const string NodeEnded = "DM005";

    /// <summary>Something did not happen in time.</summary>
    public const string TimedOut = "DM006";

    /// <summary>A node refused what the demo needs.</summary>
    public const string Refused = "DM007";

    /// <summary>The demo's own folder or ports cannot be had.</summary>
    public const string NoPlace = "DM008";

    /// <summary>One of the codes above.</summary>
    public string Code { get; } = code;
}
