namespace Settlement.Contracts;

/// <summary>The pages that explain the compiler's codes, one for each.</summary>
public static class DiagnosticPages
{
    /// <summary>Every code the compiler can report, in order.</summary>
    public static IReadOnlyList<string> Codes { get; } = [.. Checking.Rules.All.Select(r => r.Code)];

    /// <summary>The page of a code, as Markdown; null for a code that does not exist.</summary>
    public static string? Find(string code) => Codes.Contains(code, StringComparer.Ordinal) ? EmbeddedText.Read($"{code}.md") : null;
}
