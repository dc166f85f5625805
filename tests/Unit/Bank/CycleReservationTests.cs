using Google.Protobuf;
using Settlement.Core.Agent;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;
using Settlement.Core.Reading;
using Settlement.Core.Store;
using Settlement.Tests.Channels;
using Settlement.Wire.Agent;
using Settlement.Wire.Channels;
using Settlement.Wire.Ledger;

namespace Settlement.Tests.Bank;

/// <summary>A bank reserves its cuts only once it has opened its sum, and both members of a channel can bring that to the ledger.</summary>
public sealed class CycleReservationTests
{
    [Fact]
    public void Nobody_reserves_a_cut_before_it_has_opened_its_sum()
    {
        using CycleWorld world = new CycleWorld().Owe(100_00, 70_00, 50_00);
        List<TestNode> early = [];
        bool mayOpen = false;
        // Nobody's confirmation arrives, so nobody is asked to open.
        world.Banks.OnAgentRequest = request => request.Cycles?.Confirmation is not null && !mayOpen ? null : request;
        world.Banks.OnLedgerRequest = (from, request) =>
        {
            if (request.Submissions.Any(static s => s.Reserve is not null)) early.Add(from);
            return request;
        };
        world.Banks.OnPeer = (from, _, message) =>
        {
            if (message.LegReservations is not null || message.Endorsement is { Reservations.Count: > 0 }) early.Add(from);
            return [message];
        };
        Digest cycle = world.OpenCycle();
        world.PassUntil(cycle, CycleStage.Confirming);
        world.Banks.Pass(TimeSpan.FromSeconds(30));
        Assert.Empty(early);
        mayOpen = true;
        world.PassUntil(cycle, CycleStage.Settled);
        Assert.Superset(new HashSet<TestNode>(world.All), new HashSet<TestNode>(early));
        world.AssertAtRest();
        Assert.Equal([450_00, 530_00, 520_00], world.Accounts);
    }

