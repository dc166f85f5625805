namespace Settlement.Client;

/// <summary>The offsets under way and those that ended within ten minutes, the newest first.</summary>
public sealed record OffsetList(IReadOnlyList<OffsetInfo> Offsets);

/// <summary>Payments of many channels that settle together over accounts, as the settlement agent sees them.</summary>
public sealed record OffsetInfo
{
    /// <summary>The id of the group of their channels.</summary>
    public required string Group { get; init; }

    /// <summary>In what they are.</summary>
    public required string Currency { get; init; }

    /// <summary>deciding, settled or void.</summary>
    public required string Stage { get; init; }

    /// <summary>How many channels.</summary>
    public required int Channels { get; init; }

    /// <summary>How many payments.</summary>
    public required int Payments { get; init; }

    /// <summary>When it was called for.</summary>
    public required DateTimeOffset OpenedAt { get; init; }

    /// <summary>When its time passes.</summary>
    public required DateTimeOffset EndsAt { get; init; }

    /// <summary>The code that says why it is void.</summary>
    public string? Reason { get; init; }
}
