namespace Settlement.Contracts;

/// <summary>A compiled contract with its warnings, or no contract and the errors that prevent one.</summary>
/// <param name="Contract">Null when any diagnostic is an error.</param>
/// <param name="Diagnostics">In the order of the source, at most a hundred.</param>
public sealed record Compilation(Contract? Contract, IReadOnlyList<Diagnostic> Diagnostics);
