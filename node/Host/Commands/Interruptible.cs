using System.Runtime.InteropServices;

namespace Settlement.Host.Commands;

/// <summary>Runs a command that has processes to take down: signals only ask it to, however often they come.</summary>
internal static class Interruptible
{
    // What a shell reports of a program that Ctrl-C ended.
    private const int Interrupted = 130;

    /// <summary>Runs it until it ends, or is asked to.</summary>
    /// <param name="command">The command; its token is cancelled by SIGINT, SIGTERM and SIGHUP.</param>
    /// <param name="endsWhenAsked">Whether being asked is its ordinary end, so that its own exit code stands.</param>
    /// <param name="ct">Cancels it, too.</param>
    public static async Task<int> RunAsync(Func<CancellationToken, Task<int>> command, bool endsWhenAsked, CancellationToken ct)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using PosixSignalRegistration hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
        int code = await Failures.ReportAsync(() => command(stop.Token));
        return stop.IsCancellationRequested && !endsWhenAsked ? Interrupted : code;

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }
}
