namespace Settlement.Contracts;

/// <summary>What a row of a scenario table expects and what came of it.</summary>
/// <param name="Line">The row's line, from 1.</param>
/// <param name="Expected">The outcome as written; where another column differs, the column and what it expects.</param>
/// <param name="Actual">What the contract says, or why the row cannot be run.</param>
/// <param name="Holds">True when the two agree.</param>
public sealed record ScenarioResult(int Line, string Expected, string Actual, bool Holds);
