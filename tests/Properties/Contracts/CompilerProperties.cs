using FsCheck;
using FsCheck.Fluent;
using Settlement.Contracts;
using Settlement.Contracts.Language;

namespace Settlement.Tests.Properties.Contracts;

/// <summary>The compiler answers for every text, and the canonical form depends on words alone.</summary>
public sealed class CompilerProperties
{
    private static readonly string[] Fragments =
    [
        "\n", " ", ",", "(", ")", "->", "--", "\"", "\\", "=", "<", "-", "+", "0", "007", "2026-02-30", "9999999999999999999999", "on ", "require ", "move ", "set ", "clear ", "let x = ", "if ", "otherwise\n", "end\n", "for each ", "reserve ", "release ", "redeem ", "discloses ", "offers ", " to agent", " rounded half even", " at ", " in currency of ",
        "all x in ", ": ", "sum(", "cut-off of ", "today", "now", " business days", "list(3) of ", "several(2)", "by network", "within 2 days of ", "after ", "3:2", "0.50", "units\n", "codes\n", "party",
        "issue ", " to ", " from ", "states\n", "parties\n", "fields\n", "and ", "or ", "not ", "present(", "optional ", "text(", "money", "payer", "amount",
        "\u0000", "\u202E", "\uD83C", "🏦", "é", "\r", "\t", "\u2028", "when ", " by ", "agreed ", "may rest", "contract ", "version ",
    ];

    private static Arbitrary<int> Seeds => Gen.Choose(0, int.MaxValue).ToArbitrary();

    [Fact]
    public void NoTextMakesTheCompilerThrow() => Prop.ForAll(Seeds, seed =>
    {
        Random random = new(seed);
        string source = Mutated(random.Next(7) switch
        {
            0 => ContractLibrary.Load("GrossPayment").Source,
            1 or 2 => GeneratedContract.Source(seed),
            3 => GeneratedContract.Leaky(seed, 50),
            4 => Truncated(GeneratedContract.Source(seed), random),
            5 => Bytes(random),
            _ => string.Concat(Enumerable.Range(0, random.Next(60)).Select(_ => Fragments[random.Next(Fragments.Length)])),
        }, random);
        Compilation compilation = ContractCompiler.Compile("mutated.contract", source);
        string[] lines = source.Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n');
        foreach (Diagnostic diagnostic in compilation.Diagnostics)
        {
            Assert.NotNull(DiagnosticPages.Find(diagnostic.Code));
            Assert.Equal(lines[diagnostic.Line - 1], diagnostic.SourceLine);
            Assert.InRange(diagnostic.Column, 1, lines[diagnostic.Line - 1].Length + 1);
            Assert.DoesNotContain('\u202E', DiagnosticRenderer.Render(diagnostic));
        }

        Assert.Equal(compilation.Contract is null, compilation.Diagnostics.Any(d => d.Severity == Severity.Error));
        if (compilation.Contract is not { } contract) return;
        Assert.Equal(contract.CanonicalText, Compiled(contract.CanonicalText).CanonicalText);
        Assert.All(contract.Members, m => Assert.True(contract.CanReExecute(m)));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));

    [Fact]
    public void PrintingRoundTripsAndKeepsEveryWord() => Prop.ForAll(Seeds, seed =>
    {
        string source = GeneratedContract.Source(seed);
        Contract contract = Compiled(source);
        Assert.Equal(contract.CanonicalText, Compiled(contract.CanonicalText).CanonicalText);
        Assert.Equal(Words(source), Words(contract.CanonicalText));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public void WhiteSpaceAndCommentsDoNotCount() => Prop.ForAll(Seeds, seed =>
    {
        string source = GeneratedContract.Source(seed);
        Assert.Equal(Compiled(source).Hash, Compiled(GeneratedContract.Respaced(source, seed)).Hash);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public void ExplanationsCoverEveryContract() => Prop.ForAll(Seeds, seed =>
    {
        Contract contract = Compiled(GeneratedContract.Source(seed));
        string matrix = ContractExplanation.Matrix(contract);
        Assert.Equal(2 + contract.Fields.Count + contract.Actions.Sum(a => a.Parameters.Count), matrix.Count(c => c == '\n'));
        Assert.Contains(matrix, ContractExplanation.Render(contract), StringComparison.Ordinal);
    }).Check(Config.QuickThrowOnFailure);

    internal static Contract Compiled(string source)
    {
        Compilation compilation = ContractCompiler.Compile("generated.contract", source);
        Assert.True(compilation.Contract is not null, DiagnosticRenderer.Render(compilation.Diagnostics) + source);
        return compilation.Contract;
    }

    private static IEnumerable<(TokenKind, string)> Words(string source)
    {
        SourceText text = new("words", source);
        return new Lexer(text, new DiagnosticBag(text)).Run().Where(t => t.Kind != TokenKind.NewLine).Select(t => (t.Kind, t.Text));
    }

    private static string Truncated(string source, Random random) => source[..random.Next(source.Length)];

    /// <summary>What a reader makes of any bytes.</summary>
    private static string Bytes(Random random)
    {
        byte[] bytes = new byte[random.Next(400)];
        random.NextBytes(bytes);
        return random.Next(2) == 0 ? System.Text.Encoding.UTF8.GetString(bytes) : System.Text.Encoding.Latin1.GetString(bytes);
    }

    private static string Mutated(string source, Random random)
    {
        for (int i = random.Next(5); i > 0 && source.Length > 0; i--)
        {
            int at = random.Next(source.Length), length = random.Next(Math.Min(20, source.Length - at) + 1);
            int other = random.Next(source.Length);
            source = random.Next(4) switch
            {
                0 => source.Remove(at, length),
                1 => source.Insert(at, Fragments[random.Next(Fragments.Length)]),
                2 => source.Insert(other, source.Substring(at, length)),
                _ => source.Remove(at, length).Insert(at, ((char)random.Next(1, 0x3000)).ToString()),
            };
        }

        return source;
    }
}
