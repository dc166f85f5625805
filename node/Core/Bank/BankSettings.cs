using Settlement.Core.Identifiers;
using Settlement.Core.Nodes;

namespace Settlement.Core.Bank;

/// <summary>The bounds and waits of a bank's machine.</summary>
public sealed record BankSettings
{
    /// <summary>The most entries of a batch, whoever proposes it and whatever its own setting is.</summary>
    public const int LargestBatch = 4_096;

    /// <summary>The most entries on instances of a batch, or of a message that hands entries over: whoever judges them reads the batch
    /// that each one follows, which may have megabytes.</summary>
    public const int LargestActs = 32;

    /// <summary>The most of them that are looked at in one drain, over all messages and own orders; the rest waits.</summary>
    public const int LargestActsPerDrain = 2 * LargestActs;

    /// <summary>What every node has.</summary>
    public NodeSettings Node { get; init; } = new();

    /// <summary>Entries of one batch. Default 1,024, 1 to 4,096.</summary>
    public int MaxBatchEntries { get; init; } = 1_024;

    /// <summary>Commands that wait in one channel's mailbox; beyond it submissions are refused until it drains. Default 20,000.</summary>
    public int MaxMailbox { get; init; } = 20_000;

    /// <summary>Bytes of entries that one other member handed over, in all channels with it, and that are under way; beyond it more are taken
    /// in only when some are final, and their owner hands them over again. Default 64 megabytes.</summary>
    public long MaxHandedOverBytes { get; init; } = 64 << 20;

    /// <summary>Payments that wait for cover in one channel; beyond it submissions are refused until some settle. Default 100,000.</summary>
    public int MaxQueue { get; init; } = 100_000;

    /// <summary>Limits that its treasury sets. Default 10,000.</summary>
    public int MaxLimits { get; init; } = 10_000;

    /// <summary>Channels of this bank. Default 10,000.</summary>
    public int MaxChannels { get; init; } = 10_000;

    /// <summary>Openings of all other proposers together that wait for them, beyond which only who waits for none gets one: with those they
    /// are fewer than twice as many, which leaves room for this bank's own. Default 1,000.</summary>
    public int MaxPendingOpenings { get; init; } = 1_000;

    /// <summary>How long an endorsement is good for at the ledger. Default 60 seconds.</summary>
    public TimeSpan EndorsementLife { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How far a proposal's time may lie from this node's clock. Default 30 seconds.</summary>
    public TimeSpan MaxClockSkew { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Without progress for so long, a member takes the office over. Default 10 seconds.</summary>
    public TimeSpan TakeoverAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Tries before an opening or a funding is given up. Default 20.</summary>
    public int MaxTries { get; init; } = 20;

    /// <summary>Batches sent to an observer that is behind, in one drain. Default 64.</summary>
    public int MaxCatchUp { get; init; } = 64;

    /// <summary>How often the settlement agent is asked how its cycles stand. Default null: never, and the bank takes part in none.</summary>
    public TimeSpan? CyclePoll { get; init; }

    /// <summary>How often the settlement agent is offered what waits, and asked what settles together. Default null: never, and the bank takes part in
    /// no multilateral offsetting.</summary>
    public TimeSpan? OffsetPoll { get; init; }

    /// <summary>Instructions of one message. Default 10,000.</summary>
    public int MaxTransfersPerMessage { get; init; } = 10_000;

    /// <summary>How long certificates of channel keys are good for. Default 5 years.</summary>
    public TimeSpan ChannelKeyLife { get; init; } = TimeSpan.FromDays(5 * 365);

    /// <summary>How long data of a channel is kept, as proposed in terms. Default 3,650 days.</summary>
    public int RetentionDays { get; init; } = 3650;

    /// <summary>By counterparty and currency or unit: the largest limit, in minor or whole units, that this bank grants in a channel which the
    /// counterparty proposes. Nothing is granted that is not named here; what this bank proposes itself its operator orders.</summary>
    public IReadOnlyDictionary<(ParticipantId Counterparty, string Currency), long> GrantedLimits { get; init; } = new Dictionary<(ParticipantId, string), long>();

    /// <summary>ISO 3166-1 alpha-2 code of the jurisdiction in which this bank keeps its data; empty when it says none. Default none.</summary>
    public string Jurisdiction { get; init; } = "";

    /// <summary>Canonical hashes, in hexadecimal, of the contracts this bank takes part in.</summary>
    public IReadOnlySet<string> AcceptedContracts { get; init; } = new HashSet<string>(StringComparer.Ordinal);
}
