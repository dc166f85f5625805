using Settlement.Core.Agent;
using Settlement.Core.Cryptography;
using Settlement.Core.Identifiers;
using Settlement.Core.Monetary;
using Settlement.Tests.Simulation.Worlds;
using Settlement.Wire.Agent;

namespace Settlement.Tests.Simulation.Workload;

/// <summary>
/// The operator of the settlement agent and its schedule. They open cycles, with all banks or with some; the operator looks every while, goes on
/// without banks that say nothing, fills accounts that are short, tries again or gives up, and now and then orders what cannot be done any more.
/// </summary>
internal sealed class Cycles(World world, Day day)
{
    private const int MaxRounds = 6;
    private static readonly TimeSpan Looks = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Opening = TimeSpan.FromSeconds(5);
    private readonly Chance chance = world.Chance.Fork("cycles");
    private int credits;

    /// <summary>Whether no cycle is under way, and none is opened any more.</summary>
    public bool IsDone { get; private set; }

    public void Begin()
    {
        world.After(Opening, Next);
        world.After(Opening, Look);
    }

    private void Next()
    {
        if (world.Elapsed > world.Swarm.Storm - TimeSpan.FromSeconds(1)) return;
        world.After(chance.Between(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(15)), Next);
        Currency currency = chance.Happens(900) ? day.Currencies[0] : day.Currencies[1];
        ParticipantId[] banks = chance.Happens(850) ? [] : [.. world.Banks.Take(2).Select(static b => b.Id)];
        ScheduledTime? time = chance.Happens(300) ? new ScheduledTime("noon", world.Now) : null;
        // As long as everybody takes at his best, and longer.
        TimeSpan life = chance.Between(TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(40));
        Open(new AgentInput.OpenCycle(0, currency, banks, life) { Scheduled = time }, isAgain: false);
    }

    private void Open(AgentInput.OpenCycle order, bool isAgain) => day.Ask<CycleResult>(world.Agent, call => order with { CallId = call }, result =>
    {
        Violation.Unless(result.Cycle is not null || result.Refusal is AgentCodes.CycleUnderWay or AgentCodes.NothingToNet or AgentCodes.ScheduledTimeHandled, "a cycle opens, or is refused with a reason", result.Refusal ?? "");
        Violation.Unless(!isAgain || result.Refusal == AgentCodes.ScheduledTimeHandled, "a time of a schedule counts once", result.Refusal ?? "it opened another");
        if (order.Scheduled is not null && !isAgain && chance.Happens(300)) Open(order, isAgain: true);
    }, static () => { });

    private void Look() => day.Ask<CycleReport>(world.Agent, static call => new AgentInput.ListCycles(call), report =>
    {
        List<CycleStatus> underWay = [.. report.Cycles.Where(static c => c.Stage is not (CycleStage.Settled or CycleStage.Void))];
        foreach (CycleStatus cycle in underWay) Look(cycle);
        IsDone = !world.IsStormy && underWay.Count == 0;
        if (!IsDone) world.After(Looks, Look);
    }, Look);

    private void Look(CycleStatus cycle)
    {
        ParticipantId[] awaited = [.. cycle.Banks.Where(static b => b.IsAwaited).Select(static b => b.Bank)];
        switch (cycle.Stage)
        {
            case CycleStage.Lapsed when cycle.Round >= MaxRounds || !chance.Happens(700):
                End(cycle);
                break;
            case CycleStage.Lapsed:
                GoOn(cycle, chance.Happens(500) ? awaited : []);
                break;
            case CycleStage.Joining when world.IsStormy && awaited.Length > 0 && chance.Happens(100):
                GoOn(cycle, awaited);
                break;
            case CycleStage.Confirming or CycleStage.Opening when cycle.Banks.FirstOrDefault(static b => b.IsShort) is { } bank && chance.Happens(300):
                day.Credit(world.Banks.First(b => b.Id == bank.Bank), $"short-{credits++}", Day.Money(chance.From(1, 50_000), cycle.Currency));
                break;
            case CycleStage.Cutting or CycleStage.Confirming when chance.Happens(30):
                End(cycle);
                break;
            case CycleStage.Opening or CycleStage.Deciding when chance.Happens(100):
                // A sum may be known: it settles, or its time passes, and nothing else ends it.
                day.Ask<CycleResult>(world.Agent, call => new AgentInput.EndCycle(call, cycle.Cycle), TooLate, static () => { });
                day.Ask<CycleResult>(world.Agent, call => new AgentInput.NextRound(call, cycle.Cycle, awaited, null), TooLate, static () => { });
                break;
        }
    }

    private static void TooLate(CycleResult result) =>
        Violation.Unless(result.Refusal == AgentCodes.CycleIsOpen, "after the first opening a cycle settles or is void", result.Refusal ?? "the operator ended it");

    private void End(CycleStatus cycle) => day.Ask<CycleResult>(world.Agent, call => new AgentInput.EndCycle(call, cycle.Cycle), static _ => { }, static () => { });

    private void GoOn(CycleStatus cycle, IReadOnlyList<ParticipantId> excluded) =>
        day.Ask<CycleResult>(world.Agent, call => new AgentInput.NextRound(call, cycle.Cycle, excluded, null), static _ => { }, static () => { });
}
