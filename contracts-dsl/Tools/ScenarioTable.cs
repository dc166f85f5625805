using Settlement.Contracts.Checking;

namespace Settlement.Contracts;

/// <summary>
/// Runs a contract's scenarios: a text table that a banker can read and a test can run. Sections give what is usual, each
/// row takes one action and says what comes of it, and the rows below <c>story</c> follow one instance. README.md shows one.
/// </summary>
public sealed class ScenarioTable
{
    private static readonly string[] Sections = ["calendar", "participants", "values"];

    private readonly Contract contract;
    private readonly ScenarioSetting setting;
    private readonly List<ScenarioResult> results = [];
    private ScenarioColumns columns = ScenarioColumns.Usual;
    private ScenarioInstance? story;
    private string section = "";

    private ScenarioTable(Contract contract)
    {
        this.contract = contract;
        setting = new ScenarioSetting(contract);
    }

    /// <summary>One result for each row, in order. A line that cannot be read is a result that does not hold.</summary>
    public static IReadOnlyList<ScenarioResult> Run(Contract contract, string text)
    {
        ArgumentNullException.ThrowIfNull(contract);
        ArgumentNullException.ThrowIfNull(text);
        var table = new ScenarioTable(contract);
        // One byte order mark is passed over, as at the head of a contract; another is a sign like any other.
        string[] lines = text[(text.StartsWith('\uFEFF') ? 1 : 0)..].ReplaceLineEndings("\n").Split('\n');
        bool titled = false;
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].Trim();
            if (line.Length == 0 || line.StartsWith("--", StringComparison.Ordinal)) continue;
            try
            {
                if (titled) table.Read(i + 1, line);
                else table.Title(line);
            }
            catch (ScenarioProblemException problem)
            {
                table.results.Add(new ScenarioResult(i + 1, line, problem.Message, Holds: false));
            }

            titled = true;
        }

        return table.results;
    }

    /// <summary>The scenarios that ship with a contract of the library; null when it has none.</summary>
    public static string? OfLibrary(string contractName) =>
        EmbeddedText.Names(".scenarios").Contains($"{contractName}.scenarios") ? EmbeddedText.Read($"{contractName}.scenarios") : null;

    /// <summary>An evaluation as scenarios write it: the next state, the movements and the new values, or the refusal.</summary>
    public static string Written(Contract contract, Evaluation evaluation)
    {
        ArgumentNullException.ThrowIfNull(contract);
        return evaluation switch
        {
            Evaluation.Accepted accepted => string.Join("; ",
                [accepted.NextState.Name, .. accepted.Movements.Select(m => Written(contract, m)), .. accepted.Updates.Select(u => $"{u.Field.Name} becomes {u.Value?.Written ?? "absent"}")]),
            Evaluation.Refused refused => $"refused {refused.Code} ({refused.Place})",
            _ => throw new InvalidOperationException("An unknown evaluation."),
        };
    }

    /// <summary>A participant as scenarios write it.</summary>
    internal static string Written(Contract contract, Seat seat) => new PartyValue(contract.Parties[seat.Party].Name, seat.Number + 1).Written;

    private static string Written(Contract contract, Movement movement) => movement switch
    {
        Movement.Move move => $"{Written(contract, move.From)} pays {Written(contract, move.To)} {move.Amount.Written}",
        Movement.Issue issue => $"{Written(contract, issue.To)} receives {issue.Amount.Written} citing {new TextValue(issue.Posting).Written}",
        Movement.Redeem redeem => $"{Written(contract, redeem.From)} redeems {redeem.Amount.Written}",
        Movement.Reserve reserve => $"{Written(contract, reserve.From)} reserves {reserve.Amount.Written}",
        Movement.Release release => $"{Written(contract, release.To)} has {release.Amount.Written} released",
        _ => throw new InvalidOperationException("An unknown movement."),
    };

    private void Title(string line)
    {
        if (line != $"scenarios for {contract.Name}") throw new ScenarioProblemException($"the first line is 'scenarios for {contract.Name}'");
    }

    private void Read(int line, string text)
    {
        List<string> cells = ScenarioText.Split(text, '|');
        var (word, rest) = ScenarioText.FirstWord(text);
        if (cells.Count > 1) Row(line, cells);
        else if (rest.Length == 0 && Sections.Contains(word, StringComparer.Ordinal)) Section(word);
        else if (word == "at") setting.ReadMoment(rest);
        else if (word == "story" && !(section == "values" && setting.Declares(word))) Begin();
        else if (rest.Length == 0 && EditDistance.Nearest(word, Sections) is { } near && !(section == "values" && setting.Declares(word)))
            throw new ScenarioProblemException($"there is no section '{word}'; did you mean '{near}'?");
        else if (section == "calendar") setting.ReadCalendar(text);
        else if (section == "participants") setting.ReadParticipants(text);
        else if (section == "values") setting.ReadValue(text);
        else throw new ScenarioProblemException($"this line is neither a section nor a row: the sections are {string.Join(", ", Sections)}");
    }

    private void Section(string word)
    {
        section = word;
        if (word == "values") setting.BeginValues();
    }

    /// <summary>What follows happens to one instance, which is not there yet.</summary>
    private void Begin()
    {
        section = "";
        story = new ScenarioInstance(contract, state: null, new Value?[contract.Fields.Count], setting.Moment);
    }

    private void Row(int line, List<string> cells)
    {
        section = "";
        if (ScenarioColumns.TryRead(cells) is { } header)
        {
            columns = header;
            return;
        }

        Dictionary<string, string> row = columns.Row(cells);
        try
        {
            var (expected, actual, holds) = new ScenarioRow(contract, setting, columns, row).Run(story);
            results.Add(new ScenarioResult(line, expected, actual, holds));
        }
        catch (ScenarioProblemException problem)
        {
            results.Add(new ScenarioResult(line, row[ScenarioColumns.Outcome], problem.Message, Holds: false));
        }
    }
}
