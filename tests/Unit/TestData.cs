using System.Text.Json;

namespace Settlement.Tests.Unit;

/// <summary>Published test data beside the project, in <c>../shared</c>; a test that needs it is skipped where it is absent.</summary>
internal static class TestData
{
    /// <summary>The project's own folder, the one with <c>Settlement.sln</c>.</summary>
    public static string ProjectRoot { get; } = FindProjectRoot();

    /// <summary>The path of a file or folder under <c>../shared</c>; skips the calling test when it is absent.</summary>
    public static string Path(params string[] parts)
    {
        string path = System.IO.Path.Combine([ProjectRoot, "..", "shared", .. parts]);
        if (!File.Exists(path) && !Directory.Exists(path)) Assert.Skip($"Test data is absent: ../shared/{string.Join('/', parts)}");
        return path;
    }

    /// <summary>The root element of a JSON file under <c>../shared</c>.</summary>
    public static JsonElement Json(params string[] parts)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path(parts)));
        return document.RootElement.Clone();
    }

    /// <summary>The bytes of a member that holds hexadecimal digits.</summary>
    public static byte[] Hex(this JsonElement element, string member) => Convert.FromHexString(element.GetProperty(member).GetString()!);

    /// <summary>The text of a member.</summary>
    public static string Text(this JsonElement element, string member) => element.GetProperty(member).GetString()!;

    private static string FindProjectRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Settlement.sln"))) return folder.FullName;
        throw new InvalidOperationException("Settlement.sln is not above the test assembly.");
    }
}
