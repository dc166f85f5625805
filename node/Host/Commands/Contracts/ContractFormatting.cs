using Settlement.Contracts;

namespace Settlement.Host.Commands.Contracts;

/// <summary><c>contract format</c>.</summary>
internal static class ContractFormatting
{
    public static async Task<int> RunAsync(FileInfo[] files, bool onlyChecks, TextWriter output, TextWriter error, CancellationToken ct)
    {
        bool areWell = true;
        foreach (FileInfo file in files)
        {
            string source = await ContractFiles.ReadContractAsync(file, ct);
            FormattedContract formatted = ContractFormatter.Format(file.Name, source);
            if (formatted.Text is not { } text)
            {
                await error.WriteAsync(DiagnosticRenderer.Render(formatted.Diagnostics).AsMemory(), ct);
                areWell = false;
            }
            else if (text != source)
            {
                if (onlyChecks) areWell = false;
                else await ContractFiles.ReplaceAsync(file, text, ct);
                await output.WriteLineAsync($"{file}: {(onlyChecks ? "has another layout than the usual" : "now has the usual layout")}".AsMemory(), ct);
            }
        }

        return areWell ? ExitCodes.Success : ExitCodes.Refused;
    }
}
