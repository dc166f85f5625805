using System.Text.Json.Serialization;

namespace Settlement.Client;

/// <summary>A bank's channels.</summary>
/// <param name="BusinessDay">The open business day, YYYY-MM-DD; none before the first.</param>
/// <param name="Channels">Each channel.</param>
public sealed record ChannelList(string? BusinessDay, IReadOnlyList<ChannelInfo> Channels);

/// <summary>One channel as its member sees it.</summary>
public sealed record ChannelInfo
{
    /// <summary>The channel's id, 64 hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary>The other member.</summary>
    public required string Counterparty { get; init; }

    /// <summary>Who observes it.</summary>
    public required IReadOnlyList<string> Observers { get; init; }

    /// <summary>The term of office.</summary>
    public required ulong Term { get; init; }

    /// <summary>Whether this bank proposes.</summary>
    public required bool IsSequencer { get; init; }

    /// <summary>The sequence of the last final head.</summary>
    public required ulong Sequence { get; init; }

    /// <summary>The last final head.</summary>
    public required string Head { get; init; }

    /// <summary>Commands that wait.</summary>
    public required int Waiting { get; init; }

    /// <summary>Payments of this bank that wait in the queue.</summary>
    public int Queued { get; init; }

    /// <summary>This bank's positions.</summary>
    public required IReadOnlyList<PositionInfo> Positions { get; init; }

    /// <summary>How the channel ends; null while it is open and nobody has ordered that.</summary>
    public ChannelEnd? End { get; init; }
}

/// <summary>The end of a channel.</summary>
/// <param name="Leaf">The leaf of its close in the ledger's log; null while the ledger does not have it.</param>
/// <param name="ClosedAt">The time of that leaf.</param>
/// <param name="ByCounterparty">Whether the other member closed it.</param>
/// <param name="Exits">What the settlement agent has paid of this bank's positions, as far as it has posted them.</param>
public sealed record ChannelEnd(long? Leaf, DateTimeOffset? ClosedAt, bool ByCounterparty, IReadOnlyList<ExitInfo> Exits);

/// <summary>What the settlement agent has paid of a position in a closed channel.</summary>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Amount">A decimal number; less than the position where the pool had less.</param>
public sealed record ExitInfo(string Currency, string Amount);

/// <summary>Ends a channel for both members, at its newest head.</summary>
/// <param name="LeavesSetAside">Whether it is closed also where instances of contracts have set something aside, which then stays in the pool.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CloseOrder(bool LeavesSetAside = false);

/// <summary>A channel that the ledger has closed.</summary>
/// <param name="Leaf">The leaf of its close in the ledger's log.</param>
public sealed record ClosedChannel(long Leaf);

/// <summary>A bank's funds in one channel and currency; decimal numbers.</summary>
/// <param name="Channel">The channel's id.</param>
/// <param name="Counterparty">The other member.</param>
/// <param name="Currency">ISO 4217, or a unit of a contract, which is counted in whole numbers.</param>
/// <param name="Position">What is the bank's.</param>
/// <param name="Reserved">What is on its way out, or set aside by contracts.</param>
/// <param name="Limit">How far below zero the position may fall.</param>
public sealed record PositionInfo(string Channel, string Counterparty, string Currency, string Position, string Reserved, string Limit);

/// <summary>A bank's positions.</summary>
public sealed record PositionList(string? BusinessDay, IReadOnlyList<PositionInfo> Positions);

/// <summary>A participant and the fingerprint of its root key, which the operator knows from elsewhere than the directory.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PinnedParticipant(string Participant, string RootFingerprint);

