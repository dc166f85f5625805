using System.Net;
using Settlement.Contracts;
using Settlement.Core.Agent;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Participants;

namespace Settlement.Host.Configuration;

/// <summary>What a node is in its network.</summary>
internal enum NodeRole
{
    /// <summary>A bank with its back office.</summary>
    Bank,

    /// <summary>The shared ledger of hashes.</summary>
    Ledger,

    /// <summary>The settlement agent.</summary>
    Agent,

    /// <summary>A supervisor.</summary>
    Regulator,
}

/// <summary>A node's configuration, checked. Where the role needs a part it is there.</summary>
internal sealed record NodeConfiguration
{
    public required NodeRole Role { get; init; }

    /// <summary>Lower-case letters, digits and hyphens; bound into everything that is signed.</summary>
    public required string Network { get; init; }

    public required ParticipantId Participant { get; init; }

    /// <summary>The name that the directory shows.</summary>
    public required string Name { get; init; }

    /// <summary>The Legal Entity Identifier, or empty.</summary>
    public required string Lei { get; init; }

    /// <summary>ISO 3166-1 alpha-2 code of where a bank keeps its data, or empty.</summary>
    public string Jurisdiction { get; init; } = "";

    /// <summary>The absolute folder of the keys and, when there is no connection string, of the private database server.</summary>
    public required string Folder { get; init; }

    public required PeerConfiguration Peer { get; init; }

    public required ApiConfiguration Api { get; init; }

    /// <summary>A connection string of PostgreSQL, or null for a private server.</summary>
    public required string? Database { get; init; }

    /// <summary>The ledger this node relies on; null for the ledger itself.</summary>
    public required LedgerPin? Ledger { get; init; }

    /// <summary>The settlement agent, for a bank.</summary>
    public required ParticipantPin? Agent { get; init; }

    /// <summary>Who is told of funded channels, for the agent.</summary>
    public required IReadOnlyList<ParticipantPin> Supervisors { get; init; }

    /// <summary>Whom the ledger admits; null for the other roles, and for a ledger that admits anybody, which no configuration file can say.</summary>
    public IReadOnlyList<ParticipantPin>? Admit { get; init; }

    /// <summary>The contracts that a bank takes part in, or whose redemptions an agent pays; an agent's is empty for those of the library.</summary>
    public required IReadOnlyList<Contract> Accept { get; init; }

    /// <summary>The largest limits that a bank grants in channels which others propose: by counterparty and currency, in minor units.</summary>
    public IReadOnlyDictionary<(ParticipantId Counterparty, string Currency), long> GrantedLimits { get; init; } = new Dictionary<(ParticipantId, string), long>();

    /// <summary>How often a bank asks its settlement agent how cycles stand; null where it takes part in none.</summary>
    public TimeSpan? CyclePoll { get; init; }

    /// <summary>How often a bank offers its settlement agent what waits, and asks what settles together; null where it offers nothing.</summary>
    public TimeSpan? OffsetPoll { get; init; }

    /// <summary>How often the agent looks, at most, whether what banks offer settles together.</summary>
    public TimeSpan OffsetInterval { get; init; } = AgentParts.UsualOffsetInterval;

    /// <summary>How long channels have to set their payments of an offset of the agent's aside.</summary>
    public TimeSpan OffsetLife { get; init; } = AgentParts.UsualOffsetLife;

    /// <summary>When the agent opens cycles by itself.</summary>
    public IReadOnlyList<CycleSchedule> CycleSchedules { get; init; } = [];

    public required RunningConfiguration Running { get; init; }
}

/// <summary>The door for other participants.</summary>
/// <param name="Listen">Where this node listens.</param>
/// <param name="Advertise">The https address that the directory lists.</param>
internal sealed record PeerConfiguration(IPEndPoint Listen, Uri Advertise);

/// <summary>The door for the participant's own programs and people.</summary>
/// <param name="Listen">Where this node listens.</param>
/// <param name="CertificateFile">A PEM certificate; without one the address is a loopback address.</param>
/// <param name="KeyFile">The PEM key of that certificate.</param>
/// <param name="RequestsPerSecond">What one token may ask for, sustained.</param>
/// <param name="Tokens">Who may ask.</param>
internal sealed record ApiConfiguration(
    IPEndPoint Listen, string? CertificateFile, string? KeyFile, int RequestsPerSecond, IReadOnlyList<ApiToken> Tokens)
{
    public const int DefaultRequestsPerSecond = 2_000;
}

/// <summary>A token for the API; only its hash is known here.</summary>
/// <param name="Name">What logs call it.</param>
/// <param name="Hash">SHA-256 of the token's UTF-8 bytes.</param>
/// <param name="Roles">What it may do.</param>
internal sealed record ApiToken(string Name, Digest Hash, IReadOnlySet<ApiRole> Roles);

/// <summary>What a token may do.</summary>
internal enum ApiRole
{
    /// <summary>Submit instructions and read their fate.</summary>
    BackOffice,

    /// <summary>Open channels and business days, fund, credit.</summary>
    Operator,

    /// <summary>Read what the node can prove.</summary>
    Audit,
}

/// <summary>The bounds of the node's loop.</summary>
/// <param name="TickInterval">How often the machine looks at its timers.</param>
/// <param name="Inbox">Inputs that may wait.</param>
/// <param name="InboxBytes">Bytes of messages that may wait.</param>
internal sealed record RunningConfiguration(TimeSpan TickInterval, int Inbox, long InboxBytes)
{
    public static readonly RunningConfiguration Default = new(TimeSpan.FromMilliseconds(100), 8_192, 256L * 1024 * 1024);
}
