using Settlement.Host.Network;
using System.Diagnostics;
using System.Text.Json;

namespace Settlement.Tests.EndToEnd.Demo;

/// <summary>Runs the program's demo, or another verb with a network of its own, as a person would.</summary>
internal static class DemoProcess
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    public static Task<(int ExitCode, string Output, string Errors)> RunAsync(string temporary, IEnumerable<string> arguments, CancellationToken ct) =>
        RunAsync(temporary, "demo", arguments, ct);

    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(string temporary, string verb, IEnumerable<string> arguments, CancellationToken ct)
    {
        ProcessStartInfo start = new(NodeProgram.Command[0]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (string argument in NodeProgram.Command.Skip(1).Append(verb).Concat(arguments)) start.ArgumentList.Add(argument);
        start.Environment["TMPDIR"] = temporary;
        using Process process = Process.Start(start)!;
        using CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(ct);
        enough.CancelAfter(Patience);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(enough.Token);
            Task<string> errors = process.StandardError.ReadToEndAsync(enough.Token);
            await process.WaitForExitAsync(enough.Token);
            return (process.ExitCode, await output, await errors);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    public static JsonElement LastLine(string output) =>
        JsonDocument.Parse(output.TrimEnd('\n').Split('\n')[^1]).RootElement;
}

/// <summary>A short folder of a test's own, which must be empty again when the program has cleaned up behind itself.</summary>
internal sealed class OwnFolder : IDisposable
{
    public OwnFolder()
    {
        Path = Directory.CreateTempSubdirectory("st-").FullName;
        // The database server may run as another account, which has to pass through.
        File.SetUnixFileMode(Path, File.GetUnixFileMode(Path) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
    }

    public string Path { get; }

    public IEnumerable<string> Left => Directory.EnumerateFileSystemEntries(Path, "stl-*");

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
