using System.Globalization;
using Settlement.Host.Commands;
using Spectre.Console;

namespace Settlement.Host.Bench;

/// <summary>What a person sees of a benchmark.</summary>
internal sealed class BenchScreen(Screen screen, TimeProvider time)
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(200);

    /// <summary>A phase and how long it took.</summary>
    public void Phase(string phase, TimeSpan took) => screen.Phase(phase, took);

    /// <summary>Shows that something is under way, and a line when it is done.</summary>
    /// <param name="what">What.</param>
    /// <param name="duration">How long it takes; null where nobody knows.</param>
    /// <param name="detail">What is known of it at the moment.</param>
    /// <param name="work">The work.</param>
    public async Task ShowAsync(string what, TimeSpan? duration, Func<string>? detail, Task work)
    {
        long began = time.GetTimestamp();
        if (screen.IsTerminal) await ShowBarAsync(what, duration, detail, work);
        await work;
        string more = detail?.Invoke() is { Length: > 0 } text ? $": {text}" : "";
        Phase(what + more, time.GetElapsedTime(began));
    }

    /// <summary>How much of what was counted.</summary>
    public void Counts(int settled, int counted, int lone, long verified, IReadOnlyList<MeasuredSlice> slices)
    {
        double seconds = slices.Sum(slice => time.GetElapsedTime(slice.From.At, slice.To.At).TotalSeconds);
        TimeSpan generator = slices.Aggregate(TimeSpan.Zero, static (sum, slice) => sum + (slice.To.Generator - slice.From.Generator));
        TimeSpan agent = slices.Aggregate(TimeSpan.Zero, static (sum, slice) => sum + (slice.To.Agent - slice.From.Agent));
        screen.Line(string.Create(CultureInfo.InvariantCulture,
            $"           {counted} payments counted in {seconds:0.0} s, of {settled} that the load settled and {lone} one at a time; ")
            + string.Create(CultureInfo.InvariantCulture, $"{verified} entries delivered, authentic and re-executed at the regulator"));
        screen.Line(string.Create(CultureInfo.InvariantCulture,
            $"           beside the parts: {generator.TotalMicroseconds / counted:0.0} µs of the load generator and {agent.TotalMicroseconds / counted:0.0} µs of the agent a settlement"));
    }

    /// <summary>The result, beside an earlier one where there is one.</summary>
    public void Result(BenchResult result, BenchResult? earlier)
    {
        if (earlier is not null && earlier.Measured != result.Measured)
            screen.Line($"           not measured alike: before {earlier.Measured?.Text ?? "unknown"}, this run {result.Measured?.Text ?? "unknown"}");
        string[] columns = earlier is null ? ["", "this run"] : ["", "before", "this run", "change"];
        screen.Rows("Benchmark", columns, BenchComparison.Figures(earlier, result).Select(figure =>
        {
            string now = BenchComparison.Text(figure.Now);
            string change = figure.Change is { } percent ? percent.ToString("+0.0;-0.0;0.0", CultureInfo.InvariantCulture) + " %" : "";
            return figure.Before is { } before ? [figure.Name, BenchComparison.Text(before), now, change] : new[] { figure.Name, now };
        }));
    }

    private Task ShowBarAsync(string what, TimeSpan? duration, Func<string>? detail, Task work) => screen.Terminal.Progress().AutoClear(true)
        .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new ElapsedTimeColumn())
        .StartAsync(async context =>
        {
            ProgressTask bar = context.AddTask(Markup.Escape(what), maxValue: duration?.TotalSeconds ?? 1);
            bar.IsIndeterminate = duration is null;
            long began = time.GetTimestamp();
            while (!work.IsCompleted)
            {
                await Task.WhenAny(work, Task.Delay(Refresh, time));
                if (duration is not null) bar.Value = time.GetElapsedTime(began).TotalSeconds;
                if (detail?.Invoke() is { Length: > 0 } text) bar.Description = Markup.Escape($"{what}: {text}");
            }
        });
}
