namespace Settlement.Contracts;

/// <summary>The way from a text to a contract that can run.</summary>
public static class ContractCompiler
{
    /// <summary>Reads and checks a contract. It never throws for what the text says.</summary>
    /// <param name="fileName">The name that diagnostics show.</param>
    /// <param name="source">The text of one contract.</param>
    public static Compilation Compile(string fileName, string source) => throw new NotSupportedException($"{fileName}: the compiler follows.");
}

/// <summary>A compiled contract with its warnings, or no contract and the errors that prevent one.</summary>
/// <param name="Contract">Null when any diagnostic is an error.</param>
/// <param name="Diagnostics">In the order of the source.</param>
public sealed record Compilation(Contract? Contract, IReadOnlyList<Diagnostic> Diagnostics);
