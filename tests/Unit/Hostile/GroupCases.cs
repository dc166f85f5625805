using Google.Protobuf;
using Settlement.Contracts;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Commitments;
using Settlement.Core.Cryptography;
using Settlement.Core.Notarisation;
using Settlement.Core.Reading;
using Settlement.Tests.Bank;
using Settlement.Tests.Channels;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;
using Kind = Settlement.Wire.Channels.PeerMessage.MessageOneofCase;

namespace Settlement.Tests.Hostile;

/// <summary>What a member, or the ledger, can do by groups.</summary>
internal static class GroupCases
{
    private const string Sequencer = MemberCases.Sequencer;
    private const string Endorser = MemberCases.Endorser;

    private static readonly TimeSpan Minutes = TimeSpan.FromMinutes(9);

    public static IEnumerable<HostileCase> All => [.. Legs(), Untold(), .. Outcomes(), .. OfTheEndorser(), .. OfTheLedger()];

    /// <summary>Each entry of the sequencer's own becomes a leg that is none; the member refuses it with a leaf, so that the channel goes on.</summary>
    private static IEnumerable<HostileCase> Legs()
    {
        yield return FalseLeg("a leg of a group that cannot be read", ChannelCodes.EntryMalformed, static _ => ByteString.CopyFrom(0xff, 0xff, 0x00, 0x13));
        yield return FalseLeg("a leg of a group of another network", ChannelCodes.EntryMalformed, static world => Body(world, [world.Banks.Channel, Digest.Of([1])], Minutes, network: "other"));
        yield return FalseLeg("a leg of a group of other channels", ChannelCodes.EntryMalformed, static world => Body(world, [world.WithGamma(world.Beta), Digest.Of([1])], Minutes));
        yield return FalseLeg("a leg of a group for a year", GroupCodes.OutOfTime, static world => Body(world, [world.Banks.Channel, Digest.Of([1])], TimeSpan.FromDays(365)));
        yield return FalseLeg("a leg of a group that is over", GroupCodes.OutOfTime, static world => Body(world, [world.Banks.Channel, Digest.Of([1])], TimeSpan.FromSeconds(-1)));
        yield return FalseLeg("a second leg of one group", GroupCodes.LegRepeated, static world => world.Once(() => Order(world, world.Alpha))) with { Cost = Cost.Before(1) };
        yield return FalseLeg("a leg beyond their number", GroupCodes.TooManyLegs, static world =>
        {
            world.Once(() => OrderAll(world, world.Alpha));
            return Body(world, [world.Banks.Channel, Digest.Of([1])], Minutes);
        }) with { Cost = Cost.Before(HeldLeg.MaximumOfMember) };
        yield return FalseEntry("a leg that takes of the victim", GroupCodes.LegUnexpected, static (world, entry) => Pulling(world, world.Alpha, entry.Id)) with { IsCommon = true, Contracts = [FalseGroupTests.Fee] };
        yield return FalseEntry("a leg that is a later action", ChannelCodes.EntryMalformed, static (world, entry) =>
        {
            EntryForge forge = Return(world, world.Alpha, world.Once(() => world.Paid(world.Beta, 1_00)), entry.Id);
            forge.Header = static header => header.GroupBody = ChannelGroup.Of(TwoBanks.Network, [new Digest(header.Channel.Span), Digest.Of([1])], DateTimeOffset.FromUnixTimeMilliseconds(header.TimeUnixMs) + Minutes, Digest.Of([2])).ToByteString();
            return forge;
        }) with { Cost = Cost.Before(2) };
        yield return FalseEntry("a return of a leg that is set aside", ChannelCodes.InstanceUnknown, static (world, entry) => Return(world, world.Alpha, world.Once(() => Held(world)), entry.Id))
            with { Cost = Cost.Before(4), IsCommon = true };
    }

