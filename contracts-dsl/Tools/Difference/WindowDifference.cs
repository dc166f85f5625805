using System.Globalization;

namespace Settlement.Contracts;

/// <summary>Compares the times in which an action can be taken.</summary>
internal static class WindowDifference
{
    private const string Within = "within ", Of = " of ";

    // Units of time that compare with each other, by how many seconds each has.
    private static readonly Dictionary<string, long> Seconds = new(StringComparer.Ordinal) { ["seconds"] = 1, ["minutes"] = 60, ["hours"] = 3600 };

    public static void Compare(Window? old, Window? fresh, string name, FindingList findings)
    {
        if (old is null && fresh is null) return;
        if (fresh is null) findings.Widened(name, $"{name} can be done at any time, and could {ActionSentences.Time(old!)}.");
        else if (old is null) findings.Narrowed(name, $"{name} can be done {ActionSentences.Time(fresh)}, and could at any time.");
        else if (ActionSentences.Time(old) != ActionSentences.Time(fresh)) Moved(old, fresh, name, findings);
        else if (old.Code != fresh.Code) findings.Changed(name, $"{name} is refused with {fresh.Code} at another time, and was with {old.Code}.");
    }

    private static void Moved(Window old, Window fresh, string name, FindingList findings)
    {
        string sentence = $"{name} can be done {ActionSentences.Time(fresh)}, and could {ActionSentences.Time(old)}";
        if (Longer(old, fresh) is not { } longer) findings.Widened(name, $"{sentence}; which of the two is longer depends on the values.");
        else findings.Add(longer ? DifferenceKind.Widened : DifferenceKind.Narrowed, name, $"{sentence}.");
    }

    /// <summary>Whether the new window is the longer one; null where that cannot be told from its words.</summary>
    private static bool? Longer(Window old, Window fresh)
    {
        if (Length(old) is not { } before || Length(fresh) is not { } after || before.Start != after.Start) return null;
        if (before.Unit == after.Unit) return before.Count == after.Count ? null : before.Count < after.Count;
        return Seconds.TryGetValue(before.Unit, out long each) && Seconds.TryGetValue(after.Unit, out long other) && (Int128)before.Count * each != (Int128)after.Count * other
            ? (Int128)before.Count * each < (Int128)after.Count * other : null;
    }

    /// <summary>The parts of <c>within COUNT UNIT of START</c>.</summary>
    private static (long Count, string Unit, string Start)? Length(Window window)
    {
        string written = window.Written;
        int of = written.IndexOf(Of, StringComparison.Ordinal);
        if (!written.StartsWith(Within, StringComparison.Ordinal) || of < 0) return null;
        var (count, unit) = ScenarioText.FirstWord(written[Within.Length..of]);
        string start = written[(of + Of.Length)..];
        return long.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? (number, unit, start.Replace($" else {window.Code}", "", StringComparison.Ordinal)) : null;
    }
}
