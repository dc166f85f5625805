using System.Text;
using Settlement.Contracts;

namespace Settlement.Tests.Unit.Contracts;

/// <summary>Of a line that no screen holds, a diagnostic shows what is around its place.</summary>
public sealed class DiagnosticRendererTests
{
    private const int Widest = 200;

    [Theory]
    // The length of the line, the place and length of what is meant, the line that is shown, and where the carets begin and how many they are.
    [InlineData(200, 1, 5, "0-199", 0, 5)]
    [InlineData(200, 200, 1, "0-199", 199, 1)]
    [InlineData(200, 3, 170, "0-199", 2, 160)]
    [InlineData(201, 1, 5, "0-199…", 0, 5)]
    [InlineData(201, 61, 5, "0-199…", 60, 5)]
    [InlineData(201, 62, 5, "…1-200", 61, 5)]
    [InlineData(1000, 501, 5, "…440-639…", 61, 5)]
    [InlineData(1000, 1000, 1, "…800-999", 200, 1)]
    [InlineData(1000, 1001, 1, "…800-999", 201, 1)]
    [InlineData(1000, 501, 400, "…440-639…", 61, 140)]
    [InlineData(2_000_000, 1_000_001, 900_000, "…999940-1000139…", 61, 140)]
    public void ALongLineIsCut(int length, int column, int span, string shown, int spaces, int carets)
    {
        // Signs of two UTF-16 units among them, since columns count scalar values.
        string[] signs = [.. Enumerable.Range(0, length).Select(i => i % 7 == 0 ? "🏦" : ((char)('a' + (i % 26))).ToString())];
        string[] lines = DiagnosticRenderer.Render(new Diagnostic("CD000", Severity.Error, "long.contract", 1, column, span, "wrong", string.Concat(signs), null)).Split('\n');
        int[] ends = [.. shown.Trim('…').Split('-').Select(int.Parse)];
        string part = string.Concat(signs[ends[0]..(ends[1] + 1)]);
        Assert.Equal(Widest, part.EnumerateRunes().Count());
        Assert.Equal($"1 | {(shown.StartsWith('…') ? "…" : "")}{part}{(shown.EndsWith('…') ? "…" : "")}", lines[3]);
        Assert.Equal($"  | {new string(' ', spaces)}{new string('^', carets)}", lines[4]);
    }

    /// <summary>What the compiler says of a large file of one line stays short.</summary>
    [Fact]
    public void NoDiagnosticIsAsLongAsItsLine()
    {
        string source = string.Concat(Enumerable.Repeat("contract \"x\" ", 50_000));
        Assert.All(ContractCompiler.Compile("long.contract", source).Diagnostics, d => Assert.InRange(DiagnosticRenderer.Render(d).Length, 1, 2000));
    }
}