    /// <summary>The member that brings a leg says nothing of it to the ledger.</summary>
    private static HostileCase Untold() => new("a leg that nobody tells the ledger of", Sequencer, GroupCodes.LedgerNotTold, "group", Proof.Said(static (world, piece) =>
    {
        Assert.True(ChannelGroup.TryRead(ByteString.CopyFrom(piece.Parts[0].Body), TwoBanks.Network, out ChannelGroup? group, out string code), code);
        Assert.Contains(world.Banks.Channel, group.Channels);
    }), Afterwards.GoesOn, static world =>
    {
        world.Banks.OnLedgerRequest = (from, request) => from == world.Alpha ? WithoutGroups(request) : request;
        // Each is another group, and evidence of its own.
        for (int i = 0; i < Core.Alarms.AlarmBounds.MaxPiecesOfCode; i++) Order(world, world.Alpha, TimeSpan.FromSeconds(2));
        world.Banks.Pass(TimeSpan.FromSeconds(20));
        Assert.Empty(world.Banks.Snapshot(world.Beta).Legs);
    })
    {
        IsCommon = true, Times = Core.Alarms.AlarmBounds.MaxPiecesOfCode, Cost = new Cost(Written: 110, Rows: 32, Kilobytes: 24, Sends: 48, Checks: 60),
    };

    /// <summary>What a request says of groups, in a form that the ledger learns nothing from.</summary>
    internal static LedgerRequest WithoutGroups(LedgerRequest request)
    {
        LedgerRequest kept = request.Clone();
        foreach (Submission submission in kept.Submissions)
        {
            if (submission.Decided is { } decided) decided.GroupBody = ByteString.Empty;
            if (submission.Reserve is { } reserve) reserve.Signatures[0] = ByteString.CopyFrom(new byte[64]);
        }

        return kept;
    }

    /// <summary>The sequencer ends legs otherwise than the ledger did; the member endorses nothing of that batch.</summary>
    private static IEnumerable<HostileCase> Outcomes()
    {
        yield return FalseOutcome("an outcome of a group that the channel does not hold", GroupCodes.OutcomeDiffers, static _ => [Outcome(Digest.Of([1]), true)]);
        yield return FalseOutcome("an outcome that the ledger did not decide", GroupCodes.OutcomeDiffers, static world => [Outcome(RecordHashes.Group(world.Once(() => Order(world, world.Alpha)).Span), true)]) with { Cost = Cost.Before(1).And(HostileWorld.Storm, sends: 1) };
        yield return new("an outcome in the batch of its leg", Sequencer, GroupCodes.OutcomeDiffers, "message", Proof.Proposal(static (_, _, body) => body!.Outcomes.Count > 0), Afterwards.GoesOnInTheNextTerm, static world =>
        {
            world.Change(world.Alpha, world.Beta, Kind.Proposal, message => [OtherProposal.Of(world.Banks, world.Alpha, message.Proposal, p =>
            {
                if (GroupOf(p.Body) is { } group) p.Body.Outcomes.Add(Outcome(RecordHashes.Group(group.Span), true));
            })]);
            world.Once(() => Order(world, world.Alpha, isKept: true));
            Repeat(world);
        }) { Cost = Cost.Before(1).And(HostileWorld.Storm, sends: 1, checks: 1) };
        yield return new("an outcome twice", Sequencer, GroupCodes.OutcomeDiffers, "message", Proof.Proposal(static (_, _, body) => body!.Outcomes.Count > 0), Afterwards.GoesOnInTheNextTerm, static world =>
        {
            world.Change(world.Alpha, world.Beta, Kind.Proposal, message => [OtherProposal.Of(world.Banks, world.Alpha, message.Proposal, static p => p.Body.Outcomes.Add(p.Body.Outcomes.Clone()))]);
            world.Once(() => Order(world, world.Alpha, TimeSpan.FromSeconds(2), isKept: true));
            world.Banks.Pass(TimeSpan.FromSeconds(8));
            Repeat(world);
        }) { Cost = Cost.Before(3).And(HostileWorld.Storm, sends: 1) };
    }

