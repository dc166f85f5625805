using System.Net;
using System.Text;
using Settlement.Client;
using Settlement.Contracts;
using Settlement.Core.Agent;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Nodes;
using Settlement.Core.Participants;
using Settlement.Host.Configuration;
using Settlement.Host.Keys;
using Settlement.Host.Network;
using Settlement.Host.Peers;
using Settlement.Host.Running;
using Settlement.Storage;
using PinnedParticipant = Settlement.Client.PinnedParticipant;

namespace Settlement.Host.Fuzz.Worlds;

/// <summary>
/// Whole nodes in this process, as they ship but for their vaults, which are in memory: a ledger, a settlement agent, a
/// supervisor and two banks with a funded channel, each with its two listeners on loopback. Their clock runs fast.
/// </summary>
internal sealed class DoorWorld : IAsyncDisposable
{
    public const string BackOffice = "back-office";
    public const string Operator = "operator";
    public const string Auditor = "audit";

    private const int Pace = 20;
    private const int RequestsPerSecond = 1_000_000;
    private const string Funds = "1000000.00";

    // More than both banks have, so that it waits.
    private const string Uncovered = "3000000.00";
    private const int MostQueued = 1_000;
    private static readonly DateOnly Day = new(2026, 3, 2);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan CyclePoll = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    // By the nodes' own clock.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private static readonly string[] Passing = [BankCodes.ParticipantUnknown, ChannelCodes.ChannelUnknown, AgentCodes.NotAcknowledged];

    private readonly ulong seed;
    private readonly string folder = Directory.CreateTempSubdirectory("settlement-fuzz-").FullName;
    private readonly HurriedTime time = new(TimeProvider.System, FuzzNetwork.Start, Pace);
    private readonly Dictionary<string, Node> nodes = [];
    private readonly Dictionary<string, KeyFacts> facts = [];
    private readonly List<SettlementClient> clients = [];
    private int payments;

    private DoorWorld(ulong seed) => this.seed = seed;

    /// <summary>What the nodes log.</summary>
    public DoorLog Log { get; } = new();

    /// <summary>The nodes by name.</summary>
    public IReadOnlyDictionary<string, Node> Nodes => nodes;

    /// <summary>The nodes' clock.</summary>
    public TimeProvider Time => time;

    /// <summary>Ids that a case can name without knowing them: the channel, a cycle, an instruction, the instance that it created, a payment that waits at Beta, and a piece of evidence.</summary>
    public IReadOnlyDictionary<string, string> Ids { get; private set; } = new Dictionary<string, string>();

    /// <summary>Starts the nodes, opens and funds the channel, settles a payment, and leaves one that waits.</summary>
    public static async Task<DoorWorld> StartAsync(ulong seed, CancellationToken ct)
    {
        DoorWorld world = new(seed);
        try
        {
            await world.StartNodesAsync(ct);
            await world.PrepareAsync(ct);
            return world;
        }
        catch
        {
            await world.DisposeAsync();
            throw;
        }
    }

    /// <summary>Where participants reach a node, and by which key.</summary>
    public Destination Door(string name) => new(facts[name].Participant, nodes[name].PeerAddress, facts[name].TlsFingerprint);

    /// <summary>The key by which a node's participant is known at the doors of others.</summary>
    public TlsIdentity IdentityOf(string name) => new KeyFolder(PathOf(name)).ReadTlsIdentity();

