using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Settlement.Client;
using Settlement.Contracts;
using Settlement.Core.Bank;
using Settlement.Core.Cryptography;
using Settlement.Core.Participants;
using Settlement.Host.Configuration;
using Settlement.Host.Keys;
using Settlement.Host.Peers;
using Settlement.Host.Running;
using Settlement.Tests.EndToEnd.Hostile;
using Settlement.Tests.EndToEnd.Storage;

namespace Settlement.Tests.EndToEnd.Host;

/// <summary>A network of running nodes on loopback, each with a database of its own: a ledger, an agent, a regulator, two banks.</summary>
internal sealed class HostNetwork : IAsyncDisposable
{
    public const string LedgerId = "LEDGDEFFXXX";
    public const string AgentId = "AGNTDEFFXXX";
    public const string RegulatorId = "SUPEDEFFXXX";
    public const string BankA = "BANADEFFXXX";
    public const string BankB = "BANBDEFFXXX";
    public const string BankC = "BANDDEFFXXX";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    private readonly TestFolder folder = new();
    private readonly Dictionary<string, NodeConfiguration> configurations = new(StringComparer.Ordinal);
    private readonly Dictionary<string, KeyFacts> facts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Node> nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Interposer> between = new(StringComparer.Ordinal);

    private readonly ILoggerFactory loggers;

    private bool isInterposed;

    private HostNetwork(ILoggerFactory loggers) => this.loggers = loggers;

    public static Task<HostNetwork> StartAsync(PostgresServer postgres, CancellationToken ct) => StartAsync(postgres, NullLoggerFactory.Instance, ct);

    /// <summary>Starts all nodes; they log to one place.</summary>
    public static async Task<HostNetwork> StartAsync(PostgresServer postgres, ILoggerFactory loggers, CancellationToken ct)
    {
        HostNetwork network = new(loggers);
        await network.AddAsync(postgres, NodeRole.Ledger, LedgerId, ct);
        await network.AddAsync(postgres, NodeRole.Regulator, RegulatorId, ct);
        await network.AddAsync(postgres, NodeRole.Agent, AgentId, ct);
        await network.AddAsync(postgres, NodeRole.Bank, BankA, ct);
        await network.AddAsync(postgres, NodeRole.Bank, BankB, ct);
        foreach (string id in network.nodes.Keys) await network.UntilAsync(async () => await network.Operator(id).IsReadyAsync(ct), ct);
        return network;
    }

    /// <summary>Starts a network of three banks.</summary>
    public static async Task<HostNetwork> StartThreeBanksAsync(PostgresServer postgres, CancellationToken ct)
    {
        HostNetwork network = await StartAsync(postgres, ct);
        await network.AddAsync(postgres, NodeRole.Bank, BankC, ct);
        await network.UntilAsync(async () => await network.Operator(BankC).IsReadyAsync(ct), ct);
        return network;
    }

    /// <summary>Starts a network of three banks in which somebody with everybody's keys stands in front of every node.</summary>
    public static async Task<HostNetwork> StartInterposedAsync(PostgresServer postgres, ILoggerFactory loggers, CancellationToken ct)
    {
        HostNetwork network = new(loggers) { isInterposed = true };
        await network.AddAsync(postgres, NodeRole.Ledger, LedgerId, ct);
        await network.AddAsync(postgres, NodeRole.Regulator, RegulatorId, ct);
        await network.AddAsync(postgres, NodeRole.Agent, AgentId, ct);
        foreach (string bank in new[] { BankA, BankB, BankC }) await network.AddAsync(postgres, NodeRole.Bank, bank, ct);
        foreach (string id in network.nodes.Keys) await network.UntilAsync(async () => await network.Operator(id).IsReadyAsync(ct), ct);
        return network;
    }

    public IEnumerable<string> Ids => nodes.Keys;

    /// <summary>The clock of all nodes, on which a test lets the wait for a body run out.</summary>
    public HurriedTime Time { get; } = new(PeerBounds.BodyTimeout);

    /// <summary>Who stands in front of a node.</summary>
    public Interposer Between(string id) => between[id];

    /// <summary>The TLS identity of a participant.</summary>
    public TlsIdentity IdentityOf(string id) => new KeyFolder(configurations[id].Folder).ReadTlsIdentity();

