namespace Settlement.Tests.Unit.Iso20022;

/// <summary>Finds the test data that lies beside the project, and the project's own folders.</summary>
internal static class SharedFiles
{
    /// <summary>The folder with Settlement.sln.</summary>
    public static string ProjectRoot { get; } = FindRoot();

    /// <summary>A folder below <c>../shared</c>; skips the test when it is not there.</summary>
    public static string Folder(params string[] parts)
    {
        string folder = Path.Combine([ProjectRoot, "..", "shared", .. parts]);
        if (!Directory.Exists(folder)) Assert.Skip($"The test data in {Path.Combine(["../shared", .. parts])} is absent.");
        return folder;
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Settlement.sln"))) return folder.FullName;
        throw new InvalidOperationException("The tests run outside the project.");
    }
}