    private static IEnumerable<HostileCase> OfTheEndorser()
    {
        yield return Reserved("an endorsement without the reservation of a leg", 0, static answer => answer.Reservations.Clear());
        yield return Reserved("an endorsement with a reservation that is not signed", 1, static answer => answer.Reservations[0].Signature = Lies.Flipped(answer.Reservations[0].Signature, 3));
        yield return Reserved("an endorsement with the reservation of another group", 1, static answer => answer.Reservations[0].Group = Lies.Flipped(answer.Reservations[0].Group, 3));
        yield return Reserved("an endorsement with a reservation too many", 2, static answer => answer.Reservations.Add(answer.Reservations[0].Clone()));
        yield return HandedOver("a leg that takes of the victim, handed over", GroupCodes.LegUnexpected, static world => Pulling(world, world.Beta, null).Seal()) with { Contracts = [FalseGroupTests.Fee] };
        yield return HandedOver("a leg of a group for a year, handed over", GroupCodes.OutOfTime, static world => Leg(world, world.Beta, Body(world, [world.Banks.Channel, Digest.Of([1])], TimeSpan.FromDays(365))));
        yield return HandedOver("a leg beyond their number, handed over", GroupCodes.TooManyLegs, static world =>
        {
            world.Once(() => OrderAll(world, world.Beta));
            return Leg(world, world.Beta, Body(world, [world.Banks.Channel, Digest.Of([1])], Minutes));
        }) with { Cost = Cost.Before(HeldLeg.MaximumOfMember).And(HeldLeg.MaximumOfMember, written: 1, sends: 2, checks: 1) };
    }

    private static IEnumerable<HostileCase> OfTheLedger()
    {
        yield return new("a commitment without a leg of the victim's", "ledger to bank", GroupCodes.CommittedWithoutLeg, "receipt + checkpoint", Proof.Of(static (world, piece) =>
        {
            using LedgerView view = new(TwoBanks.Network, world.Banks.Signer.PublicKey);
            Assert.True(view.TryRestore(System.Text.Encoding.UTF8.GetString(piece.Parts[1].Body!), out _));
            Assert.True(view.TryVerify(LeafReceipt.Parser.ParseFrom(piece.Parts[0].Body), out Leaf? leaf, out LedgerDoubt? doubt), doubt?.Code);
            Assert.Equal((true, (Digest)world.Once<object>(static () => Digest.Zero)), (leaf.Decided.IsCommitted, new Digest(leaf.Decided.Group.Span)));
        }), Afterwards.GoesOnInTheNextTerm, static world =>
        {
            world.Once(() =>
            {
                Assert.Null(world.Banks.Ask<SubmissionAnswer>(world.Alpha, call => new BankInput.OrderGroup(call, null, [1], new GroupOrder(null, [], Minutes,
                    [GroupWorld.Payment(world.Banks.Channel, "1.00 EUR")], [GroupWorld.Expected(world.WithGamma(world.Alpha), "1.00 EUR")]))).Refusal);
                Digest group = Assert.Single(Groups(world, world.Alpha)).Group;
                FalseGroupTests.ForgeDecision(world.Banks, group, true);
                return (object)group;
            });
            // Not so long that the counterparty, who believes it, takes the office over.
            world.Banks.Pass(TimeSpan.FromSeconds(2));
        })
        {
            Victim = static world => world.Alpha,
            Party = static _ => "LEDGDEFFXXX",
            Cost = Cost.Following with { Written = 36, Rows = 12, Kilobytes = 12, Checks = 16 },
        };
    }

    private static HostileCase FalseLeg(string name, string code, Func<HostileWorld, ByteString> group) => FalseEntry(name, code, (world, entry) =>
    {
        EntryForge forge = world.Forge(world.Alpha, entry);
        ByteString body = group(world);
        forge.Header = header => header.GroupBody = body;
        return forge;
    });