    /// <summary>A folder that goes with the network.</summary>
    public string FolderOf(string name) => Path.Combine(folder.Path, name);

    public KeyFacts Facts(string id) => facts[id];

    public NodeConfiguration Configuration(string id) => configurations[id];

    public Node Node(string id) => nodes[id];

    public SettlementClient Operator(string id) => new(nodes[id].ApiAddress, TestNodes.OperatorToken);

    public SettlementClient BackOffice(string id) => new(nodes[id].ApiAddress, TestNodes.BackOfficeToken);

    public SettlementClient Auditor(string id) => new(nodes[id].ApiAddress, TestNodes.AuditToken);

    /// <summary>Stops a node in order and starts it again from its vault.</summary>
    public Task RestartAsync(string id, CancellationToken ct) => WhileDownAsync(id, static () => Task.CompletedTask, ct);

    /// <summary>The same, and something happens in between.</summary>
    public async Task WhileDownAsync(string id, Func<Task> happens, CancellationToken ct)
    {
        await nodes[id].StopAsync();
        await happens();
        nodes[id] = await TestNodes.StartAsync(configurations[id], Time, loggers, ct);
    }

    /// <summary>The same with another configuration.</summary>
    public Task RestartAsync(string id, Func<NodeConfiguration, NodeConfiguration> change, CancellationToken ct)
    {
        configurations[id] = change(configurations[id]);
        return RestartAsync(id, ct);
    }

    /// <summary>Opens a channel between the two banks, observed by the regulator, and funds bank A in it.</summary>
    public Task<string> OpenFundedChannelAsync(string amount, CancellationToken ct, params string[] contracts) => OpenFundedChannelAsync(BankA, BankB, amount, ct, contracts);

    /// <summary>The same between two banks, of which the first is funded.</summary>
    public async Task<string> OpenFundedChannelAsync(string first, string second, string amount, CancellationToken ct, params string[] contracts)
    {
        string channel = await OpenChannelAsync(first, second, order => order with { Contracts = [.. order.Contracts, .. contracts] }, ct);
        await FundAsync(first, channel, "EUR", amount, $"opening balance of {first} with {second}", ct);
        return channel;
    }

    /// <summary>Opens a channel for payments in euro that the regulator observes, or what a test makes of its terms.</summary>
    public async Task<string> OpenChannelAsync(string first, string second, Func<ChannelOrder, ChannelOrder> change, CancellationToken ct)
    {
        using SettlementClient bank = Operator(first), other = Operator(second);
        DateOnly day = new(2026, 3, 2);
        await bank.OpenBusinessDayAsync(day, ct);
        await other.OpenBusinessDayAsync(day, ct);
        ChannelOrder order = change(new ChannelOrder
        {
            Counterparty = second,
            RootFingerprint = Facts(second).RootFingerprint.ToString(),
            Observers = [new PinnedParticipant(RegulatorId, Facts(RegulatorId).RootFingerprint.ToString())],
            Contracts = ["GrossPayment", "PoolFunding"],
            Currencies = ["EUR"],
        });
        string channel = "";
        await UntilAsync(async () => (channel = await TryOpenAsync(bank, order, ct)).Length > 0, ct);
        return channel;
    }

    /// <summary>The agent credits a bank, which brings the money into a channel.</summary>
    public Task FundAsync(string id, string channel, string currency, string amount, CancellationToken ct) =>
        FundAsync(id, channel, currency, amount, $"{currency} of {id} in {channel}", ct);

    private async Task FundAsync(string id, string channel, string currency, string amount, string reference, CancellationToken ct)
    {
        using SettlementClient bank = Operator(id), agent = Operator(AgentId);
        await agent.CreditAsync(id, new CreditOrder(reference, currency, amount), ct);
        await UntilAsync(async () => (await bank.ChannelsAsync(ct)).Channels.Any(c => c.Id == channel), ct);
        await bank.FundAsync(channel, new MoneyOrder(currency, amount), ct);
    }

