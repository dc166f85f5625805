using System.Text.RegularExpressions;

namespace Settlement.Tests.Properties.Contracts.Generation;

/// <summary>
/// Changes a generated contract so that it stays well typed, mostly: an audience, a name for another of its kind, a
/// disclosure, a number, a comparison. Whether it still may tell what it tells is then the compiler's question.
/// </summary>
internal static partial class ContractMutator
{
    private static readonly string[] Simple = ["set ", "let ", "require ", "clear ", "move "];

    public static string Mutate(string source, Dice dice)
    {
        List<string> lines = [.. source.TrimEnd('\n').Split('\n')];
        for (int i = dice.From(1, 3); i > 0; i--)
        {
            switch (dice.From(0, 9))
            {
                case 0 or 1 or 2: Audience(lines, dice); break;
                case 3 or 4 or 5 or 6: OtherName(lines, dice); break;
                case 7: Remove(lines, dice, static l => l.StartsWith("discloses ", StringComparison.Ordinal) || l.StartsWith("offers ", StringComparison.Ordinal)); break;
                case 8: Remove(lines, dice, static l => l.StartsWith("require ", StringComparison.Ordinal) && l.Contains(" else ", StringComparison.Ordinal)); break;
                default: Swap(lines, dice); break;
            }
        }

        return string.Join('\n', lines) + '\n';
    }

    /// <summary>Somebody more reads a field or parameter, or somebody less.</summary>
    private static void Audience(List<string> lines, Dice dice)
    {
        string[] parties = [.. lines.SkipWhile(static l => l != "parties").TakeWhile(static l => l != "fields").Select(static l => Declaration().Match(l)).Where(static m => m.Success).Select(static m => m.Groups[1].Value)];
        List<int> declared = [.. Enumerable.Range(0, lines.Count).Where(i => Declares(lines, i) && Readers().IsMatch(lines[i]))];
        if (declared.Count == 0) return;
        int at = dice.Any(declared);
        Match chosen = dice.Any(Readers().Matches(lines[at]));
        List<string> readers = [.. chosen.Groups[1].Value.Split(", ")];
        string party = dice.Any(parties);
        if (!readers.Remove(party)) readers.Add(party);
        if (readers.Count > 0) lines[at] = lines[at][..chosen.Groups[1].Index] + string.Join(", ", readers) + lines[at][(chosen.Groups[1].Index + chosen.Groups[1].Length)..];
    }

    private static void OtherName(List<string> lines, Dice dice)
    {
        int first = lines.FindIndex(static l => l.StartsWith("on ", StringComparison.Ordinal));
        List<int> statements = [.. Enumerable.Range(first, lines.Count - first).Where(i => Named().IsMatch(lines[i]))];
        if (statements.Count == 0) return;
        int at = dice.Any(statements);
        Match name = dice.Any(Named().Matches(lines[at]));
        string[] others = [.. lines.SelectMany(static l => Named().Matches(l)).Where(m => m.Groups[1].Value == name.Groups[1].Value).Select(static m => m.Value).Distinct()];
        lines[at] = lines[at][..name.Index] + dice.Any(others) + lines[at][(name.Index + name.Length)..];
    }

    private static void Remove(List<string> lines, Dice dice, Predicate<string> which)
    {
        List<int> found = [.. Enumerable.Range(0, lines.Count).Where(i => which(lines[i]))];
        if (found.Count > 0) lines.RemoveAt(dice.Any(found));
    }

    /// <summary>Something happens a line sooner.</summary>
    private static void Swap(List<string> lines, Dice dice)
    {
        List<int> found = [.. Enumerable.Range(1, lines.Count - 1).Where(i => IsSimple(lines[i]) && IsSimple(lines[i - 1]))];
        if (found.Count == 0) return;
        int at = dice.Any(found);
        (lines[at], lines[at - 1]) = (lines[at - 1], lines[at]);
    }

    private static bool IsSimple(string line) => Simple.Any(s => line.StartsWith(s, StringComparison.Ordinal));

    private static bool Declares(List<string> lines, int at) =>
        lines[at].StartsWith("on ", StringComparison.Ordinal) || (at > lines.IndexOf("fields") && at < lines.IndexOf("states"));

    [GeneratedRegex("^([a-z]+_[0-9]+) (bank|regulator)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Declaration();

    [GeneratedRegex(" to ((?:bank|lender|authority|observer)_[0-9]+(?:, (?:bank|lender|authority|observer)_[0-9]+)*)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Readers();

    [GeneratedRegex("\\b((?:money|list|each|rate|ratio|integer|boolean|date|datetime|duration|quantity|text|code|party)[a-zA-Z0-9_]*?o?_)x?[0-9]+\\b", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Named();
}
