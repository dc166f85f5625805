using Settlement.Host.Configuration;
using Settlement.Ledger;
using Settlement.Storage;

namespace Settlement.Host.Commands;

/// <summary>Turns what keeps a command from running into one message with its code, and an exit code.</summary>
internal static class Failures
{
    public static async Task<int> ReportAsync(Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (Exception error) when (error is HostException or StorageException or LedgerDamagedException)
        {
            await Console.Error.WriteLineAsync(error.Message);
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
    }
}
