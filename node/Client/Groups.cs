using System.Text.Json.Serialization;

namespace Settlement.Client;

/// <summary>Legs of a group that the bank brings, and those that it expects of others: all of them apply, or none.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record GroupOrder
{
    /// <summary>The group, where another bank began it; none for a new one.</summary>
    public string? Group { get; init; }

    /// <summary>Where it is new: channels beside those of the legs, which may be other banks' alone.</summary>
    // A generated reader sets what an order leaves out to null.
    public IReadOnlyList<string> Channels { get => field ?? []; init; }

    /// <summary>Where it is new: how long channels may set their legs aside; none for a minute.</summary>
    public int? LifeSeconds { get; init; }

    /// <summary>What the bank itself does, in channels of its own.</summary>
    public required IReadOnlyList<LegOrder> Legs { get; init; }

    /// <summary>What other banks must do in the other channels that it has in the group. Every amount is given; a field that is left out may
    /// have any value.</summary>
    public IReadOnlyList<LegOrder> Expects { get => field ?? []; init; }
}

/// <summary>An action that creates an instance of a contract, as the leg of a group.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record LegOrder
{
    /// <summary>The channel.</summary>
    public required string Channel { get; init; }

    /// <summary>The contract's name.</summary>
    public required string Contract { get; init; }

    /// <summary>The action's name in the contract.</summary>
    public required string Action { get; init; }

    /// <summary>Values of its fields and parameters as texts: an amount as <c>51.74 USD</c>, a date as <c>2026-03-02</c>.</summary>
    public IReadOnlyDictionary<string, string> Values { get => field ?? new Dictionary<string, string>(); init; }
}

/// <summary>The answer to an order for a group: it is durable, and each of its own legs became an instruction.</summary>
/// <param name="MessageId">The node's id of the order.</param>
/// <param name="Group">The group, by which other banks join it; none where a leg was refused, which takes the others with it.</param>
/// <param name="Instructions">One for each of the order's legs, in order.</param>
public sealed record GroupReceipt(string MessageId, string? Group, IReadOnlyList<InstructionStatus> Instructions);

/// <summary>Groups that the bank has to do with.</summary>
/// <param name="Groups">As many as were asked for, by id.</param>
/// <param name="Total">How many there are.</param>
public sealed record GroupPage(IReadOnlyList<GroupInfo> Groups, int Total);

/// <summary>A group as far as this bank sees it.</summary>
public sealed record GroupInfo
{
    /// <summary>Its id.</summary>
    public required string Group { get; init; }

    /// <summary>Its channels, of which the bank may be in some alone.</summary>
    public required IReadOnlyList<string> Channels { get; init; }

    /// <summary>When the last channel must have set its leg aside.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Whether the bank has an order for it under way.</summary>
    public required bool IsOrdered { get; init; }

    /// <summary>What the ledger decided; none while that is not known here.</summary>
    public bool? IsCommitted { get; init; }

    /// <summary>The legs that the bank's channels have set aside.</summary>
    public required IReadOnlyList<LegInfo> Legs { get; init; }
}

/// <summary>A leg that is set aside.</summary>
public sealed record LegInfo
{
    /// <summary>Where.</summary>
    public required string Channel { get; init; }

    /// <summary>The id of its entry.</summary>
    public required string Entry { get; init; }

    /// <summary>The batch of the entry.</summary>
    public required ulong Sequence { get; init; }

    /// <summary>The contract's name.</summary>
    public required string Contract { get; init; }

    /// <summary>The action's name.</summary>
    public required string Action { get; init; }

    /// <summary>Whether this bank acts.</summary>
    public required bool IsOwn { get; init; }

    /// <summary>Its values; what is absent is left out.</summary>
    public required IReadOnlyDictionary<string, string> Values { get; init; }
}
