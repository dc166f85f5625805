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

    /// <summary>Checks what was read already.</summary>
    internal static Compilation Compile(ParsedSource parsed, bool checksFlow = true)
    {
        Contract? contract = parsed.Syntax is { } syntax ? new ContractBinder(syntax, parsed.Diagnostics) { ChecksFlow = checksFlow }.Bind(parsed.Source.Text) : null;
        return new Compilation(contract, parsed.Diagnostics.Ordered());
    }

    private static Compilation Compile(string fileName, string source, bool checksFlow)
    {
        ArgumentNullException.ThrowIfNull(fileName);
        ArgumentNullException.ThrowIfNull(source);
        return Compile(ParsedSource.Read(fileName, source), checksFlow);
    }
}
