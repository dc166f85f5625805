using System.Text.Json.Serialization;

namespace Settlement.Client;

/// <summary>A cycle that the settlement agent is to open.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CycleOrder
{
    /// <summary>What is netted: ISO 4217.</summary>
    public required string Currency { get; init; }

    /// <summary>Who takes part; none for every bank with an account in the currency.</summary>
    // A generated reader sets what an order leaves out to null.
    public IReadOnlyList<string> Banks { get => field ?? []; init; }

    /// <summary>How long a round may take from its cuts to the ledger's decision; none for 300.</summary>
    public int? RoundSeconds { get; init; }
}

/// <summary>How a cycle is to go on that waits for a bank, or whose round's time has passed.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record RoundOrder
{
    /// <summary>Banks that take no part in it any more.</summary>
    public IReadOnlyList<string> Exclude { get => field ?? []; init; }

    /// <summary>How long its rounds may take from now on; none for as long as before.</summary>
    public int? RoundSeconds { get; init; }
}

/// <summary>The cycles under way and those that ended within the hour, the newest first.</summary>
public sealed record CycleList(IReadOnlyList<CycleInfo> Cycles);

/// <summary>A cycle as the settlement agent sees it.</summary>
public sealed record CycleInfo
{
    /// <summary>Its id.</summary>
    public required string Cycle { get; init; }

    /// <summary>What is netted.</summary>
    public required string Currency { get; init; }

    /// <summary>The round, from 1; 0 while banks join.</summary>
    public required int Round { get; init; }

    /// <summary>joining, cutting, confirming, opening, deciding, settled, void or lapsed.</summary>
    public required string Stage { get; init; }

    /// <summary>When it was opened.</summary>
    public required DateTimeOffset OpenedAt { get; init; }

    /// <summary>When the round's time passes; none while banks join.</summary>
    public DateTimeOffset? RoundEndsAt { get; init; }

    /// <summary>Channels in the round.</summary>
    public required int Channels { get; init; }

    /// <summary>Who takes part, by id.</summary>
    public required IReadOnlyList<CycleBankInfo> Banks { get; init; }

    /// <summary>The code that says why it is void or lapsed.</summary>
    public string? Reason { get; init; }

    /// <summary>The schedule that opened it; none where the operator did.</summary>
    public string? Schedule { get; init; }
}

/// <summary>The schedules that a settlement agent opens cycles by, as they are configured.</summary>
public sealed record CycleScheduleList(IReadOnlyList<CycleScheduleInfo> Schedules);

/// <summary>A schedule, when it is due next, and what became of it last.</summary>
public sealed record CycleScheduleInfo
{
    /// <summary>The operator's name for it.</summary>
    public required string Name { get; init; }

    /// <summary>What its cycles net: ISO 4217.</summary>
    public required string Currency { get; init; }

    /// <summary>Its times: a cron expression of Quartz.</summary>
    public required string Cron { get; init; }

    /// <summary>The time zone of the times.</summary>
    public required string TimeZone { get; init; }

    /// <summary>When it is due next; none where it never is again.</summary>
    public DateTimeOffset? NextAt { get; init; }

    /// <summary>When it was due last; none before the first time.</summary>
    public DateTimeOffset? LastDueAt { get; init; }

    /// <summary>The cycle that it opened then.</summary>
    public string? LastCycle { get; init; }

    /// <summary>The code that says why it opened none then.</summary>
    public string? LastRefusal { get; init; }
}

/// <summary>A bank in a cycle, as the settlement agent sees it.</summary>
public sealed record CycleBankInfo
{
    /// <summary>The bank.</summary>
    public required string Bank { get; init; }

    /// <summary>Whether the stage waits for it, or it kept a lapsed round from being opened.</summary>
    public required bool IsAwaited { get; init; }

    /// <summary>Whether its account does not cover what it owes.</summary>
    public required bool IsShort { get; init; }

    /// <summary>Whether it takes no part any more.</summary>
    public required bool IsExcluded { get; init; }

    /// <summary>What its account gets, below zero what it pays: a decimal number; none before it has opened its sum.</summary>
    public string? Net { get; init; }
}

/// <summary>The cycles that the settlement agent tells a bank of.</summary>
public sealed record BankCycleList(IReadOnlyList<BankCycle> Cycles);

/// <summary>A cycle as a bank sees it.</summary>
public sealed record BankCycle
{
    /// <summary>Its id.</summary>
    public required string Cycle { get; init; }

    /// <summary>What is netted.</summary>
    public required string Currency { get; init; }

    /// <summary>The round, from 1; 0 while banks join.</summary>
    public required int Round { get; init; }

    /// <summary>joining, cutting, confirming, opening, deciding, settled, void or lapsed.</summary>
    public required string Stage { get; init; }

    /// <summary>Whether the stage waits for this bank.</summary>
    public required bool IsAwaited { get; init; }

    /// <summary>How many of its channels are in the round.</summary>
    public required int Channels { get; init; }

    /// <summary>What its account gets, below zero what it pays: a decimal number; none before all of its channels have cut.</summary>
    public string? Net { get; init; }

    /// <summary>What its account has: a decimal number.</summary>
    public required string Balance { get; init; }
}
