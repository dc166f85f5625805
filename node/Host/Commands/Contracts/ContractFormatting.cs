using Settlement.Contracts;
using Settlement.Host.Configuration;

namespace Settlement.Host.Commands.Contracts;

/// <summary><c>contract format</c>.</summary>
internal static class ContractFormatting
{
    public static async Task<int> RunAsync(FileInfo[] files, bool onlyChecks, TextWriter output, TextWriter error, CancellationToken ct)
    {
        bool areWell = true, areRead = true;
        foreach (FileInfo file in files)
        {
            try
            {
                areWell &= await FormatAsync(file, onlyChecks, output, error, ct);
            }
            catch (HostException unreadable) when (unreadable.Code == HostCodes.FileUnreadable)
            {
                areRead = false;
                await error.WriteLineAsync(unreadable.Message.AsMemory(), ct);
            }
        }

        return !areRead ? ExitCodes.Unusable : areWell ? ExitCodes.Success : ExitCodes.Refused;
    }

    private static async Task<bool> FormatAsync(FileInfo file, bool onlyChecks, TextWriter output, TextWriter error, CancellationToken ct)
    {
        string source = await ContractFiles.ReadContractAsync(file, ct);
        FormattedContract formatted = ContractFormatter.Format(file.Name, source);
        if (formatted.Text is not { } text)
        {
            await error.WriteAsync(DiagnosticRenderer.Render(formatted.Diagnostics).AsMemory(), ct);
            return false;
        }

        if (text == source) return true;
        if (!onlyChecks) await ContractFiles.ReplaceAsync(file, text, ct);
        await output.WriteLineAsync($"{file}: {(onlyChecks ? "has another layout than the usual" : "now has the usual layout")}".AsMemory(), ct);
        return !onlyChecks;
    }
}
