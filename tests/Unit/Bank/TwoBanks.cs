using Google.Protobuf;
using Settlement.Contracts;
using Settlement.Core.Agent;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Instructions;
using Settlement.Core.Machines;
using Settlement.Core.Monetary;
using Settlement.Core.Nodes;
using Settlement.Core.Notarisation;
using Settlement.Core.Participants;
using Settlement.Core.Reading;
using Settlement.Core.Regulator;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;
using Settlement.Ledger;
using Settlement.Tests.Simulation;
using Settlement.Wire.Agent;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.Bank;

/// <summary>
/// A ledger, a settlement agent, two banks and a supervisor in one thread, wired as the host wires them: effects are
/// performed after the commit, messages arrive in order, until nothing moves. Hooks change what travels.
/// </summary>
internal sealed class TwoBanks : IDisposable
{
    public const string Network = "test";
    public static readonly DateTimeOffset Start = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);
    public static readonly DateOnly Day = new(2026, 3, 2);
    private const int MaxRounds = 20_000;

    private readonly SeededEntropy entropy;
    private readonly Dictionary<long, object> replies = [];
    private long calls;
    private int payments;

    public TwoBanks(long seed = 1, BankSettings? settings = null, IReadOnlyList<string>? contracts = null, bool withGamma = false, LedgerSettings? ledgerSettings = null, RegulatorSettings? supervisorSettings = null, bool membersSupervise = false)
    {
        entropy = new SeededEntropy(seed);
        Contracts = contracts ?? [ContractLibrary.Load("GrossPayment").Source, ContractLibrary.Load("PoolFunding").Source];
        Settings = (settings ?? new BankSettings()) with
        {
            // Beta grants Alpha whatever limit Alpha proposes, where a test does not say otherwise.
            GrantedLimits = settings?.GrantedLimits ?? new Dictionary<(ParticipantId, string), long> { [(IdOf("ALPHDEFFXXX"), "EUR")] = long.MaxValue },
            AcceptedContracts = Contracts.Select(c => ContractCompiler.Compile("test", c).Contract).Where(c => c is not null)
                .Select(c => Convert.ToHexStringLower(c!.Hash)).ToHashSet(StringComparer.Ordinal),
        };
        SigningKey ledgerKey = SigningKey.Generate(entropy);
        LedgerNode = new TestLedger(Network, new CheckpointSigner(Network, ledgerKey), ledgerSettings ?? LedgerSettings.Default, seed + 106, Start);
        LedgerPin pin = new(new Destination(IdOf("LEDGDEFFXXX"), new Uri("https://ledger.example"), ledgerKey.PublicKey.Fingerprint), ledgerKey.PublicKey);
        Posting = SigningKey.Generate(entropy);
        NodeSettings node = Settings.Node;
        Supervisor = new TestNode(Network, "SUPVDEFFXXX", seed + 101, new TestRole("regulator", RegulatorMachine.RecoveryKinds, _ => [],
            (parts, rows) => new RegulatorMachine(parts, supervisorSettings ?? new RegulatorSettings(), rows)), pin, node, Start);
        Agent = new TestNode(Network, "MARKDEFFXXX", seed + 102, new TestRole("agent", AgentMachine.RecoveryKinds, _ => [],
            (parts, rows) => new AgentMachine(new AgentParts(parts, Posting, membersSupervise ? [Alpha!.Pin, Beta!.Pin, Supervisor.Pin] : [Supervisor.Pin]), rows)), pin, node, Start, Posting);
        TestRole bank = new("bank", BankMachine.RecoveryKinds, BankMachine.RecoveryLookups, (parts, rows) => new BankMachine(new BankParts(parts, Settings, Agent.Pin), rows));
        Alpha = new TestNode(Network, "ALPHDEFFXXX", seed + 103, bank, pin, node, Start);
        Beta = new TestNode(Network, "BETAFRPPXXX", seed + 104, bank, pin, node, Start);
        Gamma = withGamma ? new TestNode(Network, "GAMMNL2AXXX", seed + 105, bank, pin, node, Start) : null;
        Nodes = withGamma ? [Alpha, Beta, Agent, Supervisor, Gamma!] : [Alpha, Beta, Agent, Supervisor];
        foreach (TestNode started in Nodes) started.Restart();
        Pass(TimeSpan.FromSeconds(6));
    }

    public BankSettings Settings { get; }

    public IReadOnlyList<string> Contracts { get; }

    public TestNode Alpha { get; }

    public TestNode Beta { get; }

    /// <summary>A third bank, where a test needs a channel that has nothing to do with what it is about.</summary>
    public TestNode? Gamma { get; }

    public TestNode Agent { get; }

    public TestNode Supervisor { get; }

    public IReadOnlyList<TestNode> Nodes { get; }

    public SigningKey Posting { get; }

    public TestLedger LedgerNode { get; }

    public LedgerMachine Ledger => LedgerNode.Machine;

    public CheckpointSigner Signer => LedgerNode.Signer;

    public DateTimeOffset Now { get; private set; } = Start;

    public Digest Channel { get; private set; }

    /// <summary>Which channel is looked at, where there are several.</summary>
    public TwoBanks Look(Digest channel)
    {
        Channel = channel;
        return this;
    }

    /// <summary>What becomes of a message on its way: itself, another, none, or several.</summary>
    public Func<TestNode, TestNode, PeerMessage, IEnumerable<PeerMessage>>? OnPeer { get; set; }

    /// <summary>What becomes of a request to the agent, and of its answer; null loses it.</summary>
    public Func<AgentRequest, AgentRequest?>? OnAgentRequest { get; set; }

    public Func<AgentReply, AgentReply?>? OnAgentReply { get; set; }

    /// <summary>What becomes of a request to the ledger.</summary>
    public Func<TestNode, LedgerRequest, LedgerRequest>? OnLedgerRequest { get; set; }

    /// <summary>What becomes of the ledger's answer; null loses it.</summary>
    public Func<TestNode, LedgerReply, LedgerReply?>? OnLedgerReply { get; set; }

    /// <summary>Nodes for which no time passes.</summary>
    public HashSet<TestNode> Asleep { get; } = [];

    public TestNode Other(TestNode bank) => bank == Alpha ? Beta : Alpha;

    public static Currency Eur => CurrencyOf("EUR");

    public static Currency CurrencyOf(string code) => Currency.TryParse(code, out Currency currency) ? currency : throw new ArgumentException(code);

    public static ParticipantId IdOf(string text) => ParticipantId.TryParse(text, out ParticipantId id) ? id : throw new ArgumentException(text);

    /// <summary>Delivers and steps until nothing moves.</summary>
    public void Settle()
    {
        for (int round = 0; Nodes.Any(n => n.IsBusy); round++)
        {
            Assert.True(round < MaxRounds, "The nodes do not come to rest.");
            foreach (TestNode node in Nodes.Where(n => n.IsBusy)) Perform(node, node.Step(Now));
        }
    }

    /// <summary>Time passes, half a second at a time.</summary>
    public void Pass(TimeSpan time)
    {
        for (DateTimeOffset end = Now + time; Now < end;)
        {
            Now += TimeSpan.FromMilliseconds(500);
            foreach (TestNode node in Nodes.Where(n => !Asleep.Contains(n))) node.Inbox.Add(new Input.Tick());
            Settle();
        }
    }

    /// <summary>Tells a node something, and lets it and all others come to rest.</summary>
    public T Ask<T>(TestNode node, Func<long, Input> input) where T : class
    {
        long call = Tell(node, input);
        Settle();
        return Answer<T>(call) ?? throw new InvalidOperationException("The call was not answered.");
    }

    public long Tell(TestNode node, Func<long, Input> input)
    {
        node.Inbox.Add(input(++calls));
        return calls;
    }

    public T? Answer<T>(long call) where T : class => (T?)replies.GetValueOrDefault(call);

    /// <summary>A message that a hostile participant makes up.</summary>
    public void Send(TestNode from, TestNode to, params PeerMessage[] messages)
    {
        PeerBatch batch = new() { Suite = 1, Network = Network };
        batch.Messages.Add(messages);
        to.Inbox.Add(new Input.PeerReceived(from.Id, batch.ToByteArray()));
        Settle();
    }

    public ChannelRequest Request(params (bool OfCounterparty, Money Limit)[] limits) =>
        new(Beta.Id, Beta.Keys.RootFingerprint, [(Supervisor.Id, Supervisor.Keys.RootFingerprint)], Contracts, [Eur, CurrencyOf("JPY")], limits);

    /// <summary>Opens the channel and the business day.</summary>
    public TwoBanks Open(params (bool OfCounterparty, Money Limit)[] limits) => Open(request => request with { Limits = limits });

    /// <summary>The same on other terms.</summary>
    public TwoBanks Open(Func<ChannelRequest, ChannelRequest> change)
    {
        OpenChannelResult result = Ask<OpenChannelResult>(Alpha, call => new BankInput.OpenChannel(call, change(Request())));
        Assert.Null(result.Refusal);
        Channel = result.Channel!.Value;
        foreach (TestNode bank in new[] { Alpha, Beta }) Assert.Null(Ask<BusinessDayResult>(bank, call => new BankInput.OpenBusinessDay(call, Day)).Refusal);
        return this;
    }

    /// <summary>Issues money to a bank's account and moves it into the channel.</summary>
    public TwoBanks Fund(TestNode bank, long minorUnits, string currency = "EUR")
    {
        Money amount = new(CurrencyOf(currency), minorUnits);
        Credit(bank, amount);
        FundAnswer answer = Ask<FundAnswer>(bank, call => new BankInput.Fund(call, Channel, amount));
        Assert.Null(answer.Refusal);
        return this;
    }

    public void Credit(TestNode bank, Money amount) =>
        Assert.Null(Ask<CreditResult>(Agent, call => new AgentInput.Credit(call, $"credit-{call}", bank.Id, amount)).Refusal);

    /// <summary>A transfer that can be processed.</summary>
    public CreditTransfer Transfer(TestNode from, long minorUnits, TestNode? to = null)
    {
        string name = $"T{++payments}";
        return new CreditTransfer("pacs.008.001.08", "M" + name, "I" + name, "E" + name, "X" + name, Uetr.Create(entropy), new Money(Eur, minorUnits), Day, Priority.Normal,
            from.Id, (to ?? Other(from)).Id, new TransferParty("Debtor " + name, "DE89370400440532013000"), new TransferParty("Creditor " + name, null), "For " + name);
    }

    public static SubmittedTransfer Item(CreditTransfer transfer) => new(transfer,
        new TransferIdentification(transfer.MessageId, transfer.MessageType, transfer.InstructionId, transfer.EndToEndId, transfer.TransactionId, transfer.Uetr?.ToString()), null, null);

    /// <summary>Hands a message in and leaves it to <see cref="Settle"/>.</summary>
    public SubmissionAnswer Submit(TestNode bank, params CreditTransfer[] transfers) => Submit(bank, null, [1, 2, 3], [.. transfers.Select(Item)]);

    public SubmissionAnswer Submit(TestNode bank, string? key, byte[] body, params SubmittedTransfer[] items) =>
        Ask<SubmissionAnswer>(bank, call => new BankInput.Submit(call, key, body, items));

    /// <summary>Pays and returns the instruction's key.</summary>
    public byte[] Pay(TestNode from, long minorUnits, TestNode? to = null)
    {
        SubmittedInstruction instruction = Assert.Single(Submit(from, Transfer(from, minorUnits, to)).Instructions);
        Assert.Equal(InstructionStatus.Accepted, instruction.Status);
        return Convert.FromHexString(instruction.Id);
    }

    /// <summary>Orders an action on an instance, and returns the instruction's key.</summary>
    public byte[] ActOn(TestNode bank, EntryId instance, string action, IReadOnlyDictionary<string, string> values) =>
        Convert.FromHexString(Assert.Single(Act(bank, instance, action, values).Instructions).Id);

    public SubmissionAnswer Act(TestNode bank, EntryId instance, string action, IReadOnlyDictionary<string, string> values, string? key = null) =>
        Ask<SubmissionAnswer>(bank, call => new BankInput.Act(call, key, [1], new ActOrder(Channel, instance, null, action, values)));

    /// <summary>A later payment that is good settles: the machines go on.</summary>
    public void AssertGoesOn()
    {
        OnPeer = null;
        OnAgentRequest = null;
        OnAgentReply = null;
        OnLedgerReply = null;
        OnLedgerRequest = null;
        foreach (TestNode bank in new[] { Alpha, Beta })
        {
            byte[] paid = Pay(bank, 1);
            for (int i = 0; i < 40 && this.StatusOf(bank, paid).Status == InstructionStatus.Accepted; i++) Pass(TimeSpan.FromSeconds(2));
            Assert.Equal((InstructionStatus.Settled, null), this.StatusOf(bank, paid));
        }

        AssertSameState();
    }

    public ChannelView View(TestNode bank) => Ask<ChannelList>(bank, call => new BankInput.ListChannels(call)).Channels.Single(c => c.Channel == Channel);

    public long Position(TestNode bank, string currency = "EUR") => View(bank).Positions.Single(p => p.Position.Currency.Code == currency).Position.MinorUnits;

    public void AssertSameState()
    {
        SnapshotRow alpha = this.Snapshot(Alpha), beta = this.Snapshot(Beta);
        Assert.Equal(alpha.Sequence, beta.Sequence);
        Assert.Equal(alpha.Head, beta.Head);
        Assert.Equal(alpha.Positions, beta.Positions);
    }

    /// <summary>What a participant does at the ledger in its own name.</summary>
    public LedgerReply AskLedger(TestNode from, LedgerRequest request) => LedgerNode.Ask(Now, Ledger.TryFindRootKey(from.Id.ToString(), out _) ? from.Id : null, request);

    /// <summary>What the supervisor's machine says of its channels and its log.</summary>
    public ObservedChannels Observed() => Ask<ObservedChannels>(Supervisor, static call => new RegulatorInput.ListChannels(call));

    public void Dispose()
    {
        foreach (TestNode node in Nodes) node.Dispose();
        LedgerNode.Dispose();
        Posting.Dispose();
    }

    private void Perform(TestNode from, IReadOnlyList<Effect> effects)
    {
        foreach (Effect effect in effects)
        {
            if (effect is Effect.Send) from.Sends++;
            switch (effect)
            {
                case Effect.Reply reply:
                    replies[reply.CallId] = reply.Body;
                    break;
                case Effect.Alarm alarm:
                    from.Alarms.Add(alarm.Code);
                    break;
                case Effect.Send { Door: Door.Ledger } send:
                    AskLedger(from, send);
                    break;
                case Effect.Send { Door: Door.Agent } send:
                    AskAgent(from, send);
                    break;
                case Effect.Send send:
                    Deliver(from, send);
                    break;
            }
        }
    }

    private void AskLedger(TestNode from, Effect.Send send)
    {
        LedgerRequest request = LedgerRequest.Parser.ParseFrom(send.Body);
        LedgerReply? reply = AskLedger(from, OnLedgerRequest is null ? request : OnLedgerRequest(from, request));
        if (OnLedgerReply is not null) reply = OnLedgerReply(from, reply);
        from.Inbox.Add(reply is null ? new Input.SendFailed(send.Token) : new Input.Answered(send.Token, reply.ToByteArray()));
    }

    private void AskAgent(TestNode from, Effect.Send send)
    {
        AgentRequest? request = AgentRequest.Parser.ParseFrom(send.Body);
        if (OnAgentRequest is not null) request = OnAgentRequest(request);
        AgentReply? reply = null;
        if (request is not null)
        {
            long call = ++calls;
            Agent.Inbox.Add(new AgentInput.Requested(call, from.Id, request.ToByteArray()));
            // It may ask the ledger before it answers.
            do Perform(Agent, Agent.Step(Now));
            while (!replies.ContainsKey(call) && Agent.IsBusy);
            if (replies.TryGetValue(call, out object? answer)) reply = AgentReply.Parser.ParseFrom((byte[])answer);
            if (reply is not null && OnAgentReply is not null) reply = OnAgentReply(reply);
        }

        from.Inbox.Add(reply is null ? new Input.SendFailed(send.Token) : new Input.Answered(send.Token, reply.ToByteArray()));
    }

    private void Deliver(TestNode from, Effect.Send send)
    {
        TestNode to = Nodes.Single(n => n.Id == send.To.Participant);
        if (!to.Directory.TryGet(from.Id, out _))
        {
            to.Inbox.Add(new Input.StrangerKnocked());
            from.Inbox.Add(new Input.SendFailed(send.Token));
            return;
        }

        PeerBatch batch = PeerBatch.Parser.ParseFrom(send.Body);
        if (OnPeer is { } hook)
        {
            List<PeerMessage> messages = [.. batch.Messages.SelectMany(m => hook(from, to, m))];
            batch.Messages.Clear();
            batch.Messages.Add(messages);
        }

        if (batch.Messages.Count > 0) to.Inbox.Add(new Input.PeerReceived(from.Id, batch.ToByteArray()));
        from.Inbox.Add(new Input.Answered(send.Token, []));
    }
}
