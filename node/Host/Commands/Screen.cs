using System.Globalization;
using Spectre.Console;

namespace Settlement.Host.Commands;

/// <summary>What a person sees of a long command. With JSON on standard output, all of it goes to standard error.</summary>
internal sealed class Screen
{
    // Where the output is no terminal, nothing tells a width; the widest table fits.
    private const int WidthWithoutTerminal = 1_000;

    /// <param name="onStandardError">Whether standard output is for something else.</param>
    public Screen(bool onStandardError) : this(onStandardError ? Console.Error : Console.Out)
    {
    }

    /// <param name="writer">Where it is written.</param>
    public Screen(TextWriter writer)
    {
        AnsiConsoleOutput output = new(writer);
        Terminal = AnsiConsole.Create(new AnsiConsoleSettings { Out = output, Ansi = output.IsTerminal ? AnsiSupport.Detect : AnsiSupport.No });
        if (!output.IsTerminal) Terminal.Profile.Width = WidthWithoutTerminal;
    }

    /// <summary>Where it is written.</summary>
    public IAnsiConsole Terminal { get; }

    /// <summary>Whether somebody watches, rather than a file.</summary>
    public bool IsTerminal => Terminal.Profile.Out.IsTerminal;

    public void Line(string text) => Terminal.WriteLine(text);

    /// <summary>A phase and how long it took.</summary>
    public void Phase(string phase, TimeSpan took) => Line(string.Create(CultureInfo.InvariantCulture, $"{took.TotalSeconds,7:0.00} s  {phase}"));

    /// <summary>A table of texts.</summary>
    public void Rows(string title, string[] columns, IEnumerable<string[]> rows)
    {
        Table table = new() { Title = new TableTitle(Markup.Escape(title)), Border = TableBorder.Rounded };
        foreach (string column in columns) table.AddColumn(column);
        foreach (string[] row in rows) table.AddRow(row.Select(static cell => new Text(cell)));
        Terminal.Write(table);
    }
}
