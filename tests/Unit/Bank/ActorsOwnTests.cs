using Google.Protobuf;
using Settlement.Contracts;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Commitments;
using Settlement.Core.Reading;
using Settlement.Core.Store;
using Settlement.Core.Vault.Records;
using Settlement.Tests.Simulation;
using Settlement.Wire.Channels;

namespace Settlement.Tests.Bank;

/// <summary>A parameter that its actor alone reads, as the library's LoyaltyExchange has it: whatever happens to the entry on its
/// way, the envelope lies in the actor's vault, opens there, and is nowhere else.</summary>
public sealed class ActorsOwnTests
{
    private const string OfAlpha = "member 4711 of Alpha", OfBeta = "member 0815 of Beta";

    // What is lost while the entry is on its way, and who stops then.
    private static readonly Dictionary<string, (Func<PeerMessage, bool> Lost, bool Sequencer, bool Other)> Interruptions = new(StringComparer.Ordinal)
    {
        ["nothing happens"] = (static _ => false, false, false),
        ["endorsements are lost"] = (static m => m.Endorsement is not null, false, false),
        ["endorsements are lost and the sequencer restarts"] = (static m => m.Endorsement is not null, true, false),
        ["endorsements are lost and the other member restarts"] = (static m => m.Endorsement is not null, false, true),
        ["endorsements are lost and both restart"] = (static m => m.Endorsement is not null, true, true),
        ["proposals are lost and both restart"] = (static m => m.Proposal is not null, true, true),
        ["commands and proposals are lost and both restart"] = (static m => m.Commands is not null || m.Proposal is not null, true, true),
        ["nothing of the sequencer's arrives until the office changes hands"] = (static m => m.Proposal is { Term: 1 }, false, false),
        ["nothing of the sequencer's arrives until the office changes hands, and both restart"] = (static m => m.Proposal is { Term: 1 }, true, true),
    };

    public static TheoryData<string, bool> Table => new(Interruptions.Keys.SelectMany(static i => new[] { (i, false), (i, true) }).Where(static row => !(row.Item2 && row.i.Contains("office", StringComparison.Ordinal))));

    [Theory]
    [MemberData(nameof(Table))]
    public void What_the_actor_alone_reads_stays_with_it(string interruption, bool isBetaInOffice)
    {
        using TwoBanks world = World();
        List<PeerMessage> said = [];
        Func<PeerMessage, bool> lost = static _ => false;
        world.OnPeer = (_, _, message) =>
        {
            said.Add(message.Clone());
            return lost(message) ? [] : [message];
        };
        EntryId agreed = Agreed(world);
        if (isBetaInOffice)
        {
            lost = static message => message.Proposal is { Term: 1 };
            world.Pay(world.Beta, 1);
            world.Pass(TimeSpan.FromSeconds(40));
        }

        foreach ((TestNode actor, string action, Dictionary<string, string> values) in new[]
            { (world.Alpha, "miles_to_stars", Values("300", "200", OfAlpha)), (world.Beta, "stars_to_miles", Values("20", "30", OfBeta)) })
        {
            TestNode sequencer = world.View(world.Alpha).IsSequencer ? world.Alpha : world.Beta;
            Assert.Equal(isBetaInOffice || (actor == world.Beta && interruption.Contains("office", StringComparison.Ordinal)), sequencer == world.Beta);
            lost = Interruptions[interruption].Lost;
            byte[] order = world.ActOn(actor, agreed, action, values);
            if (said.Exists(m => lost(m))) world.Pass(TimeSpan.FromSeconds(2));
            if (Interruptions[interruption].Sequencer) sequencer.Restart();
            if (Interruptions[interruption].Other) world.Other(sequencer).Restart();
            if (interruption.Contains("office", StringComparison.Ordinal)) world.Pass(TimeSpan.FromSeconds(40));
            lost = static _ => false;
            for (int i = 0; i < 20 && world.StatusOf(actor, order).Status == InstructionStatus.Accepted; i++) world.Pass(TimeSpan.FromSeconds(2));
            Assert.Equal((InstructionStatus.Settled, null), world.StatusOf(actor, order));
        }

        world.Alpha.Restart();
        world.Beta.Restart();
        world.Pass(TimeSpan.FromSeconds(20));
        AssertStayed(world, said);
        AssertRead(world, agreed);
        world.AssertGoesOn();
        Core.Regulator.ChannelVerdict verdict = world.Audit();
        Assert.True(verdict is { IsComplete: true, ReExecuted: true });
        Assert.Equal([-330, 330, 220, -220], verdict.Positions.Where(p => p.Currency is "miles" or "stars").OrderBy(p => p.Currency).ThenBy(p => p.Member).Select(p => p.MinorUnits));
    }

