using System.Runtime.InteropServices;

namespace Settlement.Host.Network;

/// <summary>How this very program is started again as another process.</summary>
internal static class NodeProgram
{
    /// <summary>The runtime that runs this process, and the program's assembly: a command that takes a verb next.</summary>
    public static IReadOnlyList<string> Command { get; } = [Runtime(), "exec", typeof(NodeProgram).Assembly.Location];

    // The runtime's own folder is <root>/shared/Microsoft.NETCore.App/<version>. The process may be a test runner's, so its
    // own path does not tell which program to start.
    private static string Runtime()
    {
        string root = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        string dotnet = Path.Combine(root, OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");
        return File.Exists(dotnet) ? dotnet : "dotnet";
    }
}