    /// <summary>The sequencer's own payments are sealed as something else.</summary>
    private static HostileCase FalseEntry(string name, string code, Func<HostileWorld, OpenedEntry, EntryForge> forge) => new(name, Sequencer, code, "entry in its batch", Proof.Entry(code == ChannelCodes.EntryMalformed ? Proof.DoesNotOpen : Proof.Opens(static (_, entry) => entry is { Actor: 0, Group: not null } or { Actor: 0, Link: not null })), Afterwards.GoesOn, world =>
    {
        ChannelContext own = world.Banks.Context(world.Alpha);
        // What the forge needs happens before anything is changed.
        forge(world, world.Payment(world.Alpha));
        world.Change(world.Alpha, world.Beta, Kind.Proposal, message =>
        {
            if (OtherProposal.BodyOf(message.Proposal).Items.FirstOrDefault()?.Entry is not { } first || !EntryOpener.TryOpen(own, first, out OpenedEntry? entry, out _) || entry.Actor != own.Own || entry.Group is not null) return [message];
            SealedEntry said = forge(world, entry).Seal();
            return [OtherProposal.Of(world.Banks, world.Alpha, message.Proposal, p => p.Body.Items[0].Entry = said)];
        });
        for (int i = 0; i < 3; i++) world.Banks.Pay(world.Alpha, 1);
    }) { Cost = Cost.ThreeBatches };

    private static HostileCase FalseOutcome(string name, string code, Func<HostileWorld, IEnumerable<LegOutcome>> outcomes) => new(name, Sequencer, code, "message", Proof.Proposal(static (_, _, body) => body!.Outcomes.Count == 1), Afterwards.GoesOnInTheNextTerm, world =>
    {
        LegOutcome[] said = [.. outcomes(world)];
        world.Change(world.Alpha, world.Beta, Kind.Proposal, message => [OtherProposal.Of(world.Banks, world.Alpha, message.Proposal, p => p.Body.Outcomes.Add(said))]);
        world.Banks.Pay(world.Alpha, 1);
        Repeat(world);
    }) { Cost = Cost.Batch.And(HostileWorld.Storm, sends: 1, checks: 1) };

    /// <summary>Beta endorses Alpha's leg, and signs the reservation otherwise.</summary>
    private static HostileCase Reserved(string name, int reservations, Action<EndorsementAnswer> change) => new(name, Endorser, ChannelCodes.EndorsementInvalid, "message", Proof.Message((_, message) => message.Endorsement.Reservations.Count == reservations), Afterwards.GoesOnInTheNextTerm, world =>
    {
        PeerMessage said = world.Once(() =>
        {
            PeerMessage? first = null;
            world.Change(world.Beta, world.Alpha, Kind.Endorsement, message =>
            {
                if (message.Endorsement.Reservations.Count > 0) change(message.Endorsement);
                first ??= message.Clone();
                return [message];
            });
            Order(world, world.Alpha, isKept: true);
            return first!;
        });
        world.Say(world.Beta, world.Alpha, said);
    }) { Victim = static world => world.Alpha, Party = static world => world.Beta.Id.ToString(), Cost = Cost.Before(1).And(HostileWorld.Storm, checks: 2) };

    private static HostileCase HandedOver(string name, string code, Func<HostileWorld, SealedEntry> leg) => new(name, Endorser, code, "entry", Proof.HandedOver(Proof.Opens(static (_, entry) => entry is { Actor: 1, Group: not null })), Afterwards.GoesOn, world =>
        world.Say(world.Beta, world.Alpha, new PeerMessage { Commands = new Commands { Channel = world.Channel, Term = 1, Entries = { leg(world) } } }))
    {
        Victim = static world => world.Alpha, Party = static world => world.Beta.Id.ToString(), IsCommon = true, Cost = Cost.OwnBatch,
    };

    private static LegOutcome Outcome(Digest group, bool isCommitted) => new() { Group = HostileWorld.Bytes(group), IsCommitted = isCommitted };

    /// <summary>Says the newest proposal of Alpha's that was changed again and again.</summary>
    internal static void Repeat(HostileWorld world)
    {
        PeerMessage? said = null;
        Func<TestNode, TestNode, PeerMessage, IEnumerable<PeerMessage>> lie = world.Banks.OnPeer!;
        world.Banks.OnPeer = (from, to, message) =>
        {
            PeerMessage[] changed = [.. lie(from, to, message)];
            if (from == world.Alpha && to == world.Beta) said = changed.LastOrDefault(static m => m.Proposal is not null) ?? said;
            return changed;
        };
        world.Banks.Pass(TimeSpan.FromSeconds(2));
        world.Banks.OnPeer = lie;
        if (said is not null) world.Say(world.Alpha, world.Beta, said);
    }

