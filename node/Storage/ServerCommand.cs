using System.Diagnostics;

namespace Settlement.Storage;

/// <summary>Runs one of the server's programs to its end and keeps what it printed.</summary>
internal static class ServerCommand
{
    public static async ValueTask<(int ExitCode, string Output)> RunAsync(
        IReadOnlyList<string> command, TimeSpan timeout, TimeProvider time, CancellationToken ct)
    {
        // The caller's folder may be closed to the account that runs the program.
        ProcessStartInfo start = new(command[0])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = "/",
        };
        foreach (string argument in command.Skip(1)) start.ArgumentList.Add(argument);
        // Nothing of the caller's environment reaches the server, neither its secrets nor its locale.
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        start.Environment["LC_ALL"] = "C";
        start.Environment["TZ"] = "UTC";
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{command[0]} did not start.");
        using CancellationTokenSource timer = new(timeout, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, ct);
        try
        {
            process.StandardInput.Close();
            Task<string> output = process.StandardOutput.ReadToEndAsync(either.Token);
            Task<string> errors = process.StandardError.ReadToEndAsync(either.Token);
            await process.WaitForExitAsync(either.Token);
            return (process.ExitCode, (await output + await errors).Trim());
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            process.Kill();
            return (-1, $"no answer within {timeout}");
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }
}
