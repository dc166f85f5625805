using Microsoft.Extensions.Logging.Abstractions;
using Settlement.Host.Commands;

namespace Settlement.Tests.Running;

/// <summary>How a process ends whose node, or what runs beside it, has ended.</summary>
public sealed class RunCommandTests
{
    [Theory]
    [InlineData("a stop is asked for", ExitCodes.Success, true)]
    [InlineData("a stop is asked for, and the node fails at it", ExitCodes.Failed, true)]
    [InlineData("what runs beside the node fails", ExitCodes.Failed, true)]
    [InlineData("the node fails", ExitCodes.Failed, false)]
    public async Task ItSaysWhetherAllWasWell(string end, int code, bool isStopped)
    {
        TaskCompletionSource node = new(), beside = new();
        InvalidOperationException fault = new("It failed.");
        bool hasStopped = false, isFreed = false;
        Task<int> watched = RunCommand.WatchAsync(
            node.Task,
            beside.Task,
            () =>
            {
                hasStopped = true;
                if (end == "a stop is asked for, and the node fails at it") node.SetException(fault);
                else node.SetResult();
                return ValueTask.CompletedTask;
            },
            () =>
            {
                isFreed = true;
                return ValueTask.CompletedTask;
            },
            NullLogger.Instance);
        if (end == "the node fails") node.SetException(fault);
        else if (end == "what runs beside the node fails") beside.SetException(fault);
        else beside.SetResult();
        Assert.Equal(code, await watched);
        // Either frees it, and freeing twice would fail.
        Assert.Equal((isStopped, !isStopped), (hasStopped, isFreed));
    }
}
