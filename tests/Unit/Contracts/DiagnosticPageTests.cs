using Settlement.Contracts;
using Settlement.Contracts.Checking;

namespace Settlement.Tests.Unit.Contracts;

/// <summary>Every code has a page, and each page's examples do what the page says.</summary>
public sealed class DiagnosticPageTests
{
    public static TheoryData<string> Codes() => [.. DiagnosticPages.Codes];

    [Theory]
    [MemberData(nameof(Codes))]
    public void ThePageIsTitledLikeTheRule(string code)
    {
        Assert.Equal(Rules.All.Single(r => r.Code == code).Title, PageExamples.Of(code).Title);
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public void TheWrongExampleGivesThisCodeAlone(string code)
    {
        Compilation compilation = ContractCompiler.Compile($"{code}.contract", PageExamples.Of(code).Wrong);
        Assert.Equal([code], compilation.Diagnostics.Select(d => d.Code));
        Assert.Equal(compilation.Diagnostics[0].Severity == Severity.Error, compilation.Contract is null);
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public void TheRightExampleCompilesWithoutAWord(string code)
    {
        Compilation compilation = ContractCompiler.Compile($"{code}.contract", PageExamples.Of(code).Right);
        Assert.Empty(compilation.Diagnostics);
        Assert.NotNull(compilation.Contract);
    }

    [Fact]
    public void ThereIsNoPageWithoutARule() => Assert.Equal(DiagnosticPages.Codes.Select(c => $"{c}.md"), EmbeddedText.Names(".md"));

    [Fact]
    public void CodesAreUnique() => Assert.Equal(DiagnosticPages.Codes.Count, DiagnosticPages.Codes.Distinct().Count());

    [Fact]
    public void AnUnknownCodeHasNoPage() => Assert.Null(DiagnosticPages.Find("CD999"));
}
