using System.Globalization;

namespace Settlement.Contracts;

/// <summary>Compares the times in which an action can be taken.</summary>
internal static class WindowDifference
{
    private const string OfWord = " of ";

    private static readonly string[] Units = ["seconds", "minutes", "hours", "days", "business days", "weeks", "months"];

    // Units of time that compare with each other, by how many seconds each has.
    private static readonly Dictionary<string, long> Seconds = new(StringComparer.Ordinal) { ["seconds"] = 1, ["minutes"] = 60, ["hours"] = 3600 };

    /// <param name="old">The time before.</param>
    /// <param name="fresh">The time now.</param>
    /// <param name="name">What the action is called.</param>
    /// <param name="isAutomatic">True when it happened without anybody's decision: whom that protected, a shorter time protects less.</param>
    /// <param name="findings">Where it goes.</param>
    public static void Compare(Window? old, Window? fresh, string name, bool isAutomatic, FindingList findings)
    {
        if (old is null && fresh is null) return;
        if (fresh is null) findings.Widened(name, $"{name} can be done at any time, and could {ActionSentences.Time(old!)}.");
        else if (old is null) Shorter(name, $"{name} can be done {ActionSentences.Time(fresh)}, and could at any time", isAutomatic, findings);
        else if (ActionSentences.Time(old) != ActionSentences.Time(fresh)) Moved(old, fresh, name, isAutomatic, findings);
        else if (old.Code != fresh.Code) findings.Changed(name, $"{name} is refused with {fresh.Code} at another time, and was with {old.Code}.");
    }

    private static void Shorter(string name, string sentence, bool isAutomatic, FindingList findings)
    {
        if (isAutomatic) findings.Widened(name, $"{sentence}: at other times it no longer happens without anybody's decision.");
        else findings.Narrowed(name, $"{sentence}.");
    }

    private static void Moved(Window old, Window fresh, string name, bool isAutomatic, FindingList findings)
    {
        string sentence = $"{name} can be done {ActionSentences.Time(fresh)}, and could {ActionSentences.Time(old)}";
        if (Longer(old, fresh) is not { } longer) findings.Widened(name, $"{sentence}; which of the two is longer depends on the values.");
        else if (longer) findings.Widened(name, $"{sentence}.");
        else Shorter(name, sentence, isAutomatic, findings);
    }

    /// <summary>Whether the new window is the longer one; null where that cannot be told from its words.</summary>
    private static bool? Longer(Window old, Window fresh)
    {
        // Two days of the calendar compare as they are.
        if (old.Opens == fresh.Opens && (old.Moment, fresh.Moment) is (Expression.Constant { Value: DateValue was }, Expression.Constant { Value: DateValue day }) && was != day)
            return was.Date < day.Date != fresh.Opens;
        Limit before = Limit.Of(old), after = Limit.Of(fresh);
        if (before.Start != after.Start || old.Opens != fresh.Opens || before.Compare(after) is not { } order || order == 0) return null;
        // What must come before a moment gains by a later one, what can come only after it by an earlier one.
        return order < 0 != fresh.Opens;
    }

    /// <summary>A moment as a length of time after another: <c>within 2 hours of since</c>, <c>by due + 3 days</c>, <c>by due</c>.</summary>
    /// <param name="Start">The other moment, as written.</param>
    /// <param name="Count">How many units after it; negative for before.</param>
    /// <param name="Unit">What is counted; empty for no length.</param>
    private sealed record Limit(string Start, long Count, string Unit)
    {
        public static Limit Of(Window window)
        {
            string written = window.Written;
            string code = $" else {window.Code}";
            if (written.EndsWith(code, StringComparison.Ordinal)) written = written[..^code.Length];
            var (word, moment) = ScenarioText.FirstWord(written);
            int of = moment.IndexOf(OfWord, StringComparison.Ordinal), sign = Math.Max(moment.LastIndexOf(" + ", StringComparison.Ordinal), moment.LastIndexOf(" - ", StringComparison.Ordinal));
            if (word == "within" && of > 0 && Length(moment[..of]) is { } length) return new Limit(moment[(of + OfWord.Length)..], length.Count, length.Unit);
            if (word != "within" && sign > 0 && Length(moment[(sign + 3)..]) is { } later)
                return new Limit(moment[..sign], moment[sign + 1] == '-' ? -later.Count : later.Count, later.Unit);
            return new Limit(moment, 0, "");
        }

        /// <summary>Below zero when this is the earlier moment; null when the two units do not compare.</summary>
        public int? Compare(Limit other)
        {
            if (Unit == other.Unit || Count == 0 || other.Count == 0) return Count.CompareTo(other.Count);
            return Seconds.TryGetValue(Unit, out long each) && Seconds.TryGetValue(other.Unit, out long others)
                ? ((Int128)Count * each).CompareTo((Int128)other.Count * others) : null;
        }

        private static (long Count, string Unit)? Length(string written)
        {
            var (count, unit) = ScenarioText.FirstWord(written);
            return long.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && Units.Contains(unit, StringComparer.Ordinal) ? (number, unit) : null;
        }
    }
}
