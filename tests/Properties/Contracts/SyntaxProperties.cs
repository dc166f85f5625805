using System.Text;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using Settlement.Contracts;
using Settlement.Contracts.Language;

namespace Settlement.Tests.Properties.Contracts;

/// <summary>Parser, printer and formatter agree about every sentence of the grammar, and answer for every text.</summary>
public sealed partial class SyntaxProperties
{
    private static readonly string[] Fragments =
    [
        "\n", " ", ",", "(", ")", ":", "->", "--", "\"", "\\", "=", "<", "-", "+", "*", "/", ".", "0", "007", "1.5", "3:2", "2026-02-30", "99999999999999999999",
        "on ", "units\n", "codes\n", "parties\n", "fields\n", "states\n", "contract ", "version ", "replaces ", "iso ", "several", "observes", "for each ",
        "in ", "optional ", "personal of ", "list(", "by ", "within ", "of ", "after ", "agreed by ", "when ", "discloses ", "offers ", "agent ", "let ", "require ", "set ",
        "clear ", "move ", "reserve ", "release ", "issue ", "redeem ", "if ", "otherwise ", "otherwise\n", "end\n", "then ", "all ", "any ", "and ", "or ",
        "not ", "at ", "rounded ", "half ", "business days", "cut-off of ", "present(", "sum(", "EUR ", "to ", "from ", "citing ", "else ", "may rest", "x ",
        "\u0000", "\u202E", "\uD83C", "🏦", "é", "\r", "\t", "\u2028", "\uFEFF",
    ];

    [Fact]
    public void ParsingWhatWasPrintedGivesTheSameTree() => ForSeeds(600, seed =>
    {
        ParsedSource parsed = Parsed(GeneratedSyntax.Source(seed));
        string printed = ContractPrinter.Print(parsed.Syntax!);
        ParsedSource again = Parsed(printed);
        Assert.Equal(SyntaxTree.Describe(parsed.Syntax), SyntaxTree.Describe(again.Syntax));
        Assert.Equal(printed, ContractPrinter.Print(again.Syntax!));
        Assert.Equal(Words(parsed), Words(again));
    });

    [Fact]
    public void WhiteSpaceAndCommentsAreInNoTree() => ForSeeds(600, seed =>
        Assert.Equal(SyntaxTree.Describe(Parsed(GeneratedSyntax.Source(seed)).Syntax), SyntaxTree.Describe(Parsed(GeneratedSyntax.Spread(seed)).Syntax)));

    [Fact]
    public void FormattingKeepsWordsCommentsAndTheCanonicalFormAndHappensOnce() => ForSeeds(1000, seed =>
    {
        ParsedSource parsed = Parsed(GeneratedSyntax.Spread(seed));
        string formatted = Formatted(parsed.Source.Text);
        ParsedSource again = Parsed(formatted);
        Assert.Equal(Words(parsed), Words(again));
        Assert.Equal(parsed.Comments.Select(c => c.Text), again.Comments.Select(c => c.Text));
        Assert.Equal(ContractPrinter.Print(parsed.Syntax!), ContractPrinter.Print(again.Syntax!));
        Assert.Equal(formatted, Formatted(formatted));
        Assert.DoesNotMatch(Untidy, formatted);
    });

    /// <summary>The formatter has rules of its own for the space between two words; they must be the printer's.</summary>
    [Fact]
    public void TheFormatterWritesASentenceAsThePrinterDoes() => ForSeeds(600, seed =>
    {
        string canonical = ContractPrinter.Print(Parsed(GeneratedSyntax.Source(seed)).Syntax!);
        Assert.Equal(canonical, Columns.Replace(Formatted(canonical), " "));
    });

