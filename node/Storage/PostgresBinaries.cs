using System.Globalization;
using System.Text.RegularExpressions;

namespace Settlement.Storage;

/// <summary>Where the server's programs are, and their major version.</summary>
internal sealed record PostgresBinaries(string Folder, int MajorVersion)
{
    private const string DebianFolder = "/usr/lib/postgresql";
    private static readonly TimeSpan VersionTimeout = TimeSpan.FromSeconds(20);
    private static readonly string[] Programs = ["initdb", "pg_ctl", "postgres"];

    public string Initdb => Path.Combine(Folder, "initdb");

    public string Ctl => Path.Combine(Folder, "pg_ctl");

    /// <summary>Another program of the same installation: beside these, beside what they are links to, or on PATH.</summary>
    public string? Find(string program)
    {
        string? real = File.ResolveLinkTarget(Path.Combine(Folder, "postgres"), returnFinalTarget: true) is { } target ? Path.GetDirectoryName(target.FullName) : null;
        IEnumerable<string> folders = real is null ? [Folder, .. PathFolders()] : [Folder, real, .. PathFolders()];
        return folders.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
    }

    /// <summary>The named folder, else PATH, else the newest Debian package; with a cluster, the package of its version.</summary>
    public static async ValueTask<PostgresBinaries> FindAsync(string? named, int? clusterVersion, TimeProvider time, CancellationToken ct)
    {
        if (named is not null && !HasPrograms(named))
            throw new StorageException(StorageCodes.BinariesMissing, $"{named} does not hold {string.Join(", ", Programs)}. Name the folder of a PostgreSQL server, or none.");
        List<PostgresBinaries> found = [];
        foreach (string folder in named is null ? Candidates() : [named])
        {
            if (await VersionOfAsync(folder, time, ct) is not { } version) continue;
            found.Add(new PostgresBinaries(folder, version));
            if (clusterVersion is null || version == clusterVersion) return found[^1];
        }
        if (found.Count > 0)
        {
            throw new StorageException(
                StorageCodes.VersionMismatch,
                $"The data folder is of PostgreSQL {clusterVersion}, but only {found[0].MajorVersion} is installed. Install the other one: apt-get install postgresql-{clusterVersion}");
        }
        throw new StorageException(StorageCodes.BinariesMissing, "No PostgreSQL server is installed. Install it: apt-get install postgresql");
    }

    private static IEnumerable<string> Candidates()
    {
        IEnumerable<string> packages = Directory.Exists(DebianFolder)
            ? Directory.EnumerateDirectories(DebianFolder)
                .Where(static folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out _))
                .OrderByDescending(static folder => int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture))
                .Select(static folder => Path.Combine(folder, "bin"))
            : [];
        return PathFolders().Concat(packages).Where(HasPrograms);
    }

    private static string[] PathFolders() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);

    private static bool HasPrograms(string folder) => Programs.All(program => File.Exists(Path.Combine(folder, program)));

    private static async ValueTask<int?> VersionOfAsync(string folder, TimeProvider time, CancellationToken ct)
    {
        (int code, string output) = await ServerCommand.RunAsync([Path.Combine(folder, "postgres"), "--version"], VersionTimeout, time, ct);
        Match match = Regex.Match(output, @"\(PostgreSQL\) (\d+)", RegexOptions.None, TimeSpan.FromSeconds(1));
        return code == 0 && match.Success ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : null;
    }
}
