using Google.Protobuf;
using Settlement.Contracts;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Instructions;
using Settlement.Core.Machines;
using Settlement.Core.Monetary;
using Settlement.Core.Reading;
using Settlement.Tests.Bank;
using Settlement.Tests.Simulation;
using Settlement.Wire.Channels;

namespace Settlement.Tests.Hostile;

/// <summary>
/// What a peer puts into a message beside what the schema has, and what it makes as large as it may: nobody keeps the one, and the
/// other waits, is proposed and is delivered within bounds in bytes.
/// </summary>
public sealed class SizeTests
{
    private const int Megabyte = 1 << 20;

    // A field that no message has.
    private const int NoField = 1_000;

    [Theory]
    [InlineData("delivery")]
    [InlineData("item")]
    [InlineData("entry")]
    [InlineData("envelope")]
    [InlineData("salts")]
    public void A_supervisor_keeps_nothing_that_a_delivery_holds_beside_its_fields(string where)
    {
        using TwoBanks world = Funded(new TwoBanks(), out _, out TestNode evil);
        Padded padded = new();
        world.OnPeer = (_, to, message) => to == world.Supervisor && message.Delivery is { } delivery
            ? [padded.Once(message, Find(delivery, where) is null ? null : copy => Find(copy.Delivery, where)!)]
            : [message];
        long before = HostileWorld.Bytes(world.Supervisor);
        world.Pay(evil, 1);
        world.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal(1, padded.Count);
        Assert.InRange(HostileWorld.Bytes(world.Supervisor) - before, 1, Megabyte / 8);
        AssertIsHeld(world);
        Assert.Empty(world.Supervisor.Alarms);
    }

    [Fact]
    public void A_supervisor_that_reads_no_positions_keeps_no_salts_of_them()
    {
        string hidden = ContractLibrary.Load("GrossPayment").Source
            .Replace("amount            money               to payer, payee, supervisor", "amount            money               to payer, payee", StringComparison.Ordinal)
            .Replace("by payee, agreed by payer when Settled", "by payee, agreed by payer when Settled\n  discloses amount to supervisor", StringComparison.Ordinal)
            .Replace("by payer, agreed by payee\n", "by payer, agreed by payee\n  discloses amount to supervisor\n", StringComparison.Ordinal);
        using TwoBanks world = Funded(new TwoBanks(contracts: [hidden, ContractLibrary.Load("PoolFunding").Source]), out _, out TestNode evil);
        world.OnPeer = (_, to, message) =>
        {
            if (to != world.Supervisor || message.Delivery is null) return [message];
            Assert.Null(message.Delivery.PositionSalts);
            PeerMessage changed = message.Clone();
            changed.Delivery.PositionSalts = new SealedEnvelope { Ciphertext = ByteString.CopyFrom(new byte[Megabyte]) };
            return [changed];
        };
        long before = HostileWorld.Bytes(world.Supervisor);
        world.Pay(evil, 1);
        world.Pass(TimeSpan.FromSeconds(5));
        Assert.InRange(HostileWorld.Bytes(world.Supervisor) - before, 1, Megabyte / 8);
        AssertIsHeld(world);
    }

    [Fact]
    public void A_member_keeps_nothing_that_a_refusal_holds_beside_its_fields()
    {
        using TwoBanks world = Funded(new TwoBanks(), out TestNode victim, out TestNode evil);
        PeerMessage? proposal = null;
        SubmittedInstruction offered = Assert.Single(world.Submit(evil, world.Transfer(evil, 100_040)).Instructions);
        world.OnPeer = (from, _, message) =>
        {
            if (from != victim || message.Proposal is null) return [message];
            proposal ??= message;
            return [];
        };
        // They cover each other, so the sequencer proposes both; what was held meanwhile its payer refuses.
        world.Submit(victim, world.Transfer(victim, 50));
        Assert.NotNull(proposal);
        world.Ask<QueueChanged>(evil, call => new BankInput.ChangeQueued(call, offered.Id, new QueueChange.Hold()));
        Padded padded = new();
        world.OnPeer = (from, _, message) => from == evil && message.Endorsement is { Refusals.Count: > 0 }
            ? [padded.Once(message, static copy => copy.Endorsement.Refusals[0].Refusal)]
            : [message];
        long sequence = world.View(victim).Sequence, before = HostileWorld.Bytes(victim);
        world.Send(victim, evil, proposal);
        world.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal(1, padded.Count);
        Assert.True(world.View(victim).Sequence > sequence);
        Assert.InRange(HostileWorld.Bytes(victim) - before, -Megabyte, Megabyte / 8);
        world.AssertSameState();
    }