    /// <summary>Every node still does its work: it runs, answers, and a payment settles both ways.</summary>
    public async Task CheckAsync(CancellationToken ct)
    {
        foreach ((string name, Node node) in nodes)
        {
            BrokenPromise.Unless(!node.Running.IsCompleted, "a node goes on, whatever comes to its doors", name);
            BrokenPromise.Unless(await Client(name, Operator).IsReadyAsync(ct), "a node stays ready", name);
            _ = await Client(name, Operator).AlarmsAsync("0", 1, ct);
        }

        foreach (string bank in (string[])["alpha", "beta"]) await ClearAsync(bank, ct);
        _ = await PayAsync("alpha", "beta", ct);
        _ = await PayAsync("beta", "alpha", ct);
        Log.Check();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (SettlementClient client in clients) client.Dispose();
        // The ledger last: the others wait for its answers.
        foreach (Node node in nodes.Values.Reverse().ToList()) await node.DisposeAsync();
        Log.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private async Task StartNodesAsync(CancellationToken ct)
    {
        foreach ((string name, string bic, NodeRole role) in ((string, string, NodeRole)[])
            [("ledger", "LEDGDEFFXXX", NodeRole.Ledger), ("agent", "MARKDEFFXXX", NodeRole.Agent), ("regulator", "SUPVDEFFXXX", NodeRole.Regulator),
             ("alpha", "ALPHDEFFXXX", NodeRole.Bank), ("beta", "BETAFRPPXXX", NodeRole.Bank)])
            facts[name] = new KeyFolder(PathOf(name)).Create(new KeyOwner(FuzzNetwork.Network, FuzzNetwork.IdOf(bic)), role, Entropy(name, "keys"), time.GetUtcNow());
        IReadOnlyList<int> ports = FreePorts.Take(facts.Count, new SystemEntropy());
        await StartAsync("ledger", NodeRole.Ledger, ports[0], ct);
        await StartAsync("agent", NodeRole.Agent, ports[1], ct);
        await StartAsync("regulator", NodeRole.Regulator, ports[2], ct);
        await StartAsync("alpha", NodeRole.Bank, ports[3], ct);
        await StartAsync("beta", NodeRole.Bank, ports[4], ct);
    }

    private async Task StartAsync(string name, NodeRole role, int port, CancellationToken ct)
    {
        NodeConfiguration configuration = new()
        {
            Role = role,
            Network = FuzzNetwork.Network,
            Participant = facts[name].Participant,
            Name = name,
            Lei = "",
            Folder = PathOf(name),
            Peer = new PeerConfiguration(new IPEndPoint(IPAddress.Loopback, port), new Uri($"https://127.0.0.1:{port}")),
            Api = new ApiConfiguration(new IPEndPoint(IPAddress.Loopback, 0), null, null, RequestsPerSecond,
                [Token(BackOffice, ApiRole.BackOffice), Token(Operator, ApiRole.Operator), Token(Auditor, ApiRole.Audit)]),
            Database = null,
            Ledger = role == NodeRole.Ledger ? null : new LedgerPin(Door("ledger"), facts["ledger"].Checkpoint!.Value),
            Agent = role == NodeRole.Bank ? new ParticipantPin(facts["agent"].Participant, facts["agent"].RootFingerprint) : null,
            Supervisors = role == NodeRole.Agent ? [new ParticipantPin(facts["regulator"].Participant, facts["regulator"].RootFingerprint)] : [],
            Accept = role == NodeRole.Bank ? [.. ContractLibrary.All] : [],
            CyclePoll = role == NodeRole.Bank ? CyclePoll : null,
            Running = RunningConfiguration.Default with { TickInterval = Tick },
        };
        nodes[name] = await Node.StartAsync(configuration, _ => Task.FromResult(NodeDatabase.On(new InMemoryVault())), Entropy(name, "node"), time, Log, ct);
    }

    private async Task PrepareAsync(CancellationToken ct)
    {
        SettlementClient alpha = Client("alpha", Operator), beta = Client("beta", Operator);
        foreach (SettlementClient bank in (SettlementClient[])[alpha, beta]) _ = await bank.OpenBusinessDayAsync(Day, ct);
        ChannelOrder order = new()
        {
            Counterparty = facts["beta"].Participant.ToString(),
            RootFingerprint = facts["beta"].RootFingerprint.ToString(),
            Observers = [new PinnedParticipant(facts["regulator"].Participant.ToString(), facts["regulator"].RootFingerprint.ToString())],
            Contracts = ["GrossPayment", "PoolFunding", "Escrow"],
            Currencies = ["EUR"],
        };
        string channel = (await MustAsync("a channel opens", () => alpha.OpenChannelAsync(order, ct), ct)).Id;
        foreach (string bank in (string[])["alpha", "beta"])
        {
            _ = await MustAsync("the agent credits", () => Client("agent", Operator).CreditAsync(facts[bank].Participant.ToString(), new CreditOrder("opening " + bank, "EUR", Funds), ct), ct);
            _ = await MustAsync("a side is funded", () => FundAsync(Client(bank, Operator), channel, ct), ct);
        }

        string instruction = await PayAsync("alpha", "beta", ct);
        string instance = (await Client("alpha", BackOffice).GetInstructionAsync(instruction, ct)).Entry ?? throw new BrokenPromise("a settled instruction names its entry", instruction);
        // The first of them; orders that are made from the drafts open others, once it has settled.
        CycleInfo cycle = await Client("agent", Operator).OpenCycleAsync(new CycleOrder { Currency = "EUR" }, ct);
        Ids = new Dictionary<string, string> { ["cycle"] = cycle.Cycle, ["channel"] = channel, ["instruction"] = instruction, ["instance"] = instance, ["waiting"] = await QueueAsync("beta", "alpha", ct), ["evidence"] = await EvidenceAsync(ct) };
    }

    private async Task<string> PayAsync(string from, string to, CancellationToken ct)
    {
        SettlementClient bank = Client(from, BackOffice);
        string id = await SubmitAsync(from, to, "0.01", TimeSpan.FromSeconds(30), ct);
        Instruction now = await bank.GetInstructionAsync(id, ct);
        for (DateTimeOffset end = time.GetUtcNow() + Patience; now.Status is not "ACSC" and not "RJCT" && time.GetUtcNow() < end; now = await bank.GetInstructionAsync(id, ct)) await Task.Delay(Poll, time, ct);
        BrokenPromise.Unless(now.Status == "ACSC", "honest payments settle", $"{from}: {now.Status} {now.Reason}");
        return id;
    }

    /// <summary>A payment that waits because nothing covers it.</summary>
    private async Task<string> QueueAsync(string from, string to, CancellationToken ct)
    {
        string id = await SubmitAsync(from, to, Uncovered, TimeSpan.Zero, ct);
        QueuePage page = await Client(from, BackOffice).QueueAsync(null, MostQueued, ct);
        BrokenPromise.Unless(page.Payments.Any(payment => payment.Instruction == id), "a payment that nothing covers waits", id);
        return id;
    }

    private async Task<string> SubmitAsync(string from, string to, string amount, TimeSpan wait, CancellationToken ct)
    {
        int number = ++payments;
        string body = $$"""
            {"messageType":"pacs.008.001.08","messageId":"M{{number}}","instructionId":"I{{number}}","endToEndId":"E{{number}}","transactionId":"T{{number}}","amount":"{{amount}}","currency":"EUR","settlementDate":"2026-03-02",
            "instructingAgent":"{{facts[from].Participant}}","instructedAgent":"{{facts[to].Participant}}","debtor":{"name":"Debtor"},"creditor":{"name":"Creditor"} }
            """;
        MessageReceipt receipt = await Client(from, BackOffice).SubmitAsync(Encoding.UTF8.GetBytes(body), "application/json", $"honest-{number}", wait, ct);
        return receipt.Instructions[0].Id;
    }

    /// <summary>Takes away what is in the way of an honest payment and was ordered at the API: limits, and payments that wait.</summary>
    private async Task ClearAsync(string bank, CancellationToken ct)
    {
        SettlementClient treasury = Client(bank, Operator), office = Client(bank, BackOffice);
        foreach (TreasuryLimit limit in (await treasury.LimitsAsync(ct)).Limits)
            _ = await treasury.SetLimitAsync(new TreasuryLimitOrder(limit.Kind, limit.Currency, null, limit.Counterparty), ct);
        for (QueuePage page = await office.QueueAsync(null, MostQueued, ct); page.Payments.Count > 0; page = await office.QueueAsync(null, MostQueued, ct))
        {
            foreach (QueuedPayment payment in page.Payments) await CancelAsync(office, payment.Instruction, ct);
        }
    }

    private static async Task CancelAsync(SettlementClient office, string instruction, CancellationToken ct)
    {
        try
        {
            _ = await office.ChangeQueuedAsync(instruction, new QueueOrder("cancel"), ct);
        }
        catch (SettlementApiException refused) when (refused.Code == BankCodes.NotQueued)
        {
            // It has just gone on its way, covered or offset.
        }
    }

    /// <summary>A piece of evidence, which one participant's garbage leaves with another.</summary>
    private async Task<string> EvidenceAsync(CancellationToken ct)
    {
        using TlsIdentity beta = IdentityOf("beta");
        using PeerClient client = new(Door("alpha"), beta, TimeProvider.System);
        for (DateTimeOffset end = time.GetUtcNow() + Patience; ; await Task.Delay(Poll, time, ct))
        {
            _ = await client.SendAsync(Core.Machines.Door.Peer, [1], ct);
            AlarmPage page = await Client("alpha", Operator).AlarmsAsync("0", 10, ct);
            if (page.Alarms.SelectMany(static alarm => alarm.Evidence).FirstOrDefault() is { } piece) return piece.Id;
            BrokenPromise.Unless(time.GetUtcNow() < end, "garbage leaves evidence");
        }
    }

    private async Task<T> MustAsync<T>(string promise, Func<Task<T>> request, CancellationToken ct)
    {
        for (DateTimeOffset end = time.GetUtcNow() + Patience; ; await Task.Delay(Poll, time, ct))
        {
            try
            {
                return await request();
            }
            catch (SettlementApiException refused)
            {
                BrokenPromise.Unless(Passing.Contains(refused.Code) && time.GetUtcNow() < end, promise, refused.Message);
            }
        }
    }

    private static async Task<bool> FundAsync(SettlementClient bank, string channel, CancellationToken ct)
    {
        await bank.FundAsync(channel, new MoneyOrder("EUR", Funds), ct);
        return true;
    }

    private SettlementClient Client(string name, string token)
    {
        SettlementClient client = new(nodes[name].ApiAddress, token);
        clients.Add(client);
        return client;
    }

    private SeededEntropy Entropy(string name, string use) => new(Chance.SeedOf(seed, name + "/" + use, 0));

    private string PathOf(string name) => Path.Combine(folder, name);

    private static ApiToken Token(string text, ApiRole role) => new(text, Digest.Of(Encoding.UTF8.GetBytes(text)), new HashSet<ApiRole> { role });
}
