using Google.Protobuf;
using Settlement.Contracts;
using Settlement.Core.Agent;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Machines;
using Settlement.Core.Monetary;
using Settlement.Core.Reading;
using Settlement.Core.Store;
using Settlement.Ledger;
using Settlement.Tests.Bank;
using Settlement.Tests.Channels;
using Settlement.Tests.Simulation;
using Settlement.Wire.Channels;

namespace Settlement.Tests.Hostile;

/// <summary>
/// Three banks in three channels, all of them running the machines that ship. The channel between Alpha, its first sequencer,
/// and Beta is the one that is attacked; the two with Gamma are the ones that must go on.
/// </summary>
internal sealed class HostileWorld : IDisposable
{
    /// <summary>How often a lie is told, so that what it costs shows.</summary>
    public const int Storm = 50;

    private readonly Dictionary<string, Digest> withGamma = new(StringComparer.Ordinal);

    private object? prepared;

    /// <param name="isBetaLate">Whether the channel between Beta and Gamma is opened only when it is used.</param>
    /// <param name="ledger">The ledger's bounds, where they are other than the defaults.</param>
    /// <param name="contracts">Contracts beside the usual ones.</param>
    /// <param name="cyclePoll">How often banks ask the agent how its cycles stand.</param>
    public HostileWorld(bool isBetaLate = false, LedgerSettings? ledger = null, IReadOnlyList<string>? contracts = null, TimeSpan? cyclePoll = null)
    {
        Banks = new TwoBanks(settings: cyclePoll is null ? null : new BankSettings { CyclePoll = cyclePoll }, withGamma: true, ledgerSettings: ledger, contracts: contracts is null ? null : [ContractLibrary.Load("GrossPayment").Source, ContractLibrary.Load("PoolFunding").Source, .. contracts]).Open();
        Banks.Fund(Alpha, 100_00).Fund(Beta, 100_00);
        Assert.Null(Banks.Ask<BusinessDayResult>(Gamma, call => new BankInput.OpenBusinessDay(call, TwoBanks.Day)).Refusal);
        OpenWithGamma(Alpha);
        if (!isBetaLate) OpenWithGamma(Beta);
        Banks.Pass(TimeSpan.FromSeconds(5));
        Assert.All(Banks.Nodes, node => Assert.Empty(node.Alarms));
    }

    /// <summary>Randomness of those who make things up.</summary>
    public SeededEntropy Entropy { get; } = new(8);

    public TwoBanks Banks { get; }

    public TestNode Alpha => Banks.Alpha;

    public TestNode Beta => Banks.Beta;

    public TestNode Gamma => Banks.Gamma!;

    public TestNode Supervisor => Banks.Supervisor;

    public ByteString Channel => Bytes(Banks.Channel);

    public static ByteString Bytes(Digest digest) => ByteString.CopyFrom(digest.ToArray());

    /// <summary>The bank's channel with Gamma.</summary>
    public Digest WithGamma(TestNode bank) => withGamma[bank.Id.ToString()];

    /// <summary>What a node remembers, as its door shows it.</summary>
    public IReadOnlyList<AlarmView> AlarmsOf(TestNode node) => [.. node.Vault.Scan(PayloadKind.Alarms).Select(r => Reader(node).ReadAlarm(r.Key, r.Body))];

    public PieceView Evidence(TestNode node, string id) => Reader(node).ReadEvidence(Convert.FromHexString(id), node.Vault.Find(PayloadKind.Evidence, Convert.FromHexString(id))!);

    /// <summary>The same of the ledger.</summary>
    public IReadOnlyList<AlarmView> AlarmsOfLedger() => [.. Banks.LedgerNode.Vault.Scan(PayloadKind.Alarms).Select(r => LedgerReader.ReadAlarm(r.Key, r.Body))];

    public PieceView EvidenceOfLedger(string id) => LedgerReader.ReadEvidence(Convert.FromHexString(id), Banks.LedgerNode.Vault.Find(PayloadKind.Evidence, Convert.FromHexString(id))!);

