using Settlement.Contracts.Checking;

namespace Settlement.Contracts.Language;

/// <summary>Collects what is wrong with one source. Past its bound it counts no further: nobody reads the hundred and first.</summary>
internal sealed class DiagnosticBag(SourceText source)
{
    /// <summary>The most diagnostics one compilation gives.</summary>
    public const int MaxDiagnostics = 100;

    private readonly List<(int Position, Diagnostic Diagnostic)> reported = [];
    private readonly HashSet<(string Code, TextSpan Span)> seen = [];

    /// <summary>How many errors there are so far, those past the bound included.</summary>
    public int Errors { get; private set; }

    /// <summary>True when nothing more is kept, so that suggestions need not be looked for.</summary>
    public bool IsFull => reported.Count >= MaxDiagnostics;

    public void Report(Rule rule, TextSpan span, string message, string? suggestion = null)
    {
        if (!seen.Add((rule.Code, span))) return;
        if (rule.Severity == Severity.Error) Errors++;
        if (IsFull) return;
        var (line, column, length, sourceLine) = source.Locate(span);
        reported.Add((span.Start, new Diagnostic(rule.Code, rule.Severity, source.File, line, column, length, message, sourceLine, suggestion)));
    }

    /// <summary>The line of a span, from 1, for messages that point to another place.</summary>
    public int LineOf(TextSpan span) => source.LineOf(span.Start);

    /// <summary>In the order of the source.</summary>
    public IReadOnlyList<Diagnostic> Ordered() =>
        [.. reported.OrderBy(r => r.Position).ThenBy(r => r.Diagnostic.Code, StringComparer.Ordinal).Select(r => r.Diagnostic)];
}
