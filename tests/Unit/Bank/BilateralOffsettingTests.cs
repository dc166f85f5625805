using System.Globalization;
using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Instructions;
using Settlement.Core.Reading;
using Settlement.Wire.Channels;

namespace Settlement.Tests.Bank;

/// <summary>Payments of two queues that cover each other.</summary>
public sealed class BilateralOffsettingTests
{
    // What alpha and beta have | the payments, a of alpha and b of beta, ! for high and !! for urgent ones | what is left to wait, in order of submission | what both have then.
    private const string Days = """
        10 10 | a60 b55                  |                 | 5 15
        10 10 | a60 b60                  |                 | 10 10
        0 0   | a60 b60                  |                 | 0 0
        0 0   | a60 b55                  | a60 b55         | 0 0
        4 0   | a60 b55                  | a60 b55         | 4 0
        5 0   | a60 b55                  |                 | 0 5
        0 5   | a55 b60                  |                 | 5 0
        10 10 | a30 a40 b55              | a30 a40 b55     | 10 10
        10 10 | a60 a5 b55               |                 | 0 20
        10 10 | a60 a6 b55               | a6              | 5 15
        10 10 | a60 b30 b30              |                 | 10 10
        10 10 | a60 b30 b30 b15          | b15             | 10 10
        10 10 | a60 b30 b41              | a60 b30 b41     | 10 10
        10 10 | a60 b30 b41 a20          |                 | 1 19
        0 0   | a20 a!40 b40             | a20             | 0 0
        0 0   | a20 a!40 a!!30 b70       | a20             | 0 0
        0 0   | a50 b20 b20 a10 b20      |                 | 0 0
        100 0 | a150 b50 a30             | a30             | 0 100
        """;

    public static TheoryData<string, string, string, string, bool> Table => [.. Days.Split('\n').Select(line => line.Split('|', StringSplitOptions.TrimEntries))
        .SelectMany(cells => new[] { true, false }.Select(isCrashing => new TheoryDataRow<string, string, string, string, bool>(cells[0], cells[1], cells[2], cells[3], isCrashing)))];

    [Theory]
    [MemberData(nameof(Table))]
    public void What_covers_each_other_settles_at_once(string funds, string payments, string waiting, string positions, bool isCrashing)
    {
        using TwoBanks world = new TwoBanks().Open();
        long[] has = [.. funds.Split(' ').Select(Number)];
        if (has[0] > 0) world.Fund(world.Alpha, has[0]);
        if (has[1] > 0) world.Fund(world.Beta, has[1]);
        List<(TestNode Bank, byte[] Key, string Text)> all = [];
        foreach (string payment in payments.Split(' '))
        {
            TestNode bank = payment[0] == 'a' ? world.Alpha : world.Beta;
            string amount = payment[1..].TrimStart('!');
            SubmittedInstruction entered = Assert.Single(world.Submit(bank, world.Transfer(bank, Number(amount)) with { Priority = (Priority)(payment.Length - amount.Length - 1) }).Instructions);
            all.Add((bank, Convert.FromHexString(entered.Id), payment));
            if (!isCrashing) continue;
            world.Alpha.Restart();
            world.Beta.Restart();
            world.Pass(TimeSpan.FromSeconds(40));
        }

        world.Pass(TimeSpan.FromSeconds(40));
        Assert.Equal(waiting, string.Join(' ', all.Where(p => world.StatusOf(p.Bank, p.Key).Status == InstructionStatus.Queued).Select(p => p.Text)));
        Assert.All(all, p => Assert.Contains(world.StatusOf(p.Bank, p.Key).Status, new[] { InstructionStatus.Queued, InstructionStatus.Settled }));
        Assert.Equal(positions, $"{world.Position(world.Alpha)} {world.Position(world.Beta)}");
        Assert.Equal(0, world.View(world.Alpha).Positions[0].Reserved.MinorUnits + world.View(world.Beta).Positions[0].Reserved.MinorUnits);
        world.AssertSameState();
        Core.Regulator.ChannelVerdict verdict = world.Audit();
        Assert.True(verdict is { IsComplete: true, ReExecuted: true });
    }

