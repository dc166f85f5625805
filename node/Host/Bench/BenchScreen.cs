using System.Globalization;
using Spectre.Console;
using Settlement.Host.Demo;

namespace Settlement.Host.Bench;

/// <summary>What a person sees of a benchmark. With JSON on standard output, all of it goes to standard error.</summary>
internal sealed class BenchScreen
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(200);

    // Where the output is no terminal, nothing tells a width; the widest table fits.
    private const int WidthWithoutTerminal = 1_000;

    private readonly IAnsiConsole console;

    public BenchScreen(bool onStandardError)
    {
        AnsiConsoleOutput output = new(onStandardError ? Console.Error : Console.Out);
        console = AnsiConsole.Create(new AnsiConsoleSettings { Out = output, Ansi = output.IsTerminal ? AnsiSupport.Detect : AnsiSupport.No });
        if (!output.IsTerminal) console.Profile.Width = WidthWithoutTerminal;
    }

    /// <summary>A phase and how long it took.</summary>
    public void Phase(string phase, TimeSpan took) => console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{took.TotalSeconds,7:0.00} s  {phase}"));

    /// <summary>Shows that something is under way, and a line when it is done.</summary>
    /// <param name="what">What.</param>
    /// <param name="duration">How long it takes; null where nobody knows.</param>
    /// <param name="detail">What is known of it at the moment.</param>
    /// <param name="work">The work.</param>
    public async Task ShowAsync(string what, TimeSpan? duration, Func<string>? detail, Task work)
    {
        System.Diagnostics.Stopwatch watch = System.Diagnostics.Stopwatch.StartNew();
        if (console.Profile.Out.IsTerminal) await ShowBarAsync(what, duration, detail, work, watch);
        await work;
        string more = detail?.Invoke() is { Length: > 0 } text ? $": {text}" : "";
        Phase(what + more, watch.Elapsed);
    }

    /// <summary>How much of what was counted.</summary>
    public void Counts(int settled, int counted, long verified, IReadOnlyList<MeasuredSlice> slices, TimeProvider time)
    {
        double seconds = slices.Sum(slice => time.GetElapsedTime(slice.From.At, slice.To.At).TotalSeconds);
        TimeSpan generator = slices.Aggregate(TimeSpan.Zero, static (sum, slice) => sum + (slice.To.Generator - slice.From.Generator));
        TimeSpan agent = slices.Aggregate(TimeSpan.Zero, static (sum, slice) => sum + (slice.To.Agent - slice.From.Agent));
        console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"           {counted} payments counted in {seconds:0.0} s, of {settled} that the load settled; {verified} entries delivered, authentic and re-executed at the regulator"));
        console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"           beside the parts: {generator.TotalMicroseconds / counted:0.0} µs of the load generator and {agent.TotalMicroseconds / counted:0.0} µs of the agent a settlement"));
    }

    /// <summary>The result, beside an earlier one where there is one.</summary>
    public void Result(BenchResult result, BenchResult? earlier)
    {
        Table table = new() { Title = new TableTitle("Benchmark"), Border = TableBorder.Rounded };
        string[] columns = earlier is null ? ["", "this run"] : ["", "before", "this run", "change"];
        foreach (string column in columns) table.AddColumn(column);
        foreach (ComparedFigure figure in BenchComparison.Figures(earlier, result))
        {
            string now = BenchComparison.Text(figure.Now);
            string change = figure.Change is { } percent ? percent.ToString("+0.0;-0.0;0.0", CultureInfo.InvariantCulture) + " %" : "";
            string[] row = earlier is null ? [figure.Name, now] : [figure.Name, BenchComparison.Text(figure.Before ?? 0), now, change];
            table.AddRow(row.Select(static cell => new Text(cell)));
        }

        console.Write(table);
    }

    private Task ShowBarAsync(string what, TimeSpan? duration, Func<string>? detail, Task work, System.Diagnostics.Stopwatch watch) => console.Progress().AutoClear(true)
        .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new ElapsedTimeColumn())
        .StartAsync(async context =>
        {
            ProgressTask bar = context.AddTask(Markup.Escape(what), maxValue: duration?.TotalSeconds ?? 1);
            bar.IsIndeterminate = duration is null;
            while (!work.IsCompleted)
            {
                await Task.WhenAny(work, Task.Delay(Refresh));
                if (duration is not null) bar.Value = watch.Elapsed.TotalSeconds;
                if (detail?.Invoke() is { Length: > 0 } text) bar.Description = Markup.Escape($"{what}: {text}");
            }
        });
}
