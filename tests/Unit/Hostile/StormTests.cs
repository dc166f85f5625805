using Google.Protobuf;
using Settlement.Core.Alarms;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Machines;
using Settlement.Core.Notarisation;
using Settlement.Core.Reading;
using Settlement.Core.Store;
using Settlement.Ledger;
using Settlement.Tests.Bank;
using Settlement.Tests.Ledger;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.Hostile;

/// <summary>Storms at the ledger, whose victim is everybody.</summary>
public sealed class StormTests
{
    // The record of the submitter and code, one piece of evidence, and again the record when its count has risen for a while.
    private const int RowsOfRecord = 2;

    // Beyond the records themselves: what the ledger writes of them with its log, one checkpoint a step that appends.
    private const int WrittenOfRecord = 6;

    [Fact]
    public void A_takeover_storm_costs_the_ledger_a_leaf_and_is_recorded_with_the_members_signature()
    {
        using HostileWorld world = new();
        TwoBanks banks = world.Banks;
        long leaves = banks.Ledger.Count;
        Hold hold = new(banks.LedgerNode);
        Spending alpha = Cost.Of(world.Alpha);
        for (int i = 0; i < HostileWorld.Storm; i++)
        {
            // Its own takeover again and again, and those that are not its turn.
            foreach (ulong term in new ulong[] { 2, 3, 4 }) Ask(world, world.Beta, OtherCases.Takeover(world, world.Beta, term));
            if (i == 0) banks.Pass(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(leaves + 1, banks.Ledger.Count);
        // Two codes: its own again, and another's turn. The one checkpoint is the leaf's.
        Assert.Equal([LedgerCodes.TakeoverTerm, LedgerCodes.NotSequencer], world.AlarmsOfLedger().Select(static a => a.Code).Order());
        hold.AssertRows(2 * RowsOfRecord + 1, 2 * WrittenOfRecord + 1);
        // Every one of its takeovers is well signed, and a refused one is looked at no further than its term.
        Assert.InRange(hold.Checks, 1, HostileWorld.Storm);
        SignedTakeover evidence = Evidence(world, world.Beta, LedgerCodes.TakeoverTerm, static submission => SignedTakeover.TryRead(submission.Takeover, out SignedTakeover? takeover) ? takeover : null);
        using VerifyingKey beta = Key(world, world.Beta);
        Assert.True(evidence.IsSignedBy(TwoBanks.Network, beta));
        // The member that is stormed at sees one takeover.
        alpha.AssertWithin(Cost.Following, world.Alpha);
        AssertOutlives(world, world.Beta, LedgerCodes.TakeoverTerm, LedgerCodes.NotSequencer);
        world.AssertGoesOnWithGamma(world.Alpha);
        world.AssertGoesOnWithGamma(world.Beta);
        banks.AssertGoesOn();
    }

    [Fact]
    public void Two_takeovers_of_one_channel_are_apart_and_the_storm_between_them_is_recorded()
    {
        using HostileWorld world = new();
        Ask(world, world.Beta, OtherCases.Takeover(world, world.Beta, 2));
        Hold hold = new(world.Banks.LedgerNode);
        // Both members storm now.
        for (int i = 0; i < HostileWorld.Storm; i++) Assert.Equal(LedgerCodes.TakeoverTooSoon, Assert.Single(Ask(world, world.Alpha, OtherCases.Takeover(world, world.Alpha, 3)).Results).Code);
        hold.AssertRows(RowsOfRecord, WrittenOfRecord);
        SignedTakeover evidence = Evidence(world, world.Alpha, LedgerCodes.TakeoverTooSoon, static submission => SignedTakeover.TryRead(submission.Takeover, out SignedTakeover? takeover) ? takeover : null);
        using VerifyingKey alpha = Key(world, world.Alpha);
        Assert.True(evidence.IsSignedBy(TwoBanks.Network, alpha));
        AssertOutlives(world, world.Alpha, LedgerCodes.TakeoverTooSoon);
        world.AssertGoesOnWithGamma(world.Alpha);
        world.Banks.AssertGoesOn();
    }

    [Fact]
    public void An_opening_storm_ends_at_the_submitters_quota_and_others_open_channels_all_the_same()
    {
        using HostileWorld world = new(isBetaLate: true);
        long leaves = world.Banks.Ledger.Count;
        Hold hold = new(world.Banks.LedgerNode);
        List<string> codes = [.. Enumerable.Range(0, 300).Select(i => Assert.Single(Ask(world, world.Alpha, OtherCases.Opening(i)).Results).Code)];
        int openings = LedgerSettings.Default.OpeningsPerWindow;
        Assert.InRange(codes.Count(c => c.Length == 0), openings - 2, openings);
        Assert.All(codes.Skip(openings), c => Assert.Equal(LedgerCodes.QuotaUsed, c));
        Assert.InRange(world.Banks.Ledger.Count - leaves, openings - 2, openings);
        // A checkpoint a leaf, and the record.
        hold.AssertRows(openings + RowsOfRecord, openings + WrittenOfRecord);
        Assert.Equal(Submission.RecordOneofCase.Opening, Evidence<Submission>(world, world.Alpha, LedgerCodes.QuotaUsed, static submission => submission).RecordCase);
        AssertOutlives(world, world.Alpha, LedgerCodes.QuotaUsed);
        world.AssertGoesOnWithGamma(world.Beta);
        world.AssertGoesOnWithGamma(world.Alpha);
        world.Banks.AssertGoesOn();
    }

    [Fact]
    public void A_storm_of_reservations_ends_at_the_submitters_rate_and_is_recorded_with_the_members_signatures()
    {
        const int burst = 40;
        using HostileWorld world = new(ledger: LedgerSettings.Default with { HeadsPerSecond = 1, HeadBurst = burst });
        world.Banks.Pass(TimeSpan.FromSeconds(burst));
        long leaves = world.Banks.Ledger.Count;
        Hold hold = new(world.Banks.LedgerNode);
        // Each is another group of the same channels at the same head, which the rules allow.
        List<string> codes = [.. Enumerable.Range(0, burst + HostileWorld.Storm).Select(i => Assert.Single(Ask(world, world.Beta, Reservation(world, Group(world, i), Newest(world).Head)).Results).Code)];
        int accepted = codes.Count(static code => code.Length == 0);
        Assert.InRange(accepted, burst / 2, burst);
        Assert.All(codes.Skip(accepted), static code => Assert.Equal(LedgerCodes.QuotaUsed, code));
        Assert.Equal(leaves + accepted, world.Banks.Ledger.Count);
        hold.AssertRows(accepted + RowsOfRecord, accepted + WrittenOfRecord);
        SignedReservation evidence = Evidence(world, world.Beta, LedgerCodes.QuotaUsed, static submission => SignedReservation.TryRead(submission.Reserve, TwoBanks.Network, out SignedReservation? reservation, out _) ? reservation : null);
        using VerifyingKey alpha = Key(world, world.Alpha), beta = Key(world, world.Beta);
        Assert.True(evidence.IsSignedBy(TwoBanks.Network, [alpha, beta]));
        AssertOutlives(world, world.Beta, LedgerCodes.QuotaUsed);
        world.AssertGoesOnWithGamma(world.Alpha);
        world.Banks.AssertGoesOn();
    }

    [Fact]
    public void Heads_that_nobody_delivers_take_no_more_of_a_regulators_memory_than_batches_that_may_wait()
    {
        const int heads = 300, ofRequest = 100;
        using HostileWorld world = new();
        long sequence = world.Banks.View(world.Alpha).Sequence;
        Digest head = new(Newest(world).Head.Span);
        for (int i = 0; i < heads; i += ofRequest)
        {
            LedgerRequest request = new() { Suite = 1, Network = TwoBanks.Network };
            for (int k = i; k < i + ofRequest; k++)
            {
                Digest next = Digest.Of([(byte)(k >> 8), (byte)k]);
                request.Submissions.Add(new Submission { Head = LedgerCases.Endorsed(world, ++sequence, head, next) });
                head = next;
            }

            Assert.All(world.Banks.AskLedger(world.Alpha, request).Results, static result => Assert.Equal("", result.Code));
        }

        world.Banks.Pass(TimeSpan.FromSeconds(10));
        Core.Regulator.RegulatorMachine regulator = Assert.IsType<Core.Regulator.RegulatorMachine>(world.Supervisor.Machine);
        Assert.Equal(new Core.Regulator.RegulatorSettings().MaxPending, regulator.HeadsInMemory);
        // They are on the ledger all the same, and are missed.
        Assert.Equal(sequence, world.Banks.Observed().Channels.Single(c => c.Channel == world.Banks.Channel).NotarisedSequence);
        Assert.Empty(world.Supervisor.Alarms);
        world.AssertGoesOnWithGamma(world.Beta);
    }

    [Fact]
    public void Legs_that_nobody_tells_the_ledger_of_end_soon_after_their_time()
    {
        using GroupWorld world = new();
        world.Banks.OnLedgerRequest = (from, request) => from == world.Alpha ? GroupCases.WithoutGroups(request) : request;
        for (int i = 0; i < HeldLeg.MaximumOfMember; i++) world.Begin(euros: "0.01 EUR", life: TimeSpan.FromSeconds(20));
        Assert.Equal(HeldLeg.MaximumOfMember, world.Banks.Look(world.EuroChannel).Snapshot(world.Beta).Legs.Count);
        // One after the other, so that they do not use up what the ledger takes of Beta.
        world.Banks.Pass(TimeSpan.FromMinutes(2));
        Assert.Empty(world.Banks.Look(world.EuroChannel).Snapshot(world.Beta).Legs);
        Assert.Contains(GroupCodes.LedgerNotTold, world.Beta.Alarms);
    }

    [Theory]
    [InlineData("a head whose endorsements are another head's", LedgerCodes.EndorsementSignature)]
    [InlineData("a takeover signed by nobody", LedgerCodes.TakeoverSignature)]
    [InlineData("an opening signed by nobody", LedgerCodes.OpeningSignature)]
    [InlineData("a reservation at another channel's head", LedgerCodes.ReservedHead)]
    [InlineData("a decision that is not so", LedgerCodes.GroupIncomplete)]
    [InlineData("nothing", LedgerCodes.UnknownKind)]
    [InlineData("a request of another network", LedgerCodes.OtherNetwork)]
    [InlineData("a request without end", LedgerCodes.TooLarge)]
    public void What_the_ledger_refuses_is_recorded_with_the_record_as_it_was_submitted(string what, string code)
    {
        using HostileWorld world = new();
        LedgerRequest request = new() { Suite = 1, Network = TwoBanks.Network };
        switch (what)
        {
            case "a head whose endorsements are another head's":
                HeadRecord head = Newest(world);
                (head.Sequence, head.PreviousHead, head.Head) = (head.Sequence + 1, head.Head, Channels.Lies.Flipped(head.Head, 0));
                request.Submissions.Add(new Submission { Head = head });
                break;
            case "a takeover signed by nobody":
                Submission takeover = OtherCases.Takeover(world, world.Beta, 2);
                takeover.Takeover.Signature = Channels.Lies.Flipped(takeover.Takeover.Signature, 3);
                request.Submissions.Add(takeover);
                break;
            case "an opening signed by nobody":
                Submission opening = OtherCases.Opening(1);
                opening.Opening.Signatures[0] = opening.Opening.Signatures[1];
                request.Submissions.Add(opening);
                break;
            case "a reservation at another channel's head":
                request.Submissions.Add(Reservation(world, Group(world, 1), Newest(world, world.WithGamma(world.Beta)).Head));
                break;
            case "a decision that is not so":
                ByteString group = Group(world, 1);
                Assert.Equal("", Assert.Single(Ask(world, world.Alpha, Reservation(world, group, Newest(world).Head)).Results).Code);
                request.Submissions.Add(LedgerWorld.Decide(group, isCommitted: true));
                break;
            case "nothing":
                request.Submissions.Add(new Submission());
                break;
            case "a request of another network":
                request.Network = "other";
                break;
            default:
                request.Submissions.Add(Enumerable.Repeat(new Submission(), LedgerSettings.Default.MaximumSubmissionsPerRequest + 1));
                break;
        }

        long leaves = world.Banks.Ledger.Count;
        Hold hold = new(world.Banks.LedgerNode);
        for (int i = 0; i < HostileWorld.Storm; i++) world.Banks.AskLedger(world.Beta, request);
        Assert.Equal(leaves, world.Banks.Ledger.Count);
        hold.AssertRows(RowsOfRecord, WrittenOfRecord);
        Assert.InRange(hold.Checks, 0, 2 * HostileWorld.Storm);
        AlarmView alarm = Assert.Single(world.AlarmsOfLedger(), a => a.Code == code);
        Assert.Equal(world.Beta.Id.ToString(), alarm.Party);
        PartView part = Assert.Single(world.EvidenceOfLedger(Assert.Single(alarm.Pieces).Id).Parts);
        bool isKept = code is not (LedgerCodes.OtherNetwork or LedgerCodes.TooLarge);
        Assert.Equal((isKept ? "submission" : "body", isKept), (part.Name, part.Body is not null));
        AssertOutlives(world, world.Beta, code);
        world.AssertGoesOnWithGamma(world.Beta);
        world.Banks.AssertGoesOn();
    }

    [Fact]
    public void A_stranger_at_the_ledger_is_counted_and_nothing_of_it_is_kept()
    {
        using HostileWorld world = new();
        Hold hold = new(world.Banks.LedgerNode);
        for (int i = 0; i < HostileWorld.Storm; i++) world.Banks.LedgerNode.Ask(world.Banks.Now, null, new LedgerRequest { Suite = 1, Network = TwoBanks.Network, Submissions = { OtherCases.Opening(i) } });
        world.Banks.Pass(TimeSpan.FromSeconds(2));
        AlarmView alarm = Assert.Single(world.AlarmsOfLedger(), a => a.Party == AlarmParties.Strangers);
        Assert.Equal((LedgerCodes.NotAdmitted, 0), (alarm.Code, alarm.Pieces.Count));
        hold.AssertRows(1, WrittenOfRecord);
        world.Banks.LedgerNode.Restart(world.Banks.Now);
        Assert.Equal(alarm.First, Assert.Single(world.AlarmsOfLedger(), a => a.Party == AlarmParties.Strangers).First);
    }

    [Fact]
    public void Heads_of_one_submitter_keep_to_a_rate_and_those_of_others_go_on()
    {
        LedgerWorld world = new LedgerWorld(settings: LedgerSettings.Default with { HeadsPerSecond = 1, HeadBurst = 3 }).WithBanks();
        TestChannel mine = world.Open(), theirs = world.Open(by: LedgerWorld.Beta);
        Digest previous = Digest.Zero;
        List<string> codes = [];
        for (int i = 1; i <= 5; i++)
        {
            Digest head = world.NewDigest();
            codes.Add(world.Submit(LedgerWorld.Alpha, mine.Head(1, Math.Min(i, 4), previous, head)).Code);
            if (codes[^1].Length == 0) previous = head;
        }

        Assert.Equal(["", "", "", LedgerCodes.QuotaUsed, LedgerCodes.QuotaUsed], codes);
        Assert.Equal(LedgerCodes.QuotaUsed, world.Submit(LedgerWorld.Alpha, theirs.Takeover(Digest.Zero, 2, 1)).Code);
        Assert.Equal("", world.Submit(LedgerWorld.Beta, theirs.Head(1, 1, Digest.Zero, world.NewDigest())).Code);
        world.Now += TimeSpan.FromSeconds(1);
        Assert.Equal("", world.Submit(LedgerWorld.Alpha, mine.Head(1, 4, previous, world.NewDigest())).Code);
    }

    [Fact]
    public void A_storm_of_heads_is_held_to_its_rate_and_recorded_with_the_members_signatures()
    {
        const int burst = 40;
        using HostileWorld world = new(ledger: LedgerSettings.Default with { HeadsPerSecond = 1, HeadBurst = burst });
        world.Banks.Pass(TimeSpan.FromSeconds(burst));
        long leaves = world.Banks.Ledger.Count;
        List<byte[]> paid = [.. Enumerable.Range(0, burst).Select(_ => world.Banks.Pay(world.Alpha, 1))];
        Assert.Equal(leaves + burst, world.Banks.Ledger.Count);
        Hold hold = new(world.Banks.LedgerNode);
        for (int i = 0; i < HostileWorld.Storm; i++) paid.Add(world.Banks.Pay(world.Alpha, 1));
        // The same head again and again, as long as its sequencer likes.
        HeadRecord next = Evidence(world, world.Alpha, LedgerCodes.QuotaUsed, static submission => submission.Head);
        for (int i = 0; i < HostileWorld.Storm; i++) Assert.Equal(LedgerCodes.QuotaUsed, Assert.Single(Ask(world, world.Alpha, new Submission { Head = next }).Results).Code);
        Assert.Equal(leaves + burst, world.Banks.Ledger.Count);
        hold.AssertRows(RowsOfRecord, WrittenOfRecord);
        Assert.True(EndorsedHead.TryRead(next, out EndorsedHead? head));
        using VerifyingKey alpha = Key(world, world.Alpha), beta = Key(world, world.Beta);
        Assert.True(head.IsEndorsedBy(TwoBanks.Network, [alpha, beta]));
        AssertOutlives(world, world.Alpha, LedgerCodes.QuotaUsed);
        world.AssertGoesOnWithGamma(world.Beta);
        for (int i = 0; i < 60 && paid.Any(p => world.Banks.StatusOf(world.Alpha, p).Status == InstructionStatus.Accepted); i++) world.Banks.Pass(TimeSpan.FromSeconds(2));
        Assert.All(paid, p => Assert.Equal((InstructionStatus.Settled, null), world.Banks.StatusOf(world.Alpha, p)));
    }

    /// <summary>The only piece of evidence of a participant and code, read.</summary>
    private static T Evidence<T>(HostileWorld world, TestNode party, string code, Func<Submission, T?> read) where T : class
    {
        AlarmView alarm = Assert.Single(world.AlarmsOfLedger(), a => a.Code == code);
        Assert.Equal(party.Id.ToString(), alarm.Party);
        PartView part = Assert.Single(world.EvidenceOfLedger(Assert.Single(alarm.Pieces).Id).Parts);
        Assert.Equal("submission", part.Name);
        return read(Submission.Parser.ParseFrom(part.Body)) ?? throw new InvalidOperationException("It is no such record.");
    }

    /// <summary>A ledger that starts again shows the same pieces, counts on in the same records, and goes on.</summary>
    private static void AssertOutlives(HostileWorld world, TestNode party, params string[] codes)
    {
        Dictionary<string, (DateTimeOffset First, string Piece, PieceView Evidence)> before = Of(codes);
        long count = world.Banks.Ledger.Count;
        world.Banks.LedgerNode.Restart(world.Banks.Now);
        Assert.Equal(count, world.Banks.Ledger.Count);
        world.Banks.AskLedger(party, new LedgerRequest { Suite = 1, Network = "other" });
        foreach ((string code, (DateTimeOffset first, string piece, PieceView evidence)) in Of(codes))
        {
            Assert.Equal((before[code].First, before[code].Piece), (first, piece));
            Assert.Equal(before[code].Evidence.Parts.Select(static p => (p.Name, p.Size, p.Sha256, Body: Convert.ToHexString(p.Body ?? []))), evidence.Parts.Select(static p => (p.Name, p.Size, p.Sha256, Body: Convert.ToHexString(p.Body ?? []))));
        }

        Dictionary<string, (DateTimeOffset, string, PieceView)> Of(string[] wanted) => world.AlarmsOfLedger().Where(a => a.Party == party.Id.ToString() && wanted.Contains(a.Code))
            .ToDictionary(static a => a.Code, a => (a.First, a.Pieces[0].Id, world.EvidenceOfLedger(a.Pieces[0].Id)), StringComparer.Ordinal);
    }

    private static VerifyingKey Key(HostileWorld world, TestNode member)
    {
        using SigningKey key = world.Banks.ChannelKey(member);
        return new VerifyingKey(key.PublicKey);
    }

    /// <summary>The body of a group of the attacked channel and Beta's other one.</summary>
    private static ByteString Group(HostileWorld world, int number) => ChannelGroup.Of(TwoBanks.Network, [world.Banks.Channel, world.WithGamma(world.Beta)],
        world.Banks.Now.AddHours(1), Digest.Of([(byte)(number >> 8), (byte)number])).ToByteString();

    /// <summary>That the attacked channel has set its leg aside at a head; both members sign.</summary>
    private static Submission Reservation(HostileWorld world, ByteString group, ByteString head)
    {
        Digest signed = RecordHashes.Reservation(TwoBanks.Network, RecordHashes.Group(group.Span), world.Banks.Channel, new Digest(head.Span));
        using SigningKey alpha = world.Banks.ChannelKey(world.Alpha), beta = world.Banks.ChannelKey(world.Beta);
        return new Submission { Reserve = new ReserveRecord { GroupBody = group, Channel = world.Channel, Head = head, Signatures = { ByteString.CopyFrom(alpha.Sign(signed)), ByteString.CopyFrom(beta.Sign(signed)) } } };
    }

    private static LedgerReply Ask(HostileWorld world, TestNode member, Submission submission) =>
        world.Banks.AskLedger(member, new LedgerRequest { Suite = 1, Network = TwoBanks.Network, Submissions = { submission } });

    /// <summary>The channel's newest head, as the log has it.</summary>
    internal static HeadRecord Newest(HostileWorld world, Digest? channel = null) =>
        world.Banks.AskLedger(world.Alpha, new LedgerRequest { Suite = 1, Network = TwoBanks.Network, Log = new LogQuery { Limit = 1_000 } }).Log.Select(l => Leaf.Parser.ParseFrom(l))
            .Last(l => l.RecordCase == Leaf.RecordOneofCase.Head && l.Head.Channel.Equals(HostileWorld.Bytes(channel ?? world.Banks.Channel))).Head.Clone();

    /// <summary>What the ledger held and had done before a storm.</summary>
    private sealed class Hold(TestLedger ledger)
    {
        private readonly int rows = RowsOf(ledger), written = ledger.Written;
        private readonly long checks = ledger.Checks;

        public long Checks => ledger.Checks - checks;

        public void AssertRows(int more, int writes)
        {
            Assert.InRange(RowsOf(ledger) - rows, 1, more);
            Assert.InRange(ledger.Written - written, 1, writes);
        }

        private static int RowsOf(TestLedger of) => Enum.GetValues<PayloadKind>().Sum(kind => of.Vault.Scan(kind).Count);
    }
}