    /// <summary>Commands with ciphertext that the receiver may not have are no entries, and it keeps none of it, not even as evidence.</summary>
    [Fact]
    public void A_member_that_hands_over_what_it_alone_reads_is_refused()
    {
        using TwoBanks world = World();
        SealedEntry whole = Whole(world, world.Beta, Agreed(world));
        PayloadKind[] kinds = [PayloadKind.Snapshots, PayloadKind.InFlight, PayloadKind.Waiting, PayloadKind.Proposals, PayloadKind.Entries, PayloadKind.Batches, PayloadKind.ContentKeys, PayloadKind.Facts, PayloadKind.Instructions];
        string before = world.Alpha.Vault.Text(kinds);
        world.Send(world.Beta, world.Alpha, Commands(world, whole));
        Assert.Equal(ChannelCodes.EntryMalformed, Assert.Single(world.Alpha.Alarms));
        Assert.Equal(before, world.Alpha.Vault.Text(kinds));
        AssertHasNot(world.Alpha, Own(whole)!.Ciphertext);
        // As it is shared it is a good one.
        long sequence = world.View(world.Alpha).Sequence;
        world.Send(world.Beta, world.Alpha, Commands(world, SharedEntry.With(whole, 0)));
        Assert.Single(world.Alpha.Alarms);
        Assert.Equal(sequence + 1, world.View(world.Alpha).Sequence);
        AssertHasNot(world.Alpha, Own(whole)!.Ciphertext);
        world.AssertGoesOn();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_sequencer_that_proposes_what_it_alone_reads_gets_a_refusal_leaf(bool withRestart)
    {
        using TwoBanks world = World();
        EntryId agreed = Agreed(world);
        ByteString others = ByteString.CopyFrom([.. Enumerable.Range(0, 400).Select(static i => (byte)(i * 7))]);
        bool isHeld = true;
        PeerMessage? changed = null;
        world.OnPeer = (from, _, message) => message.Endorsement is not null && isHeld ? []
            : from == world.Alpha && message.Proposal is { } proposal ? [changed ??= OtherProposal.Of(world, world.Alpha, proposal, other => Own(other.Body.Items[0].Entry)!.Ciphertext = others)] : [message];
        byte[] order = world.ActOn(world.Alpha, agreed, "miles_to_stars", Values("300", "200", OfAlpha));
        world.Pass(TimeSpan.FromSeconds(2));
        // Not even on its way.
        AssertHasNot(world.Beta, others);
        if (withRestart) world.Beta.Restart();
        isHeld = false;
        world.Pass(TimeSpan.FromSeconds(10));
        Assert.Equal((InstructionStatus.Rejected, ChannelCodes.EntryMalformed), world.StatusOf(world.Alpha, order));
        Assert.Contains(ChannelCodes.EntryMalformed, world.Beta.Alarms);
        AssertHasNot(world.Beta, others);
        world.AssertGoesOn();
        Assert.True(world.Audit() is { IsComplete: true, ReExecuted: true });
    }

    private static TwoBanks World()
    {
        BankSettings settings = new() { GrantedLimits = new Dictionary<(Core.Identifiers.ParticipantId, string), long> { [(TwoBanks.IdOf("ALPHDEFFXXX"), "miles")] = 500 } };
        TwoBanks world = new(settings: settings, contracts: [.. new[] { "GrossPayment", "PoolFunding", "LoyaltyExchange" }.Select(static name => ContractLibrary.Load(name).Source)]);
        return world.Open(request => request with { UnitLimits = [(false, "miles", 500), (true, "stars", 400)] }).Fund(world.Alpha, 100).Fund(world.Beta, 100);
    }

    private static EntryId Agreed(TwoBanks world)
    {
        Dictionary<string, string> values = new() { ["exchange_ratio"] = "2:3", ["miles_left"] = "1000", ["stars_left"] = "1000", ["last_day"] = "2026-03-02", ["agreement"] = "A-1" };
        SubmissionAnswer answer = world.Ask<SubmissionAnswer>(world.Alpha, call => new BankInput.Act(call, null, [1], new ActOrder(world.Channel, null, "LoyaltyExchange", "agree", values)));
        Assert.True(EntryId.TryParse(world.ViewOf(world.Alpha, Convert.FromHexString(Assert.Single(answer.Instructions).Id)).Entry, out EntryId entry));
        return entry;
    }

    private static Dictionary<string, string> Values(string given, string taken, string member) => new() { ["given"] = given, ["taken"] = taken, ["member"] = member };

    private static PeerMessage Commands(TwoBanks world, SealedEntry entry) =>
        new() { Commands = new Commands { Channel = ByteString.CopyFrom(world.Channel.ToArray()), Term = 1, Entries = { entry } } };

    /// <summary>An exchange of Beta's with all of its envelopes.</summary>
    private static SealedEntry Whole(TwoBanks world, TestNode beta, EntryId agreed)
    {
        Instance standing = world.Standing(beta, agreed, world.View(beta).Sequence);
        ContractAction action = standing.Plan.Contract.FindAction("stars_to_miles")!;
        Value?[] values = [.. standing.Fields, new QuantityValue("stars", 20), new QuantityValue("miles", 30), new TextValue(OfBeta)];
        values[standing.Plan.Contract.Fields.Single(static f => f.Name == "stars_left").Index] = new QuantityValue("stars", 980);
        return EntrySealer.Seal(world.Context(beta), standing.Plan, action, values, world.Now, new SeededEntropy(11), standing).Sealed;
    }

    /// <summary>The envelope that one participant alone reads.</summary>
    private static SealedEnvelope? Own(SealedEntry entry)
    {
        EntryHeader header = EntryHeader.Parser.ParseFrom(entry.Header);
        int own = header.Envelopes.ToList().FindIndex(static reference => new AudienceMask(reference.Audience).Count == 1);
        return own < 0 ? null : entry.Envelopes[own];
    }

    private static void AssertStayed(TwoBanks world, IReadOnlyList<PeerMessage> said)
    {
        SealedEntry[] sent = [.. said.SelectMany(static message => message.MessageCase switch
        {
            PeerMessage.MessageOneofCase.Commands => message.Commands.Entries,
            PeerMessage.MessageOneofCase.Proposal => OtherProposal.BodyOf(message.Proposal).Items.Select(static item => item.Entry),
            PeerMessage.MessageOneofCase.Delivery => message.Delivery.Items.Select(static item => item.Entry),
            _ => [],
        }).Where(static entry => entry is not null && Own(entry) is not null)];
        // At least each exchange once to the other member, and once to the supervisor.
        Assert.InRange(sent.Length, 4, int.MaxValue);
        Assert.All(sent, static entry => Assert.Equal(0, Own(entry)!.CalculateSize()));
        foreach ((TestNode actor, TestNode other) in new[] { (world.Alpha, world.Beta), (world.Beta, world.Alpha) })
        {
            ByteString ciphertext = Assert.Single(Kept(actor), static envelope => envelope.Ciphertext.Length > 0).Ciphertext;
            Assert.Equal(2, Kept(actor).Count);
            Assert.Contains(actor.Vault.Scan(PayloadKind.Entries), row => Has(row.Body, ciphertext));
            AssertHasNot(other, ciphertext);
            AssertHasNot(world.Supervisor, ciphertext);
            Assert.DoesNotContain(said, message => Has(message.ToByteArray(), ciphertext));
            foreach (string text in new[] { OfAlpha, OfBeta })
            {
                Assert.DoesNotContain(said, message => Has(message.ToByteArray(), ByteString.CopyFromUtf8(text)));
                AssertHasNot(actor, ByteString.CopyFromUtf8(text));
            }
        }
    }

    private static List<SealedEnvelope> Kept(TestNode bank) =>
        [.. bank.Vault.Scan(PayloadKind.Entries).SelectMany(static row => EntriesRow.Parser.ParseFrom(row.Body).Entries).Where(static entry => entry.Header.Length > 0).Select(Own).OfType<SealedEnvelope>()];

    // Kinds whose rows as a whole are sealed under the vault key.
    private static readonly PayloadKind[] SealedKinds = [PayloadKind.Proposals, PayloadKind.InFlight, PayloadKind.Snapshots, PayloadKind.Evidence, PayloadKind.Alarms];

    private static void AssertHasNot(TestNode node, ByteString bytes)
    {
        foreach (PayloadKind kind in SealedKinds)
        {
            // A message of no fields keeps all that it reads.
            Assert.DoesNotContain(node.Vault.Scan(kind), row => Has(node.Rows.Open(kind, row.Key, row.Body, Google.Protobuf.WellKnownTypes.Empty.Parser).ToByteArray(), bytes));
        }

        foreach (PayloadKind kind in Enum.GetValues<PayloadKind>()) Assert.DoesNotContain(node.Vault.Scan(kind), row => Has(row.Body, bytes));
        Assert.DoesNotContain(node.Vault.Events(), e => Has(System.Text.Encoding.UTF8.GetBytes(e.Data), bytes));
    }

    private static bool Has(byte[] body, ByteString bytes) => body.AsSpan().IndexOf(bytes.Span) >= 0;

    /// <summary>Each bank's doors show what it put in, and of the other's only that there is something.</summary>
    private static void AssertRead(TwoBanks world, EntryId agreed)
    {
        foreach ((TestNode reader, string? alphas, string? betas) in new[] { (world.Alpha, OfAlpha, null), (world.Beta, null, OfBeta), (world.Supervisor, (string?)null, (string?)null) })
        {
            IReadOnlyList<EntryView> entries = reader == world.Supervisor ? Supervised(world) : world.Entries(reader);
            Assert.All(entries, static entry => Assert.Null(entry.Fault));
            AssertMember(entries, "miles_to_stars", alphas);
            AssertMember(entries, "stars_to_miles", betas);
            if (reader == world.Supervisor) continue;
            InstanceView instance = world.InstanceOf(reader, agreed)!;
            Assert.Equal(("700", "980"), (instance.Fields.Single(static f => f.Name == "miles_left").Value, instance.Fields.Single(static f => f.Name == "stars_left").Value));
            AssertMember(instance.Entries, "miles_to_stars", alphas);
            AssertMember(instance.Entries, "stars_to_miles", betas);
        }
    }

    private static void AssertMember(IEnumerable<EntryView> entries, string action, string? text)
    {
        FieldView member = Assert.Single(entries, entry => entry.Action == action).Fields.Single(static f => f.Name == "member");
        Assert.Equal((text is not null, text), (member.IsReadable, member.Value));
    }

    private static IReadOnlyList<EntryView> Supervised(TwoBanks world)
    {
        VaultReader reader = new(TwoBanks.Network, world.Supervisor.Id, world.Supervisor.VaultKey);
        ChannelContext context = world.Context(world.Supervisor);
        return [.. world.Supervisor.Vault.Scan(PayloadKind.Batches).SelectMany(row => reader.ReadObserverBatch(context, row.Body, world.Supervisor.Vault.Find(PayloadKind.ContentKeys, row.Key)!))];
    }
}
