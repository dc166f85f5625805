using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Machines;
using Settlement.Core.Participants;
using Settlement.Host;
using Settlement.Host.Configuration;
using Settlement.Host.Keys;
using Settlement.Host.Peers;
using Settlement.Host.Running;
using Settlement.Storage;

namespace Settlement.Tests.EndToEnd.Host;

/// <summary>What tests of the host build nodes from.</summary>
internal static class TestNodes
{
    public const string Network = "demo";
    public const string OperatorToken = "the operator's token";
    public const string AuditToken = "the auditor's token";
    public const string BackOfficeToken = "the back office's token";

    public static readonly IPEndPoint AnyPort = new(IPAddress.Loopback, 0);

    public static ParticipantId Id(string text) => ParticipantId.TryParse(text, out ParticipantId id) ? id : throw new ArgumentException(text);

    public static ApiToken Token(string text, params ApiRole[] roles) => new(text, Digest.Of(Encoding.UTF8.GetBytes(text)), new HashSet<ApiRole>(roles));

    public static IReadOnlyList<ApiToken> Tokens =>
        [Token(OperatorToken, ApiRole.Operator), Token(AuditToken, ApiRole.Audit), Token(BackOfficeToken, ApiRole.BackOffice)];

    public static NodeConfiguration Configuration(NodeRole role, string participant, string folder, string database, RunningConfiguration? running = null) => new()
    {
        Role = role,
        Network = Network,
        Participant = Id(participant),
        Name = participant,
        Lei = "",
        Folder = folder,
        Peer = new PeerConfiguration(AnyPort, new Uri("https://127.0.0.1:1")),
        Api = new ApiConfiguration(AnyPort, null, null, ApiConfiguration.DefaultRequestsPerSecond, Tokens),
        Database = database,
        Ledger = null,
        Agent = null,
        Supervisors = [],
        Accept = [],
        Running = running ?? RunningConfiguration.Default,
    };

    public static KeyFacts CreateKeys(string folder, NodeRole role, string participant) =>
        new KeyFolder(folder).Create(new KeyOwner(Network, Id(participant)), role, new SystemEntropy(), TimeProvider.System.GetUtcNow());

    public static Task<Node> StartAsync(NodeConfiguration configuration, CancellationToken ct) => StartAsync(configuration, NullLoggerFactory.Instance, ct);

    public static Task<Node> StartAsync(NodeConfiguration configuration, ILoggerFactory loggers, CancellationToken ct) => StartAsync(configuration, TimeProvider.System, loggers, ct);

    public static Task<Node> StartAsync(NodeConfiguration configuration, TimeProvider time, ILoggerFactory loggers, CancellationToken ct) =>
        Node.StartAsync(configuration, new SystemEntropy(), time, loggers, ct);

    /// <summary>A server of participants that tells no machine who knocks: its inbox is never read.</summary>
    public static WebApplicationBuilder PeerServerAlone(TlsIdentity identity)
    {
        WebApplicationBuilder builder = PeerServer.CreateBuilder(AnyPort, identity, NullLoggerFactory.Instance);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(new ParticipantDirectory());
        builder.Services.AddSingleton(new RoleLoop(
            new ToyMachine(static (_, _) => new Step()), new InMemoryVault(), new NoSends(), new RoleLoopOptions(), TimeProvider.System, NullLogger.Instance));
        return builder;
    }

    /// <summary>A participant as the directory lists it, known by its TLS key.</summary>
    public static Participant Listed(string participant, PublicKey tls, Uri endpoint)
    {
        using SigningKey root = SigningKey.Generate(new SystemEntropy());
        return new Participant(Id(participant), participant, "bank", root.PublicKey, new Destination(Id(participant), endpoint, tls.Fingerprint), root.PublicKey, null, 1);
    }

}
