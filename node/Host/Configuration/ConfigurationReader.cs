using System.Globalization;
using System.Net;
using System.Text.Json;
using Settlement.Contracts;
using Settlement.Core.Agent;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Participants;

namespace Settlement.Host.Configuration;

/// <summary>Reads and checks a node's configuration file.</summary>
internal sealed class ConfigurationReader
{
    private const int MaximumFileBytes = 1024 * 1024;
    private const int MaximumTokens = 64;
    private const int MaximumSupervisors = 16;
    private const int MaximumAdmitted = 10_000;
    private const int MaximumNetworkLength = 32;

    private readonly PropertyReader read = new();
    private readonly NodeFile file;
    private readonly string baseFolder;

    private ConfigurationReader(NodeFile file, string baseFolder)
    {
        this.file = file;
        this.baseFolder = baseFolder;
    }

    /// <summary>Reads a file; relative folders in it start at the file's own.</summary>
    /// <exception cref="ConfigurationException">Every fault that was found.</exception>
    public static NodeConfiguration Read(string path)
    {
        NodeFile parsed = Parse(path);
        ConfigurationReader reader = new(parsed, Path.GetDirectoryName(Path.GetFullPath(path))!);
        NodeConfiguration configuration = reader.Check();
        return reader.read.Faults.Count == 0 ? configuration : throw new ConfigurationException(path, reader.read.Faults);
    }