    [Fact]
    public void What_a_member_hands_over_waits_within_a_bound_in_bytes_and_none_of_it_is_lost()
    {
        const int times = 40;
        BankSettings settings = new() { MaxHandedOverBytes = 64 << 10 };
        using TwoBanks world = Funded(new TwoBanks(settings: settings), out TestNode victim, out TestNode evil);
        world.OnPeer = (from, _, message) => from == evil && message.Endorsement is not null ? [] : [message];
        SealedEntry[] entries = [.. Enumerable.Range(0, times).Select(i => Largest(world, evil, i))];
        int known = world.View(victim).Waiting;
        foreach (SealedEntry entry in entries) world.Send(evil, victim, Commands(world, entry));
        int bound = (int)(settings.MaxHandedOverBytes / entries[0].CalculateSize()) + 1;
        // One is in the batch that is not endorsed.
        Assert.InRange(world.View(victim).Waiting - known, bound / 2, bound);

        world.OnPeer = null;
        world.Pass(TimeSpan.FromSeconds(5));
        List<byte[]> paid = [.. Enumerable.Range(0, times).Select(_ => world.Pay(evil, 1))];
        for (int i = 0; i < times && paid.Any(p => world.StatusOf(evil, p).Status == InstructionStatus.Accepted); i++) world.Pass(TimeSpan.FromSeconds(2));
        Assert.All(paid, p => Assert.Equal((InstructionStatus.Settled, null), world.StatusOf(evil, p)));
        AssertIsHeld(world);
    }

    [Fact]
    public void The_bound_in_bytes_is_one_members_over_all_channels_with_it()
    {
        const int times = 20;
        BankSettings settings = new() { MaxHandedOverBytes = 64 << 10 };
        using TwoBanks world = Funded(new TwoBanks(settings: settings, withGamma: true), out TestNode victim, out TestNode evil, static request => request with { Currencies = [TwoBanks.Eur] });
        OpenChannelResult second = world.Ask<OpenChannelResult>(victim, call => new BankInput.OpenChannel(call, world.Request() with { Currencies = [TwoBanks.CurrencyOf("JPY")] }));
        Assert.Null(second.Refusal);
        world.OnPeer = (from, _, message) => from == evil && message.Endorsement is not null ? [] : [message];
        int waiting = 0, bound = 0;
        foreach (Digest channel in new[] { world.Channel, second.Channel!.Value })
        {
            world.Look(channel);
            SealedEntry[] entries = [.. Enumerable.Range(0, times).Select(i => Largest(world, evil, i))];
            bound = (int)(settings.MaxHandedOverBytes / entries[0].CalculateSize()) + 1;
            int known = world.View(victim).Waiting;
            foreach (SealedEntry entry in entries) world.Send(evil, victim, Commands(world, entry));
            waiting += world.View(victim).Waiting - known;
        }

        Assert.InRange(waiting, bound / 2, bound);
    }

