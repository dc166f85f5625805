namespace Settlement.Tests.Properties.Iso20022;

/// <summary>The messages that ship with the project, and the schemas beside it.</summary>
internal static class DayFiles
{
    private static readonly string Root = FindRoot();

    /// <summary>Every message of the day, as bytes, by file name.</summary>
    public static readonly (string Name, byte[] Bytes)[] All =
    [
        .. Directory.GetFiles(Path.Combine(Root, "ops", "network", "day"), "*.xml").Order(StringComparer.Ordinal)
            .Select(file => (Path.GetFileName(file), File.ReadAllBytes(file))),
    ];

    /// <summary>The folder of the standard's schemas; skips the test when it is not there.</summary>
    public static string Schemas()
    {
        string folder = Path.Combine(Root, "..", "shared", "iso20022", "xsd");
        if (!Directory.Exists(folder)) Assert.Skip("The schemas in ../shared/iso20022/xsd are absent.");
        return folder;
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Settlement.sln"))) return folder.FullName;
        throw new InvalidOperationException("The tests run outside the project.");
    }
}
