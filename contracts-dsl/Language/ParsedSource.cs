using System.Globalization;
using System.Text;
using Settlement.Contracts.Checking;

namespace Settlement.Contracts.Language;

/// <summary>A source with all that reading it gave.</summary>
/// <param name="Source">The text.</param>
/// <param name="Tokens">Its tokens.</param>
/// <param name="Comments">Its comments.</param>
/// <param name="Cursor">The cursor that walked over the tokens, with what it found out about line ends and texts.</param>
/// <param name="Syntax">The tree; null when the file is too large to be read.</param>
/// <param name="Diagnostics">What is wrong so far; the checks add to it.</param>
internal sealed record ParsedSource(
    SourceText Source, IReadOnlyList<Token> Tokens, IReadOnlyList<Comment> Comments, TokenCursor Cursor, ContractSyntax? Syntax,
    DiagnosticBag Diagnostics)
{
    /// <summary>Reads a file. It never throws for what the text says.</summary>
    public static ParsedSource Read(string fileName, string source)
    {
        bool fits = source.Length <= Limits.FileBytes && Encoding.UTF8.GetByteCount(source) <= Limits.FileBytes;
        var text = new SourceText(fileName, fits ? source : "");
        var diagnostics = new DiagnosticBag(text);
        var lexer = new Lexer(text, diagnostics);
        IReadOnlyList<Token> tokens = lexer.Run();
        var cursor = new TokenCursor(tokens, diagnostics);
        if (!fits) diagnostics.Report(Rules.FileTooLarge, default, string.Create(CultureInfo.InvariantCulture, $"a contract has at most {Limits.FileBytes} bytes"));
        return new ParsedSource(text, tokens, lexer.Comments, cursor, fits ? new Parser(cursor).Parse() : null, diagnostics);
    }
}
