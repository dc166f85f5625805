using Google.Protobuf;
using Settlement.Contracts;
using Settlement.Core.Channels;
using Settlement.Core.Commitments;
using Settlement.Core.Agent;
using Settlement.Core.Bank;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Instructions;
using Settlement.Core.Machines;
using Settlement.Core.Monetary;
using Settlement.Core.Nodes;
using Settlement.Core.Participants;
using Settlement.Core.Reading;
using Settlement.Core.Regulator;
using Settlement.Core.Store;
using Settlement.Wire.Agent;

namespace Settlement.Host.Fuzz.Worlds;

/// <summary>
/// A ledger, a settlement agent, two banks and a supervisor in one thread, wired as the host wires them, and an outsider that
/// the ledger lists and no terms name. All that travels is kept, and may be changed on its way.
/// </summary>
internal sealed class FuzzNetwork : IDisposable
{
    public const string Network = "fuzz";
    public static readonly DateTimeOffset Start = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);
    private static readonly DateOnly Day = new(2026, 3, 2);
    private static readonly TimeSpan GroupLife = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan CyclePoll = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan OffsetPoll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(500);

    private const string AlphaBic = "ALPHDEFFXXX";

    // While it waits the agent may offset it.
    private const string PaymentContract = "OffsetPayment";
    private const long Limit = 1_000;
    private const int MostRounds = 2_000;
    private const int MostListed = 1_000;

    private readonly SeededEntropy entropy;
    private readonly SigningKey posting;
    private readonly Dictionary<long, object> replies = [];
    private readonly List<string> contracts = [ContractLibrary.Load(PaymentContract).Source, ContractLibrary.Load("PoolFunding").Source];
    private long calls;
    private int payments;

    public FuzzNetwork(ulong seed)
    {
        entropy = new SeededEntropy(seed);
        Ledger = new FuzzLedger(seed + 1);
        posting = SigningKey.Generate(entropy);
        BankSettings settings = new()
        {
            AcceptedContracts = ContractLibrary.All.Select(static contract => Convert.ToHexStringLower(contract.Hash)).ToHashSet(StringComparer.Ordinal),
            CyclePoll = CyclePoll,
            OffsetPoll = OffsetPoll,
            // What Alpha proposes and no more: terms that a change gave another limit are refused.
            GrantedLimits = new Dictionary<(ParticipantId, string), long> { [(IdOf(AlphaBic), Eur.Code)] = Limit },
        };
        Supervisor = new FuzzNode("SUPVDEFFXXX", seed + 2, new FuzzRole("regulator", RegulatorMachine.RecoveryKinds, static _ => [],
            static (parts, rows) => new RegulatorMachine(parts, new RegulatorSettings(), rows)), Ledger.Pin, settings.Node);
        Agent = new FuzzNode("MARKDEFFXXX", seed + 3, new FuzzRole("agent", AgentMachine.RecoveryKinds, static _ => [],
            (parts, rows) => new AgentMachine(new AgentParts(parts, posting, [Supervisor.Pin]), rows)), Ledger.Pin, settings.Node, posting);
        FuzzRole bank = new("bank", BankMachine.RecoveryKinds, BankMachine.RecoveryLookups, (parts, rows) => new BankMachine(new BankParts(parts, settings, Agent.Pin), rows));
        Alpha = new FuzzNode(AlphaBic, seed + 4, bank, Ledger.Pin, settings.Node);
        Beta = new FuzzNode("BETAFRPPXXX", seed + 5, bank, Ledger.Pin, settings.Node);
        Nodes = [Alpha, Beta, Agent, Supervisor];
        Outsider = Ledger.List(IdOf("MALLFRPPXXX"), seed + 6);
        foreach (FuzzNode node in Nodes) node.Restart();
        Pass(TimeSpan.FromSeconds(6));
    }

    public FuzzLedger Ledger { get; }

    public FuzzNode Alpha { get; }

    public FuzzNode Beta { get; }

    public FuzzNode Agent { get; }

    /// <summary>Who works at the agent.</summary>
    public FuzzOperator Operator => new(this);

    public FuzzNode Supervisor { get; }

    public IReadOnlyList<FuzzNode> Nodes { get; }

    public IReadOnlyList<FuzzNode> Banks => [Alpha, Beta];

    /// <summary>A participant that is listed and in no channel.</summary>
    public ParticipantId Outsider { get; }

    public DateTimeOffset Now { get; private set; } = Start;

    public Digest Channel { get; private set; }

    /// <summary>What has travelled so far.</summary>
    public Travelled Travelled { get; } = new();

    /// <summary>What becomes of bytes on their way: themselves, others, or nothing.</summary>
    public Func<Traveller, byte[]?>? Tamper { get; set; }

    public static ParticipantId IdOf(string text) => ParticipantId.TryParse(text, out ParticipantId id) ? id : throw new ArgumentException(text, nameof(text));

    public static Currency Eur => Currency.TryParse("EUR", out Currency currency) ? currency : default;

    /// <summary>What the nodes last alarmed about.</summary>
    public string Alarms => string.Join("; ", Nodes.Select(static node => $"{node.Id} {string.Join(' ', node.Alarms)}"));

    /// <summary>Why the last try to open the channel was refused.</summary>
    public string? OpeningRefusal { get; private set; }

    /// <summary>Opens the business day and tries to open the channel; null when that was refused, or is not decided yet.</summary>
    public Digest? TryOpen()
    {
        foreach (FuzzNode bank in Banks) _ = Ask<BusinessDayResult>(bank, static call => new BankInput.OpenBusinessDay(call, Day));
        ChannelRequest request = new(Beta.Id, Beta.Keys.RootFingerprint, [(Supervisor.Id, Supervisor.Keys.RootFingerprint)], contracts, [Eur], [(false, new Money(Eur, Limit)), (true, new Money(Eur, Limit))]);
        OpenChannelResult? result = Ask<OpenChannelResult>(Alpha, call => new BankInput.OpenChannel(call, request));
        OpeningRefusal = result?.Refusal;
        // One that was asked for earlier may have opened since.
        if (Ask<ChannelList>(Alpha, static call => new BankInput.ListChannels(call))?.Channels.FirstOrDefault() is { } open) Channel = open.Channel;
        return Channel == Digest.Zero ? null : Channel;
    }

    /// <summary>Money for a bank, from the agent into the channel; true when it is there.</summary>
    public bool TryFund(FuzzNode bank, long minorUnits)
    {
        Operator.Credit(bank, minorUnits);
        return Ask<FundAnswer>(bank, call => new BankInput.Fund(call, Channel, new Money(Eur, minorUnits))) is { Refusal: null };
    }

    /// <summary>Submits payments of one message; the instructions' keys.</summary>
    public IReadOnlyList<byte[]> Pay(FuzzNode from, int count = 1, long minorUnits = 1)
    {
        SubmittedTransfer[] items = [.. Enumerable.Range(0, count).Select(_ => Item(from, minorUnits))];
        SubmissionAnswer answer = Ask<SubmissionAnswer>(from, call => new BankInput.Submit(call, null, [1], items)) ?? throw new BrokenPromise("a submission is answered", from.Id.ToString());
        return [.. answer.Instructions.Select(static instruction => Convert.FromHexString(instruction.Id))];
    }

    /// <summary>The bank takes money out of the channel into its account.</summary>
    public void Defund(FuzzNode bank, long minorUnits) => _ = Ask<DefundAnswer>(bank, call => new BankInput.Defund(call, Channel, new Money(Eur, minorUnits)));

    /// <summary>The payee gives back a payment that has settled: an action on its instance.</summary>
    public void Return(FuzzNode payee, FuzzNode payer, byte[] instruction)
    {
        InstructionView paid = new VaultReader(Network, payer.Id, payer.VaultKey).ReadInstruction(instruction, payer.Find(PayloadKind.Instructions, instruction)!);
        if (paid.Status != InstructionStatus.Settled || !EntryId.TryParse(paid.Entry, out EntryId entry)) return;
        ActOrder order = new(Channel, entry, null, "return", new Dictionary<string, string>(StringComparer.Ordinal) { ["reason"] = "AC04" });
        _ = Ask<SubmissionAnswer>(payee, call => new BankInput.Act(call, null, [1], order));
    }

    /// <summary>Orders a payment as the leg of a group whose other channel is not there, so that it is set aside and released; or commits,
    /// where somebody makes that channel up.</summary>
    public void OrderGroup(FuzzNode bank)
    {
        byte[] elsewhere = new byte[Digest.Length];
        entropy.Fill(elsewhere);
        ActOrder leg = new(Channel, null, PaymentContract, "pay", new Dictionary<string, string>
        {
            ["amount"] = "0.01 EUR", ["value_date"] = "2026-03-02", ["end_to_end"] = "group", ["debtor"] = "One", ["creditor"] = "Other",
        });
        _ = Ask<SubmissionAnswer>(bank, call => new BankInput.OrderGroup(call, null, [1], new GroupOrder(null, [new Digest(elsewhere)], GroupLife, [leg], [])));
    }

    /// <summary>The groups that a bank has to do with.</summary>
    public int GroupsOf(FuzzNode bank) => Ask<GroupList>(bank, static call => new BankInput.ListGroups(call))?.Groups.Count ?? 0;

    /// <summary>The bank's back office gives up whatever waits in its queue.</summary>
    public void CancelQueued(FuzzNode bank)
    {
        foreach (QueuedView payment in Ask<QueueList>(bank, static call => new BankInput.ListQueue(call, null, MostListed))?.Payments ?? [])
            _ = Ask<QueueChanged>(bank, call => new BankInput.ChangeQueued(call, payment.Instruction, new QueueChange.Cancel()));
    }

    /// <summary>The other one of the two banks.</summary>
    public FuzzNode Other(FuzzNode bank) => bank == Alpha ? Beta : Alpha;

    /// <summary>The bank's own position in the channel; null where it has none.</summary>
    public PositionView? Position(FuzzNode bank) => View(bank)?.Positions.FirstOrDefault();

    public InstructionStatus StatusOf(FuzzNode bank, byte[] instruction) =>
        new VaultReader(Network, bank.Id, bank.VaultKey).ReadInstruction(instruction, bank.Find(PayloadKind.Instructions, instruction)!).Status;

    public ChannelView? View(FuzzNode bank) => Ask<ChannelList>(bank, static call => new BankInput.ListChannels(call))?.Channels.FirstOrDefault(view => view.Channel == Channel);

    /// <summary>Delivers and steps until nothing moves.</summary>
    public void Settle()
    {
        for (int round = 0; Nodes.Any(static node => node.IsBusy); round++)
        {
            BrokenPromise.Unless(round < MostRounds, "nodes come to rest", $"{MostRounds} rounds without an end");
            foreach (FuzzNode node in Nodes.Where(static node => node.IsBusy)) Perform(node, node.Step(Now));
        }
    }

    /// <summary>Time passes.</summary>
    public void Pass(TimeSpan time)
    {
        for (DateTimeOffset end = Now + time; Now < end;)
        {
            Now += TickInterval;
            foreach (FuzzNode node in Nodes) node.Inbox.Add(new Input.Tick());
            Settle();
        }
    }

    /// <summary>Tells a node something, lets all come to rest, and returns the answer if there is one.</summary>
    public T? Ask<T>(FuzzNode node, Func<long, Input> input) where T : class
    {
        long call = ++calls;
        node.Inbox.Add(input(call));
        Settle();
        return replies.Remove(call, out object? answer) ? (T)answer : null;
    }

    /// <summary>A message at a node's door for participants.</summary>
    public void Deliver(ParticipantId from, FuzzNode to, byte[] body)
    {
        to.Inbox.Add(new Input.PeerReceived(from, body));
        Settle();
    }

    /// <summary>An honest request to the agent, on its way as everything else; null where it, or the answer, is lost.</summary>
    public byte[]? AtAgent(ParticipantId from, byte[] body) =>
        Through(Travel.AgentRequest, from, Agent.Id, body) is { } request && AnswerOfAgent(from, request) is { } answer ? Through(Travel.AgentReply, Agent.Id, from, answer) : null;

    /// <summary>A request at the agent's door.</summary>
    public byte[]? AskAgent(ParticipantId from, byte[] body) => Ask<byte[]>(Agent, call => new AgentInput.Requested(call, from, body));

    public void Dispose()
    {
        foreach (FuzzNode node in Nodes) node.Dispose();
        posting.Dispose();
        Ledger.Dispose();
    }

    private SubmittedTransfer Item(FuzzNode from, long minorUnits)
    {
        string name = $"T{++payments}";
        CreditTransfer transfer = new("pacs.008.001.08", "M" + name, "I" + name, "E" + name, "X" + name, Uetr.Create(entropy), new Money(Eur, minorUnits), Day, Priority.Normal,
            from.Id, Other(from).Id, new TransferParty("Debtor " + name, "DE89370400440532013000"), new TransferParty("Creditor " + name, null), "For " + name);
        return new SubmittedTransfer(transfer, new TransferIdentification(transfer.MessageId, transfer.MessageType, transfer.InstructionId, transfer.EndToEndId, transfer.TransactionId, transfer.Uetr?.ToString()), null, null);
    }

    private void Perform(FuzzNode from, IReadOnlyList<Effect> effects)
    {
        foreach (Effect effect in effects)
        {
            if (effect is Effect.Reply reply) replies[reply.CallId] = reply.Body;
            else if (effect is Effect.Send send) Carry(from, send);
        }
    }

    private void Carry(FuzzNode from, Effect.Send send)
    {
        byte[]? answer = send.Door switch
        {
            Door.Ledger => Through(Travel.LedgerRequest, from.Id, send.To.Participant, send.Body) is { } request && Ledger.Ask(Now, from.Id.ToString(), request) is { } reply
                ? Through(Travel.LedgerReply, send.To.Participant, from.Id, reply.ToByteArray())
                : null,
            Door.Agent => AtAgent(from.Id, send.Body),
            _ => ToPeer(from, send),
        };
        from.Inbox.Add(answer is null ? new Input.SendFailed(send.Token) : new Input.Answered(send.Token, answer));
    }

    private byte[]? AnswerOfAgent(ParticipantId from, byte[] body)
    {
        if (!Agent.Directory.TryGet(from, out _)) return null;
        long call = ++calls;
        Agent.Inbox.Add(new AgentInput.Requested(call, from, body));
        // It may ask the ledger before it answers.
        do Perform(Agent, Agent.Step(Now));
        while (!replies.ContainsKey(call) && Agent.Inbox.Count > 0);
        return replies.Remove(call, out object? answer) ? (byte[])answer : null;
    }

    private byte[]? ToPeer(FuzzNode from, Effect.Send send)
    {
        FuzzNode? to = Nodes.FirstOrDefault(node => node.Id == send.To.Participant);
        if (to is null || Through(Travel.PeerBatch, from.Id, send.To.Participant, send.Body) is not { } body) return null;
        bool isKnown = to.Directory.TryGet(from.Id, out _);
        to.Inbox.Add(isKnown ? new Input.PeerReceived(from.Id, body) : new Input.StrangerKnocked());
        return isKnown ? [] : null;
    }

    private byte[]? Through(Travel kind, ParticipantId from, ParticipantId to, byte[] body)
    {
        Traveller traveller = new(kind, from, to, body);
        Travelled.Add(traveller);
        return Tamper is { } tamper ? tamper(traveller) : body;
    }
}
