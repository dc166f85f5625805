using System.Globalization;

namespace Settlement.Host.Bench;

/// <summary>The processor time of processes, as the system keeps it.</summary>
internal static class ProcessorTime
{
    private const string Processes = "/proc";

    // The unit of the times in /proc/PID/stat, on every Linux that .NET runs on.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    // Places in /proc/PID/stat (proc(5)), counted after the program's name, which may hold anything.
    private const int Parent = 1;
    private const int User = 11;
    private const int System = 12;
    private const int ReapedUser = 13;
    private const int ReapedSystem = 14;

    /// <summary>Whether this system tells.</summary>
    public static bool IsKnown => ReadStat(Environment.ProcessId) is not null;

    /// <summary>What a process used until now; zero when there is none.</summary>
    public static TimeSpan Of(int process) => ReadStat(process) is { } stat ? Own(stat) : TimeSpan.Zero;

    /// <summary>What a process, its living children and those that ended used until now.</summary>
    /// <param name="process">The parent.</param>
    /// <param name="without">Children to leave out while they live.</param>
    public static TimeSpan OfFamily(int process, IReadOnlySet<int> without)
    {
        if (ReadStat(process) is not { } parent) return TimeSpan.Zero;
        TimeSpan sum = Own(parent) + Time(parent[ReapedUser]) + Time(parent[ReapedSystem]);
        foreach (string folder in Directory.EnumerateDirectories(Processes))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int child) && !without.Contains(child)
                && ReadStat(child) is { } stat && int.Parse(stat[Parent], CultureInfo.InvariantCulture) == process) sum += Own(stat);
        }

        return sum;
    }

    private static TimeSpan Own(string[] stat) => Time(stat[User]) + Time(stat[System]);

    private static TimeSpan Time(string ticks) => Tick * long.Parse(ticks, CultureInfo.InvariantCulture);

    private static string[]? ReadStat(int process)
    {
        try
        {
            string stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"{Processes}/{process}/stat"));
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            // It ended.
            return null;
        }
    }
}
