namespace Settlement.Contracts;

/// <summary>A line of a scenario table that cannot be read or run. Its message is the reason; it never leaves the table.</summary>
internal sealed class ScenarioProblemException(string message) : Exception(message);
