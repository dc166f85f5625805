using System.Globalization;
using Settlement.Contracts;
using Settlement.Host.Configuration;

namespace Settlement.Host.Commands.Contracts;

/// <summary><c>contract test</c>.</summary>
internal static class ContractTesting
{
    public static async Task<int> RunAsync(FileInfo[] files, FileInfo? scenarios, TextWriter output, TextWriter error, CancellationToken ct)
    {
        int passed = 0, failed = 0;
        bool areWhole = true;
        foreach (FileInfo file in files)
        {
            Compilation compilation = await ContractFiles.CompileAsync(file, ct);
            if (compilation.Contract is not { } contract)
            {
                await error.WriteAsync(DiagnosticRenderer.Render(compilation.Diagnostics).AsMemory(), ct);
                areWhole = false;
                continue;
            }

            FileInfo table = scenarios ?? new FileInfo(Path.ChangeExtension(file.FullName, ContractFiles.Scenarios));
            if (!table.Exists) throw new HostException(HostCodes.FileUnreadable, $"{file.Name} has no scenarios: there is no {table.FullName}.");
            IReadOnlyList<ScenarioResult> results = ScenarioTable.Run(contract, await ContractFiles.ReadScenariosAsync(table, ct));
            // A table that tries nothing must not look as if all were well.
            areWhole &= results.Count > 0;
            if (results.Count == 0) await error.WriteLineAsync($"{table.Name} has no scenarios.".AsMemory(), ct);
            foreach (ScenarioResult result in results.Where(r => !r.Holds))
                await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{table.Name}:{result.Line}\n  expected  {result.Expected}\n  actual    {result.Actual}").AsMemory(), ct);
            passed += results.Count(r => r.Holds);
            failed += results.Count(r => !r.Holds);
        }

        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{passed} scenarios passed, {failed} failed").AsMemory(), ct);
        return areWhole && failed == 0 ? ExitCodes.Success : ExitCodes.Refused;
    }
}
