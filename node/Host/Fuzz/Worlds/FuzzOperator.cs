using Settlement.Core.Agent;
using Settlement.Core.Monetary;
using Settlement.Wire.Agent;

namespace Settlement.Host.Fuzz.Worlds;

/// <summary>What the settlement agent's operator does and sees.</summary>
/// <param name="network">The network.</param>
internal sealed class FuzzOperator(FuzzNetwork network)
{
    private static readonly TimeSpan CycleLife = TimeSpan.FromSeconds(60);

    /// <summary>Money for a bank, on its account.</summary>
    public void Credit(FuzzNode bank, long minorUnits)
    {
        Money amount = new(FuzzNetwork.Eur, minorUnits);
        BrokenPromise.Unless(network.Ask<CreditResult>(network.Agent, call => new AgentInput.Credit(call, $"credit-{call}", bank.Id, amount)) is { Refusal: null }, "the operator's credit is booked");
    }

    /// <summary>Opens a cycle, where none is under way; the banks go on with it by themselves.</summary>
    public void OpenCycle() => _ = network.Ask<CycleResult>(network.Agent, static call => new AgentInput.OpenCycle(call, FuzzNetwork.Eur, [], CycleLife));

    /// <summary>The cycles of which something may still come by itself.</summary>
    public int CyclesUnderWay() => network.Ask<CycleReport>(network.Agent, static call => new AgentInput.ListCycles(call))?.Cycles
        .Count(static cycle => cycle.Stage is not (CycleStage.Settled or CycleStage.Void or CycleStage.Lapsed)) ?? 0;

    /// <summary>The offsets that the ledger has not decided.</summary>
    public int OffsetsUnderWay() => network.Ask<OffsetSummary>(network.Agent, static call => new AgentInput.ListOffsets(call))?.Offsets.Count(static offset => offset.Stage == OffsetStage.Deciding) ?? 0;

    /// <summary>The books.</summary>
    public Books Books() => network.Ask<Books>(network.Agent, static call => new AgentInput.ListBooks(call)) ?? throw new BrokenPromise("the books are listed", "no answer");
}