    /// <summary>The sequencer's batch with an offer comes after its payer has changed its mind.</summary>
    [Theory]
    [InlineData("hold", "PDNG/QU002")]
    [InlineData("cancel", "RJCT/DS02")]
    public void An_offer_that_was_taken_back_is_refused_by_its_payer_and_what_it_covered_waits_on(string change, string fate)
    {
        using TwoBanks world = new TwoBanks().Open();
        TestNode offers = world.View(world.Alpha).IsSequencer ? world.Beta : world.Alpha, proposes = world.Other(offers);
        byte[] offered = Queue(world, offers, 50);
        List<PeerMessage> proposals = [];
        world.OnPeer = (from, _, message) =>
        {
            if (from != proposes || message.Proposal is null) return [message];
            proposals.Add(message);
            return [];
        };
        byte[] covered = Queue(world, proposes, 50, InstructionStatus.Queued);
        Assert.NotEmpty(proposals);
        Assert.Equal(InstructionStatus.Accepted, world.StatusOf(proposes, covered).Status);
        world.Ask<QueueChanged>(offers, call => new BankInput.ChangeQueued(call, Convert.ToHexStringLower(offered), change == "hold" ? new QueueChange.Hold() : new QueueChange.Cancel()));
        world.OnPeer = null;
        world.Send(proposes, offers, proposals[0]);
        world.Pass(TimeSpan.FromSeconds(5));
        (InstructionStatus status, string? reason) = world.StatusOf(offers, offered);
        Assert.Equal(fate, $"{(status == InstructionStatus.Queued ? "PDNG" : "RJCT")}/{reason}");
        Assert.Equal((InstructionStatus.Queued, "AM04"), world.StatusOf(proposes, covered));
        Assert.Equal([0, 0], [world.Position(world.Alpha), world.Position(world.Beta)]);
        Assert.DoesNotContain(ChannelCodes.EntryNotOurs, offers.Alarms);
        world.AssertSameState();
        if (change != "hold") return;
        world.Ask<QueueChanged>(offers, call => new BankInput.ChangeQueued(call, Convert.ToHexStringLower(offered), new QueueChange.Release()));
        world.Pass(TimeSpan.FromSeconds(40));
        Assert.Equal([InstructionStatus.Settled, InstructionStatus.Settled], [world.StatusOf(offers, offered).Status, world.StatusOf(proposes, covered).Status]);
    }

    /// <summary>The sequencer dies with a batch of an offset; the other member takes the office over.</summary>
    [Fact]
    public void When_the_office_is_taken_over_both_queues_are_as_they_were_and_settle_then()
    {
        using TwoBanks world = new TwoBanks().Open();
        TestNode offers = world.View(world.Alpha).IsSequencer ? world.Beta : world.Alpha, proposes = world.Other(offers);
        byte[] offered = Queue(world, offers, 50);
        world.OnPeer = (from, _, message) => message.Endorsement is null ? [message] : [];
        byte[] covered = Queue(world, proposes, 50, InstructionStatus.Queued);
        Assert.Equal(InstructionStatus.Accepted, world.StatusOf(offers, offered).Status);
        // The endorsement never arrives, and the endorser waits for finality in vain.
        for (int i = 0; i < 40 && world.View(offers).Term == 1; i++) world.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal(2, world.View(offers).Term);
        world.OnPeer = null;
        for (int i = 0; i < 60 && world.StatusOf(offers, offered).Status != InstructionStatus.Settled; i++) world.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal([(InstructionStatus.Settled, null), (InstructionStatus.Settled, null)], [world.StatusOf(offers, offered), world.StatusOf(proposes, covered)]);
        world.AssertSameState();
    }

    private static byte[] Queue(TwoBanks world, TestNode bank, long amount, InstructionStatus status = InstructionStatus.Queued)
    {
        SubmittedInstruction entered = Assert.Single(world.Submit(bank, world.Transfer(bank, amount)).Instructions);
        Assert.Equal(status, entered.Status);
        return Convert.FromHexString(entered.Id);
    }

    private static long Number(string text) => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