    [Fact]
    public void NoTextMakesParserOrFormatterThrow() => ForSeeds(4000, seed =>
    {
        Random random = new(seed);
        string source = random.Next(5) switch
        {
            0 => Encoding.UTF8.GetString(Bytes(random)),
            1 => string.Concat(Enumerable.Range(0, random.Next(80)).Select(_ => Fragments[random.Next(Fragments.Length)])),
            2 => GeneratedSyntax.Spread(seed) is var whole ? whole[..random.Next(whole.Length)] : "",
            _ => Mutated(random.Next(2) == 0 ? GeneratedSyntax.Source(seed) : GeneratedSyntax.Spread(seed), random),
        };
        ParsedSource parsed = ParsedSource.Read("mutated.contract", source);
        string[] lines = source.Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n');
        foreach (Diagnostic diagnostic in parsed.Diagnostics.Ordered())
        {
            Assert.Equal(lines[diagnostic.Line - 1], diagnostic.SourceLine);
            Assert.InRange(diagnostic.Column, 1, lines[diagnostic.Line - 1].Length + 1);
        }

        FormattedContract formatted = ContractFormatter.Format("mutated.contract", source);
        Assert.Equal(parsed.Diagnostics.Errors == 0, formatted.Text is not null);
        Assert.Equal(formatted.Text is null ? parsed.Diagnostics.Ordered() : [], formatted.Diagnostics);
        if (formatted.Text is not { } text) return;
        Assert.Equal(text, Formatted(text));
        Assert.Equal(ContractPrinter.Print(parsed.Syntax!), ContractPrinter.Print(Parsed(text).Syntax!));
    });

    /// <summary>One word too few or too many costs few diagnostics, wherever it is: the rest of the file is still read.</summary>
    [Fact]
    public void OneSlipIsReportedAboutOnce()
    {
        const int Slips = 1500;
        int diagnostics = 0;
        for (int seed = 0; seed < Slips; seed++)
        {
            Random random = new(seed);
            ParsedSource parsed = Parsed(GeneratedSyntax.Source(seed));
            Token[] words = [.. parsed.Tokens.Where(t => t.Kind is not (TokenKind.NewLine or TokenKind.End))];
            TextSpan word = words[random.Next(words.Length)].Span;
            string source = parsed.Source.Text;
            string slipped = random.Next(2) == 0 ? source.Remove(word.Start, word.Length)
                : source.Insert(word.Start, $"{Fragments[random.Next(12, Fragments.Length - 9)].Trim()} ");
            DiagnosticBag found = ParsedSource.Read("slip", slipped).Diagnostics;
            Assert.True(found.Errors <= 4, DiagnosticRenderer.Render(found.Ordered()));
            diagnostics += found.Errors;
        }

        // Some slips follow the grammar too; few are reported twice.
        Assert.InRange(diagnostics, Slips / 2, Slips * 11 / 10);
    }

    private static readonly Regex Untidy = TrailingSpaceOrTwoEmptyLines();

    private static readonly Regex Columns = SeveralSpacesWithinALine();

    [GeneratedRegex(@"[ \t]\n|\n\n\n|\A\n|\n\n\z|[^\n]\z|\r|\uFEFF", RegexOptions.CultureInvariant)]
    private static partial Regex TrailingSpaceOrTwoEmptyLines();

    [GeneratedRegex(@"(?<=[^ \n])  +", RegexOptions.CultureInvariant)]
    private static partial Regex SeveralSpacesWithinALine();

    private static void ForSeeds(int count, Action<int> property) =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), property).Check(Config.QuickThrowOnFailure.WithMaxTest(count));

    private static ParsedSource Parsed(string source)
    {
        ParsedSource parsed = ParsedSource.Read("generated.contract", source);
        Assert.True(parsed.Diagnostics.Errors == 0, DiagnosticRenderer.Render(parsed.Diagnostics.Ordered()) + source);
        return parsed;
    }

    private static string Formatted(string source)
    {
        FormattedContract formatted = ContractFormatter.Format("generated.contract", source);
        Assert.True(formatted.Text is not null, DiagnosticRenderer.Render(formatted.Diagnostics) + source);
        return formatted.Text;
    }

    private static IEnumerable<(TokenKind, string)> Words(ParsedSource parsed) =>
        parsed.Tokens.Where(t => t.Kind != TokenKind.NewLine).Select(t => (t.Kind, t.Text));

    private static byte[] Bytes(Random random)
    {
        byte[] bytes = new byte[random.Next(400)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static string Mutated(string source, Random random)
    {
        for (int i = random.Next(5); i > 0 && source.Length > 0; i--)
        {
            int at = random.Next(source.Length), length = random.Next(Math.Min(20, source.Length - at) + 1);
            source = random.Next(4) switch
            {
                0 => source.Remove(at, length),
                1 => source.Insert(at, Fragments[random.Next(Fragments.Length)]),
                2 => source.Insert(random.Next(source.Length), source.Substring(at, length)),
                _ => source.Remove(at, length).Insert(at, ((char)random.Next(1, 0x3000)).ToString()),
            };
        }

        return source;
    }
}
