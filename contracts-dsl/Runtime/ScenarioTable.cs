using System.Globalization;
using System.Text;

namespace Settlement.Contracts;

/// <summary>What a row of a scenario table expects and what came of it.</summary>
/// <param name="Line">The row's line, from 1.</param>
/// <param name="Expected">As written.</param>
/// <param name="Actual">What the contract says, or why the row cannot be run.</param>
/// <param name="Holds">True when the two agree.</param>
public sealed record ScenarioResult(int Line, string Expected, string Actual, bool Holds);

/// <summary>
/// Runs a contract's scenarios: a text table that a banker can read and a test can run. The section <c>values</c> gives
/// the usual value of each field and parameter; each row says in which state an action is taken, which values differ,
/// and what comes of it: <c>given | action | changed | outcome</c>. README.md shows one.
/// </summary>
public sealed class ScenarioTable
{
    private const string Nothing = "nothing";
    private const string Absent = "absent";

    private readonly Contract contract;
    private readonly Dictionary<string, Value?> usual = new(StringComparer.Ordinal);
    private readonly List<ScenarioResult> results = [];

    private ScenarioTable(Contract contract) => this.contract = contract;

    /// <summary>One result for each row, in order. A line that cannot be read is a result that does not hold.</summary>
    public static IReadOnlyList<ScenarioResult> Run(Contract contract, string text)
    {
        ArgumentNullException.ThrowIfNull(contract);
        ArgumentNullException.ThrowIfNull(text);
        var table = new ScenarioTable(contract);
        string[] lines = text.ReplaceLineEndings("\n").Split('\n');
        bool values = false;
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].Trim();
            if (line.Length == 0 || line.StartsWith("--", StringComparison.Ordinal)) continue;
            List<string> cells = Split(line, '|');
            if (cells.Count > 1) table.Row(i + 1, cells);
            else if (line == "values") values = true;
            else if (!values && line == $"scenarios for {contract.Name}") continue;
            else if (!values || table.Assign(line, table.usual) is not null) table.Unreadable(i + 1, line, "this line is neither a value nor a row");
        }

        return table.results;
    }

    /// <summary>The scenarios that ship with a contract of the library; null when it has none.</summary>
    public static string? OfLibrary(string contractName) =>
        EmbeddedText.Names(".scenarios").Contains($"{contractName}.scenarios") ? EmbeddedText.Read($"{contractName}.scenarios") : null;

    /// <summary>An evaluation as scenarios write it: the next state and the movements, or the refusal.</summary>
    public static string Written(Contract contract, Evaluation evaluation)
    {
        ArgumentNullException.ThrowIfNull(contract);
        return evaluation switch
        {
            Evaluation.Accepted accepted => string.Join("; ", accepted.Movements.Select(m => Written(contract, m)).Prepend(accepted.NextState.Name)),
            Evaluation.Refused refused => $"refused {refused.Code} ({refused.Place})",
            _ => throw new InvalidOperationException("An unknown evaluation."),
        };
    }

    private static string Written(Contract contract, Movement movement) => movement switch
    {
        Movement.Move move => $"{Written(contract, move.From)} pays {Written(contract, move.To)} {move.Amount.Written}",
        Movement.Issue issue => $"{Written(contract, issue.To)} receives {issue.Amount.Written} citing {new TextValue(issue.Posting).Written}",
        Movement.Redeem redeem => $"{Written(contract, redeem.From)} redeems {redeem.Amount.Written}",
        Movement.Reserve reserve => $"{Written(contract, reserve.From)} reserves {reserve.Amount.Written}",
        Movement.Release release => $"{Written(contract, release.To)} has {release.Amount.Written} released",
        _ => throw new InvalidOperationException("An unknown movement."),
    };

    private static string Written(Contract contract, Seat seat) => new PartyValue(contract.Parties[seat.Party].Name, seat.Number + 1).Written;

    private void Row(int line, List<string> cells)
    {
        if (cells.Count != 4)
        {
            Unreadable(line, string.Join(" | ", cells), "a row has four cells: given, action, changed, outcome");
            return;
        }

        if (cells is ["given", "action", "changed", "outcome"]) return;
        string expected = cells[3];
        State? state = contract.FindState(cells[0]);
        if (state is null && cells[0] != Nothing)
        {
            Unreadable(line, expected, $"there is no state '{cells[0]}'; '{Nothing}' stands for no instance");
            return;
        }

        if (contract.FindAction(cells[1]) is not { } action)
        {
            Unreadable(line, expected, $"there is no action '{cells[1]}'");
            return;
        }

        Dictionary<string, Value?> values = new(usual, StringComparer.Ordinal);
        foreach (string change in Split(cells[2], ';').Where(c => c.Length > 0))
        {
            if (Assign(change, values) is not { } problem) continue;
            Unreadable(line, expected, problem);
            return;
        }

        Check(line, expected, contract.Evaluate(action, state, [.. contract.Fields.Select(f => values.GetValueOrDefault(f.Name))],
            [.. action.Parameters.Select(p => values.GetValueOrDefault(p.Name))], new Occasion(DateTimeOffset.UnixEpoch, BusinessCalendar.Weekdays, new Seat(action.By.Party!.Index))));
    }

    private void Check(int line, string expected, Evaluation evaluation)
    {
        string actual = Written(contract, evaluation);
        // The place of a refusal may be left out.
        bool holds = expected == actual || (evaluation is Evaluation.Refused refused && expected == $"refused {refused.Code}");
        results.Add(new ScenarioResult(line, expected, actual, holds));
    }

    private void Unreadable(int line, string expected, string why) => results.Add(new ScenarioResult(line, expected, why, Holds: false));

    /// <summary>Reads "name value"; null when it could, else what is wrong.</summary>
    private string? Assign(string text, Dictionary<string, Value?> values)
    {
        int space = text.IndexOf(' ', StringComparison.Ordinal);
        string name = space < 0 ? text : text[..space];
        if (contract.FindField(name) is null && contract.Actions.All(a => a.Parameters.All(p => p.Name != name))) return $"there is no field or parameter '{name}'";
        string written = space < 0 ? "" : text[space..].Trim();
        if (written == Absent)
        {
            values[name] = null;
            return null;
        }

        if (ReadValue(written) is not { } value) return $"'{written}' is no value";
        values[name] = value;
        return null;
    }

    /// <summary>A value shows its own type, so that a scenario can also give a wrong one.</summary>
    private static Value? ReadValue(string written)
    {
        if (written is ['"', .. var quoted, '"']) return new TextValue(quoted.Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal));
        if (DateValue.TryParse(written, out DateOnly date)) return new DateValue(date);
        if (ReadInteger(written) is { } number) return new IntegerValue(number);
        if (written.Length > MoneyValue.CurrencyLength && written[MoneyValue.CurrencyLength] == ' '
            && ReadInteger(written[(MoneyValue.CurrencyLength + 1)..]) is { } units) return new MoneyValue(written[..MoneyValue.CurrencyLength], units);
        return written.Length > 0 && !written.Contains(' ', StringComparison.Ordinal) ? new CodeValue(written) : null;
    }

    private static long? ReadInteger(string written) =>
        long.TryParse(written, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : null;

    /// <summary>Cuts at a separator outside quotes, and trims.</summary>
    private static List<string> Split(string line, char separator)
    {
        List<string> cells = [];
        StringBuilder cell = new();
        bool quoted = false;
        for (int i = 0; i < line.Length; i++)
        {
            char c = line[i];
            if (c == '"' && (i == 0 || line[i - 1] != '\\')) quoted = !quoted;
            if (c == separator && !quoted)
            {
                cells.Add(cell.ToString().Trim());
                cell.Clear();
            }
            else
            {
                cell.Append(c);
            }
        }

        cells.Add(cell.ToString().Trim());
        return cells;
    }
}
