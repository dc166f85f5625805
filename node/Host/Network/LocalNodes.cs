using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Host.Configuration;
using Settlement.Host.Keys;

namespace Settlement.Host.Network;

/// <summary>Decides who is in a network and where each listens, and writes each node's files.</summary>
internal static class LocalNodes
{
    /// <summary>The name of every such network; it is bound into all that is signed.</summary>
    public const string Network = "demo";

    /// <summary>The ledger, agent and regulator have BICs of a country without banks.</summary>
    public const string LedgerId = "LEDGAQAAXXX";

    public const string AgentId = "AGNTAQAAXXX";

    public const string RegulatorId = "SUPVAQAAXXX";

    // On one machine a cycle's stages need not wait for a bank to ask.
    private const int AgentPollMilliseconds = 250;

    private const int SecretBytes = 24;
    private const int MaximumIdInName = 40;
    private const int PortsPerNode = 3;
    private const string Loopback = "127.0.0.1";

    private static readonly JsonSerializerOptions Written = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>The nodes of a network, without files or processes.</summary>
    public static List<LocalNode> Plan(LocalNetworkOptions options, string folder)
    {
        List<(NodeRole Role, ParticipantId Id, string Name)> members =
        [
            (NodeRole.Ledger, Parse(LedgerId), "Ledger operator"),
            (NodeRole.Agent, Parse(AgentId), "Settlement agent"),
            (NodeRole.Regulator, Parse(RegulatorId), "Regulator"),
            .. options.Banks.Select(static bank => (NodeRole.Bank, bank, $"Bank {bank}")),
        ];
        if (members.Select(static member => member.Id).Distinct().Count() != members.Count)
            throw new NetworkException(NetworkException.Refused, $"The messages name {LedgerId}, {AgentId} or {RegulatorId}, which the network needs for itself.");
        IReadOnlyList<int> ports = FreePorts.Take(members.Count * PortsPerNode, options.Entropy);
        return [.. members.Select((member, index) => new LocalNode
        {
            Role = member.Role,
            Id = member.Id,
            Name = member.Name,
            Folder = Path.Combine(folder, member.Id.ToFileName()),
            ApiAddress = new Uri($"http://{Loopback}:{Text(ports[index * PortsPerNode])}"),
            PeerPort = ports[(index * PortsPerNode) + 1],
            AdvertisedPort = ports[(index * PortsPerNode) + (options.SeparatePeerPorts ? 2 : 1)],
            Token = Secret(options.Entropy),
            DatabaseName = DatabaseName(index, member.Id),
        })];
    }

    /// <summary>Random characters for a token or password.</summary>
    public static string Secret(IEntropy entropy)
    {
        byte[] random = new byte[SecretBytes];
        entropy.Fill(random);
        return Convert.ToHexStringLower(random);
    }

    /// <summary>Writes a node's token and configuration.</summary>
    public static async Task WriteFilesAsync(LocalNode node, LocalNetwork network, CancellationToken ct)
    {
        await WriteAsync(node.TokenFile, Encoding.UTF8.GetBytes(node.Token), ct);
        KeyFacts ledger = network.Facts(network.Ledger);
        NodeFile file = new()
        {
            Role = node.Role.ToString().ToLowerInvariant(),
            Network = Network,
            Participant = node.Id.ToString(),
            Name = node.Name,
            Folder = node.Folder,
            Peer = new NodeFile.PeerSection($"{Loopback}:{Text(node.PeerPort)}", Address(node)),
            Api = new NodeFile.ApiSection(node.ApiAddress.Authority, null, null, null),
            Database = node.Database,
            Ledger = node.Role == NodeRole.Ledger ? null : new NodeFile.LedgerSection(
                Address(network.Ledger), ledger.TlsFingerprint.ToString(), Convert.ToHexStringLower(ledger.Checkpoint!.Value.ToArray()),
                network.Ledger.Id.ToString()),
            Agent = node.Role == NodeRole.Bank ? Pin(network, network.Agent) : null,
            Supervisors = node.Role == NodeRole.Agent ? [Pin(network, network.Regulator)] : null,
            Admit = node.Role == NodeRole.Ledger ? [.. network.Nodes.Where(static of => of.Role != NodeRole.Ledger).Select(of => Pin(network, of))] : null,
            Accept = node.Role == NodeRole.Bank ? new NodeFile.AcceptSection([.. network.Contracts]) : null,
            Cycles = node.Role == NodeRole.Bank ? new NodeFile.CyclesSection(AgentPollMilliseconds) : null,
            Offsetting = node.Role == NodeRole.Bank ? new NodeFile.OffsettingSection(AgentPollMilliseconds) : null,
            Tokens = [new NodeFile.TokenSection("demo", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(node.Token))), ["back-office", "operator", "audit"])],
        };
        await WriteAsync(node.Configuration, JsonSerializer.SerializeToUtf8Bytes(file, Written), ct);
    }

    // The number keeps two names apart that differ only in characters a database name cannot have.
    private static string DatabaseName(int index, ParticipantId id)
    {
        string name = string.Concat(id.ToString().ToLowerInvariant().Where(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c)).Take(MaximumIdInName));
        return string.Create(CultureInfo.InvariantCulture, $"node{index:00}_{name}");
    }

    private static string Address(LocalNode node) => $"https://{Loopback}:{Text(node.AdvertisedPort)}";

    private static NodeFile.PinSection Pin(LocalNetwork network, LocalNode node) =>
        new(node.Id.ToString(), network.Facts(node).RootFingerprint.ToString());

    private static ParticipantId Parse(string text) =>
        ParticipantId.TryParse(text, out ParticipantId id) ? id : throw new InvalidOperationException($"{text} is no participant id.");

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);

    private static async Task WriteAsync(string path, byte[] content, CancellationToken ct)
    {
        FileStreamOptions create = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        // Tokens and connection strings are the owner's alone.
        if (!OperatingSystem.IsWindows()) create.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using FileStream stream = new(path, create);
        await stream.WriteAsync(content, ct);
    }
}
