using System.Globalization;
using System.Text.RegularExpressions;
using Settlement.Contracts;
using Settlement.Contracts.Checking;

namespace Settlement.Tests.Unit.Contracts;

/// <summary>Every code has a page, and each page's examples do what the page says.</summary>
public sealed class DiagnosticPageTests
{
    private static readonly Regex Examples = new(
        @"\A# (CD\d{3}): (?<title>[^\n]+)\n.*\nWrong:\n\n```contract\n(?<wrong>.*?)```\n\nRight:\n\n```contract\n(?<right>.*?)```\n\z",
        RegexOptions.Singleline | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5));

    private static readonly Regex Repeated = new(
        @"^ *-- repeat (\d+) times\n(.*\n)", RegexOptions.Multiline | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5));

    public static TheoryData<string> Codes() => [.. DiagnosticPages.Codes];

    [Theory]
    [MemberData(nameof(Codes))]
    public void ThePageIsTitledLikeTheRule(string code)
    {
        Match page = PageOf(code);
        Assert.Equal(Rules.All.Single(r => r.Code == code).Title, page.Groups["title"].Value);
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public void TheWrongExampleGivesThisCodeAlone(string code)
    {
        Compilation compilation = ContractCompiler.Compile($"{code}.contract", Expanded(PageOf(code).Groups["wrong"].Value));
        Assert.Equal([code], compilation.Diagnostics.Select(d => d.Code));
        Assert.Equal(compilation.Diagnostics[0].Severity == Severity.Error, compilation.Contract is null);
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public void TheRightExampleCompilesWithoutAWord(string code)
    {
        Compilation compilation = ContractCompiler.Compile($"{code}.contract", Expanded(PageOf(code).Groups["right"].Value));
        Assert.Empty(compilation.Diagnostics);
        Assert.NotNull(compilation.Contract);
    }

    [Fact]
    public void ThereIsNoPageWithoutARule() => Assert.Equal(DiagnosticPages.Codes.Select(c => $"{c}.md"), EmbeddedText.Names(".md"));

    [Fact]
    public void CodesAreUnique() => Assert.Equal(DiagnosticPages.Codes.Count, DiagnosticPages.Codes.Distinct().Count());

    [Fact]
    public void AnUnknownCodeHasNoPage() => Assert.Null(DiagnosticPages.Find("CD999"));

    private static Match PageOf(string code)
    {
        Match match = Examples.Match(DiagnosticPages.Find(code)!.ReplaceLineEndings("\n"));
        Assert.True(match.Success, $"{code}.md does not have the form of a page.");
        return match;
    }

    /// <summary>A page does not show thousands of lines: "-- repeat N times" repeats the next line, with # counted.</summary>
    private static string Expanded(string example) => Repeated.Replace(example, m => string.Concat(
        Enumerable.Range(1, int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture))
            .Select(i => m.Groups[2].Value.Replace("#", i.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal))));
}
