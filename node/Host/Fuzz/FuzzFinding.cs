using System.Globalization;
using System.Text;
using Settlement.Host.Configuration;

namespace Settlement.Host.Fuzz;

/// <summary>A case that failed, and all that it takes to see it fail again.</summary>
/// <param name="Code">One of <see cref="FuzzCodes"/>.</param>
/// <param name="Target">The target's name.</param>
/// <param name="Seed">The run's seed.</param>
/// <param name="Case">The case's number.</param>
/// <param name="Fault">What happened.</param>
/// <param name="Inputs">The case's input last; before it those that its state depends on.</param>
internal sealed record FuzzFinding(string Code, string Target, ulong Seed, long Case, string Fault, IReadOnlyList<byte[]> Inputs)
{
    private const string Heading = "settlement fuzz finding";

    // A session that could not be prepared got no input.
    private const int FirstInput = 4;
    private const int MaximumFileBytes = 256 * 1024 * 1024;

    /// <summary>The call that runs the case again.</summary>
    public string Command => string.Create(CultureInfo.InvariantCulture, $"settlement fuzz --target {Target} --seed {Seed} --case {Case}");

    /// <summary>Writes the finding as a text file and returns its path.</summary>
    public string Write(string folder)
    {
        string path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{Target}-{Seed}-{Case}.finding"));
        StringBuilder text = new();
        text.Append(Heading).Append('\n').Append(Target).Append('\n').Append(CultureInfo.InvariantCulture, $"{Seed}\n{Case}\n");
        foreach (byte[] input in Inputs) text.Append(Convert.ToBase64String(input)).Append('\n');
        text.Append('\n').Append(Code).Append(' ').Append(Fault).Append('\n');
        try
        {
            File.WriteAllText(path, text.ToString());
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new HostException(FuzzCodes.FolderUnwritable, $"{path} cannot be written: {error.Message}", error);
        }

        return path;
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="HostException">FZ002.</exception>
    public static FuzzFinding Read(string path)
    {
        try
        {
            if (new FileInfo(path).Length > MaximumFileBytes) throw Unreadable(path, "it is too large", null);
            string[] lines = File.ReadAllText(path).Split('\n');
            int end = Array.IndexOf(lines, "");
            if (end < FirstInput || lines[0] != Heading || !ulong.TryParse(lines[2], NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed)
                || !long.TryParse(lines[3], NumberStyles.None, CultureInfo.InvariantCulture, out long number)) throw Unreadable(path, "it is no finding", null);
            return new FuzzFinding(FuzzCodes.CaseFailed, lines[1], seed, number, "", [.. lines[FirstInput..end].Select(Convert.FromBase64String)]);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException)
        {
            throw Unreadable(path, error.Message.TrimEnd('.'), error);
        }
    }

    private static HostException Unreadable(string path, string why, Exception? inner) => new(FuzzCodes.ReplayUnreadable, $"{path} cannot be replayed: {why}.", inner);
}
