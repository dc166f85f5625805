using Settlement.Contracts;

namespace Settlement.Host.Commands.Contracts;

/// <summary><c>contract explain</c>.</summary>
internal static class ContractExplaining
{
    public static async Task<int> RunAsync(FileInfo file, bool asJson, FileInfo? page, TextWriter output, TextWriter error, CancellationToken ct)
    {
        Compilation compilation = await ContractFiles.CompileAsync(file, ct);
        if (compilation.Contract is not { } contract)
        {
            await error.WriteAsync(DiagnosticRenderer.Render(compilation.Diagnostics).AsMemory(), ct);
            return ExitCodes.Refused;
        }

        if (page is not null) await ContractFiles.ReplacePageAsync(page, ContractExplanation.ToHtml(contract), ct);
        if (asJson) await output.WriteAsync(ContractExplanation.ToJson(contract).AsMemory(), ct);
        else if (page is null) await output.WriteAsync(ContractExplanation.Render(contract).AsMemory(), ct);
        return ExitCodes.Success;
    }
}
