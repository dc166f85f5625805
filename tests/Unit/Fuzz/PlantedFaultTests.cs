using Settlement.Host.Configuration;
using Settlement.Host.Fuzz;
using Settlement.Host.Fuzz.Worlds;
using Settlement.Tests.EndToEnd.Hostile;

namespace Settlement.Tests.Unit.Fuzz;

/// <summary>
/// A fuzzer that cannot find anything proves nothing. Each of these targets has one fault, which must be reported with its
/// code, its seed and its case, and be found again from them. Memory is measured here, so nothing else runs meanwhile.
/// </summary>
[Collection(nameof(Alone))]
public sealed class PlantedFaultTests : IDisposable
{
    private const ulong Seed = 77;
    private const int HeldByCase = 8 * 1024 * 1024;
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(20);

    private readonly ManualTime time = new();
    private readonly string folder = Directory.CreateTempSubdirectory("settlement-fuzz-").FullName;
    private readonly List<string> said = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_case_that_throws_is_reported_and_the_others_go_on()
    {
        FuzzTarget faulty = Planted.Target("faulty", () => new Planted { Feed = static (input, _) => input > 200 ? throw new InvalidOperationException("planted") : Task.CompletedTask, End = Pass });
        FuzzTarget sound = Planted.Target("sound", () => new Planted { End = Pass });
        FuzzReport report = await Run(faulty, sound).RunAsync(Length, Ct);
        FuzzFinding found = await AssertFoundAsync(report, FuzzCodes.CaseFailed, faulty);
        Assert.Contains("planted", found.Fault, StringComparison.Ordinal);
        Assert.True(found.Inputs[^1][0] > 200 && found.Inputs.SkipLast(1).All(static input => input[0] <= 200));
        Assert.Equal(found.Case, report.Cases["faulty"]);
        Assert.True(report.Cases["sound"] >= (Length.TotalSeconds - 5) * Planted.CasesPerSession);
    }

    [Fact]
    public async Task A_promise_that_is_broken_in_the_end_is_reported_with_all_inputs()
    {
        FuzzTarget faulty = Planted.Target("faulty", static () => new Planted { End = static () => throw new BrokenPromise("promised", "found") });
        FuzzFinding found = await AssertFoundAsync(await Run(faulty).RunAsync(Length, Ct), FuzzCodes.CaseFailed, faulty);
        Assert.Equal(("promised: found", Planted.CasesPerSession - 1, Planted.CasesPerSession), (found.Fault, found.Case, found.Inputs.Count));
    }

    [Fact]
    public async Task A_session_that_cannot_be_prepared_is_reported_with_a_code_of_its_own()
    {
        FuzzTarget faulty = Planted.Target("faulty", static () => throw new BrokenPromise("a channel opens", "none did"));
        FuzzFinding found = await AssertFoundAsync(await Run(faulty).RunAsync(Length, Ct), FuzzCodes.PreparationFailed, faulty);
        Assert.Equal(("a channel opens: none did", 0L), (found.Fault, found.Case));
        Assert.Empty(found.Inputs);
    }

    [Fact]
    public void Where_not_even_the_first_network_works_nothing_starts()
    {
        HostException stopped = Assert.Throws<HostException>(() => FuzzTargets.Honest<int>(static () => throw new BrokenPromise("a channel opens", "none did")));
        Assert.Equal(FuzzCodes.PreparationFailed, stopped.Code);
        Assert.Contains("seed 1 ", stopped.Message, StringComparison.Ordinal);
        Assert.Contains("a channel opens: none did", stopped.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_case_that_hangs_ends_the_run_and_is_reported()
    {
        TaskCompletionSource fed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        FuzzTarget faulty = Planted.Target("faulty", () => new Planted
        {
            Feed = (_, ct) =>
            {
                fed.TrySetResult();
                return new TaskCompletionSource().Task.WaitAsync(ct);
            },
        });
        Task<FuzzReport> running = Run(faulty).RunAsync(Length, Ct);
        await fed.Task.WaitAsync(Ct);
        time.Advance(CaseWatch.LongestWait + Second);
        (FuzzFinding found, string file) = Assert.Single((await running).Findings);
        Assert.Equal((FuzzCodes.CaseHung, "faulty", Seed, 0L), (found.Code, found.Target, found.Seed, found.Case));
        Assert.Equal(Assert.Single(found.Inputs), Assert.Single(FuzzFinding.Read(file).Inputs));
        Assert.Contains(said, line => line.Contains($"--target faulty --seed {Seed} --case 0", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Memory_that_grows_is_reported()
    {
        List<byte[]> held = [];
        FuzzTarget faulty = Planted.Target("faulty", () => new Planted { Feed = Hold, End = Pass });
        FuzzReport report = await Run(faulty).RunAsync(TimeSpan.FromSeconds(10), Ct);
        FuzzFinding found = Assert.Single(report.Findings).Finding;
        Assert.Equal((FuzzCodes.MemoryGrew, Seed), (found.Code, found.Seed));
        Assert.True(report.MemoryAtEnd - report.MemoryAtStart > FuzzRun.MaximumGrowth);
        GC.KeepAlive(held);

        Task Hold(byte input, CancellationToken ct)
        {
            held.Add(new byte[HeldByCase]);
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task A_target_without_a_fault_is_reported_with_none()
    {
        FuzzReport report = await Run(Planted.Target("sound", () => new Planted { End = Pass })).RunAsync(Length, Ct);
        Assert.Empty(report.Findings);
        Assert.Equal(Length.TotalSeconds * Planted.CasesPerSession, report.Cases["sound"]);
        Assert.Empty(Directory.GetFiles(folder));
    }

    [Fact]
    public void What_a_machine_holds_is_counted_wherever_it_is()
    {
        Dictionary<string, List<byte[]>> machine = new() { ["a"] = [] };
        long before = Retained.BytesOf(machine);
        machine["a"].Add(new byte[NetworkSession.MaximumGrowth]);
        Assert.True(Retained.BytesOf(machine) - before > NetworkSession.MaximumGrowth);
    }

    private FuzzRun Run(params FuzzTarget[] targets) => new(targets, Seed, folder, time, said.Add);

    private void Pass() => time.Advance(Second);

    /// <summary>The one finding: it is told, its file holds it, and its case and its inputs fail again in the same way.</summary>
    private async Task<FuzzFinding> AssertFoundAsync(FuzzReport report, string code, FuzzTarget target)
    {
        (FuzzFinding found, string file) = Assert.Single(report.Findings);
        Assert.Equal((code, target.Name, Seed), (found.Code, found.Target, found.Seed));
        Assert.Contains(said, line => line.StartsWith($"{code} {target.Name}: ", StringComparison.Ordinal));
        Assert.Contains(said, line => line.EndsWith(found.Command, StringComparison.Ordinal));
        FuzzFinding read = FuzzFinding.Read(file);
        Assert.Equal((found.Target, found.Seed, found.Case), (read.Target, read.Seed, read.Case));
        Assert.Equal(found.Inputs, read.Inputs);
        foreach (FuzzReport again in new[] { await Run(target).RunCaseAsync(target, found.Case, Ct), await Run(target).ReplayAsync(target, read, Ct) })
        {
            FuzzFinding same = Assert.Single(again.Findings).Finding;
            Assert.Equal((found.Code, found.Case), (same.Code, same.Case));
            Assert.Equal(found.Inputs, same.Inputs);
        }

        return found;
    }

    /// <summary>Nothing runs beside these tests.</summary>
    [CollectionDefinition(nameof(Alone), DisableParallelization = true)]
    public sealed class Alone;
}