    private static NodeFile Parse(string path)
    {
        try
        {
            if (new FileInfo(path).Length > MaximumFileBytes) throw Unreadable(path, "", $"The file has more than {MaximumFileBytes} bytes.");
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), NodeFileJson.Default.NodeFile)
                ?? throw Unreadable(path, "", "The file holds no object.");
        }
        catch (JsonException error)
        {
            bool isUnknown = error.Message.Contains("could not be mapped", StringComparison.Ordinal);
            string property = error.Path is { } place ? place.TrimStart('$').TrimStart('.') : "";
            string where = error.LineNumber is { } line ? $"line {line + 1}, byte {error.BytePositionInLine + 1}" : "the file";
            throw new ConfigurationException(path, [isUnknown
                ? new ConfigurationFault(HostCodes.PropertyUnknown, property, $"a property that this program does not know ({where})")
                : new ConfigurationFault(HostCodes.ConfigurationUnreadable, property, $"not JSON of the expected form ({where})")]);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, "", error.Message);
        }
    }

    private static ConfigurationException Unreadable(string path, string property, string message) =>
        new(path, [new ConfigurationFault(HostCodes.ConfigurationUnreadable, property, message)]);

    private NodeConfiguration Check()
    {
        if (!TryRole(file.Role, out NodeRole role)) return Unusable();
        IReadOnlyList<ApiToken> tokens = ReadTokens();
        AcceptReader accepts = new(read, file.Accept, baseFolder);
        IReadOnlyList<Contract> accept = role == NodeRole.Bank || (role == NodeRole.Agent && file.Accept is not null) ? accepts.ReadContracts() : [];
        NodeConfiguration configuration = new()
        {
            Role = role,
            Network = ReadNetwork(),
            Participant = read.Participant("participant", file.Participant),
            Name = read.Text("name", file.Name, "the participant's name, at most 140 characters"),
            Lei = ReadLei(),
            Jurisdiction = ReadJurisdiction(),
            Folder = Path.GetFullPath(read.Text("folder", file.Folder, "the folder that `settlement keys create` filled"), baseFolder),
            Peer = new PeerConfiguration(read.Listen("peer.listen", file.Peer?.Listen), read.Endpoint("peer.advertise", file.Peer?.Advertise)),
            Api = ReadApi(tokens),
            Database = file.Database is null ? null : read.Text("database", file.Database, "a connection string, or nothing for a private server"),
            Ledger = role == NodeRole.Ledger ? null : ReadLedger(),
            Agent = role == NodeRole.Bank ? ReadPin("agent", file.Agent) : null,
            Supervisors = role == NodeRole.Agent ? ReadSupervisors() : [],
            Admit = role == NodeRole.Ledger ? ReadAdmit() : null,
            Accept = accept,
            GrantedLimits = role == NodeRole.Bank ? accepts.ReadLimits(accept) : new Dictionary<(ParticipantId, string), long>(),
            CyclePoll = role == NodeRole.Bank ? ReadPoll("cycles.pollMilliseconds", file.Cycles?.PollMilliseconds, "taking part in no cycles") : null,
            OffsetPoll = role == NodeRole.Bank ? ReadPoll("offsetting.pollMilliseconds", file.Offsetting?.PollMilliseconds, "offering the agent nothing") : null,
            OffsetInterval = TimeSpan.FromMilliseconds(read.Number("offsetting.intervalMilliseconds", file.Offsetting?.IntervalMilliseconds, 100, 3_600_000, (int)AgentParts.UsualOffsetInterval.TotalMilliseconds)),
            OffsetLife = TimeSpan.FromSeconds(read.Number("offsetting.lifeSeconds", file.Offsetting?.LifeSeconds, 5, (int)AgentParts.LongestOffsetLife.TotalSeconds, (int)AgentParts.UsualOffsetLife.TotalSeconds)),
            CycleSchedules = role == NodeRole.Agent ? CycleSchedule.Read(read, file.Cycles?.Schedule) : [],
            Running = ReadRunning(),
        };
        if (role != NodeRole.Ledger) read.Unused("admit", file.Admit, role);
        if (role == NodeRole.Ledger) read.Unused("ledger", file.Ledger, role);
        if (role != NodeRole.Bank) read.Unused("agent", file.Agent, role);
        if (role is not (NodeRole.Bank or NodeRole.Agent)) read.Unused("accept", file.Accept, role);
        if (role == NodeRole.Agent) read.Unused("accept.limits", file.Accept?.Limits, role);
        if (role is not (NodeRole.Bank or NodeRole.Agent)) read.Unused("cycles", file.Cycles, role);
        if (role == NodeRole.Agent) read.Unused("cycles.pollMilliseconds", file.Cycles?.PollMilliseconds, role);
        if (role == NodeRole.Bank) read.Unused("cycles.schedule", file.Cycles?.Schedule, role);
        if (role is not (NodeRole.Bank or NodeRole.Agent)) read.Unused("offsetting", file.Offsetting, role);
        if (role == NodeRole.Agent) read.Unused("offsetting.pollMilliseconds", file.Offsetting?.PollMilliseconds, role);
        if (role == NodeRole.Bank) read.Unused("offsetting.intervalMilliseconds", file.Offsetting?.IntervalMilliseconds, role);
        if (role == NodeRole.Bank) read.Unused("offsetting.lifeSeconds", file.Offsetting?.LifeSeconds, role);
        if (role != NodeRole.Bank) read.Unused("jurisdiction", file.Jurisdiction, role);
        if (role != NodeRole.Agent) read.Unused("supervisors", file.Supervisors, role);
        return configuration;
    }

    // With a fault noted, what is returned in its place is never used.
    private NodeConfiguration Unusable()
    {
        const string expected = "one of bank, ledger, agent, regulator";
        if (file.Role is null) read.Missing("role", expected);
        else read.Invalid("role", $"not {expected}");
        return null!;
    }

    private static bool TryRole(string? text, out NodeRole role)
    {
        (bool known, role) = text switch
        {
            "bank" => (true, NodeRole.Bank),
            "ledger" => (true, NodeRole.Ledger),
            "agent" => (true, NodeRole.Agent),
            "regulator" => (true, NodeRole.Regulator),
            _ => (false, default),
        };
        return known;
    }

    private string ReadNetwork()
    {
        const string expected = "1 to 32 lower-case letters, digits and hyphens";
        string network = read.Text("network", file.Network, expected);
        if (network.Length > 0 && !IsNetwork(network)) read.Invalid("network", $"not {expected}");
        return network;
    }

    /// <summary>Whether a text can name a network.</summary>
    public static bool IsNetwork(string text) =>
        text.Length is > 0 and <= MaximumNetworkLength && text.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    private string ReadJurisdiction()
    {
        string jurisdiction = file.Jurisdiction ?? "";
        if (!Core.Channels.TransferBases.IsJurisdiction(jurisdiction)) read.Invalid("jurisdiction", "not two capital letters of ISO 3166-1");
        return jurisdiction;
    }

    private string ReadLei()
    {
        if (string.IsNullOrEmpty(file.Lei)) return "";
        if (!Lei.TryParse(file.Lei, out _)) read.Invalid("lei", "not a Legal Entity Identifier of 20 characters with its check digits");
        return file.Lei;
    }

    private ApiConfiguration ReadApi(IReadOnlyList<ApiToken> tokens)
    {
        IPEndPoint listen = read.Listen("api.listen", file.Api?.Listen);
        string? certificate = PathOf("api.certificate", file.Api?.Certificate);
        string? key = PathOf("api.key", file.Api?.Key);
        if (certificate is null != key is null) read.Missing(certificate is null ? "api.certificate" : "api.key", "a certificate and its key come together");
        if (certificate is null && !IPAddress.IsLoopback(listen.Address))
        {
            read.Faults.Add(new ConfigurationFault(HostCodes.ListenBeyondLoopback, "api.listen",
                "without api.certificate and api.key the API listens on a loopback address only, such as 127.0.0.1:8101"));
        }

        int rate = read.Number("api.requestsPerSecond", file.Api?.RequestsPerSecond, 1, 1_000_000, ApiConfiguration.DefaultRequestsPerSecond);
        return new ApiConfiguration(listen, certificate, key, rate, tokens);
    }

    private string? PathOf(string property, string? value) =>
        value is null ? null : Path.GetFullPath(read.Text(property, value, "a PEM file"), baseFolder);

    private LedgerPin ReadLedger()
    {
        if (file.Ledger is not { } section)
        {
            read.Missing("ledger", "the endpoint, tlsFingerprint, checkpointKey and participant of the network's ledger");
            return null!;
        }

        Destination destination = new(
            read.Participant("ledger.participant", section.Participant), read.Endpoint("ledger.endpoint", section.Endpoint),
            read.Fingerprint("ledger.tlsFingerprint", section.TlsFingerprint));
        return new LedgerPin(destination, read.Key("ledger.checkpointKey", section.CheckpointKey));
    }

    private ParticipantPin ReadPin(string property, NodeFile.PinSection? section)
    {
        if (section is null)
        {
            read.Missing(property, "a participant and its rootFingerprint");
            return null!;
        }

        return new ParticipantPin(
            read.Participant($"{property}.participant", section.Participant),
            read.Fingerprint($"{property}.rootFingerprint", section.RootFingerprint));
    }

    private List<ParticipantPin> ReadAdmit()
    {
        if (file.Admit is not { } sections)
        {
            read.Missing("admit", "the participants that may list themselves, each with its rootFingerprint");
            return [];
        }

        if (sections.Count > MaximumAdmitted) read.Invalid("admit", string.Create(CultureInfo.InvariantCulture, $"more than {MaximumAdmitted}"));
        List<ParticipantPin> pins = [];
        for (int i = 0; i < Math.Min(sections.Count, MaximumAdmitted); i++) pins.Add(ReadPin($"admit[{i}]", sections[i]));
        foreach (IGrouping<string, ParticipantPin> twice in pins.OfType<ParticipantPin>().GroupBy(static p => p.Id.ToString()).Where(static g => g.Count() > 1)) read.Invalid("admit", $"{twice.Key} twice");
        return pins;
    }

    private List<ParticipantPin> ReadSupervisors()
    {
        IReadOnlyList<NodeFile.PinSection?> sections = file.Supervisors ?? [];
        if (sections.Count > MaximumSupervisors) read.Invalid("supervisors", $"more than {MaximumSupervisors}");
        List<ParticipantPin> pins = [];
        for (int i = 0; i < Math.Min(sections.Count, MaximumSupervisors); i++) pins.Add(ReadPin($"supervisors[{i}]", sections[i]));
        return pins;
    }

    private List<ApiToken> ReadTokens()
    {
        List<ApiToken> tokens = [];
        IReadOnlyList<NodeFile.TokenSection?> sections = file.Tokens ?? [];
        if (sections.Count > MaximumTokens) read.Invalid("tokens", $"more than {MaximumTokens}");
        for (int i = 0; i < Math.Min(sections.Count, MaximumTokens); i++)
        {
            string name = read.Text($"tokens[{i}].name", sections[i]?.Name, "what logs call the token");
            Digest hash = read.Fingerprint($"tokens[{i}].sha256", sections[i]?.Sha256);
            tokens.Add(new ApiToken(name, hash, ReadRoles($"tokens[{i}].roles", sections[i]?.Roles)));
        }

        return tokens;
    }

    private HashSet<ApiRole> ReadRoles(string property, IReadOnlyList<string?>? names)
    {
        HashSet<ApiRole> roles = [];
        if (names is null or { Count: 0 }) read.Missing(property, "one or more of back-office, operator, audit");
        foreach (string? name in names ?? [])
        {
            ApiRole? role = name switch { "back-office" => ApiRole.BackOffice, "operator" => ApiRole.Operator, "audit" => ApiRole.Audit, _ => null };
            if (role is { } known) roles.Add(known);
            else read.Invalid(property, "not one of back-office, operator, audit");
        }

        return roles;
    }

    /// <summary>How often the settlement agent is asked for something; 0 for never.</summary>
    private TimeSpan? ReadPoll(string property, int? milliseconds, string never)
    {
        const int none = 0, least = 100, most = 60_000, normal = 1_000;
        int poll = milliseconds ?? normal;
        if (poll is not (none or (>= least and <= most))) read.Invalid(property, $"neither a whole number from {least} to {most}, nor 0 for {never}");
        return poll == none ? null : TimeSpan.FromMilliseconds(poll);
    }

    private RunningConfiguration ReadRunning()
    {
        RunningConfiguration normal = RunningConfiguration.Default;
        const int megabyte = 1024 * 1024;
        return new RunningConfiguration(
            TimeSpan.FromMilliseconds(read.Number("running.tickMilliseconds", file.Running?.TickMilliseconds, 1, 60_000, (int)normal.TickInterval.TotalMilliseconds)),
            read.Number("running.inbox", file.Running?.Inbox, 16, 1_000_000, normal.Inbox),
            (long)megabyte * read.Number("running.inboxMegabytes", file.Running?.InboxMegabytes, 32, 65_536, (int)(normal.InboxBytes / megabyte)));
    }
}
