using System.Globalization;

namespace Settlement.Storage;

/// <summary>The files of a private server, and what they tell about a server that may be running.</summary>
internal sealed class ServerFolder(string folder)
{
    private const int LongestSocketFolder = 80;
    private static readonly string[] OwnNames = ["data", "data.new", "socket", "superuser.password", "server.log", "start.lock"];

    /// <summary>The absolute path without symbolic links: the form in which the kernel names a process's folder.</summary>
    public string Root { get; } = Resolve(Path.GetFullPath(folder));

    public string Cluster => Path.Combine(Root, "data");

    public string NewCluster => Path.Combine(Root, "data.new");

    public string Password => Path.Combine(Root, "superuser.password");

    public string Log => Path.Combine(Root, "server.log");

    public string Lock => Path.Combine(Root, "start.lock");

    /// <summary>A socket's path has about 100 bytes, so a long data folder gets a short folder elsewhere.</summary>
    public string Socket
    {
        get
        {
            string inside = Path.Combine(Root, "socket");
            if (inside.Length <= LongestSocketFolder) return inside;
            byte[] hash = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(Root));
            return Path.Combine(Path.GetTempPath(), "settlement-" + Convert.ToHexStringLower(hash.AsSpan(0, 8)));
        }
    }

    public string ProcessFile => Path.Combine(Cluster, "postmaster.pid");

    /// <summary>The major version of the cluster; null when there is none yet.</summary>
    public int? ClusterVersion()
    {
        string file = Path.Combine(Cluster, "PG_VERSION");
        return File.Exists(file) ? int.Parse(File.ReadAllText(file).AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture) : null;
    }

    /// <summary>Something in the folder that is not of this server; such a folder is not taken over.</summary>
    public string? ForeignName() =>
        Directory.EnumerateFileSystemEntries(Root).Select(Path.GetFileName).FirstOrDefault(name => !OwnNames.Contains(name, StringComparer.Ordinal));

    /// <summary>What the process file says: process, port, and whether connections are accepted; null without one.</summary>
    public (int Process, int Port, bool Ready)? ReadProcessFile()
    {
        try
        {
            // Lines: process, data folder, start time, port, socket folder, address, shared memory, state.
            string[] lines = File.ReadAllLines(ProcessFile);
            if (lines.Length == 0 || !int.TryParse(lines[0], NumberStyles.None, CultureInfo.InvariantCulture, out int process)) return null;
            int port = lines.Length > 3 && int.TryParse(lines[3], NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : 0;
            return (process, port, lines.Length > 7 && lines[7].StartsWith("ready", StringComparison.Ordinal));
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Whether the process lives and works in the cluster's folder, as every process of its server does.</summary>
    public bool IsServerProcess(int process) => WorkingFolder(process.ToString(CultureInfo.InvariantCulture)) == Cluster;

    /// <summary>Whether a process of a server that lost its postmaster is still at work on the cluster.</summary>
    public bool HasServerProcesses() =>
        Directory.Exists("/proc") && Directory.EnumerateDirectories("/proc").Any(entry =>
            char.IsAsciiDigit(Path.GetFileName(entry)[0]) && WorkingFolder(Path.GetFileName(entry)) == Cluster);

    public string LastLogLines(int count) => File.Exists(Log) ? string.Join('\n', File.ReadLines(Log).TakeLast(count)) : "";

    private static string? WorkingFolder(string process)
    {
        try
        {
            return new FileInfo($"/proc/{process}/cwd").LinkTarget;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile, or is another account's, which the server's processes are not.
            return null;
        }
    }

    private static string Resolve(string path)
    {
        if (Path.GetDirectoryName(path) is not { } parent) return path;
        string here = Path.Combine(Resolve(parent), Path.GetFileName(path));
        return Directory.Exists(here) && Directory.ResolveLinkTarget(here, returnFinalTarget: false) is { } target ? Resolve(target.FullName) : here;
    }
}
