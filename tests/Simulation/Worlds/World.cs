using Settlement.Contracts;
using Settlement.Core.Agent;
using Settlement.Core.Bank;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Participants;
using Settlement.Core.Regulator;
using Settlement.Tests.Simulation.Invariants;
using Settlement.Tests.Simulation.Workload;

namespace Settlement.Tests.Simulation.Worlds;

/// <summary>
/// A whole network in one thread: a ledger, banks, the settlement agent and a supervisor, driven by one queue of events and
/// one seed. Faults rage for a while, then the world heals and must come to rest.
/// </summary>
internal sealed class World
{
    public const string Network = "simulation";

    /// <summary>A world that is not at rest so long after it healed never will be.</summary>
    public static readonly TimeSpan LongestHealing = TimeSpan.FromMinutes(6);

    public static readonly DateTimeOffset Epoch = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    private const int MaxEvents = 2_000_000;
    private const int EventsOfPayment = 100;
    private readonly PriorityQueue<Action, (DateTimeOffset At, long Order)> events = new();
    private readonly Dictionary<long, Action<object>> calls = [];
    private readonly List<LedgerNode> ledgers = [];
    private long order;
    private long lastCall;

    public World(ulong seed, Mutation mutation = Mutation.None, bool keepTrace = false, Func<Swarm, Swarm>? change = null)
    {
        Seed = seed;
        Mutation = mutation;
        Trace = new Trace(keepTrace);
        Chance = new Chance(seed);
        Swarm = Swarm.Draw(Chance.Fork("swarm"));
        if (change is not null) Swarm = change(Swarm);
        Net = new Net(this);
        SeededEntropy entropy = new(unchecked((long)Chance.SeedOf(seed, "keys", 0)));
        SigningKey checkpointKey = SigningKey.Generate(entropy);
        SigningKey postingKey = SigningKey.Generate(entropy);
        for (int i = 0; i < (mutation == Mutation.LedgerSplits ? 2 : 1); i++)
            ledgers.Add(new LedgerNode(this, i == 0 ? "Ledger" : "Ledgr2", Named("LEDGDEFFXXX"), checkpointKey));
        Supervisor = new MachineNode(this, "Superv", Named("SUPVDEFFXXX"), new Role("regulator", RegulatorMachine.RecoveryKinds, static _ => [],
            (parts, rows) => new RegulatorMachine(parts, new RegulatorSettings(), rows)));
        Agent = new MachineNode(this, "Agent", Named("AGNTDEFFXXX"), new Role("agent", AgentMachine.RecoveryKinds, static _ => [],
            (parts, rows) => new AgentMachine(new AgentParts(parts, postingKey, [Supervisor.Pin]), rows)), postingKey);
        string[] names = ["ALPHDEFFXXX", "BETAFRPPXXX", "GAMMNL2AXXX", "DELTITMMXXX", "EPSLESMMXXX", "ZETAATWWXXX", "ETABBEBBXXX", "THETPTPLXXX"];
        BankSettings settings = Swarm.Bank with
        {
            AcceptedContracts = Library.Sources.Select(HashOf).ToHashSet(),
            CyclePoll = Swarm.Cycles ? TimeSpan.FromSeconds(1) : null,
            OffsetPoll = Swarm.Offsets ? TimeSpan.FromSeconds(1) : null,
            // Every bank grants every other what the operators of this world order.
            GrantedLimits = names.ToDictionary(static id => (Named(id), "EUR"), _ => Swarm.Limit),
        };
        Banks = [.. names.Take(Swarm.Banks).Select((id, i) => new MachineNode(this, "Bank" + (char)('A' + i), Named(id),
            new Role("bank", BankMachine.RecoveryKinds, BankMachine.RecoveryLookups, (parts, rows) => new BankMachine(new BankParts(parts, settings, Agent.Pin), rows))))];
        Silent = Chance.Fork("silent").Pick(Banks);
        Invariants = new Watch(this);
        Workload = new Day(this);
    }

    public ulong Seed { get; }

    public Mutation Mutation { get; }

    public Swarm Swarm { get; }

    public Chance Chance { get; }

    public Trace Trace { get; }

    public Net Net { get; }

    public IReadOnlyList<MachineNode> Banks { get; }

    /// <summary>The bank that does not say what the swarm has it keep to itself.</summary>
    public MachineNode Silent { get; }

    public MachineNode Agent { get; }

    public MachineNode Supervisor { get; }

    public Watch Invariants { get; }

    public Day Workload { get; }

    /// <summary>The true time.</summary>
    public DateTimeOffset Now { get; private set; } = Epoch;

    public TimeSpan Elapsed => Now - Epoch;

