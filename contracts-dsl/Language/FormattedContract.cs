namespace Settlement.Contracts;

/// <summary>What the formatter made of a source.</summary>
/// <param name="Text">The source in the usual layout, with LF line ends; null when it could not be read.</param>
/// <param name="Diagnostics">Why it could not be read; empty when it was.</param>
public sealed record FormattedContract(string? Text, IReadOnlyList<Diagnostic> Diagnostics);
