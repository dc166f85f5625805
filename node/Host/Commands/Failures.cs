using Settlement.Host.Configuration;
using Settlement.Ledger;
using Settlement.Storage;

namespace Settlement.Host.Commands;

/// <summary>Turns what keeps a command from running into one message with its code, and an exit code.</summary>
internal static class Failures
{
    /// <summary>The environment variable that, set to anything, has the stack trace of an unexpected error printed, too.</summary>
    public const string TraceVariable = "SETTLEMENT_TRACE";

    public static Task<int> ReportAsync(Func<Task<int>> command) => ReportAsync(command, Console.Error);

    /// <param name="command">What is run.</param>
    /// <param name="output">Where its failure is told.</param>
    public static Task<int> ReportAsync(Func<Task<int>> command, TextWriter output) =>
        ReportAsync(command, output, Environment.GetEnvironmentVariable(TraceVariable) is { Length: > 0 });

    /// <param name="command">What is run.</param>
    /// <param name="output">Where its failure is told.</param>
    /// <param name="traces">Whether the stack trace of an unexpected error is told, too.</param>
    internal static async Task<int> ReportAsync(Func<Task<int>> command, TextWriter output, bool traces)
    {
        try
        {
            return await command();
        }
        catch (Exception error) when (error is HostException or StorageException or LedgerDamagedException)
        {
            await output.WriteLineAsync(error.Message);
            return error switch
            {
                HostException stopped => stopped.ExitCode,
                StoreConflictException or StoreUnavailableException => ExitCodes.Failed,
                _ => ExitCodes.Unusable,
            };
        }
        catch (OperationCanceledException)
        {
            // Stopped before it had begun.
            return ExitCodes.Success;
        }
#pragma warning disable CA1031 // A verb's last resort: the process ends, and what ended it is told.
        catch (Exception error)
#pragma warning restore CA1031
        {
            string text = error.Message.ReplaceLineEndings(" ");
            await output.WriteLineAsync($"{HostCodes.Unexpected}: {error.GetType().Name}: {text} (set {TraceVariable}=1 to see where)");
            if (traces) await output.WriteLineAsync(error.ToString());
            return ExitCodes.Failed;
        }
    }
}
