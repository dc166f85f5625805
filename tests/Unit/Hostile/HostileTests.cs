using Settlement.Core.Bank;
using Settlement.Core.Reading;
using Settlement.Tests.Bank;

namespace Settlement.Tests.Hostile;

/// <summary>
/// Each hostile case: it is refused, recorded with evidence that outlives a restart, and told to the operator; it costs the
/// victim no more rows, bytes, messages and signatures than its bound, once and each time again; the channel concerned stalls or goes on, and all others go on.
/// </summary>
public sealed class HostileTests
{
    // How often an attack is done again.
    private const int Repeats = 2;

    // A count that rises takes a byte more now and then.
    private const int Jitter = 64;

    private const string Separator = "|---|---|---|---|---|---|---|---|";

    private static readonly Dictionary<string, HostileCase> Cases =
        MemberCases.All.Concat(GroupCases.All).Concat(LedgerCases.All).Concat(ObserverCases.All).Concat(AgentCases.All).Concat(CycleCases.All).Concat(OpeningCases.All).Concat(OtherCases.All).ToDictionary(c => $"{c.Who}: {c.Name}", StringComparer.Ordinal);

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void It_is_refused_recorded_and_told_and_all_others_go_on(string name)
    {
        HostileCase c = Cases[name];
        using HostileWorld world = new(isBetaLate: c.IsBetaLate, contracts: c.Contracts, cyclePoll: c.CyclePoll);
        TestNode victim = c.Victim(world);
        Spending spent = Cost.Of(victim);
        victim.Wire = [];
        c.Attack(world);
        spent.AssertWithin(c.Cost, victim);

        // While it goes on.
        bool isOfVictim = c.Others == Others.TheVictimsOtherChannel;
        world.AssertGoesOnWithGamma((victim == world.Alpha && isOfVictim) || (victim == world.Beta && !isOfVictim) ? world.Alpha : world.Beta);

        world.Banks.Pass(TimeSpan.FromSeconds(2));
        AlarmView before = Recorded(c, world, victim);
        if (!c.IsCommon) Assert.Contains(c.Code, victim.Alarms);
        else if (before.Count > Core.Alarms.AlarmBounds.CommonTimes) Assert.Contains(c.Code, victim.Alarms);
        else Assert.DoesNotContain(c.Code, victim.Alarms);
        Assert.True(before.Count >= c.Times, $"{before.Count} times");
        Assert.Equal(c.Evidence, string.Join(" + ", before.Pieces.FirstOrDefault()?.Parts.Select(p => p.Name) ?? []));
        if (c.Evidence.Length > 0) c.Proof.Check(world, c, world.Evidence(victim, before.Pieces[0].Id));

        victim.Restart();
        world.Banks.Pass(TimeSpan.FromSeconds(6));
        AlarmView after = Recorded(c, world, victim);
        Assert.Equal((before.First, before.Pieces.Select(p => p.Id).FirstOrDefault()), (after.First, after.Pieces.Select(p => p.Id).FirstOrDefault()));
        Assert.True(after.Count >= before.Count);
        AssertAfterwards(c, world);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Done_again_it_costs_no_more_and_nothing_more_is_kept_of_it(string name)
    {
        HostileCase c = Cases[name];
        using HostileWorld world = new(isBetaLate: c.IsBetaLate, contracts: c.Contracts, cyclePoll: c.CyclePoll);
        TestNode victim = c.Victim(world);
        c.Attack(world);
        (int Rows, long Bytes) kept = HostileWorld.Kept(victim);
        for (int i = 0; i < Repeats; i++)
        {
            Spending before = Cost.Of(victim);
            c.Attack(world);
            before.AssertWithin(c.Cost, victim);
            Assert.Equal(kept.Rows, HostileWorld.Kept(victim).Rows);
            Assert.InRange(HostileWorld.Kept(victim).Bytes, 0, kept.Bytes + Jitter);
        }
    }

    [Fact]
    public void The_table_in_the_documents_is_the_one_that_is_tested()
    {
        string page = File.ReadAllText(Path.Combine(Unit.TestData.ProjectRoot, "tests", "Unit", "Hostile", "README.md"));
        string[] written = [.. page.Split('\n').SkipWhile(line => line != Separator).Skip(1).TakeWhile(line => line.StartsWith('|'))];
        string[] tested = [.. Cases.Values.Select(c => c.Row)];
        Assert.True(tested.SequenceEqual(written), "The table should be:\n" + string.Join('\n', tested));
    }

    private static AlarmView Recorded(HostileCase c, HostileWorld world, TestNode victim)
    {
        IReadOnlyList<AlarmView> alarms = world.AlarmsOf(victim);
        return Assert.Single(alarms, a => a.Party == c.Party(world) && a.Code == c.Code);
    }

    private static void AssertAfterwards(HostileCase c, HostileWorld world)
    {
        if (c.After == Afterwards.Stalls)
        {
            world.Banks.OnPeer = null;
            world.Banks.OnLedgerReply = null;
            world.Banks.OnLedgerRequest = null;
            byte[] paid = world.Banks.Pay(world.Alpha, 1);
            world.Banks.Pass(TimeSpan.FromSeconds(30));
            Assert.Equal(InstructionStatus.Accepted, world.Banks.StatusOf(world.Alpha, paid).Status);
            return;
        }

        // Until it has waited for long enough, the other member leaves the office where it is, and a payment may settle there.
        for (int i = 0; i < 10 && c.After == Afterwards.GoesOnInTheNextTerm && world.Banks.View(world.Beta).Term == 1; i++) world.Banks.Pass(TimeSpan.FromSeconds(2));
        byte[] meanwhile = world.Banks.Pay(world.Beta, 1);
        if (c.After == Afterwards.GoesOnWhenItEnds)
        {
            world.Banks.Pass(TimeSpan.FromSeconds(60));
            Assert.Equal(InstructionStatus.Accepted, world.Banks.StatusOf(world.Beta, meanwhile).Status);
        }
        else
        {
            for (int i = 0; i < 40 && world.Banks.StatusOf(world.Beta, meanwhile).Status == InstructionStatus.Accepted; i++) world.Banks.Pass(TimeSpan.FromSeconds(2));
            Assert.Equal((InstructionStatus.Settled, null), world.Banks.StatusOf(world.Beta, meanwhile));
            if (c.After == Afterwards.GoesOnInTheNextTerm) Assert.True(world.Banks.View(world.Beta).Term > 1);
        }

        world.Banks.AssertGoesOn();
        Assert.Equal((InstructionStatus.Settled, null), world.Banks.StatusOf(world.Beta, meanwhile));
    }
}
