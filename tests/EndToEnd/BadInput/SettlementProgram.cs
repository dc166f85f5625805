using System.Diagnostics;

namespace Settlement.Tests.EndToEnd.BadInput;

/// <summary>Runs the program to its end, as a script would.</summary>
internal static class SettlementProgram
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "settlement.dll");

    public static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        ProcessStartInfo start = new("dotnet", ["exec", Program, .. arguments]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(ct), error = process.StandardError.ReadToEndAsync(ct);
            await process.WaitForExitAsync(ct).WaitAsync(Patience, ct);
            return (process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }
}
