using System.Globalization;

namespace Settlement.Contracts;

/// <summary>What a table says once for all of its rows: the calendar, how many take part, when it is, and the usual values.</summary>
internal sealed class ScenarioSetting(Contract contract)
{
    private readonly Dictionary<string, Value?> usual = new(StringComparer.Ordinal);
    private readonly HashSet<string> given = new(StringComparer.Ordinal);
    private readonly int[] participants = [.. contract.Parties.Select(_ => 1)];
    private IReadOnlyList<DayOfWeek> restDays = [DayOfWeek.Saturday, DayOfWeek.Sunday];
    private IReadOnlyList<DateOnly> holidays = [];
    private TimeOnly cutOff = BusinessCalendar.Weekdays.CutOffTime;

    /// <summary>When a row takes place that does not say it; a Monday at noon unless the table has a line <c>at</c>.</summary>
    public DateTimeOffset Moment { get; private set; } = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    public BusinessCalendar Calendar { get; private set; } = BusinessCalendar.Weekdays;

    /// <summary>A copy of the usual values, by the names of fields and parameters.</summary>
    public Dictionary<string, Value?> Usual() => new(usual, StringComparer.Ordinal);

    /// <summary>A moment with the usual calendar and participants.</summary>
    public Occasion OccasionOf(DateTimeOffset moment, Seat actor) => new(moment, Calendar, actor, participants);

    /// <exception cref="ScenarioProblemException">When the text is no time.</exception>
    public static DateTimeOffset MomentOf(string written) => DateTimeValue.TryParse(written, out DateTimeValue? time)
        ? DateTimeOffset.FromUnixTimeSeconds(time!.UnixSeconds)
        : throw new ScenarioProblemException($"'{written}' is no time such as 2026-03-02T12:00:00Z");

    public void ReadMoment(string written) => Moment = MomentOf(written);

    /// <summary>A line of the section <c>calendar</c>.</summary>
    public void ReadCalendar(string line)
    {
        if (After(line, "rest days") is { } days) restDays = [.. Listed(days).Select(DayOf)];
        else if (After(line, "holidays") is { } dates) holidays = [.. Listed(dates).Select(DateOf)];
        else if (After(line, "cut-off") is { } time) cutOff = TimeOf(time);
        else throw new ScenarioProblemException("a calendar has lines 'rest days', 'holidays' and 'cut-off'");
        if (restDays.Distinct().Count() == 7) throw new ScenarioProblemException("some day of the week must be left for business");
        Calendar = new BusinessCalendar(restDays, holidays, cutOff);
    }

    /// <summary>A line of the section <c>participants</c>.</summary>
    public void ReadParticipants(string line)
    {
        var (name, count) = ScenarioText.FirstWord(line);
        Party party = contract.FindParty(name) ?? throw new ScenarioProblemException($"there is no party '{name}'");
        if (!int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number < 1 || number > party.Most)
            throw new ScenarioProblemException(party.IsSeveral ? $"'{name}' is played by 1 to {party.Most.ToString(CultureInfo.InvariantCulture)} participants" : $"'{name}' is not several");
        participants[party.Index] = number;
    }

    /// <summary>A section <c>values</c> begins, in which each value may be given anew.</summary>
    public void BeginValues() => given.Clear();

    /// <summary>A line of the section <c>values</c>.</summary>
    /// <exception cref="ScenarioProblemException">When it gives no value, or one that the section has given.</exception>
    public void ReadValue(string line)
    {
        string name = Assign(line, usual, Declared);
        if (!given.Add(name)) throw GivenTwice(name);
    }

    /// <summary>Of two values it would not be seen which one counts.</summary>
    public static ScenarioProblemException GivenTwice(string name) => new($"the value of '{name}' is given twice");

    /// <summary>Whether the contract has a field or parameter of this name.</summary>
    public bool Declares(string name) => Declared.Any(f => f.Name == name);

    /// <summary>Reads "name value" into the values.</summary>
    /// <exception cref="ScenarioProblemException">When there is no such name among those declared, or no value.</exception>
    public static string Assign(string text, Dictionary<string, Value?> values, IEnumerable<Field> declared)
    {
        var (name, written) = ScenarioText.FirstWord(text);
        Field field = declared.FirstOrDefault(f => f.Name == name) ?? throw new ScenarioProblemException($"there is no field or parameter '{name}'");
        values[name] = written == "absent" ? null : ScenarioValue.Read(written, field.Type) ?? throw new ScenarioProblemException($"'{written}' is no value");
        return name;
    }

    /// <summary>The participant of this name; whether there are so many of its party, an evaluation says.</summary>
    /// <exception cref="ScenarioProblemException">When the contract has no such party.</exception>
    public Seat SeatOf(string written) => PartyValue.TryParse(written) is { } value && contract.FindParty(value.Party) is { } party
        ? new Seat(party.Index, value.Number - 1)
        : throw new ScenarioProblemException($"there is no participant '{written}'");

    private IEnumerable<Field> Declared => contract.Fields.Concat(contract.Actions.SelectMany(a => a.Parameters));

    private static string? After(string line, string words) =>
        line.StartsWith(words, StringComparison.Ordinal) && (line.Length == words.Length || char.IsWhiteSpace(line[words.Length])) ? line[words.Length..].Trim() : null;

    private static IEnumerable<string> Listed(string list) => list == "none" ? [] : ScenarioText.Split(list, ',');

    private static DayOfWeek DayOf(string name) => Enum.GetNames<DayOfWeek>().Contains(name, StringComparer.Ordinal)
        ? Enum.Parse<DayOfWeek>(name) : throw new ScenarioProblemException($"'{name}' is no day of the week");

    private static DateOnly DateOf(string written) =>
        DateValue.TryParse(written, out DateOnly date) ? date : throw new ScenarioProblemException($"'{written}' is no date such as 2026-12-25");

    private static TimeOnly TimeOf(string written) => TimeOnly.TryParseExact(written, ["HH:mm", "HH:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.None, out TimeOnly time)
        ? time : throw new ScenarioProblemException($"'{written}' is no time of day such as 18:00");
}