    /// <summary>Whether faults still happen.</summary>
    public bool IsStormy { get; private set; } = true;

    /// <summary>Every node.</summary>
    public IEnumerable<SimulatedNode> Nodes => [.. ledgers, Agent, Supervisor, .. Banks];

    /// <summary>Lets something happen later.</summary>
    public void After(TimeSpan time, Action act) => events.Enqueue(act, (Now + time, order++));

    /// <summary>The node of a participant, as another one reaches it.</summary>
    public SimulatedNode Find(ParticipantId id, MachineNode from) => id == ledgers[0].Id ? LedgerOf(from) : Nodes.First(n => n.Id == id);

    public LedgerPin LedgerPinOf(MachineNode node) => LedgerOf(node).Pin;

    /// <summary>A number for a call, and what to do with its answer. A node that dies never answers.</summary>
    public long NewCall(Action<object> onAnswer)
    {
        calls[++lastCall] = onAnswer;
        return lastCall;
    }

    public void Answer(long call, object body)
    {
        Violation.Unless(calls.Remove(call, out Action<object>? onAnswer), "every call is answered once", $"call {call} was answered again, with {body.GetType().Name}");
        onAnswer!(body);
    }

    /// <summary>Lives the world to its end.</summary>
    /// <exception cref="Violation">When an invariant does not hold.</exception>
    public void Run()
    {
        Trace.Add(Elapsed, "world", $"seed {Seed} {Mutation}: {Swarm}");
        foreach (SimulatedNode node in Nodes) After(Chance.Between(TimeSpan.Zero, TimeSpan.FromSeconds(node is LedgerNode ? 0 : 2)), node.Start);
        After(TimeSpan.FromSeconds(1), Weather);
        After(Swarm.Storm, Heal);
        Workload.Begin();
        DateTimeOffset nextLook = Epoch;
        DateTimeOffset deadline = Epoch + Swarm.Storm + LongestHealing;
        for (int handled = 0; events.TryDequeue(out Action? act, out (DateTimeOffset At, long Order) due); handled++)
        {
            Violation.Unless(handled < MaxEvents + EventsOfPayment * Swarm.Payments, "the world comes to rest", $"{MaxEvents} events and no end");
            Now = due.At;
            act();
            if (IsStormy || Now < nextLook) continue;
            nextLook = Now + TimeSpan.FromMilliseconds(500);
            string? restless = Workload.IsOver ? Invariants.Restlessness() : Workload.Restless ?? "messages are unanswered";
            if (restless is null) break;
            Violation.Unless(Now < deadline, "the world comes to rest", restless);
        }

        Invariants.OnRest();
        Trace.Add(Elapsed, "world", $"rests after {Invariants.Summary()}");
    }

    private LedgerNode LedgerOf(MachineNode node) => ledgers[ledgers.Count > 1 && node == Banks[1] ? 1 : 0];

    private void Weather()
    {
        if (!IsStormy) return;
        After(TimeSpan.FromSeconds(1), Weather);
        if (Chance.Happens(Swarm.CutPerMille))
        {
            List<SimulatedNode> all = [.. Nodes];
            SimulatedNode one = Chance.Pick(all);
            all.Remove(one);
            Net.Cut(one, Chance.Pick(all), bothWays: Chance.Happens(700), Chance.Between(TimeSpan.FromSeconds(1), Swarm.LongestCut));
        }

        if (Swarm.CrashBeforeCommitPerMille > 0 && Chance.Happens(20)) Chance.Pick([.. Nodes.Where(n => n is not LedgerNode || Swarm.LedgerCrashes)]).Crash(Chance.Between(TimeSpan.FromSeconds(1), Swarm.LongestOutage));
        if (Swarm.ClocksJump && Chance.Happens(50)) Chance.Pick([.. Nodes]).SetClock();
    }

    private void Heal()
    {
        IsStormy = false;
        Net.Heal();
        Trace.Add(Elapsed, "world", "heals");
        foreach (SimulatedNode node in Nodes)
        {
            // Nobody who is away stays away.
            if (!node.IsUp) After(Chance.Between(TimeSpan.Zero, TimeSpan.FromSeconds(3)), () => StartIfDown(node));
        }
    }

    private static void StartIfDown(SimulatedNode node)
    {
        if (!node.IsUp) node.Start();
    }

    private static ParticipantId Named(string id) => ParticipantId.TryParse(id, out ParticipantId parsed) ? parsed : throw new ArgumentException("No participant.", nameof(id));

    private static string HashOf(string source) => Convert.ToHexStringLower(ContractCompiler.Compile("library", source).Contract!.Hash);
}
