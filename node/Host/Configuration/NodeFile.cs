using System.Text.Json;
using System.Text.Json.Serialization;

namespace Settlement.Host.Configuration;

/// <summary>A node's configuration file as it is written, before anything in it was checked.</summary>
internal sealed record NodeFile
{
    public string? Role { get; init; }

    public string? Network { get; init; }

    public string? Participant { get; init; }

    public string? Name { get; init; }

    public string? Lei { get; init; }

    public string? Jurisdiction { get; init; }

    public string? Folder { get; init; }

    public PeerSection? Peer { get; init; }

    public ApiSection? Api { get; init; }

    public string? Database { get; init; }

    public LedgerSection? Ledger { get; init; }

    public PinSection? Agent { get; init; }

    public IReadOnlyList<PinSection?>? Supervisors { get; init; }

    public IReadOnlyList<PinSection?>? Admit { get; init; }

    public AcceptSection? Accept { get; init; }

    public IReadOnlyList<TokenSection?>? Tokens { get; init; }

    public CyclesSection? Cycles { get; init; }

    public OffsettingSection? Offsetting { get; init; }

    public RunningSection? Running { get; init; }

    internal sealed record PeerSection(string? Listen, string? Advertise);

    internal sealed record ApiSection(string? Listen, string? Certificate, string? Key, int? RequestsPerSecond);

    internal sealed record LedgerSection(string? Endpoint, string? TlsFingerprint, string? CheckpointKey, string? Participant);

    internal sealed record PinSection(string? Participant, string? RootFingerprint);

    internal sealed record AcceptSection(IReadOnlyList<string?>? Contracts, IReadOnlyList<LimitSection?>? Limits = null);

    internal sealed record LimitSection(string? Participant, string? Currency, string? Amount);

    internal sealed record TokenSection(string? Name, string? Sha256, IReadOnlyList<string?>? Roles);

    internal sealed record CyclesSection(int? PollMilliseconds, IReadOnlyList<ScheduleSection?>? Schedule = null);

    internal sealed record ScheduleSection(string? Name, string? Currency, string? Cron, string? TimeZone = null);

    internal sealed record OffsettingSection(int? PollMilliseconds, int? IntervalMilliseconds = null, int? LifeSeconds = null);

    internal sealed record RunningSection(int? TickMilliseconds, int? Inbox, int? InboxMegabytes);
}

/// <summary>How a configuration file is read: comments are allowed, unknown properties are not.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true)]
[JsonSerializable(typeof(NodeFile))]
internal sealed partial class NodeFileJson : JsonSerializerContext;
