using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Settlement.Host.Bench;

/// <summary>One figure of two results.</summary>
/// <param name="Name">As the JSON names it.</param>
/// <param name="Before">Of the earlier result; null where there is none.</param>
/// <param name="Now">Of this one.</param>
internal sealed record ComparedFigure(string Name, double? Before, double Now)
{
    /// <summary>By how many percent it grew; none from nothing.</summary>
    public double? Change => Before is { } before && before != 0 ? ((Now / before) - 1) * 100 : null;
}

/// <summary>Sets two results side by side.</summary>
internal static class BenchComparison
{
    // A result has one short line; a file of megabytes is something else.
    private const int MaximumBytes = 1024 * 1024;

    /// <summary>Reads a result from a file: the output of <c>--json</c>, of which the last line counts.</summary>
    /// <exception cref="BenchException">BN003.</exception>
    public static async Task<BenchResult> ReadAsync(string file, CancellationToken ct)
    {
        try
        {
            // To open a pipe waits for whoever writes into it, and nothing ends that wait. Only a file has a length, and no result is empty.
            if (((FileInfo?)File.ResolveLinkTarget(file, returnFinalTarget: true) ?? new FileInfo(file)).Length == 0) throw Unreadable(file, "it is empty, or no regular file", null);
            // A file may grow or be replaced while it is looked at: what is read is bounded, whatever was said.
            byte[] bytes = new byte[MaximumBytes + 1];
            await using FileStream stream = File.OpenRead(file);
            int read = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, ct);
            if (read > MaximumBytes) throw Unreadable(file, "it is too large", null);
            string line = Encoding.UTF8.GetString(bytes, 0, read).Split('\n').LastOrDefault(static line => !string.IsNullOrWhiteSpace(line)) ?? "";
            BenchResult result = JsonSerializer.Deserialize(line, BenchJson.Default.BenchResult) ?? throw Unreadable(file, "its last line is null", null);
            if (Named(result).FirstOrDefault(static figure => !double.IsFinite(figure.Value)) is { Name: { } endless }) throw Unreadable(file, $"{endless} is no number", null);
            return result;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException or ArgumentException)
        {
            throw Unreadable(file, error.Message, error);
        }
    }

    /// <summary>Every figure, in the order of the JSON.</summary>
    public static IReadOnlyList<ComparedFigure> Figures(BenchResult? before, BenchResult now) => [.. Named(now).Select(figure =>
        new ComparedFigure(figure.Name, before is null ? null : Named(before).First(one => one.Name == figure.Name).Value, figure.Value))];

    /// <summary>A figure as people read it.</summary>
    public static string Text(double value) => value.ToString(Math.Abs(value) < 10 ? "0.###" : "#,0.#", CultureInfo.InvariantCulture);

    private static IEnumerable<(string Name, double Value)> Named(BenchResult result) =>
    [
        ("settledPerSecond", result.SettledPerSecond), ("p50Ms", result.P50Ms), ("p99Ms", result.P99Ms), ("loneP50Ms", result.LoneP50Ms),
        ("cpuMicrosPerSettlement", result.CpuMicrosPerSettlement), ("cpuByPart.bank", result.CpuByPart.Bank), ("cpuByPart.ledger", result.CpuByPart.Ledger),
        ("cpuByPart.regulator", result.CpuByPart.Regulator), ("cpuByPart.postgres", result.CpuByPart.Postgres), ("bytesPerSettlement", result.BytesPerSettlement),
        ("peakRssMb.bank", result.PeakRssMb.Bank), ("peakRssMb.ledger", result.PeakRssMb.Ledger), ("peakRssMb.agent", result.PeakRssMb.Agent),
        ("peakRssMb.regulator", result.PeakRssMb.Regulator), ("pgbenchTps", result.PgbenchTps), ("ratioToPgbench", result.RatioToPgbench),
    ];

    private static BenchException Unreadable(string file, string why, Exception? error) => new(
        BenchException.ResultUnreadable, $"{file} holds no result of bench --json: {why}", error);
}
