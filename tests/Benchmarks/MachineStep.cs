using BenchmarkDotNet.Attributes;
using Settlement.Core.Bank;
using Settlement.Core.Instructions;
using Settlement.Tests.Bank;

namespace Settlement.Tests.Benchmarks;

/// <summary>
/// One round of 500 payments through two banks, the ledger and the supervisor, all in one thread with their stores in memory: from
/// the accepted message to the final entry, for each payment. No network and no database; randomness is the tests' own.
/// </summary>
[MemoryDiagnoser]
public class MachineStep
{
    private const int Payments = 500;

    private TwoBanks world = null!;
    private SubmittedTransfer[] message = [];
    private SubmissionAnswer? answer;

    /// <summary>Every round starts from an equal world: none is slower for the rows of the one before.</summary>
    [IterationSetup]
    public void Open()
    {
        world = new TwoBanks().Open();
        world.Fund(world.Alpha, Payments);
        world.Pass(TimeSpan.FromSeconds(2));
        message = [.. Enumerable.Range(0, Payments).Select(_ => TwoBanks.Item(world.Transfer(world.Alpha, 1)))];
    }

    [Benchmark(OperationsPerInvoke = Payments)]
    public object SettleOne()
    {
        answer = world.Submit(world.Alpha, null, [1], message);
        return answer;
    }

    /// <summary>What was measured is a settlement of all of them.</summary>
    [IterationCleanup]
    public void Check()
    {
        Assert.NotNull(answer);
        Assert.Equal(Payments, answer.Instructions.Count(i => world.StatusOf(world.Alpha, Convert.FromHexString(i.Id)) == (InstructionStatus.Settled, null)));
        Assert.Equal(0, world.Position(world.Alpha));
        world.AssertSameState();
        Assert.All(world.Nodes, node => Assert.Empty(node.Alarms));
        world.Dispose();
    }
}