    [Fact]
    public void A_batch_takes_no_entry_beyond_its_bound_in_bytes_and_its_delivery_fits()
    {
        const int inOne = 150;
        using TwoBanks world = Funded(new TwoBanks(), out TestNode victim, out TestNode evil);
        List<int> proposed = [], delivered = [];
        world.OnPeer = (from, to, message) =>
        {
            if (from == victim && message.Proposal is { } proposal) proposed.Add(OtherProposal.BodyOf(proposal).Items.Sum(static item => item.Entry?.CalculateSize() ?? 0));
            if (to == world.Supervisor && message.Delivery is not null) delivered.Add(message.CalculateSize());
            return [message];
        };
        // All of them come in one drain, and are one batch as far as they fit.
        for (int i = 0; i < 3; i++)
        {
            PeerBatch batch = new() { Suite = 1, Network = TwoBanks.Network, Messages = { Commands(world, [.. Enumerable.Range(i * inOne, inOne).Select(n => Largest(world, evil, n))]) } };
            victim.Inbox.Add(new Input.PeerReceived(evil.Id, batch.ToByteArray()));
        }

        world.Settle();
        world.Pass(TimeSpan.FromSeconds(10));
        Assert.InRange(proposed.Max(), Proposer.MaxProposalBytes / 2, Proposer.MaxProposalBytes);
        Assert.InRange(delivered.Max(), 1, 2 * Proposer.MaxProposalBytes);
        AssertIsHeld(world);
        world.AssertSameState();
    }

    private static void AssertIsHeld(TwoBanks world)
    {
        world.Pass(TimeSpan.FromSeconds(10));
        Assert.Equal(world.View(world.Alpha).Sequence, Assert.Single(world.Observed().Channels).HeldSequence);
    }

    private static TwoBanks Funded(TwoBanks world, out TestNode victim, out TestNode evil, Func<ChannelRequest, ChannelRequest>? request = null)
    {
        world.Open(request ?? (static asked => asked));
        victim = world.View(world.Alpha).IsSequencer ? world.Alpha : world.Beta;
        evil = world.Other(victim);
        return world.Fund(evil, 100_000);
    }

    private static IMessage? Find(Delivery delivery, string where)
    {
        SealedEntry? entry = delivery.Items.FirstOrDefault(static item => item.Entry is not null)?.Entry;
        return where switch
        {
            "delivery" => delivery,
            "item" => delivery.Items.FirstOrDefault(),
            "entry" => entry,
            "envelope" => entry?.Envelopes.LastOrDefault(),
            _ => delivery.PositionSalts,
        };
    }

    /// <summary>Bytes that a reader of any message passes over.</summary>
    internal static byte[] Padding(int size)
    {
        using MemoryStream stream = new();
        using (CodedOutputStream output = new(stream))
        {
            output.WriteTag(NoField, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(ByteString.CopyFrom(new byte[size]));
        }

        return stream.ToArray();
    }

    /// <summary>A payment of the least amount whose header is as long as one may be.</summary>
    internal static SealedEntry Largest(TwoBanks world, TestNode by, int seed)
    {
        ChannelContext own = world.Context(by);
        ContractPlan plan = own.Terms.Contracts[0];
        Value?[] values = [new MoneyValue("EUR", 1), new DateValue(TwoBanks.Day), new TextValue($"E{seed}"), new TextValue(Uetr.Create(new SeededEntropy(seed)).ToString()), null,
            new TextValue("Debtor"), null, new TextValue("Creditor"), null, null];
        SealedEntry entry = EntrySealer.Seal(own, plan, plan.Contract.Actions[0], values, world.Now, new SeededEntropy(seed)).Shared.Clone();
        // A tag of two bytes, and a length of two or three.
        entry.Header = ByteString.CopyFrom([.. entry.Header.Span, .. Padding(EntryOpener.MaxHeaderBytes - entry.Header.Length - 5)]);
        return entry;
    }

    private static PeerMessage Commands(TwoBanks world, params SealedEntry[] entries) => new()
    {
        Commands = new Commands { Channel = HostileWorld.Bytes(world.Channel), Term = 1, Entries = { entries } },
    };

    /// <summary>Pads the first message that can be.</summary>
    private sealed class Padded
    {
        public int Count { get; private set; }

        public PeerMessage Once(PeerMessage message, Func<PeerMessage, IMessage>? place)
        {
            if (Count > 0 || place is null) return message;
            PeerMessage changed = message.Clone();
            place(changed).MergeFrom(Padding(Megabyte));
            Count++;
            return changed;
        }
    }
}