/// <summary>Terms for a new channel.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ChannelOrder
{
    /// <summary>The other member.</summary>
    public required string Counterparty { get; init; }

    /// <summary>The fingerprint of its root key.</summary>
    public required string RootFingerprint { get; init; }

    /// <summary>Who observes the channel.</summary>
    // A generated reader sets what an order leaves out to null.
    public IReadOnlyList<PinnedParticipant> Observers { get => field ?? []; init; }

    /// <summary>Names of contracts that the bank takes part in.</summary>
    public required IReadOnlyList<string> Contracts { get; init; }

    /// <summary>ISO 4217 codes.</summary>
    public required IReadOnlyList<string> Currencies { get; init; }

    /// <summary>How far positions may fall below zero.</summary>
    public IReadOnlyList<LimitOrder> Limits { get => field ?? []; init; }

    /// <summary>Where the other participants keep their data; the bank's own jurisdiction is its node's setting.</summary>
    public IReadOnlyList<ParticipantJurisdiction> Jurisdictions { get => field ?? []; init; }

    /// <summary>On what basis personal data crosses a border: one for each member and each reader of its customers' data in another
    /// jurisdiction.</summary>
    public IReadOnlyList<TransferBasisOrder> TransferBases { get => field ?? []; init; }
}

/// <summary>Where a participant keeps its data.</summary>
/// <param name="Participant">The participant.</param>
/// <param name="Jurisdiction">ISO 3166-1 alpha-2.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ParticipantJurisdiction(string Participant, string Jurisdiction);

/// <summary>On what basis personal data of one member's customers goes to another participant.</summary>
/// <param name="From">The member that exports it.</param>
/// <param name="To">The participant that reads it.</param>
/// <param name="Basis">consent, standard-contract, certification or security-assessment.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record TransferBasisOrder(string From, string To, string Basis);

/// <summary>How far one member's position may fall below zero.</summary>
/// <param name="Of">The participant whose position it is.</param>
/// <param name="Currency">ISO 4217, or a unit of one of the contracts.</param>
/// <param name="Amount">A decimal number.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record LimitOrder(string Of, string Currency, string Amount);

/// <summary>A channel that was opened.</summary>
public sealed record OpenedChannel(string Id);

/// <summary>Money for a channel, or an account.</summary>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Amount">A decimal number above zero.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record MoneyOrder(string Currency, string Amount);

/// <summary>A business day, YYYY-MM-DD.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record BusinessDay(string Date);

/// <summary>Entries of a channel, in order.</summary>
/// <param name="Entries">The entries.</param>
/// <param name="Next">What to pass as <c>after</c> for those that follow.</param>
public sealed record EntryPage(IReadOnlyList<EntryInfo> Entries, ulong Next);

/// <summary>One entry, or refusal, of a channel's log, as far as this node may read it.</summary>
public sealed record EntryInfo
{
    /// <summary>The batch's sequence.</summary>
    public required ulong Sequence { get; init; }

    /// <summary>The place in the batch.</summary>
    public required int Index { get; init; }

    /// <summary>The entry's random id.</summary>
    public required string Id { get; init; }

    /// <summary>The contract's name; none for a refusal.</summary>
    public string? Contract { get; init; }

    /// <summary>The action taken; none for a refusal.</summary>
    public string? Action { get; init; }

    /// <summary>The id of the entry that created its instance; none for a refusal.</summary>
    public string? Instance { get; init; }

    /// <summary>The group whose leg the entry is: it is set aside until its outcome. Of an outcome, the group.</summary>
    public string? Group { get; init; }

    /// <summary>COMMITTED or ABORTED where this is no entry but the outcome of a group's leg in this channel; its id is the group's then.</summary>
    public string? Outcome { get; init; }

    /// <summary>Such as <c>100.00 EUR</c>, where this is no entry but a limit that <see cref="ActedBy"/> grants the other member from this batch on.</summary>
    public string? Limit { get; init; }

    /// <summary>Who took it; none for a refusal.</summary>
    public string? ActedBy { get; init; }

    /// <summary>Why the entry was refused by the counterparty; none for an entry that stands.</summary>
    public string? Refusal { get; init; }

    /// <summary>Why this node cannot open what it holds; none where it can.</summary>
    public string? Fault { get; init; }

    /// <summary>The time of the batch.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>Every field of the contract: its value, or only that it exists.</summary>
    public required IReadOnlyList<FieldInfo> Fields { get; init; }
}

/// <summary>A field of an entry.</summary>
/// <param name="Name">The field's name in the contract.</param>
/// <param name="Readable">Whether this node is in its audience and holds it.</param>
/// <param name="Value">The value where it is readable and present.</param>
public sealed record FieldInfo(string Name, bool Readable, string? Value);
