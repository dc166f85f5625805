using System.Diagnostics;
using System.Globalization;
using Settlement.Core.Identifiers;
using Settlement.Host.Configuration;

namespace Settlement.Host.Network;

/// <summary>One node of a network on this machine: its files, its addresses, and the process that runs it now.</summary>
internal sealed class LocalNode : IDisposable
{
    public const string ConfigurationFile = "node.json";
    public const string TokenFileName = "token";
    public const string LogFileName = "node.log";
    private const int LogLinesShown = 20;
    private const int LogBytesRead = 64 * 1024;

    // The shell only redirects: it becomes the program, whose process id and signals are therefore the shell's.
    private const string Redirect = "log=$1; shift; exec \"$@\" >> \"$log\" 2>&1 < /dev/null";

    private Process? process;
    private long peakMemoryBytes;

    /// <summary>What the node is.</summary>
    public required NodeRole Role { get; init; }

    /// <summary>Whose it is.</summary>
    public required ParticipantId Id { get; init; }

    /// <summary>What screens call it.</summary>
    public required string Name { get; init; }

    /// <summary>Its folder: keys, configuration, token, log.</summary>
    public required string Folder { get; init; }

    /// <summary>Where its API listens.</summary>
    public required Uri ApiAddress { get; init; }

    /// <summary>The port on which its door for other participants listens.</summary>
    public required int PeerPort { get; init; }

    /// <summary>The port that the directory lists for that door; another one than <see cref="PeerPort"/> when something listens in between.</summary>
    public required int AdvertisedPort { get; init; }

    /// <summary>The token for its API, with every role.</summary>
    public required string Token { get; init; }

    /// <summary>The connection string of its database, with its own login role; known once the server runs.</summary>
    public string Database { get; set; } = "";

    /// <summary>The name of its database and of its login role.</summary>
    public required string DatabaseName { get; init; }

    public string Configuration => Path.Combine(Folder, ConfigurationFile);

    public string TokenFile => Path.Combine(Folder, TokenFileName);

    public string LogFile => Path.Combine(Folder, LogFileName);

    /// <summary>The running process, for whoever kills it.</summary>
    public int ProcessId => process?.Id ?? throw new InvalidOperationException($"{Name} does not run.");

    /// <summary>True while the process runs.</summary>
    public bool IsRunning => process is { HasExited: false };

    /// <summary>Starts the process.</summary>
    public void Start()
    {
        if (IsRunning) throw new InvalidOperationException($"{Name} runs already.");
        process?.Dispose();
        ProcessStartInfo start = new("/bin/sh") { UseShellExecute = false, WorkingDirectory = Folder };
        string[] arguments = ["-c", Redirect, "sh", LogFile, .. NodeProgram.Command, "run", "--config", Configuration];
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        // Many short-lived processes on few cores: collecting profiles for better code costs more than the code saves.
        start.Environment["DOTNET_TieredPGO"] = "0";
        // Where the runtime puts its sockets, which a killed process leaves behind.
        start.Environment["TMPDIR"] = Folder;
        process = Process.Start(start)!;
    }

    /// <summary>Completes when the process ends, with its exit code.</summary>
    public async Task<int> WaitForExitAsync(CancellationToken ct)
    {
        if (process is not { } running) return 0;
        await running.WaitForExitAsync(ct);
        return running.ExitCode;
    }

    /// <summary>Ends the process at once, without a chance to say goodbye.</summary>
    public async Task KillAsync(CancellationToken ct)
    {
        if (process is not { HasExited: false } running) return;
        ReadPeakMemory();
        running.Kill();
        await running.WaitForExitAsync(ct);
    }

    /// <summary>Asks the process to end, and kills it when it does not in time.</summary>
    public async Task StopAsync(TimeSpan patience, CancellationToken ct)
    {
        if (process is not { HasExited: false } running) return;
        ReadPeakMemory();
        using (Process? kill = Process.Start("/bin/sh", ["-c", "kill -TERM \"$1\"", "sh", running.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            if (kill is not null) await kill.WaitForExitAsync(ct);
        }

        using CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(ct);
        enough.CancelAfter(patience);
        try
        {
            await running.WaitForExitAsync(enough.Token);
        }
        catch (OperationCanceledException)
        {
            running.Kill();
        }
    }

    /// <summary>The most memory that any of its processes held at once, in bytes; zero where the system does not tell.</summary>
    public long ReadPeakMemory()
    {
        if (IsRunning)
        {
            try
            {
                string? line = File.ReadLines($"/proc/{ProcessId}/status").FirstOrDefault(static line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
                string? kilobytes = line?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, { } number, ..] ? number : null;
                if (long.TryParse(kilobytes, CultureInfo.InvariantCulture, out long value)) peakMemoryBytes = Math.Max(peakMemoryBytes, value * 1024);
            }
            catch (IOException)
            {
                // The process ended in between, or the system has no such folder: what was read before stands.
            }
        }

        return peakMemoryBytes;
    }

    /// <summary>The end of its log.</summary>
    public string LogTail()
    {
        if (!File.Exists(LogFile)) return "";
        using FileStream log = new(LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        log.Seek(-Math.Min(log.Length, LogBytesRead), SeekOrigin.End);
        using StreamReader reader = new(log);
        return string.Join(Environment.NewLine, reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(LogLinesShown));
    }

    public void Dispose() => process?.Dispose();
}