    /// <summary>Everything that lies in a node's vault, in rows.</summary>
    public static int Rows(TestNode node) => Enum.GetValues<PayloadKind>().Sum(kind => node.Vault.Scan(kind).Count);

    /// <summary>The bytes of it.</summary>
    public static long Bytes(TestNode node) => Enum.GetValues<PayloadKind>().Sum(kind => node.Vault.Scan(kind).Sum(static row => (long)row.Body.Length));

    /// <summary>What lies there of what others did that they may not do: records and evidence.</summary>
    public static (int Rows, long Bytes) Kept(TestNode node)
    {
        StoredPayload[] kept = [.. node.Vault.Scan(PayloadKind.Alarms), .. node.Vault.Scan(PayloadKind.Evidence)];
        return (kept.Length, kept.Sum(static row => (long)row.Body.Length));
    }

    /// <summary>Says something, as often as a storm does, without time passing.</summary>
    public void Say(TestNode from, TestNode to, PeerMessage message, int times = Storm)
    {
        for (int i = 0; i < times; i++) Banks.Send(from, to, message);
    }

    /// <summary>The same with bytes that are no message.</summary>
    public void Say(TestNode from, TestNode to, byte[] body, int times = Storm)
    {
        for (int i = 0; i < times; i++)
        {
            to.Inbox.Add(new Input.PeerReceived(from.Id, body));
            Banks.Settle();
        }
    }

    /// <summary>The newest message of a kind that passed between two nodes while something was done.</summary>
    public PeerMessage Capture(TestNode from, TestNode to, PeerMessage.MessageOneofCase kind, Action act)
    {
        PeerMessage? captured = null;
        Banks.OnPeer = (sender, receiver, message) =>
        {
            if (sender == from && receiver == to && message.MessageCase == kind && IsOfChannel(message)) captured = message.Clone();
            return [message];
        };
        act();
        Banks.OnPeer = null;
        return captured ?? throw new InvalidOperationException($"No {kind} passed.");
    }

    /// <summary>What an attack needs once, however often it is done.</summary>
    public T Once<T>(Func<T> prepare) where T : notnull => (T)(prepared ??= prepare());

    /// <summary>Changes every message of one kind in the attacked channel on its way.</summary>
    public void Change(TestNode from, TestNode to, PeerMessage.MessageOneofCase kind, Func<PeerMessage, IEnumerable<PeerMessage>> change) =>
        Banks.OnPeer = (sender, receiver, message) => sender == from && receiver == to && message.MessageCase == kind && IsOfChannel(message) ? change(message) : [message];

    /// <summary>A false entry of a member, which it seals itself.</summary>
    public EntryForge Forge(TestNode member, OpenedEntry? like = null)
    {
        ChannelContext context = Banks.Context(member);
        OpenedEntry entry = like ?? Payment(member);
        return new EntryForge(context, entry.Plan, entry.Action, entry.Values, entry.Id, DateTimeOffset.FromUnixTimeMilliseconds(entry.TimeUnixMs), new SeededEntropy(7));
    }

    /// <summary>A good payment of a member.</summary>
    public OpenedEntry Payment(TestNode member, ChannelContext? context = null)
    {
        ChannelContext own = context ?? Banks.Context(member);
        ContractPlan plan = own.Terms.Contracts[0];
        Value?[] values = [new MoneyValue("EUR", 5_00), new DateValue(TwoBanks.Day), new TextValue("E2E"), new TextValue("f47ac10b-58cc-4372-a567-0e02b2c3d479"), null,
            new TextValue("Debtor"), null, new TextValue("Creditor"), null, null];
        return EntrySealer.Seal(own, plan, plan.Contract.Actions[0], values, Banks.Now, new SeededEntropy(6));
    }

