using System.Globalization;
using Settlement.Core.Agent;
using Settlement.Core.Agent.Cycles;
using Settlement.Wire.Agent;

namespace Settlement.Tests.Bank;

/// <summary>The times of schedules at the settlement agent: each opens one cycle or none, once, and the history says which schedule it was.</summary>
public sealed class CycleScheduleTests
{
    private const string Noon = "noon";

    [Fact]
    public void A_time_of_a_schedule_opens_one_cycle_however_often_it_is_brought()
    {
        using CycleWorld world = new();
        DateTimeOffset due = world.Banks.Now;
        CycleStatus opened = Bring(world, Noon, due).Cycle!;
        Assert.Equal((CycleStage.Joining, Noon), (opened.Stage, opened.Schedule));
        Assert.Equal(AgentCodes.ScheduledTimeHandled, Bring(world, Noon, due).Refusal);
        world.Banks.Ask<CycleResult>(world.Banks.Agent, call => new AgentInput.EndCycle(call, opened.Cycle));
        Assert.Equal(AgentCodes.ScheduledTimeHandled, Bring(world, Noon, due).Refusal);
        world.Banks.Agent.Restart();
        Assert.Equal(AgentCodes.ScheduledTimeHandled, Bring(world, Noon, due).Refusal);
        // What another process was slow to bring is not opened behind a later one.
        Assert.Equal(AgentCodes.ScheduledTimeHandled, Bring(world, Noon, due.AddSeconds(-1)).Refusal);
        Assert.Equal([(Noon, due, opened.Cycle, null)], Outcomes(world).Select(static o => (o.Time.Schedule, o.Time.DueAt, o.Cycle!.Value, o.Refusal)));
        Assert.Equal(["cycle_opened", "schedule_opened", "cycle_void"], History(world).Select(static e => e.Type));
        Assert.Contains($"\"{Noon}\"", History(world)[1].Data, StringComparison.Ordinal);
        Assert.Contains(opened.Cycle.ToString(), History(world)[1].Data, StringComparison.Ordinal);
        Assert.Empty(world.Banks.Agent.Alarms);
    }

    [Fact]
    public void A_cycle_that_the_operator_opens_is_of_no_schedule()
    {
        using CycleWorld world = new();
        Assert.Null(world.Status(world.OpenCycle()).Schedule);
        Assert.Equal(["cycle_opened"], History(world).Select(static e => e.Type));
        Assert.Empty(Outcomes(world));
    }

    [Fact]
    public void A_refusal_is_the_one_that_the_operator_would_get_and_is_told_once()
    {
        using CycleWorld world = new();
        Assert.Null(world.TryOpenCycle().Refusal);
        DateTimeOffset due = world.Banks.Now;
        Assert.Equal((null, AgentCodes.CycleUnderWay), (Bring(world, Noon, due).Cycle, world.TryOpenCycle().Refusal));
        Assert.Equal([AgentCodes.CycleUnderWay], world.Banks.Agent.Alarms);
        Assert.Equal([(Noon, due, AgentCodes.CycleUnderWay)], Outcomes(world).Select(static o => (o.Time.Schedule, o.Time.DueAt, o.Refusal!)));
        Assert.Equal(["cycle_opened", "schedule_refused"], History(world).Select(static e => e.Type));
        Assert.Equal(AgentCodes.ScheduledTimeHandled, Bring(world, Noon, due).Refusal);
        Assert.Equal([AgentCodes.CycleUnderWay], world.Banks.Agent.Alarms);
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(1, AgentCodes.ScheduledTimeMissed)]
    public void What_is_later_than_the_longest_delay_is_missed(int milliseconds, string? refusal)
    {
        using CycleWorld world = new();
        CycleResult result = Bring(world, Noon, world.Banks.Now - CycleSchedules.LongestDelay - TimeSpan.FromMilliseconds(milliseconds));
        Assert.Equal((refusal, refusal is null), (result.Refusal, result.Cycle is not null));
        Assert.Equal(refusal is null ? [] : [refusal], world.Banks.Agent.Alarms);
    }

    [Fact]
    public void Only_so_many_schedules_are_remembered_and_those_longest_past_go_first()
    {
        using CycleWorld world = new();
        DateTimeOffset first = world.Banks.Now - TimeSpan.FromMinutes(1);
        for (int i = 0; i <= CycleSchedules.MaxRemembered; i++) Bring(world, Name(i), first.AddMilliseconds(i));
        Assert.Equal(Enumerable.Range(1, CycleSchedules.MaxRemembered).Select(Name).Order(StringComparer.Ordinal), Outcomes(world).Select(static o => o.Time.Schedule));
        world.Banks.Agent.Restart();
        Assert.Equal(CycleSchedules.MaxRemembered, Outcomes(world).Count);
    }

    private static string Name(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static CycleResult Bring(CycleWorld world, string schedule, DateTimeOffset due) => world.Banks.Ask<CycleResult>(world.Banks.Agent, call =>
        new AgentInput.OpenCycle(call, TwoBanks.Eur, [], TimeSpan.FromMinutes(5)) { Scheduled = new ScheduledTime(schedule, due) });

    private static IReadOnlyList<ScheduledOutcome> Outcomes(CycleWorld world) =>
        world.Banks.Ask<ScheduleReport>(world.Banks.Agent, static call => new AgentInput.ListSchedules(call)).Outcomes;

    private static (string Type, string Data)[] History(CycleWorld world) =>
        [.. world.Banks.Agent.Vault.Stream("cycles").Select(static e => (e.Type, e.Data))];
}
