using System.Text.Json.Serialization;

namespace Settlement.Client;

/// <summary>A refusal as problem details (RFC 9457) with a stable code.</summary>
public sealed record Problem
{
    /// <summary>A name for the kind of problem, made of its code.</summary>
    public string Type { get; init; } = "";

    /// <summary>What HTTP calls the status.</summary>
    public string Title { get; init; } = "";

    /// <summary>The HTTP status.</summary>
    public int Status { get; init; }

    /// <summary>A sentence for a person; it repeats no value of the request.</summary>
    public string Detail { get; init; } = "";

    /// <summary>The stable code; ops/runbooks or ISO 20022's external code list explains it.</summary>
    public string Code { get; init; } = "";

    /// <summary>Where in a message the fault lies.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Place { get; init; }

    /// <summary>The line from 1, where it is known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Line { get; init; }

    /// <summary>The column from 1, where it is known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Column { get; init; }
}

/// <summary>The node refused a request, or did not answer as it should.</summary>
public sealed class SettlementApiException : Exception
{
    /// <param name="problem">What the node said.</param>
    public SettlementApiException(Problem problem) : base($"{problem.Code}: {problem.Detail}") => Problem = problem;

    /// <summary>What the node said.</summary>
    public Problem Problem { get; }

    /// <summary>The stable code.</summary>
    public string Code => Problem.Code;

    /// <summary>The HTTP status.</summary>
    public int Status => Problem.Status;
}