    [Fact]
    public void A_commitment_of_a_round_in_which_a_bank_has_not_opened_is_not_believed()
    {
        using CycleWorld world = new CycleWorld().Owe(100_00, 70_00, 50_00);
        CutCall? call = null;
        world.Banks.OnAgentRequest = request => request.Cycles?.Confirmation is not null ? null : request;
        world.Banks.OnAgentReply = reply =>
        {
            call ??= reply.Cycles?.Cycles.FirstOrDefault()?.Call;
            return reply;
        };
        Digest cycle = world.OpenCycle();
        world.PassUntil(cycle, CycleStage.Confirming);
        Assert.True(CycleRound.TryRead(call, TwoBanks.Network, out CycleRound? round));
        FalseGroupTests.ForgeDecision(world.Banks, round.Group.Id, isCommitted: true, round.Group.Body);
        world.Banks.Pass(TimeSpan.FromSeconds(60));
        Assert.Equal([-100_00, 100_00, -70_00, 70_00, 50_00, -50_00], world.Positions);
        Assert.All(world.All, static bank => Assert.Equal(GroupCodes.CommittedWithoutLeg, Assert.Single(bank.Alarms.Distinct())));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void A_bank_that_keeps_reservations_from_the_ledger_stops_no_round(int who)
    {
        using CycleWorld world = new CycleWorld().Owe(100_00, 70_00, 50_00);
        TestNode silent = world.All[who];
        world.Banks.OnLedgerRequest = (from, request) => from == silent ? WithoutReservations(request) : request;
        world.PassUntil(world.OpenCycle(TimeSpan.FromSeconds(60)), CycleStage.Settled);
        world.AssertAtRest();
        Assert.Equal([450_00, 530_00, 520_00], world.Accounts);
        Assert.All(world.All, static bank => Assert.Empty(bank.Alarms));
    }

    [Fact]
    public void A_reservation_that_is_lost_or_false_is_said_again()
    {
        using CycleWorld world = new CycleWorld().Owe(100_00, 70_00, 50_00);
        int lost = 0;
        world.Banks.OnPeer = (from, to, message) =>
        {
            if (message.LegReservations is not { } said || ++lost > 6) return [message];
            if (lost > 1) return [];
            said.Reservations[0].Signature = Lies.Flipped(said.Reservations[0].Signature, 3);
            return [message];
        };
        world.PassUntil(world.OpenCycle(), CycleStage.Settled);
        world.AssertAtRest();
        Assert.Equal(CycleCodes.ReservationInvalid, Assert.Single(world.All.SelectMany(static bank => bank.Alarms)));
        Assert.Equal([450_00, 530_00, 520_00], world.Accounts);
    }

    [Fact]
    public void A_bank_that_opens_and_gives_no_reservation_voids_the_round_and_is_noted()
    {
        using CycleWorld world = new CycleWorld().Owe(100_00, 70_00, 50_00);
        // It has those of the others, and keeps them, too.
        world.Banks.OnPeer = (from, _, message) => from == world.Beta && message.LegReservations is not null ? [] : [message];
        world.Banks.OnLedgerRequest = (from, request) => from == world.Beta ? WithoutReservations(request) : request;
        Digest cycle = world.OpenCycle(TimeSpan.FromSeconds(30));
        world.PassUntil(cycle, CycleStage.Void);
        world.Banks.Pass(TimeSpan.FromSeconds(30));
        world.AssertAtRest();
        Assert.Equal([-100_00, 100_00, -70_00, 70_00, 50_00, -50_00], world.Positions);
        foreach (TestNode bank in new[] { world.Alpha, world.Gamma })
        {
            VaultReader reader = new(TwoBanks.Network, bank.Id, bank.VaultKey);
            AlarmView noted = Assert.Single(bank.Vault.Scan(PayloadKind.Alarms).Select(row => reader.ReadAlarm(row.Key, row.Body)), static a => a.Code == CycleCodes.ReservationMissing);
            Assert.Equal(world.Beta.Id.ToString(), noted.Party);
        }
    }

    [Fact]
    public void Reservations_beyond_the_channels_currencies_are_no_message()
    {
        using CycleWorld world = new CycleWorld();
        LegReservations said = new() { Channel = ByteString.CopyFrom(world.AlphaBeta.ToArray()) };
        said.Reservations.Add(Enumerable.Repeat(new LegReservation { Group = ByteString.CopyFrom(Digest.Of([1]).ToArray()), Signature = ByteString.CopyFrom(new byte[64]) }, 100));
        long checks = world.Alpha.Checks;
        world.Banks.Send(world.Beta, world.Alpha, new PeerMessage { LegReservations = said });
        world.Banks.Send(world.Beta, world.Alpha, new PeerMessage { LegReservations = new LegReservations { Channel = said.Channel } });
        Assert.Equal([ChannelCodes.MessageMalformed], world.Alpha.Alarms.Distinct());
        Assert.Equal(checks, world.Alpha.Checks);
    }

    [Fact]
    public void A_committed_cut_of_which_the_agent_says_nothing_is_an_alarm_with_what_shows_it()
    {
        using CycleWorld world = new CycleWorld().Owe(100_00, 70_00, 50_00);
        bool isSilent = true, hasDecided = false;
        world.Banks.OnAgentReply = reply =>
        {
            if (reply.Cycles is not { } answer) return reply;
            hasDecided |= answer.Cycles.Any(static view => view.Stage is CycleStage.Deciding or CycleStage.Settled);
            if (hasDecided && isSilent) answer.Cycles.Clear();
            return reply;
        };
        Digest cycle = world.OpenCycle();
        world.PassUntil(cycle, CycleStage.Settled);
        world.Banks.Pass(TimeSpan.FromMinutes(9));
        Assert.Equal([0, 0, 0, 0, 0, 0], world.Positions);
        Assert.All(world.All, static bank => Assert.Empty(bank.Alarms));
        world.Alpha.Restart();
        world.Banks.Pass(TimeSpan.FromMinutes(2));
        world.Beta.Restart();
        world.Banks.Pass(TimeSpan.FromMinutes(2));
        Assert.All(world.All, static bank => Assert.Equal(CycleCodes.PostingMissing, Assert.Single(bank.Alarms)));
        // What the account has is compared all the same, once the agent speaks.
        isSilent = false;
        world.Banks.Pass(TimeSpan.FromSeconds(10));
        Assert.All(world.All, static bank => Assert.Single(bank.Alarms));
    }

    [Fact]
    public void An_honest_agent_that_cannot_be_reached_while_the_time_passes_is_not_blamed()
    {
        using CycleWorld world = new CycleWorld().Owe(100_00, 70_00, 50_00);
        bool isDown = false;
        world.Banks.OnAgentRequest = request => isDown || request.Cycles?.Confirmation is not null ? null : request;
        Digest cycle = world.OpenCycle(TimeSpan.FromSeconds(30));
        world.PassUntil(cycle, CycleStage.Confirming);
        isDown = true;
        world.Banks.Pass(TimeSpan.FromSeconds(60));
        world.Banks.OnAgentRequest = null;
        world.Banks.Pass(TimeSpan.FromSeconds(60));
        Assert.All(world.All, static bank => Assert.Empty(bank.Alarms));
        world.AssertAtRest();
    }

    [Fact]
    public void An_agent_whose_cycles_move_with_each_answer_is_not_asked_without_end()
    {
        using CycleWorld world = new();
        uint answers = 0;
        world.Banks.OnAgentReply = reply =>
        {
            if (reply.Cycles is { Cycles.Count: 1 } answer) answer.Cycles[0].Round = ++answers;
            return reply;
        };
        world.OpenCycle();
        world.Banks.Pass(TimeSpan.FromSeconds(20));
        // Three banks that ask once a second, and as often early.
        Assert.InRange(answers, 1u, 3 * 2 * 22u);
    }

    [Fact]
    public void What_the_agent_refuses_is_said_again_after_waits_that_grow()
    {
        using CycleWorld world = new();
        int joins = 0;
        world.Banks.OnAgentRequest = request =>
        {
            if (request.Cycles?.Join is not { } join) return request;
            joins++;
            join.Channels[0].Signature = Lies.Flipped(join.Channels[0].Signature, 0);
            return request;
        };
        world.OpenCycle();
        world.Banks.Pass(TimeSpan.FromMinutes(20));
        // After 2, 4, and so on to 256 seconds, by each of three banks.
        Assert.InRange(joins, 3 * 5, 3 * 14);
    }

    [Fact]
    public void A_bank_with_more_channels_than_a_cycle_takes_joins_with_those_in_which_most_is_owed()
    {
        (Digest Id, long Owed)[] own = [.. Enumerable.Range(0, 300).Select(static i => (Digest.Of([(byte)i, (byte)(i >> 8)]), (long)(i % 100)))];
        (Digest Id, long Owed)[] chosen = [.. CycleDesk.MostOwed(own, static c => c.Owed, static c => c.Id)];
        Assert.Equal(CycleDesk.MaxChannels, chosen.Length);
        Assert.All(own.Except(chosen), left => Assert.All(chosen, taken => Assert.True(taken.Owed > left.Owed || (taken.Owed == left.Owed && taken.Id.CompareTo(left.Id) < 0))));
        Assert.Equal(chosen, CycleDesk.MostOwed([.. own.Reverse()], static c => c.Owed, static c => c.Id));
        Assert.Equal(3, CycleDesk.MostOwed(own[..3], static c => c.Owed, static c => c.Id).Count());
    }

    private static LedgerRequest WithoutReservations(LedgerRequest request)
    {
        LedgerRequest kept = request.Clone();
        foreach (Submission submission in kept.Submissions)
        {
            if (submission.Reserve is { } reserve) reserve.Signatures.Clear();
        }

        return kept;
    }
}
