using Settlement.Core.Bank;
using Settlement.Core.Channels;
using Settlement.Core.Cryptography;

namespace Settlement.Tests.Bank;

public sealed class QueueTests
{
    // What happens | where each payment stands then. The language of the first column is QueueScript's.
    private const string Days = """
        fund 100; A 60                                              | A=ACSC
        fund 100; A 60; B 50                                        | A=ACSC B=PDNG/AM04
        fund 100; A 60; B 50; get 9                                 | A=ACSC B=PDNG/AM04
        fund 100; A 60; B 50; get 10                                | A=ACSC B=ACSC
        fund 100; A 60; B 50; fund 10                               | A=ACSC B=ACSC
        fund 10; A 60; B 5                                          | A=PDNG/AM04 B=PDNG/QU001
        fund 10; A 60; B 5; get 1                                   | A=PDNG/AM04 B=ACSC
        fund 10; A 60; B 5; C 20; get 40                            | A=PDNG/AM04 B=ACSC C=ACSC
        fund 10; A 60; B 5; C 20; get 50                            | A=ACSC B=PDNG/AM04 C=PDNG/AM04
        fund 10; A 60; B! 5                                         | A=PDNG/AM04 B=ACSC
        fund 10; A! 60; B 5; get 1                                  | A=PDNG/AM04 B=PDNG/QU001
        fund 10; A! 60; B 5; C!! 7                                  | A=PDNG/AM04 B=PDNG/QU001 C=ACSC
        fund 10; A 60; B! 60; C!! 60; get 50                        | A=PDNG/QU001 B=PDNG/AM04 C=ACSC
        fund 10; A 60; B! 60; C!! 60; get 1                         | A=PDNG/QU001 B=PDNG/QU001 C=PDNG/AM04
        fund 10; A 60; B! 60; raise A !!; get 50                    | A=ACSC B=PDNG/AM04
        fund 10; A!! 60; B 5; raise A                               | A=PDNG/AM04 B=ACSC
        fund 10; A 60; B 5; hold A                                  | A=PDNG/QU002 B=ACSC
        fund 10; A 60; hold A; get 50; get 5                        | A=PDNG/QU002
        fund 10; A 60; hold A; get 50; release A                    | A=ACSC
        fund 10; A 60; hold A; restart; get 50; pass 1              | A=PDNG/QU002
        fund 10; A 60; B 5; cancel A                                | A=RJCT/DS02 B=ACSC
        fund 10; A 5; cancel A                                      | A=ACSC
        fund 10; A 60; cancel A; hold A; cancel A                   | A=RJCT/DS02
        fund 10; A 5 from 3                                         | A=PDNG/QU003
        fund 10; A 5 from 3; B 10                                   | A=PDNG/QU003 B=ACSC
        fund 10; A 5 from 3; pass 3                                 | A=ACSC
        fund 10; A 5 from 3; restart; pass 3                        | A=ACSC
        fund 10; A 60 till 3; pass 2; get 40; pass 1                | A=RJCT/AM04
        fund 10; A 60 till 3; pass 2; get 50; pass 2                | A=ACSC
        fund 10; A 60 till 3; B 5; pass 3                           | A=RJCT/AM04 B=ACSC
        fund 10; A 60 till 3; restart; pass 3                       | A=RJCT/AM04
        fund 10; A 5 from 3 till 3; pass 3                          | A=RJCT/QU003
        fund 10; A 5 from 3 till 4; pass 3                          | A=ACSC
        fund 10; pass 4; A 5 till 4                                 | A=RJCT/TM01
        fund 10; A 60; B! 70; hold B; C 5 from 9; day               | A=RJCT/AM04 B=RJCT/QU002 C=RJCT/QU003
        fund 10; A 60; day; B 60; get 50                            | A=RJCT/AM04 B=ACSC
        fund 10; A 60; B! 60; C 60; restart; get 50; get 60; get 60 | A=ACSC B=ACSC C=ACSC
        fund 10; A 60; B 5; C! 70; restart                          | A=PDNG/AM04 B=PDNG/QU001 C=PDNG/AM04
        fund 90; bilateral 50; A 60                                 | A=PDNG/QU005
        fund 90; bilateral 50; A 50                                 | A=ACSC
        fund 90; bilateral 50; A 40; B 20                           | A=ACSC B=PDNG/QU005
        fund 90; bilateral 50; A 40; B 20; get 9                    | A=ACSC B=PDNG/QU005
        fund 90; bilateral 50; A 40; B 20; get 10                   | A=ACSC B=ACSC
        fund 90; bilateral 50; A 40; B 20; fund 10                  | A=ACSC B=PDNG/QU005
        fund 90; bilateral 50; A! 60; B!! 20; C 1                   | A=ACSC B=ACSC C=PDNG/QU005
        fund 90; bilateral 50; A 60; raise A !                      | A=ACSC
        fund 90; bilateral 50; A 60; B 10                           | A=PDNG/QU005 B=PDNG/QU001
        fund 90; bilateral 50; A 60; B 10; get 1                    | A=PDNG/QU005 B=ACSC
        fund 90; bilateral 50; A 60; bilateral 59                   | A=PDNG/QU005
        fund 90; bilateral 50; A 60; bilateral 60                   | A=ACSC
        fund 90; bilateral 50; A 60; bilateral none                 | A=ACSC
        fund 90; bilateral 0; A 1                                   | A=PDNG/QU005
        fund 10; bilateral 5; A 60                                  | A=PDNG/AM04
        fund 10; bilateral 5; A 60; get 50                          | A=PDNG/QU005
        fund 90; A 60; bilateral 50; B 1                            | A=ACSC B=PDNG/QU005
        fund 90; bilateral 50; A 60 till 3; pass 3                  | A=RJCT/QU005
        fund 90; bilateral 50; A 60; day                            | A=RJCT/QU005
        fund 90; bilateral 50; A 40; day; B 50                      | A=ACSC B=ACSC
        fund 90; bilateral 50; A 40; restart; B 20                  | A=ACSC B=PDNG/QU005
        fund 90; bilateral 50; restart; A 60; restart; get 10       | A=ACSC
        fund 90; bilateral 50 from 1; A 60                          | A=ACSC
        fund 90; bilateral 50 from 1; restart; day; A 60            | A=PDNG/QU005
        fund 90; bilateral 50; bilateral none from 1; A 60          | A=PDNG/QU005
        fund 90; bilateral 50; bilateral none from 1; day; A 60     | A=ACSC
        fund 90; bilateral 9 from 1; bilateral 5 from 2; day; A 8   | A=ACSC
        fund 90; bilateral none from 2; bilateral 5 from 1; day; day; A 8 | A=ACSC
        fund 90; bilateral 5; bilateral 5 from 1; bilateral 9; day; A 8 | A=PDNG/QU005
        fund 90; multilateral 50; A 60                              | A=PDNG/QU006
        fund 90; multilateral 50; A! 60; B 1                        | A=ACSC B=PDNG/QU006
        fund 90; multilateral 50; bilateral 50; A 60                | A=PDNG/QU005
        fund 90; multilateral 50; A 40; B 20; get 10                | A=ACSC B=ACSC
        fund 90; keep 30; A 61                                      | A=PDNG/QU008
        fund 90; keep 30; A 60; B!! 30                              | A=ACSC B=ACSC
        fund 90; keep 30; A! 61                                     | A=PDNG/QU008
        fund 90; keep 30; A!! 90                                    | A=ACSC
        fund 90; keep! 30; A! 90                                    | A=ACSC
        fund 90; keep! 30; A 61; fund 1                             | A=ACSC
        fund 90; keep 20; keep! 30; A 41; B! 70; C!! 20             | A=PDNG/QU008 B=ACSC C=ACSC
        fund 90; keep 30; A! 70; B 5                                | A=PDNG/QU008 B=PDNG/QU001
        fund 90; keep 30; A 70; keep 20                             | A=ACSC
        fund 90; keep 30; A 70; restart; keep none                  | A=ACSC
        fund 90; keep 30; bilateral 10; A 61                        | A=PDNG/QU008
        fund 90; cap 0; A 90                                        | A=ACSC
        """;

