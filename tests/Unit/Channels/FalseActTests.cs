using Google.Protobuf;
using Settlement.Contracts;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;
using Settlement.Tests.Bank;
using Settlement.Tests.Simulation;
using Settlement.Wire.Channels;

namespace Settlement.Tests.Channels;

/// <summary>
/// Every way in which an entry on an instance can be false: a return of a payment, sealed by a member that lies. It opens, or not; in
/// any case nothing moves, and where it gets a leaf, the leaf has the code.
/// </summary>
public sealed class FalseActTests
{
    /// <summary>Makes a false return by <c>liar</c>, who was paid <c>Received</c> and <c>Other</c>, paid <c>Own</c>, and returned one payment.</summary>
    private sealed record Lie(string Code, Func<Scene, SealedEntry> Tell);

    private static readonly Dictionary<string, Lie> All = new(StringComparer.Ordinal)
    {
        ["no link"] = new(ChannelCodes.EntryMalformed, s => s.Forge(h => (h.PreviousEntry, h.PreviousSequence, h.Generation) = (ByteString.Empty, 0, 0))),
        ["its own previous entry"] = new(ChannelCodes.EntryMalformed, s => s.Forge(h => (h.PreviousEntry, h.Generation) = (h.EntryId, 3))),
        ["its own instance"] = new(ChannelCodes.EntryMalformed, s => s.Forge(h => h.InstanceId = h.EntryId)),
        ["the generation of a creation"] = new(ChannelCodes.EntryMalformed, s => s.Forge(h => h.Generation = 1)),
        ["a generation too high"] = new(ChannelCodes.EntryMalformed, s => s.Forge(h => h.Generation = 3)),
        ["a generation without end"] = new(ChannelCodes.EntryMalformed, s => s.Forge(h => h.Generation = uint.MaxValue)),
        ["a batch before all batches"] = new(ChannelCodes.EntryMalformed, s => s.Forge(h => h.PreviousSequence = -1)),
        ["values of another generation"] = new(ChannelCodes.EntryMalformed, s => s.Forge(f => f.Committed = o => o with { Version = 1 })),
        ["another action's number"] = new(ChannelCodes.EntryMalformed, s => s.Forge(h => h.Action = 0)),
        ["a batch that does not have the previous entry"] = new(ChannelCodes.InstanceUnknown, s => s.Forge(h => h.PreviousSequence--)),
        ["a batch that is not there"] = new(ChannelCodes.InstanceUnknown, s => s.Forge(h => h.PreviousSequence = 1_000_000)),
        ["an instance that nobody knows"] = new(ChannelCodes.InstanceUnknown, s => s.Forge(before: s.Received with { Id = Nobody, Newest = Nobody })),
        ["a previous entry that nobody knows"] = new(ChannelCodes.InstanceUnknown, s => s.Forge(before: s.Received with { Newest = Nobody, Generation = 2 })),
        ["a previous entry of another instance"] = new(ChannelCodes.InstanceMoved, s => s.Forge(before: s.Received with { Newest = s.Other.Id, Sequence = s.Other.Sequence, Generation = 2 })),
        ["another amount"] = new(ChannelCodes.InstanceDiffers, s => s.Forge(values: v => v[0] = new MoneyValue("EUR", 1_00))),
        ["another currency"] = new(ChannelCodes.InstanceDiffers, s => s.Forge(values: v => v[0] = new MoneyValue("JPY", 30_00))),
        ["a text that was changed"] = new(ChannelCodes.InstanceDiffers, s => s.Forge(values: v => v[9] = new TextValue("for something else"))),
        ["a value that was left out"] = new(ChannelCodes.InstanceDiffers, s => s.Forge(values: v => v[9] = null)),
        ["a value that was added"] = new(ChannelCodes.InstanceDiffers, s => s.Forge(values: v => v[8] = new TextValue("DE02"))),
        ["the payer as the payee"] = new(ChannelCodes.InstanceDiffers, s => s.Forge(before: s.Own with { Parties = [s.Own.Parties[1], s.Own.Parties[0], s.Own.Parties[2]] })),
        ["the values of another instance"] = new(ChannelCodes.InstanceDiffers, s => s.Forge(before: s.Received with { Fields = s.Other.Fields })),
        ["no reason where one must be"] = new(PlatformCodes.Missing, s => s.Forge(values: v => v[10] = null)),
        ["a state that is not there"] = new(PlatformCodes.WrongState, s => s.Forge(before: s.Returned)),
        ["what the instance was once"] = new(ChannelCodes.InstanceMoved, s => s.Forge(before: s.ReturnedBefore)),
    };

