namespace Settlement.Contracts;

/// <summary>How much a diagnostic weighs.</summary>
public enum Severity
{
    /// <summary>The contract runs; its author should look again.</summary>
    Warning,

    /// <summary>The contract cannot run.</summary>
    Error,
}

/// <summary>Something to say about a place in a contract's source. diagnostics/CODE.md explains each code.</summary>
/// <param name="Code">CD and three digits.</param>
/// <param name="Severity">Whether the contract can run.</param>
/// <param name="File">The file's name as the caller gave it.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1, in Unicode scalar values.</param>
/// <param name="Length">How many scalar values of the line are meant, at least 1.</param>
/// <param name="Message">What is wrong, in one sentence.</param>
/// <param name="SourceLine">The line, without its end.</param>
/// <param name="Suggestion">What to write instead, or null.</param>
public sealed record Diagnostic(
    string Code, Severity Severity, string File, int Line, int Column, int Length, string Message, string SourceLine, string? Suggestion);