    /// <summary>The supervisor holds all of the channel that a member has, and proves it.</summary>
    public async Task AssertProvenAsync(string channel, string member, CancellationToken ct)
    {
        using SettlementClient bank = Operator(member), regulator = Auditor(RegulatorId);
        ulong sequence = (await bank.ChannelsAsync(ct)).Channels.Single(c => c.Id == channel).Sequence;
        await UntilAsync(async () => (await regulator.AuditChannelsAsync(ct)).Channels.Any(known => known.Id == channel && known.HeldSequence >= sequence), ct);
        AuditReport proof = await regulator.AuditAsync(channel, ct);
        Assert.Empty(proof.Delivered.Findings.Concat(proof.Authentic.Findings).Concat(proof.ReExecuted.Findings));
        Assert.Equal((true, true, true), (proof.Delivered.Holds, proof.Authentic.Holds, proof.ReExecuted.Holds));
    }

    /// <summary>Asks until it holds; nodes tell each other in their own time.</summary>
    public Task UntilAsync(Func<Task<bool>> holds, CancellationToken ct) => UntilAsync(holds, Patience, ct);

    /// <summary>The same with another patience.</summary>
    public async Task UntilAsync(Func<Task<bool>> holds, TimeSpan patience, CancellationToken ct)
    {
        long began = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            foreach ((string id, Node node) in nodes)
            {
                if (node.Running.IsFaulted) throw new InvalidOperationException($"{id} stopped.", node.Running.Exception);
            }

            if (TimeProvider.System.GetElapsedTime(began) > patience) throw new TimeoutException($"It did not come about within {patience}.");
            await Task.Delay(PollInterval, ct);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Node node in nodes.Values) await node.DisposeAsync();
        foreach (Interposer interposer in between.Values) await interposer.DisposeAsync();
        folder.Dispose();
    }

    // Until the bank has read from the ledger who the others are.
    private static async Task<string> TryOpenAsync(SettlementClient bank, ChannelOrder order, CancellationToken ct)
    {
        try
        {
            return (await bank.OpenChannelAsync(order, ct)).Id;
        }
        catch (SettlementApiException refused) when (refused.Code == BankCodes.ParticipantUnknown)
        {
            return "";
        }
    }

    private async Task AddAsync(PostgresServer postgres, NodeRole role, string id, CancellationToken ct)
    {
        string keys = Path.Combine(folder.Path, id);
        facts[id] = TestNodes.CreateKeys(keys, role, id);
        IPEndPoint peer = FreePort();
        Uri advertised = new($"https://{peer}");
        if (isInterposed)
        {
            between[id] = await Interposer.StartAsync(new KeyFolder(keys).ReadTlsIdentity(), new Destination(TestNodes.Id(id), advertised, facts[id].TlsFingerprint), FindCaller, ct);
            advertised = between[id].Address;
        }

        NodeConfiguration configuration = TestNodes.Configuration(role, id, keys, await postgres.CreateDatabaseAsync(ct)) with
        {
            Peer = new PeerConfiguration(peer, advertised),
            Ledger = role == NodeRole.Ledger ? null : new LedgerPin(
                new Destination(TestNodes.Id(LedgerId), configurations[LedgerId].Peer.Advertise, facts[LedgerId].TlsFingerprint), facts[LedgerId].Checkpoint!.Value),
            Agent = role == NodeRole.Bank ? new ParticipantPin(TestNodes.Id(AgentId), facts[AgentId].RootFingerprint) : null,
            Supervisors = role == NodeRole.Agent ? [new ParticipantPin(TestNodes.Id(RegulatorId), facts[RegulatorId].RootFingerprint)] : [],
            Accept = role == NodeRole.Bank ? [.. ContractLibrary.All] : [],
        };
        configurations[id] = configuration;
        nodes[id] = await TestNodes.StartAsync(configuration, Time, loggers, ct);
    }

    private (string Id, TlsIdentity Identity)? FindCaller(Digest tlsFingerprint) =>
        facts.FirstOrDefault(f => f.Value.TlsFingerprint == tlsFingerprint) is { Key: { } id } ? (id, IdentityOf(id)) : null;

    // Free when it was asked for; a node must know its address before it listens, because it advertises it.
    public static IPEndPoint FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return (IPEndPoint)listener.LocalEndpoint;
    }
}
