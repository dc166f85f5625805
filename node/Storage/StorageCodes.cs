namespace Settlement.Storage;

/// <summary>The stable codes of storage; each has a page of its name in ops/runbooks.</summary>
public static class StorageCodes
{
    /// <summary>No PostgreSQL server binaries were found.</summary>
    public const string BinariesMissing = "ST001";

    /// <summary>The process is root and there is no unprivileged account, or no program to become it.</summary>
    public const string NoUnprivilegedAccount = "ST002";

    /// <summary>The account that runs the server cannot reach the data folder.</summary>
    public const string FolderUnreachable = "ST003";

    /// <summary>The database cluster could not be created.</summary>
    public const string InitialisationFailed = "ST004";

    /// <summary>The server did not start.</summary>
    public const string StartFailed = "ST005";

    /// <summary>The data folder belongs to another major version of PostgreSQL.</summary>
    public const string VersionMismatch = "ST006";

    /// <summary>The server did not stop.</summary>
    public const string StopFailed = "ST007";

    /// <summary>The data folder is in use by another process that is starting or stopping its server.</summary>
    public const string FolderInUse = "ST008";

    /// <summary>The database did not answer.</summary>
    public const string Unavailable = "ST010";

    /// <summary>A stream's version differs, or a key exists.</summary>
    public const string Conflict = "ST011";

    /// <summary>A migration that was applied has changed since.</summary>
    public const string MigrationChanged = "ST012";

    /// <summary>The database has a migration that this program does not know.</summary>
    public const string MigrationUnknown = "ST013";
}
