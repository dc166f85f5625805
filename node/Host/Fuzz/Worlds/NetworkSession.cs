using System.Buffers.Binary;
using Settlement.Core.Bank;
using Settlement.Core.Identifiers;

namespace Settlement.Host.Fuzz.Worlds;

/// <summary>What a session on a network does most.</summary>
internal enum NetworkFocus
{
    /// <summary>Messages to banks, made up or changed on their way.</summary>
    Banks,

    /// <summary>The same while a channel is being opened.</summary>
    Opening,

    /// <summary>Messages to the supervisor.</summary>
    Regulator,

    /// <summary>Requests to the settlement agent.</summary>
    Agent,

    /// <summary>Requests to the ledger.</summary>
    Ledger,

    /// <summary>What ledger and agent answer.</summary>
    Answers,
}

/// <summary>
/// Cases on one network of shipping machines. A case is eight bytes, from which everything is drawn that is done to the
/// network: so a replay works on the heads and signatures of its own network. In the end the same machines, started again
/// from their vaults, must settle honest payments.
/// </summary>
internal sealed class NetworkSession : IFuzzSession
{
    /// <summary>What a machine may hold more at the end of a session than at its start.</summary>
    public const long MaximumGrowth = 4L * 1024 * 1024;

    /// <summary>What a node may write in one case, in bytes: of a second of an honest network it is some hundred thousand.</summary>
    public const long MaximumWritten = 64L * 1024 * 1024;

    private const int MostOpenings = 6;
    private const long Funds = 100_000;

    // More than a bank's funds and limit cover, so that it waits; and a few that wait are enough.
    private const long Uncovered = 150_000;
    private const int MostQueued = 4;

    // Longer than an opening is tried: one that its proposer spoiled is given up only then.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private readonly NetworkFocus focus;
    private readonly FuzzNetwork network;
    private readonly FuzzTreasury treasury;
    private readonly Changes changes;
    private readonly SeededEntropy entropy;
    private readonly Dictionary<FuzzNode, long> held = [];
    private bool isOpen;
    private int openings;
    private (FuzzNode Payer, byte[] Instruction)? lastPaid;
    private long funded;

    public NetworkSession(ulong seed, NetworkFocus focus)
    {
        this.focus = focus;
        entropy = new SeededEntropy(seed + 100);
        network = new FuzzNetwork(seed);
        treasury = new FuzzTreasury(network, Patience);
        changes = new Changes(network, entropy);
        if (focus != NetworkFocus.Opening) Prepare();
        foreach (FuzzNode node in network.Nodes) held[node] = Retained.BytesOf(node.Machine);
    }

    /// <summary>What the honest network has sent, for targets that read it as bytes.</summary>
    public Travelled Travelled => network.Travelled;

    /// <inheritdoc/>
    public byte[] Make(Chance chance) => chance.Bytes(sizeof(ulong));

    /// <inheritdoc/>
    public ValueTask FeedAsync(byte[] input, CancellationToken ct)
    {
        Chance chance = new(input.Length == sizeof(ulong) ? BinaryPrimitives.ReadUInt64LittleEndian(input) : 0);
        Dictionary<FuzzNode, long> before = network.Nodes.ToDictionary(static node => node, static node => node.Written);
        Do(chance);
        foreach (FuzzNode node in network.Nodes)
            BrokenPromise.Unless(node.Written - before[node] <= MaximumWritten, "what a node writes in a case is bounded", $"{node.Id}: {node.Written - before[node]} bytes");
        return ValueTask.CompletedTask;
    }

    private void Do(Chance chance)
    {
        switch (chance.Below(100))
        {
            case < 5:
                network.Pass(TimeSpan.FromSeconds(chance.From(1, 20)));
                break;
            case < 8:
                chance.Pick(network.Nodes).Restart();
                break;
            case < 10:
                network.Ledger.Restart();
                break;
            default:
                Attack(chance);
                break;
        }
    }

