using System.Globalization;
using System.Text;
using Settlement.Contracts.Checking;
using Settlement.Contracts.Language;

namespace Settlement.Contracts;

/// <summary>The way from a text to a contract that can run.</summary>
public static class ContractCompiler
{
    /// <summary>The largest file, in bytes of UTF-8.</summary>
    public const int MaxFileBytes = Limits.FileBytes;

    /// <summary>Reads and checks a contract. It never throws for what the text says.</summary>
    /// <param name="fileName">The name that diagnostics show.</param>
    /// <param name="source">The text of one contract.</param>
    public static Compilation Compile(string fileName, string source) => Compile(fileName, source, checksFlow: true);

    /// <summary>
    /// Leaves out the check of information flow. Only for tests, which prove by it that without the check secrets leak: nothing
    /// that runs contracts may take what comes of it.
    /// </summary>
    internal static Compilation CompileWithoutFlowCheck(string fileName, string source) => Compile(fileName, source, checksFlow: false);

    private static Compilation Compile(string fileName, string source, bool checksFlow)
    {
        ArgumentNullException.ThrowIfNull(fileName);
        ArgumentNullException.ThrowIfNull(source);
        if (source.Length > MaxFileBytes || Encoding.UTF8.GetByteCount(source) > MaxFileBytes) return TooLarge(fileName);
        var text = new SourceText(fileName, source);
        var diagnostics = new DiagnosticBag(text);
        var cursor = new TokenCursor(new Lexer(text, diagnostics).Run(), diagnostics);
        ContractSyntax syntax = new Parser(cursor).Parse();
        Contract? contract = new ContractBinder(syntax, diagnostics) { ChecksFlow = checksFlow }.Bind(source);
        return new Compilation(contract, diagnostics.Ordered());
    }

    private static Compilation TooLarge(string fileName)
    {
        var diagnostics = new DiagnosticBag(new SourceText(fileName, ""));
        diagnostics.Report(Rules.FileTooLarge, default, string.Create(CultureInfo.InvariantCulture, $"a contract has at most {MaxFileBytes} bytes"));
        return new Compilation(null, diagnostics.Ordered());
    }
}