    private static EntryId Nobody => new(Digest.Of([7]));

    public static TheoryData<string> Names => [.. All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Handed_over_it_moves_nothing(string name)
    {
        using Scene scene = new(liarIsSequencer: false);
        SealedEntry entry = All[name].Tell(scene);
        string code = All[name].Code;
        string before = scene.Money();
        scene.World.Send(scene.Liar, scene.Victim, new PeerMessage { Commands = new Commands { Channel = ByteString.CopyFrom(scene.World.Channel.ToArray()), Term = 1, Entries = { entry } } });
        scene.World.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal(before, scene.Money());
        if (code == ChannelCodes.EntryMalformed) Assert.Contains(code, scene.Victim.Alarms);
        else Assert.Equal(code, scene.RefusalOf(entry));
        if (code == ChannelCodes.InstanceDiffers) Assert.Contains(code, scene.Victim.Alarms);
        scene.AssertGoesOn();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Proposed_it_is_refused_with_the_code(string name)
    {
        using Scene scene = new(liarIsSequencer: true);
        SealedEntry entry = All[name].Tell(scene);
        scene.World.OnPeer = (from, _, message) => from == scene.Liar && message.Proposal is { } proposal
            ? [OtherProposal.Of(scene.World, scene.Liar, proposal, p => p.Body.Items.Add(new BatchItem { Entry = entry }))] : [message];
        string before = scene.Money();
        // The victim keeps what it was told, and the liar's own machine never finds that head; the other member takes over.
        scene.World.Pay(scene.Liar, 1);
        InFlightRow endorsed = scene.World.Beta.Rows.Open(PayloadKind.InFlight, scene.World.Channel.ToArray(), scene.World.Beta.Vault.Find(PayloadKind.InFlight, scene.World.Channel.ToArray())!, InFlightRow.Parser);
        Assert.Equal((1u, All[name].Code), (Assert.Single(endorsed.Refusals).Index, endorsed.Refusals[0].Refusal.Code));
        Assert.Equal(before, scene.Money());
        scene.AssertGoesOn();
    }

    [Fact]
    public void An_instance_is_acted_on_once_in_a_batch()
    {
        using Scene scene = new(liarIsSequencer: false);
        Commands commands = new() { Channel = ByteString.CopyFrom(scene.World.Channel.ToArray()), Term = 1, Entries = { scene.Forge(), scene.Forge() } };
        scene.World.Send(scene.Liar, scene.Victim, new PeerMessage { Commands = commands });
        // The liar's own machine knows nothing of either.
        Assert.Equal(ChannelCodes.EntryNotOurs, scene.RefusalOf(commands.Entries[0]));
        Assert.Equal(ChannelCodes.InstanceBusy, scene.RefusalOf(commands.Entries[1]));
        scene.AssertGoesOn();
    }

    [Fact]
    public void A_return_that_is_replayed_is_late()
    {
        using Scene scene = new(liarIsSequencer: false);
        Commands? commands = null;
        scene.World.OnPeer = (_, _, message) =>
        {
            commands = message.Commands ?? commands;
            return [message];
        };
        scene.World.ActOn(scene.Liar, scene.Received.Id, "return", new Dictionary<string, string> { ["reason"] = "AC04" });
        Assert.NotNull(commands);
        string before = scene.Money();
        for (int i = 0; i < 3; i++) scene.World.Send(scene.Liar, scene.Victim, new PeerMessage { Commands = commands });
        scene.World.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal(before, scene.Money());
        scene.AssertGoesOn();
    }

    [Fact]
    public void More_entries_on_instances_than_can_be_judged_are_not_read()
    {
        using Scene scene = new(liarIsSequencer: false);
        Commands commands = new() { Channel = ByteString.CopyFrom(scene.World.Channel.ToArray()), Term = 1 };
        for (int i = 0; i <= BankSettings.LargestActs; i++) commands.Entries.Add(scene.Forge());
        string before = scene.Money();
        scene.World.Send(scene.Liar, scene.Victim, new PeerMessage { Commands = commands });
        Assert.Equal(before, scene.Money());
        Assert.Contains(ChannelCodes.EntryMalformed, scene.Victim.Alarms);
        scene.AssertGoesOn();
    }

    /// <summary>Two banks that have paid each other, and one of them lies.</summary>
    private sealed class Scene : IDisposable
    {
        private readonly ChannelContext context;
        private readonly SeededEntropy entropy = new(9);

        public Scene(bool liarIsSequencer)
        {
            World = new TwoBanks().Open();
            World.Fund(World.Alpha, 100_00).Fund(World.Beta, 100_00);
            (Liar, Victim) = liarIsSequencer ? (World.Alpha, World.Beta) : (World.Beta, World.Alpha);
            context = World.Context(Liar);
            Own = Paid(Liar, 20_00);
            Other = Paid(Victim, 10_00);
            ReturnedBefore = Paid(Victim, 5_00);
            World.ActOn(Liar, ReturnedBefore.Id, "return", new Dictionary<string, string> { ["reason"] = "AC04" });
            Returned = Standing(ReturnedBefore.Id);
            Received = Paid(Victim, 30_00);
        }

        public TwoBanks World { get; }

        public TestNode Liar { get; }

        public TestNode Victim { get; }

        /// <summary>What the liar was paid and may return.</summary>
        public Instance Received { get; }

        public Instance Own { get; }

        public Instance Other { get; }

        public Instance Returned { get; }

        public Instance ReturnedBefore { get; }

        public SealedEntry Forge(Action<EntryHeader> header) => Forge(f => f.Header = header);

        public SealedEntry Forge(Action<EntryForge>? tell = null, Instance? before = null, Action<Value?[]>? values = null)
        {
            Instance instance = before ?? Received;
            ContractAction action = instance.Plan.Contract.Actions[1];
            Value?[] all = [.. instance.Fields, new CodeValue("AC04")];
            values?.Invoke(all);
            EntryForge forge = new(context, instance.Plan, action, all, EntryId.Generate(entropy), World.Now, entropy, instance);
            tell?.Invoke(forge);
            return forge.Seal();
        }

        /// <summary>Both positions, as both members have them.</summary>
        public string Money() => string.Join(' ', new[] { World.Alpha, World.Beta }.SelectMany(bank => World.Snapshot(bank).Positions).Select(p => $"{p.Member}:{p.MinorUnits}"));

        /// <summary>Why an entry was refused in a final batch; null where it stands there.</summary>
        public string? RefusalOf(SealedEntry entry)
        {
            EntryHeader header = EntryHeader.Parser.ParseFrom(entry.Header);
            return World.Entries(Victim).Single(e => e.EntryId == Convert.ToHexStringLower(header.EntryId.Span)).Refusal;
        }

        public void AssertGoesOn()
        {
            World.OnPeer = null;
            World.Pass(TimeSpan.FromSeconds(40));
            World.AssertGoesOn();
            Assert.True(World.Audit() is { IsComplete: true, ReExecuted: true });
        }

        public void Dispose() => World.Dispose();

        private Instance Paid(TestNode payer, long amount)
        {
            byte[] paid = World.Pay(payer, amount);
            Assert.True(EntryId.TryParse(World.ViewOf(payer, paid).Entry, out EntryId entry));
            return World.Standing(Liar, entry, World.ViewOf(payer, paid).Sequence);
        }

        private Instance Standing(EntryId instance)
        {
            (EntryId entry, long sequence) = World.PlaceOf(Liar, instance)!.Value;
            return World.Standing(Liar, entry, sequence);
        }
    }
}
