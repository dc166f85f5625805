using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Settlement.Core.Agent;
using Settlement.Core.Machines;
using Settlement.Core.Monetary;
using Settlement.Host.Running;
using Settlement.Host.SettlementAgent.Schedules;
using Settlement.Storage;
using Settlement.Tests.EndToEnd.BadInput;
using Settlement.Tests.EndToEnd.Hostile;

namespace Settlement.Tests.EndToEnd.Host;

/// <summary>How times of schedules reach a machine that has no room for them, or does not answer.</summary>
public sealed class MachineOpeningTests
{
    private const int Refused = 3044;
    private static readonly ScheduledTime Noon = new("noon", new DateTimeOffset(2026, 3, 2, 12, 0, 0, TimeSpan.Zero));
    private readonly ManualTime time = new();
    private readonly LogCapture log = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static Currency Euro => Currency.TryParse("EUR", out Currency euro) ? euro : throw new InvalidOperationException();

    [Fact]
    public async Task ANodeThatIsBusyIsAskedAgainAndNotWithoutEnd()
    {
        RoleLoop full = Loop(static (_, _) => new Step());
        while (full.TryPost(new Input.Tick()))
        {
            // Until it has no more room.
        }

        Task opening = new MachineOpening(full, time, log).OpenAsync(Noon, Euro, Ct);
        for (int tries = 0; tries < MachineOpening.MaximumTries; tries++)
        {
            Assert.False(opening.IsCompleted);
            Assert.Empty(Lines());
            while (time.Waiting == 0) await Task.Delay(TimeSpan.FromMilliseconds(5), Ct);
            time.Advance(TimeSpan.FromSeconds(1));
        }

        await opening.WaitAsync(TimeSpan.FromSeconds(30), Ct);
        Assert.EndsWith("HO108", Assert.Single(Lines()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AMachineThatFailsLeavesTheTimeToWhoeverComesNext()
    {
        RoleLoop failing = Loop(static (_, _) => throw new InvalidOperationException("a bug"));
        using CancellationTokenSource stop = new();
        Task opening = new MachineOpening(failing, time, log).OpenAsync(Noon, Euro, stop.Token);
        await Assert.ThrowsAsync<InvalidOperationException>(() => failing.RunAsync(Ct));
        // The answer is waited for no longer, and from then on nothing but the node's stop ends it.
        while (time.Waiting > 0) await Task.Delay(TimeSpan.FromMilliseconds(5), Ct);
        time.Advance(TimeSpan.FromDays(1));
        Assert.False(opening.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening);
        Assert.Empty(Lines());
    }

    private string[] Lines() => [.. log.Lines.Where(static line => line.Id == Refused && line.Level == LogLevel.Warning).Select(static line => line.Text)];

    private static RoleLoop Loop(Func<ToyMachine, IReadOnlyList<Input>, Step> step) =>
        new(new ToyMachine(step), new InMemoryVault(), new NoSends(), new RoleLoopOptions { InboxCapacity = 16, TickInterval = Timeout.InfiniteTimeSpan }, TimeProvider.System, NullLogger.Instance);
}
