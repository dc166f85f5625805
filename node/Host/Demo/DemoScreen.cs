using System.Globalization;
using Settlement.Host.Commands;
using Spectre.Console;

namespace Settlement.Host.Demo;

/// <summary>What a person sees of a demo beside its phases and tables.</summary>
internal sealed class DemoScreen(Screen screen)
{
    // Plain progress: one line for each of so many parts of the whole.
    private const int PlainParts = 10;

    /// <summary>Shows how many of a number of transactions are answered while something runs.</summary>
    public async Task<T> CountAsync<T>(int total, Func<Action<DemoOutcome>, Task<T>> work)
    {
        if (!screen.IsTerminal) return await work(PlainCounter(total));
        return await screen.Terminal.Progress()
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
        screen.Terminal.Write(table);
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
                if (done / step != before / step || done == total) screen.Line(string.Create(CultureInfo.InvariantCulture, $"           {done} of {total} answered"));
            }
        };
    }
}
