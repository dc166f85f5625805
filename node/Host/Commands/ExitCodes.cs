namespace Settlement.Host.Commands;

/// <summary>What the program's exit code says; 64, 70 and 78 are those of BSD's sysexits. Not 2 for wrong usage, as some shells have it: a contract that widened must not look like a mistyped option.</summary>
internal static class ExitCodes
{
    /// <summary>Done, and all is well.</summary>
    public const int Success = 0;

    /// <summary>Done, and what was checked does not hold.</summary>
    public const int Refused = 1;

    /// <summary>Done, and the new contract lets somebody read, be told or do more than the old one.</summary>
    public const int Widened = 2;

    /// <summary>Nothing was done: the command line itself is wrong.</summary>
    public const int Usage = 64;

    /// <summary>The node stopped itself; it recovers when it is started again.</summary>
    public const int Failed = 70;

    /// <summary>Configuration, keys or database keep the command from running; starting again does not help.</summary>
    public const int Unusable = 78;
}
