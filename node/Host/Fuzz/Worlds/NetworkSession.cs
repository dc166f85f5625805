using System.Buffers.Binary;
using Google.Protobuf;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Participants;
using Settlement.Host.Fuzz.Mutations;
using Settlement.Wire.Channels;

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
    private const int MostRepeats = 10_000;
    private const int MostFlooded = 2 * 1024 * 1024;
    private const long Funds = 100_000;

    // More than a bank's funds and limit cover, so that it waits; and a few that wait are enough.
    private const long Uncovered = 150_000;
    private const int MostQueued = 4;

    // Longer than an opening is tried: one that its proposer spoiled is given up only then.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private readonly NetworkFocus focus;
    private readonly FuzzNetwork network;
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
        if (focus != NetworkFocus.Opening) Prepare();
        foreach (FuzzNode node in network.Nodes) held[node] = Retained.BytesOf(node.Machine);
    }

    /// <summary>What the honest network has sent, for targets that read it as bytes.</summary>
    public IReadOnlyDictionary<Travel, List<Traveller>> Seen => network.Seen;

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
        promises.SettleHonestly();
        promises.CheckGroups();
        promises.CheckCycles();
        promises.CheckMoney(funded);
        promises.CheckSupervisor();
        promises.CheckAudit(new Chance((ulong)network.Seen[Travel.PeerBatch].Count));
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
        foreach (FuzzNode bank in Banks) BrokenPromise.Unless(TryFund(bank), "a channel is funded", $"{bank.Id}: {network.Alarms}");
        foreach (FuzzNode bank in Banks)
        {
            byte[] paid = network.Pay(bank)[0];
            network.Pay(bank, 4);
            network.OrderGroup(bank);
            network.Return(bank == network.Alpha ? network.Beta : network.Alpha, bank, paid);
            network.Defund(bank, 1);
        }

        network.OpenCycle();
        // Long enough for the groups to end, so that their outcomes have travelled, too.
        network.Pass(TimeSpan.FromSeconds(20));
        foreach (FuzzNode bank in Banks) BrokenPromise.Unless(network.GroupsOf(bank) == 0, "a group ends", $"{bank.Id}: {network.Alarms}");
    }

    private FuzzNode[] Banks => [network.Alpha, network.Beta];

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
                _ = network.AskAgent(Sender(chance), Changed(Travel.AgentRequest, chance));
                break;
            case NetworkFocus.Ledger when chance.Percent(90):
                _ = network.Ledger.Ask(network.Now, chance.Percent(20) ? "" : Sender(chance).ToString(), Changed(Travel.LedgerRequest, chance));
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
                if (chance.Percent(60)) network.Deliver(Sender(chance), focus == NetworkFocus.Regulator ? network.Supervisor : chance.Pick(Banks), Changed(Travel.PeerBatch, chance));
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
        if (chance.Percent(40) && network.Seen[Travel.PeerBatch].Count > 0) network.Deliver(Sender(chance), chance.Pick(network.Nodes), Changed(Travel.PeerBatch, chance));
        if (openings >= MostOpenings && !isOpen) return;
        openings++;
        if (network.TryOpen() is null) network.Pass(TimeSpan.FromSeconds(chance.From(1, 60)));
        else isOpen = true;
    }

    private void Work(Chance chance)
    {
        FuzzNode bank = chance.Pick(Banks);
        if (focus is NetworkFocus.Agent or NetworkFocus.Answers && chance.Percent(30)) TryFund(bank);
        else if (chance.Percent(20)) network.OrderGroup(bank);
        else if (chance.Percent(15)) network.OpenCycle();
        else lastPaid = (bank, network.Pay(bank, chance.From(1, 3))[0]);
        network.Pass(TimeSpan.FromSeconds(chance.From(1, 5)));
        // Money goes back to its account, or to its payer.
        if (chance.Percent(30)) network.Defund(bank, chance.From(1, 3));
        else if (chance.Percent(40) && lastPaid is { } paid) network.Return(paid.Payer == network.Alpha ? network.Beta : network.Alpha, paid.Payer, paid.Instruction);
        else return;
        network.Pass(TimeSpan.FromSeconds(chance.From(1, 5)));
    }

    /// <summary>Payments wait at the sequencer, now and then at the other member too, and it is offered what that member made up.</summary>
    private void Offer(Chance chance)
    {
        bool isAlphas = View(network.Alpha).IsSequencer;
        FuzzNode victim = isAlphas ? network.Alpha : network.Beta, other = isAlphas ? network.Beta : network.Alpha;
        if (View(victim).Queued < MostQueued) network.Pay(victim, chance.From(1, 2), Uncovered);
        if (chance.Percent(20) && View(other).Queued < MostQueued) network.Pay(other, 1, Uncovered);
        if (other.Channel() is { } context)
            network.Deliver(other.Id, victim, new OfferForgery(context, entropy).Draw(View(victim).Term, network.Seen[Travel.PeerBatch], network.Now, chance));
    }

    /// <summary>While something honest is under way, some of what travels is changed, lost or repeated.</summary>
    private void Tampered(Chance chance, Travel kind, Action work)
    {
        Chance onTheWay = new(chance.Next());
        network.Tamper = traveller => traveller.Kind != kind || onTheWay.Percent(50) ? traveller.Body
            : onTheWay.Percent(15) ? null
            : Changed(traveller, onTheWay);
        work();
        network.Tamper = null;
        network.Settle();
    }

    private byte[] Changed(Travel kind, Chance chance)
    {
        IReadOnlyList<Traveller> seen = network.Seen[kind];
        return seen.Count == 0 ? chance.Bytes(chance.From(0, 200)) : Changed(chance.Pick(seen), chance);
    }

    private byte[] Changed(Traveller traveller, Chance chance)
    {
        byte[] body = traveller.Body;
        if (traveller.Kind == Travel.PeerBatch && chance.Percent(5)) return Flood(body, chance);
        if (traveller.Kind == Travel.PeerBatch && chance.Percent(40) && Insider(traveller.From) is { } insider && insider.Channel() is { } context)
        {
            using SigningKey key = insider.ChannelKey(context.Channel);
            body = new Forgery(context, key, entropy).Change(body, chance);
            if (chance.Percent(80)) return body;
        }

        return chance.Percent(5) ? body : WireMutator.Mutate(body, chance, chance.Pick(network.Seen[traveller.Kind]).Body);
    }

    /// <summary>One message as often as a batch may hold messages, or as a case may have bytes.</summary>
    private static byte[] Flood(byte[] batch, Chance chance)
    {
        if (!Parsing.TryParse(PeerBatch.Parser, batch, out PeerBatch? read) || read.Messages.Count == 0) return batch;
        PeerMessage repeated = chance.Pick(read.Messages);
        read.Messages.Clear();
        read.Messages.Add(Enumerable.Repeat(repeated, Math.Min(MostRepeats, MostFlooded / Math.Max(1, repeated.CalculateSize()))));
        return read.ToByteArray();
    }

    private FuzzNode? Insider(ParticipantId member) => network.Nodes.FirstOrDefault(node => node.Id == member && node != network.Agent);

    private ChannelView View(FuzzNode bank) => NetworkPromises.View(network, bank);
}
