namespace Settlement.Host.Fuzz;

/// <summary>Stable codes of the fuzzer; each has a page in ops/runbooks.</summary>
internal static class FuzzCodes
{
    /// <summary>There is no target of that name.</summary>
    public const string TargetUnknown = "FZ001";

    /// <summary>The file to replay cannot be read.</summary>
    public const string ReplayUnreadable = "FZ002";

    /// <summary>A case threw, or broke a promise.</summary>
    public const string CaseFailed = "FZ003";

    /// <summary>A case took more time than any may.</summary>
    public const string CaseHung = "FZ004";

    /// <summary>The process holds more memory at the end than it may.</summary>
    public const string MemoryGrew = "FZ005";

    /// <summary>The folder for findings cannot be written.</summary>
    public const string FolderUnwritable = "FZ006";

    /// <summary>The honest network that cases start from broke a promise before any case was fed.</summary>
    public const string PreparationFailed = "FZ007";
}
