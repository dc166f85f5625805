using System.Diagnostics;
using Settlement.Host.Bench;

namespace Settlement.Tests.Unit.Bench;

public sealed class BenchComparisonTests : IDisposable
{
    private static readonly BenchResult Before = new(1_000, 20, 90, 5, 800, new CpuByPart(500, 50, 100, 150), 4_000, new PeakRssMb(200, 100, 90, 120), 2_000, 0.5);

    private readonly string file = Path.GetTempFileName();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_last_line_of_an_output_is_read_back_as_it_was_written()
    {
        await File.WriteAllTextAsync(file, $"some other line\n{Before.ToJson()}\n\n", Ct);
        Assert.Equal(Before, await BenchComparison.ReadAsync(file, Ct));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("no JSON")]
    [InlineData("""{"settledPerSecond":"many"}""")]
    [InlineData("large")]
    [InlineData("1e999")]
    public async Task What_is_no_result_is_refused(string content)
    {
        if (content == "large") content = $"{new string(' ', 1 << 20)}\n{Before.ToJson()}";
        if (content == "1e999") content = Before.ToJson().Replace("4000", content, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, content, Ct);
        BenchException refused = await Assert.ThrowsAsync<BenchException>(() => BenchComparison.ReadAsync(file, Ct));
        Assert.Equal(BenchException.ResultUnreadable, refused.Code);
        Assert.Contains(file, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_measured_is_read_back_and_may_be_missing()
    {
        BenchResult measured = Before with { Measured = new MeasuredNetwork(10, 5, 1_000, 20) };
        await File.WriteAllTextAsync(file, measured.ToJson(), Ct);
        Assert.Equal(measured, await BenchComparison.ReadAsync(file, Ct));
        Assert.Equal("--banks 10 --channels 5 --rate 1000 --seconds 20", measured.Measured?.Text);
        await File.WriteAllTextAsync(file, Before.ToJson().Replace(",\"measured\":null", "", StringComparison.Ordinal), Ct);
        Assert.Equal(Before, await BenchComparison.ReadAsync(file, Ct));
    }

    [Theory]
    [InlineData("p50Ms")]
    [InlineData("cpuByPart")]
    [InlineData("ratioToPgbench")]
    public async Task A_result_without_a_member_is_refused(string member)
    {
        await File.WriteAllTextAsync(file, Before.ToJson().Replace($"\"{member}\"", "\"other\"", StringComparison.Ordinal), Ct);
        Assert.Equal(BenchException.ResultUnreadable, (await Assert.ThrowsAsync<BenchException>(() => BenchComparison.ReadAsync(file, Ct))).Code);
    }

    [Fact]
    public async Task A_file_that_is_missing_a_folder_or_a_device_without_end_is_refused()
    {
        // A device has no length and no end.
        foreach (string path in new[] { file + ".missing", Path.GetTempPath(), "/dev/zero" })
            Assert.Equal(BenchException.ResultUnreadable, (await Assert.ThrowsAsync<BenchException>(() => BenchComparison.ReadAsync(path, Ct))).Code);
    }

    [Fact]
    public async Task A_pipe_into_which_nobody_writes_is_refused_and_not_waited_for()
    {
        string pipe = file + ".pipe", link = file + ".link";
        try
        {
            using (Process made = Process.Start("mkfifo", [pipe])) await made.WaitForExitAsync(Ct);
            File.CreateSymbolicLink(link, pipe);
            foreach (string path in new[] { pipe, link })
                Assert.Equal(BenchException.ResultUnreadable, (await Assert.ThrowsAsync<BenchException>(() => BenchComparison.ReadAsync(path, Ct))).Code);
        }
        finally
        {
            File.Delete(link);
            File.Delete(pipe);
        }
    }

    [Fact]
    public async Task A_link_to_a_result_is_followed()
    {
        string link = file + ".link";
        await File.WriteAllTextAsync(file, Before.ToJson(), Ct);
        File.CreateSymbolicLink(link, file);
        try
        {
            Assert.Equal(Before, await BenchComparison.ReadAsync(link, Ct));
        }
        finally
        {
            File.Delete(link);
        }
    }

    [Fact]
    public void Every_figure_stands_beside_its_earlier_one()
    {
        BenchResult now = Before with { SettledPerSecond = 1_500, CpuByPart = Before.CpuByPart with { Ledger = 25 } };
        IReadOnlyList<ComparedFigure> figures = BenchComparison.Figures(Before, now);
        Assert.Equal(16, figures.Count);
        Assert.Equal((1_000, 1_500, 50), Of("settledPerSecond"));
        Assert.Equal((50, 25, -50), Of("cpuByPart.ledger"));
        Assert.Equal((20, 20, 0), Of("p50Ms"));
        Assert.Null(new ComparedFigure("", 0, 1).Change);
        Assert.All(BenchComparison.Figures(null, now), static figure => Assert.Null(figure.Change));

        (double? Before, double Now, double Change) Of(string name)
        {
            ComparedFigure figure = figures.Single(one => one.Name == name);
            return (figure.Before, figure.Now, Math.Round(figure.Change!.Value, 6));
        }
    }

    public void Dispose() => File.Delete(file);
}