    private static ByteString Body(HostileWorld world, IEnumerable<Digest> channels, TimeSpan life, string network = TwoBanks.Network)
    {
        byte[] nonce = new byte[Digest.Length];
        world.Entropy.Fill(nonce);
        return ChannelGroup.Of(network, channels, world.Banks.Now + life, new Digest(nonce)).ToByteString();
    }

    private static SealedEntry Leg(HostileWorld world, TestNode member, ByteString group)
    {
        OpenedEntry like = world.Payment(member);
        return EntrySealer.Seal(world.Banks.Context(member), like.Plan, like.Action, like.Values, world.Banks.Now, world.Entropy, groupBody: group).Sealed;
    }

    /// <summary>A leg by which its actor pays one euro and takes two.</summary>
    private static EntryForge Pulling(HostileWorld world, TestNode member, EntryId? id)
    {
        ChannelContext own = world.Banks.Context(member);
        ContractPlan plan = own.Terms.Contracts.Single(static c => c.Contract.Name == "FeePayment");
        ByteString group = Body(world, [world.Banks.Channel, Digest.Of([1])], Minutes);
        return new EntryForge(own, plan, plan.Contract.Actions[0], [new MoneyValue("EUR", 1_00), null, new MoneyValue("EUR", 2_00)], id ?? EntryId.Generate(world.Entropy), world.Banks.Now, world.Entropy)
        {
            Header = header => header.GroupBody = group,
        };
    }

    private static EntryForge Return(HostileWorld world, TestNode member, Instance of, EntryId id) =>
        new(world.Banks.Context(member), of.Plan, of.Plan.Contract.Actions[1], [.. of.Fields, new CodeValue("AC04")], id, world.Banks.Now, world.Entropy, of);

    /// <summary>A leg of Beta's that is set aside, as if it were there already.</summary>
    private static Instance Held(HostileWorld world)
    {
        Instance paid = world.Paid(world.Beta, 1_00);
        Order(world, world.Beta);
        LegView leg = Assert.Single(Assert.Single(Groups(world, world.Beta)).Legs);
        return paid with { Id = leg.Entry, Newest = leg.Entry, Sequence = leg.Sequence };
    }

    private static object OrderAll(HostileWorld world, TestNode bank)
    {
        for (int i = 0; i < HeldLeg.MaximumOfMember; i++) Order(world, bank);
        Assert.Equal(HeldLeg.MaximumOfMember, Groups(world, world.Alpha).Count);
        return new object();
    }

    /// <summary>A bank orders a leg of a group with a channel that nobody here is in.</summary>
    /// <returns>The body of the group.</returns>
    private static ByteString Order(HostileWorld world, TestNode bank, TimeSpan? life = null, bool isKept = false)
    {
        ByteString? body = null;
        Func<TestNode, TestNode, PeerMessage, IEnumerable<PeerMessage>>? lie = world.Banks.OnPeer;
        world.Banks.OnPeer = (from, to, message) =>
        {
            body ??= message.Proposal is { } proposal ? GroupOf(OtherProposal.BodyOf(proposal)) : null;
            return isKept && lie is not null ? lie(from, to, message) : [message];
        };
        byte[] other = new byte[Digest.Length];
        world.Entropy.Fill(other);
        Assert.Null(world.Banks.Ask<SubmissionAnswer>(bank, call => new BankInput.OrderGroup(call, null, [1], new GroupOrder(null, [new Digest(other)], life ?? Minutes,
            [GroupWorld.Payment(world.Banks.Channel, "0.01 EUR")], []))).Refusal);
        world.Banks.OnPeer = lie;
        return body!;
    }

    private static ByteString? GroupOf(ProposalBody body) =>
        body.Items.Where(static item => item.Entry is not null).Select(static item => EntryHeader.Parser.ParseFrom(item.Entry.Header).GroupBody).FirstOrDefault(static group => !group.IsEmpty);

    private static IReadOnlyList<GroupView> Groups(HostileWorld world, TestNode bank) => world.Banks.Ask<GroupList>(bank, static call => new BankInput.ListGroups(call)).Groups;
}
