using Settlement.Core.Agent;
using Settlement.Core.Monetary;
using Settlement.Host.Api;
using Settlement.Host.Configuration;
using Settlement.Host.Running;

namespace Settlement.Host.SettlementAgent.Schedules;

/// <summary>Brings the times of schedules to the machine, which opens cycles as it does for the operator.</summary>
internal sealed class MachineOpening(RoleLoop loop, TimeProvider time, ILogger logger)
{
    /// <summary>How often a node that has as much to do as it may hold is asked.</summary>
    public const int MaximumTries = 10;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <inheritdoc cref="OpenScheduled"/>
    public async Task OpenAsync(ScheduledTime due, Currency currency, CancellationToken ct)
    {
        for (int tries = 1; tries <= MaximumTries; tries++)
        {
            if (loop.TryCall(call => CycleDoor.Open(call, currency, [], null) with { Scheduled = due }, 0, out Task<CycleResult>? answer, ct))
            {
                await TellAsync(due, answer, ct);
                return;
            }

            await Task.Delay(Pause, time, ct);
        }

        logger.ScheduledRefused(due.Schedule, due.DueAt, HostCodes.Busy);
    }

    private async Task TellAsync(ScheduledTime due, Task<CycleResult> answer, CancellationToken ct)
    {
        try
        {
            CycleResult result = await answer.WaitAsync(ApiBounds.LongestOrder, time, ct);
            if (result.Cycle is { } cycle) logger.ScheduledOpened(due.Schedule, due.DueAt, cycle.Cycle.ToString());
            else if (result.Refusal == AgentCodes.ScheduledTimeHandled) logger.ScheduledHandled(due.Schedule, due.DueAt, result.Refusal);
            else logger.ScheduledRefused(due.Schedule, due.DueAt, result.Refusal!);
        }
        catch (TimeoutException)
        {
            logger.ScheduledRefused(due.Schedule, due.DueAt, HostCodes.OutcomeUnknown);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // The machine has stopped, and with it the node is about to: until it asks for this, the time is not done with.
            await Task.Delay(Timeout.InfiniteTimeSpan, time, ct);
        }
    }
}
