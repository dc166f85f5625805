using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Settlement.Host.Bench;
using Settlement.Host.Commands;
using Settlement.Tests.EndToEnd.Demo;

namespace Settlement.Tests.EndToEnd.Bench;

public sealed partial class BenchTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    // What it measures is this machine's affair; that it measures it, and that all of it is proven, is the program's.
    [Fact]
    public async Task A_short_run_measures_everything_and_proves_it()
    {
        using OwnFolder folder = new();
        string earlier = Path.Combine(folder.Path, "earlier.json");
        BenchResult before = new(1, 1, 1, 1, 1, new CpuByPart(1, 1, 1, 1), 1, new PeakRssMb(1, 1, 1, 1), 1, 1);
        await File.WriteAllTextAsync(earlier, before.ToJson(), Ct);
        (int code, string output, string errors) = await DemoProcess.RunAsync(
            folder.Path, "bench", ["--banks", "3", "--channels", "2", "--rate", "100", "--seconds", "2", "--json", "--compare", earlier], Ct);
        Assert.True(code == 0, errors);
        JsonElement result = DemoProcess.LastLine(output);
        Assert.Equal(
            ["settledPerSecond", "p50Ms", "p99Ms", "loneP50Ms", "cpuMicrosPerSettlement", "cpuByPart", "bytesPerSettlement", "peakRssMb", "pgbenchTps", "ratioToPgbench", "measured"],
            Names(result));
        Assert.Equal(["bank", "ledger", "regulator", "postgres"], Names(result.GetProperty("cpuByPart")));
        Assert.Equal(["bank", "ledger", "agent", "regulator"], Names(result.GetProperty("peakRssMb")));
        Assert.All(new[] { "settledPerSecond", "p50Ms", "loneP50Ms", "cpuMicrosPerSettlement", "pgbenchTps", "ratioToPgbench" }, name => Assert.True(Number(name) > 0, name));
        Assert.All(result.GetProperty("peakRssMb").EnumerateObject(), static part => Assert.True(part.Value.GetDouble() > 1, part.Name));
        Assert.True(Number("p50Ms") <= Number("p99Ms"));
        Assert.Equal(Number("cpuMicrosPerSettlement"), result.GetProperty("cpuByPart").EnumerateObject().Sum(static part => part.Value.GetDouble()), 0.5);

        // Counted are some of the payments of the load; proven are all of them, those paid one at a time and the four fundings.
        Match counts = Counts().Match(errors);
        Assert.True(counts.Success, errors);
        int counted = Value(1), settled = Value(2), lone = Value(3), proven = Value(4);
        Assert.InRange(counted, 1, settled);
        Assert.Equal(settled + lone + 4, proven);
        Assert.Matches("settledPerSecond.*1.*change|change(.|\n)*settledPerSecond", errors);
        Assert.Contains("not measured alike: before unknown, this run --banks 3 --channels 2 --rate 100 --seconds 2", errors, StringComparison.Ordinal);
        Assert.Empty(folder.Left);

        double Number(string name) => result.GetProperty(name).GetDouble();

        int Value(int group) => int.Parse(counts.Groups[group].ValueSpan, CultureInfo.InvariantCulture);
    }

    [Theory]
    [InlineData("BN001", "--banks", "0")]
    [InlineData("BN001", "--rate", "-1")]
    [InlineData("BN001", "--seconds", "0")]
    [InlineData("BN002", "--channels", "2")]
    [InlineData("BN003", "--compare", "/nowhere/result.json")]
    [InlineData("BN003", "--compare", "")]
    public async Task What_cannot_be_measured_is_refused_before_anything_starts(string code, string option, string value)
    {
        using OwnFolder folder = new();
        (int exit, string output, string errors) = await DemoProcess.RunAsync(folder.Path, "bench", [option, value, "--json"], Ct);
        // A file that cannot be read is no wrong usage.
        Assert.Equal(code == "BN003" ? ExitCodes.Unusable : ExitCodes.Usage, exit);
        Assert.Empty(output);
        Assert.StartsWith($"{code}: ", errors, StringComparison.Ordinal);
        Assert.Empty(folder.Left);
    }

    private static IEnumerable<string> Names(JsonElement element) => element.EnumerateObject().Select(static property => property.Name);

    [GeneratedRegex("([0-9]+) payments counted in .* of ([0-9]+) that the load settled and ([0-9]+) one at a time; ([0-9]+) entries delivered, authentic and re-executed")]
    private static partial Regex Counts();
}
