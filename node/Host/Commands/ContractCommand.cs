using System.CommandLine;
using Settlement.Contracts;
using Settlement.Host.Configuration;

namespace Settlement.Host.Commands;

/// <summary>Checks contracts and explains them to people.</summary>
internal static class ContractCommand
{
    public static Command Create()
    {
        Argument<FileInfo[]> files = new("FILE") { Description = "Files that end in .contract.", Arity = ArgumentArity.OneOrMore };
        Command check = new("check", "Says what is wrong with contracts, and where.") { files };
        check.SetAction((parsed, ct) => Failures.ReportAsync(() => CheckAsync(parsed.GetValue(files)!, ct)));
        Argument<FileInfo> file = new("FILE") { Description = "A file that ends in .contract." };
        Command explain = new("explain", "Shows who sees what as a matrix, and the states as a Mermaid diagram.") { file };
        explain.SetAction((parsed, ct) => Failures.ReportAsync(() => ExplainAsync(parsed.GetValue(file)!, ct)));
        return new Command("contract", "Contracts in the contract language.") { check, explain };
    }

    private static async Task<int> CheckAsync(FileInfo[] files, CancellationToken ct)
    {
        bool areRight = true;
        foreach (FileInfo file in files)
        {
            Compilation compilation = await CompileAsync(file, ct);
            await Console.Out.WriteAsync(DiagnosticRenderer.Render(compilation.Diagnostics));
            if (compilation.Contract is { } contract) await Console.Out.WriteLineAsync($"{file.Name}: {contract.Name} version {contract.Version}, hash {Convert.ToHexStringLower(contract.Hash)}");
            else areRight = false;
        }

        return areRight ? ExitCodes.Success : ExitCodes.Refused;
    }

    private static async Task<int> ExplainAsync(FileInfo file, CancellationToken ct)
    {
        Compilation compilation = await CompileAsync(file, ct);
        if (compilation.Contract is { } contract)
        {
            await Console.Out.WriteAsync(ContractExplanation.Render(contract));
            return ExitCodes.Success;
        }

        await Console.Error.WriteAsync(DiagnosticRenderer.Render(compilation.Diagnostics));
        return ExitCodes.Refused;
    }

    private static async Task<Compilation> CompileAsync(FileInfo file, CancellationToken ct)
    {
        try
        {
            // A file beyond the bound is cut one byte after it, which the compiler then refuses by its own rule.
            await using FileStream stream = file.OpenRead();
            using StreamReader reader = new(stream, new System.Text.UTF8Encoding(false, throwOnInvalidBytes: true));
            char[] text = new char[ContractCompiler.MaxFileBytes + 1];
            int length = await reader.ReadBlockAsync(text, ct);
            return ContractCompiler.Compile(file.Name, new string(text, 0, length));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or System.Text.DecoderFallbackException)
        {
            throw new HostException(HostCodes.FileUnreadable, $"{file.FullName} cannot be read as UTF-8 text: {error.Message}", error);
        }
    }
}