    public static TheoryData<string, string> Table =>
        [.. Days.Split('\n').Select(line => line.Split('|')).Select(cells => new TheoryDataRow<string, string>(cells[0].Trim(), cells[1].Trim()))];

    [Theory]
    [MemberData(nameof(Table))]
    public void A_payment_waits_until_it_is_covered_and_its_turn_has_come(string day, string fates)
    {
        using QueueScript script = new QueueScript().Run(day);
        Assert.Equal(fates, script.Fates());
        string waiting = string.Join(' ', fates.Split(' ').Where(f => f.Contains("PDNG", StringComparison.Ordinal)).Select(f => f.Replace("=PDNG", "", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Equal(waiting, string.Join(' ', script.Queue().Split(' ').Order(StringComparer.Ordinal)));
        script.World.AssertSameState();
        // A restart finds everything as it was.
        script.World.Alpha.Restart();
        script.World.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(fates, script.Fates());
    }

    // The other bank grants 40.
    [Theory]
    [InlineData("A 30", "A=ACSC")]
    [InlineData("A 50", "A=PDNG/AM04")]
    [InlineData("cap 20; A 20", "A=ACSC")]
    [InlineData("cap 20; A 21", "A=PDNG/QU007")]
    [InlineData("cap 20; A!! 21", "A=PDNG/QU007")]
    [InlineData("cap 20; A!! 21; B 1", "A=PDNG/QU007 B=PDNG/QU001")]
    [InlineData("cap 20; fund 10; A 30; B 1", "A=ACSC B=PDNG/QU007")]
    [InlineData("cap 20; A 21; fund 1", "A=ACSC")]
    [InlineData("cap 20; A 21; get 1", "A=ACSC")]
    [InlineData("cap 20; A 21; cap 30; B 10", "A=ACSC B=PDNG/QU007")]
    [InlineData("A 30; cap 20; B 1; get 10", "A=ACSC B=PDNG/QU007")]
    [InlineData("A 30; cap 20; B 1; get 11", "A=ACSC B=ACSC")]
    [InlineData("A 30; cap 20; get 40; B 30", "A=ACSC B=ACSC")]
    [InlineData("keep 10; A 31", "A=PDNG/QU008")]
    public void A_payment_waits_when_the_bank_would_owe_more_than_its_cap(string day, string fates)
    {
        using QueueScript script = new QueueScript(granted: 40).Run(day);
        Assert.Equal(fates, script.Fates());
        script.World.Alpha.Restart();
        script.World.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(fates, script.Fates());
    }

    [Theory]
    [InlineData("fund 10; A 60; B 5; get 50", "A=PDNG/AM04 B=PDNG/QU001 A=ACSC")]
    [InlineData("fund 10; A 60; hold A; raise A !; cancel A", "A=PDNG/AM04 A=RJCT/DS02")]
    [InlineData("fund 10; A 60; day", "A=PDNG/AM04 A=RJCT/AM04")]
    public void The_back_office_is_told_that_a_payment_waits_and_how_it_ended(string day, string reports)
    {
        using QueueScript script = new QueueScript().Run(day);
        Assert.Equal(reports, script.Reports());
    }

    [Theory]
    [InlineData("fund 10; A 60; B! 70; C!! 80; D 5; E! 6", "C/AM04 B/QU001 E/QU001 A/QU001 D/QU001")]
    [InlineData("fund 10; A 60; B! 70; C 65; raise C !; raise B", "C/AM04 A/QU001 B/QU001")]
    public void The_queue_is_listed_in_the_order_in_which_it_is_looked_at(string day, string queue)
    {
        using QueueScript script = new QueueScript().Run(day + "; get 1");
        Assert.Equal(queue, script.Queue());
    }

    [Fact]
    public void A_full_queue_refuses_the_message_and_takes_others_when_it_has_room()
    {
        using TwoBanks world = new TwoBanks(settings: new BankSettings { MaxQueue = 2 }).Open();
        world.Fund(world.Alpha, 10);
        Assert.Equal(["AM04", "QU001"], world.Submit(world.Alpha, world.Transfer(world.Alpha, 20), world.Transfer(world.Alpha, 30)).Instructions.Select(i => i.Reason));
        Assert.Equal(ChannelCodes.MailboxFull, world.Submit(world.Alpha, world.Transfer(world.Alpha, 1)).Refusal);
        world.Fund(world.Beta, 100);
        world.Pay(world.Beta, 10);
        Assert.Null(world.Submit(world.Alpha, world.Transfer(world.Alpha, 1)).Refusal);
    }

    [Fact]
    public void The_queue_of_a_channel_that_is_not_there_is_refused_and_a_long_one_is_cut()
    {
        using QueueScript script = new QueueScript().Run("fund 10; A 60; B 70; C 80");
        TwoBanks world = script.World;
        Assert.Equal(ChannelCodes.ChannelUnknown, world.Ask<QueueList>(world.Alpha, call => new BankInput.ListQueue(call, Digest.Of([1]), 10)).Refusal);
        QueueList list = world.Ask<QueueList>(world.Alpha, call => new BankInput.ListQueue(call, null, 2));
        Assert.Equal((2, 3), (list.Payments.Count, list.Waiting));
        Assert.Equal(BankCodes.NotQueued, world.Ask<QueueChanged>(world.Alpha, call => new BankInput.ChangeQueued(call, "no such instruction", new QueueChange.Hold())).Refusal);
    }
}