    /// <inheritdoc/>
    public ValueTask EndAsync(CancellationToken ct)
    {
        network.Tamper = null;
        // Long enough for what garbage had put off, so that what is still held is held for good.
        network.Pass(TimeSpan.FromMinutes(3));
        foreach (FuzzNode node in network.Nodes)
        {
            long now = Retained.BytesOf(node.Machine);
            BrokenPromise.Unless(now - held[node] <= MaximumGrowth, "a machine holds no more after garbage than before", $"{node.Id}: {held[node]} bytes, then {now}");
            node.Restart();
        }

        network.Ledger.Restart();
        network.Ledger.Verify(network.Now, network.Alpha.Id.ToString());
        network.Pass(TimeSpan.FromSeconds(10));
        if (!isOpen) Prepare();
        NetworkPromises promises = new(network, Patience);
        promises.EmptyQueues();
        // Who owes what it may has no cover for honest payments.
        foreach (FuzzNode bank in network.Banks.Where(bank => network.Position(bank) is { Position.MinorUnits: <= 0 })) TryFund(bank);
        promises.SettleHonestly();
        promises.CheckGroups();
        promises.CheckCycles();
        promises.CheckMoney(funded);
        promises.CheckSupervisor();
        promises.CheckAudit(new Chance((ulong)network.Travelled.Newest[Travel.PeerBatch].Count));
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        network.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>A channel with money on both sides, and payments in it both ways.</summary>
    private void Prepare()
    {
        for (DateTimeOffset end = network.Now + Patience; network.TryOpen() is null; network.Pass(TimeSpan.FromSeconds(10)))
            BrokenPromise.Unless(network.Now < end, "a channel opens", $"none did in {Patience}, {network.OpeningRefusal}: {network.Alarms}");
        isOpen = true;
        treasury.Begin();
        foreach (FuzzNode bank in network.Banks) BrokenPromise.Unless(TryFund(bank), "a channel is funded", $"{bank.Id}: {network.Alarms}");
        treasury.AskFunded();
        foreach (FuzzNode bank in network.Banks)
        {
            byte[] paid = network.Pay(bank)[0];
            network.Pay(bank, 4);
            network.OrderGroup(bank);
            network.Return(network.Other(bank), bank, paid);
            network.Defund(bank, 1);
        }

        network.Operator.OpenCycle();
        // Long enough for the groups to end, so that their outcomes have travelled, too.
        network.Pass(TimeSpan.FromSeconds(20));
        foreach (FuzzNode bank in network.Banks) BrokenPromise.Unless(network.GroupsOf(bank) == 0, "a group ends", $"{bank.Id}: {network.Alarms}");
    }

    private bool TryFund(FuzzNode bank)
    {
        funded += Funds;
        return network.TryFund(bank, Funds);
    }

    private void Attack(Chance chance)
    {
        switch (focus)
        {
            case NetworkFocus.Agent when chance.Percent(70):
                _ = network.AskAgent(Sender(chance), changes.Of(Travel.AgentRequest, chance));
                break;
            case NetworkFocus.Ledger when chance.Percent(90):
                _ = network.Ledger.Ask(network.Now, chance.Percent(20) ? "" : Sender(chance).ToString(), changes.Of(Travel.LedgerRequest, chance));
                break;
            case NetworkFocus.Opening:
                Tampered(chance, Travel.PeerBatch, () => Open(chance));
                break;
            case NetworkFocus.Agent or NetworkFocus.Ledger or NetworkFocus.Answers:
                Tampered(chance, chance.Pick([Travel.LedgerReply, Travel.AgentReply, Travel.LedgerRequest, Travel.AgentRequest]), () => Work(chance));
                break;
            case NetworkFocus.Banks when chance.Percent(25):
                Offer(chance);
                break;
            default:
                if (chance.Percent(60)) network.Deliver(Sender(chance), focus == NetworkFocus.Regulator ? network.Supervisor : chance.Pick(network.Banks), changes.Of(Travel.PeerBatch, chance));
                else Tampered(chance, Travel.PeerBatch, () => Work(chance));
                break;
        }
    }

    /// <summary>Everybody who is listed may say anything: the members, the supervisor, the agent, and somebody else.</summary>
    private ParticipantId Sender(Chance chance) => chance.Below(10) switch
    {
        < 3 => network.Alpha.Id,
        < 7 => network.Beta.Id,
        7 => network.Supervisor.Id,
        8 => network.Agent.Id,
        _ => network.Outsider,
    };

    private void Open(Chance chance)
    {
        if (chance.Percent(40) && network.Travelled.Newest[Travel.PeerBatch].Count > 0) network.Deliver(Sender(chance), chance.Pick(network.Nodes), changes.Of(Travel.PeerBatch, chance));
        if (openings >= MostOpenings && !isOpen) return;
        openings++;
        if (network.TryOpen() is null) network.Pass(TimeSpan.FromSeconds(chance.From(1, 60)));
        else isOpen = true;
    }

    private void Work(Chance chance)
    {
        FuzzNode bank = chance.Pick(network.Banks);
        if (focus is NetworkFocus.Agent or NetworkFocus.Answers && chance.Percent(30)) TryFund(bank);
        else if (chance.Percent(20)) network.OrderGroup(bank);
        else if (chance.Percent(15)) Cycle(bank, chance);
        else if (chance.Percent(10)) treasury.PayAcross(bank);
        else if (chance.Percent(10)) treasury.Grant(bank, chance);
        else if (chance.Percent(5)) treasury.AskFunded();
        else lastPaid = (bank, network.Pay(bank, chance.From(1, 3))[0]);
        network.Pass(TimeSpan.FromSeconds(chance.From(1, 5)));
        // Money goes back to its account, or to its payer.
        if (chance.Percent(30)) network.Defund(bank, chance.From(1, 3));
        else if (chance.Percent(40) && lastPaid is { } paid) network.Return(network.Other(paid.Payer), paid.Payer, paid.Instruction);
        else return;
        network.Pass(TimeSpan.FromSeconds(chance.From(1, 5)));
    }

    /// <summary>A cycle, in which now and then somebody owes. Who did has money in the channel afterwards, since without it hardly anything is paid.</summary>
    private void Cycle(FuzzNode bank, Chance chance)
    {
        bool owes = chance.Percent(50);
        if (owes) treasury.Owe(bank);
        network.Operator.OpenCycle();
        if (!owes) return;
        network.Pass(TimeSpan.FromSeconds(chance.From(5, 20)));
        TryFund(bank);
    }

    /// <summary>Payments wait at the sequencer, now and then at the other member too, and it is offered what that member made up.</summary>
    private void Offer(Chance chance)
    {
        bool isAlphas = View(network.Alpha).IsSequencer;
        FuzzNode victim = isAlphas ? network.Alpha : network.Beta, other = isAlphas ? network.Beta : network.Alpha;
        if (View(victim).Queued < MostQueued) network.Pay(victim, chance.From(1, 2), Uncovered);
        if (chance.Percent(20) && View(other).Queued < MostQueued) network.Pay(other, 1, Uncovered);
        if (other.Channel() is { } context)
            network.Deliver(other.Id, victim, new OfferForgery(context, entropy).Draw(View(victim).Term, network.Travelled.Newest[Travel.PeerBatch], network.Now, chance));
    }

    /// <summary>While something honest is under way, some of what travels is changed, lost or repeated.</summary>
    private void Tampered(Chance chance, Travel kind, Action work)
    {
        Chance onTheWay = new(chance.Next());
        network.Tamper = traveller => traveller.Kind != kind || onTheWay.Percent(50) ? traveller.Body
            : onTheWay.Percent(15) ? null
            : changes.Of(traveller, onTheWay);
        work();
        network.Tamper = null;
        network.Settle();
    }

    private ChannelView View(FuzzNode bank) => NetworkPromises.View(network, bank);
}
