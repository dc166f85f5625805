using Settlement.Contracts.Checking;

namespace Settlement.Contracts;

/// <summary>The columns that a header of a scenario table names.</summary>
internal sealed class ScenarioColumns
{
    public const string Given = "given", Action = "action", By = "by", At = "at", Changed = "changed", Outcome = "outcome", Positions = "positions";

    private const string Sees = " sees";
    private static readonly string[] Plain = [Given, Action, By, At, Changed, Outcome, Positions];

    private readonly List<string> names;

    private ScenarioColumns(List<string> names) => this.names = names;

    /// <summary>The columns of a table without a header.</summary>
    public static ScenarioColumns Usual { get; } = new([Given, Action, Changed, Outcome]);

    /// <summary>The columns in which a participant's view is expected, each with the participant.</summary>
    public IEnumerable<(string Column, string Participant)> Views => names.Where(IsView).Select(n => (n, n[..^Sees.Length].TrimEnd()));

    /// <summary>Null when the cells are no header but a row.</summary>
    /// <exception cref="ScenarioProblemException">When a column is missing or comes twice.</exception>
    public static ScenarioColumns? TryRead(List<string> cells)
    {
        string[] others = [.. cells.Where(c => !Plain.Contains(c, StringComparer.Ordinal) && !IsView(c))];
        if (others.Length > 0 && !IsMeantAsHeader(cells.Count, others)) return null;
        if (others.Length > 0) throw new ScenarioProblemException($"there is no column '{others[0]}'{(Nearest(others[0]) is { } near ? $"; did you mean '{near}'?" : $": there are {string.Join(", ", Plain)} and NAME{Sees}")}");
        if (!cells.Contains(Action) || !cells.Contains(Outcome)) throw new ScenarioProblemException("a header has at least the columns 'action' and 'outcome'");
        if (cells.GroupBy(c => c, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice) throw new ScenarioProblemException($"the column '{twice.Key}' comes twice");
        return new ScenarioColumns(cells);
    }

    /// <summary>The cells of a row by their columns; one that the table has not is empty.</summary>
    /// <exception cref="ScenarioProblemException">When there are more or fewer cells than columns.</exception>
    public Dictionary<string, string> Row(List<string> cells)
    {
        if (cells.Count != names.Count) throw new ScenarioProblemException($"a row has {names.Count} cells: {string.Join(", ", names)}");
        Dictionary<string, string> row = Plain.ToDictionary(c => c, _ => "", StringComparer.Ordinal);
        for (int i = 0; i < cells.Count; i++) row[names[i]] = cells[i];
        return row;
    }

    /// <summary>Most cells name columns, or those that do not are each nearly the name of one: no row is so by chance.</summary>
    private static bool IsMeantAsHeader(int cells, string[] others) => others.Length * 2 < cells || (others.Length < cells && Array.TrueForAll(others, static o => Nearest(o) is not null));

    private static string? Nearest(string written) => EditDistance.Nearest(written, Plain);

    private static bool IsView(string name) => name.EndsWith(Sees, StringComparison.Ordinal) && name.Length > Sees.Length;
}