    /// <summary>A payment that became final, as an instance that can be returned.</summary>
    public Instance Paid(TestNode payer, long amount)
    {
        byte[] paid = Banks.Pay(payer, amount);
        InstructionView view = Banks.ViewOf(payer, paid);
        Assert.True(EntryId.TryParse(view.Entry, out EntryId entry));
        return Banks.Standing(payer, entry, view.Sequence);
    }

    /// <summary>A return that a member seals, whatever the instance is said to be.</summary>
    public SealedEntry Return(TestNode member, Instance of) => EntrySealer.Seal(Banks.Context(member), of.Plan, of.Plan.Contract.Actions[1], [.. of.Fields, new CodeValue("AC04")], Banks.Now, Entropy, of).Sealed;

    /// <summary>The office of the attacked channel changes hands, because Alpha's proposals do not arrive.</summary>
    public void LetBetaTakeOver()
    {
        Change(Alpha, Beta, PeerMessage.MessageOneofCase.Proposal, static _ => []);
        byte[] paid = Banks.Pay(Beta, 1_00);
        Banks.Pass(TimeSpan.FromSeconds(40));
        Assert.Equal((InstructionStatus.Settled, null), Banks.StatusOf(Beta, paid));
        Banks.OnPeer = null;
    }

    /// <summary>A payment in the bank's channel with Gamma settles, whatever else goes on.</summary>
    public void AssertGoesOnWithGamma(TestNode bank)
    {
        OpenWithGamma(bank);
        byte[] paid = Banks.Pay(bank, 1, Gamma);
        for (int i = 0; i < 20 && Banks.StatusOf(bank, paid).Status == InstructionStatus.Accepted; i++) Banks.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal((InstructionStatus.Settled, null), Banks.StatusOf(bank, paid));
    }

    public void Dispose() => Banks.Dispose();

    private static VaultReader Reader(TestNode node) => new(TwoBanks.Network, node.Id, node.VaultKey);

    private VaultReader LedgerReader => new(TwoBanks.Network, default, Banks.LedgerNode.VaultKey);

    private bool IsOfChannel(PeerMessage message)
    {
        ByteString? channel = message.MessageCase switch
        {
            PeerMessage.MessageOneofCase.Proposal => message.Proposal.Channel,
            PeerMessage.MessageOneofCase.Endorsement => message.Endorsement.Channel,
            PeerMessage.MessageOneofCase.Commands => message.Commands.Channel,
            PeerMessage.MessageOneofCase.LegReservations => message.LegReservations.Channel,
            PeerMessage.MessageOneofCase.Delivery => message.Delivery.Channel,
            _ => null,
        };
        return channel is null || channel.Equals(Channel);
    }

    private void OpenWithGamma(TestNode bank)
    {
        if (withGamma.ContainsKey(bank.Id.ToString())) return;
        Digest channel = Existing(bank) ?? Open(bank);
        withGamma[bank.Id.ToString()] = channel;
        Money amount = new(TwoBanks.Eur, 100_00);
        Assert.Null(Banks.Ask<CreditResult>(Banks.Agent, id => new AgentInput.Credit(id, $"gamma-{id}", bank.Id, amount)).Refusal);
        Assert.Null(Banks.Ask<FundAnswer>(bank, id => new BankInput.Fund(id, channel, amount)).Refusal);
    }

    private Digest? Existing(TestNode bank) => Banks.Ask<ChannelList>(bank, call => new BankInput.ListChannels(call)).Channels.FirstOrDefault(c => c.Counterparty == Gamma.Id)?.Channel;

    private Digest Open(TestNode bank)
    {
        ChannelRequest request = new(Gamma.Id, Gamma.Keys.RootFingerprint, [(Supervisor.Id, Supervisor.Keys.RootFingerprint)], Banks.Contracts, [TwoBanks.Eur], []);
        long call = Banks.Tell(bank, id => new BankInput.OpenChannel(id, request));
        for (int i = 0; i < 20 && Banks.Answer<OpenChannelResult>(call) is null; i++) Banks.Pass(TimeSpan.FromSeconds(2));
        return Banks.Answer<OpenChannelResult>(call)!.Channel!.Value;
    }
}
