using System.Globalization;
using System.Text.RegularExpressions;
using Settlement.Contracts;

namespace Settlement.Tests.Unit.Contracts;

/// <summary>What the page of a diagnostic shows: its title, a contract that gives it, and one that does not.</summary>
internal sealed record PageExamples(string Title, string Wrong, string Right)
{
    private static readonly Regex Examples = new(
        @"\A# (CD\d{3}): (?<title>[^\n]+)\n.*\nWrong:\n\n```contract\n(?<wrong>.*?)```\n\nRight:\n\n```contract\n(?<right>.*?)```\n\z",
        RegexOptions.Singleline | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5));

    private static readonly Regex Repeated = new(
        @"^ *-- repeat (\d+) times\n(.*\n)", RegexOptions.Multiline | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5));

    /// <summary>The page of a code; fails when it does not have the form of one.</summary>
    public static PageExamples Of(string code)
    {
        Match match = Examples.Match(DiagnosticPages.Find(code)!.ReplaceLineEndings("\n"));
        Assert.True(match.Success, $"{code}.md does not have the form of a page.");
        return new PageExamples(match.Groups["title"].Value, Expanded(match.Groups["wrong"].Value), Expanded(match.Groups["right"].Value));
    }

    /// <summary>A page does not show thousands of lines: "-- repeat N times" repeats the next line, with # counted.</summary>
    private static string Expanded(string example) => Repeated.Replace(example, m => string.Concat(
        Enumerable.Range(1, int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture))
            .Select(i => m.Groups[2].Value.Replace("#", i.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal))));
}
