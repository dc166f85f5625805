using System.Globalization;
using Spectre.Console;

namespace Settlement.Host.Demo;

/// <summary>What a person sees of a demo. With JSON on standard output, all of it goes to standard error.</summary>
internal sealed class DemoScreen
{
    // Where the output is no terminal, nothing tells a width; the widest table fits.
    private const int WidthWithoutTerminal = 1_000;

    // Plain progress: one line for each of so many parts of the whole.
    private const int PlainParts = 10;

    private readonly IAnsiConsole console;

    public DemoScreen(bool onStandardError)
    {
        AnsiConsoleOutput output = new(onStandardError ? Console.Error : Console.Out);
        console = AnsiConsole.Create(new AnsiConsoleSettings { Out = output, Ansi = output.IsTerminal ? AnsiSupport.Detect : AnsiSupport.No });
        if (!output.IsTerminal) console.Profile.Width = WidthWithoutTerminal;
    }

    public void Line(string text) => console.WriteLine(text);

    /// <summary>A phase and how long it took.</summary>
    public void Phase(string phase, TimeSpan took) => Line(string.Create(CultureInfo.InvariantCulture, $"{took.TotalSeconds,7:0.00} s  {phase}"));

    /// <summary>Shows how many of a number of transactions are answered while something runs.</summary>
    public async Task<T> CountAsync<T>(int total, Func<Action<DemoOutcome>, Task<T>> work)
    {
        if (!console.Profile.Out.IsTerminal) return await work(PlainCounter(total));
        return await console.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .StartAsync(async context =>
            {
                ProgressTask bar = context.AddTask($"settling {total.ToString(CultureInfo.InvariantCulture)} payments", maxValue: total);
                // A refused document's transactions cannot be told apart, so that its one answer counts for all of them.
                return await work(outcome => bar.Increment(outcome.Instruction is null ? outcome.Submission.Transactions : 1));
            });
    }

    public void Views(PaymentViews views)
    {
        Table table = new() { Title = new TableTitle(Markup.Escape($"What each party sees of {views.Title}")), Border = TableBorder.Rounded };
        table.AddColumn("");
        foreach (PartyView party in views.Parties) table.AddColumn(new TableColumn(new Text(party.Party)));
        foreach (string row in views.Rows)
            table.AddRow([new Text(row), .. views.Parties.Select(party => new Text(party.Cells.GetValueOrDefault(row, DemoViews.Nothing)))]);
        console.Write(table);
    }

    public void Rows(string title, string[] columns, IEnumerable<string[]> rows)
    {
        Table table = new() { Title = new TableTitle(Markup.Escape(title)), Border = TableBorder.Rounded };
        foreach (string column in columns) table.AddColumn(new TableColumn(new Text(column)));
        foreach (string[] row in rows) table.AddRow(row.Select(static cell => new Text(cell)));
        console.Write(table);
    }

    private Action<DemoOutcome> PlainCounter(int total)
    {
        int done = 0;
        int step = Math.Max(1, total / PlainParts);
        Lock one = new();
        return outcome =>
        {
            lock (one)
            {
                int before = done;
                done += outcome.Instruction is null ? outcome.Submission.Transactions : 1;
                if (done / step != before / step || done == total) Line(string.Create(CultureInfo.InvariantCulture, $"           {done} of {total} answered"));
            }
        };
    }
}
