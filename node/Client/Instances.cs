using System.Text.Json.Serialization;

namespace Settlement.Client;

/// <summary>An action of a contract, on an instance or to create one.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ActOrder
{
    /// <summary>The contract's name, where the action creates an instance; none where it acts on one.</summary>
    public string? Contract { get; init; }

    /// <summary>The action's name in the contract.</summary>
    public required string Action { get; init; }

    /// <summary>A value for each parameter that is present, and where the action creates an instance for each field that it does not set
    /// itself, as texts: an amount as <c>51.74 USD</c>, a date as <c>2026-03-02</c>, a list with a line for each value.</summary>
    // A generated reader sets what an order leaves out to null.
    public IReadOnlyDictionary<string, string> Values { get => field ?? new Dictionary<string, string>(); init; }

    /// <summary>The batch of the entry that created the instance, which is needed for a payment of this bank that was never acted on.</summary>
    public ulong? Sequence { get; init; }
}

/// <summary>An instance of a contract as this bank reads it.</summary>
public sealed record InstanceInfo
{
    /// <summary>The id of the entry that created it.</summary>
    public required string Id { get; init; }

    /// <summary>Its contract's name.</summary>
    public required string Contract { get; init; }

    /// <summary>Where it stands.</summary>
    public required string State { get; init; }

    /// <summary>Whether it may stay there for ever.</summary>
    public required bool MayRest { get; init; }

    /// <summary>The names of the actions that lead on from there, whoever may take them.</summary>
    public required IReadOnlyList<string> Actions { get; init; }

    /// <summary>Its values.</summary>
    public required IReadOnlyList<FieldInfo> Fields { get; init; }

    /// <summary>Its newest entries, the newest first.</summary>
    public required IReadOnlyList<EntryInfo> Entries { get; init; }
}
