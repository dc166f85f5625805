using Settlement.Contracts;

namespace Settlement.Host.Commands.Contracts;

/// <summary><c>contract new</c>.</summary>
internal static class ContractBeginning
{
    public static async Task<int> RunAsync(string name, string template, FileInfo? file, TextWriter output, TextWriter error, CancellationToken ct)
    {
        if (ContractTemplates.Make(template, name) is not { } made)
        {
            await error.WriteLineAsync("A contract's name is an ASCII letter or underscore, then letters, digits and underscores, 64 at most, and not a word of the language.".AsMemory(), ct);
            return ExitCodes.Usage;
        }

        FileInfo contract = file ?? new FileInfo(name + ContractFiles.Contract);
        FileInfo scenarios = new(Path.ChangeExtension(contract.FullName, ContractFiles.Scenarios));
        if (scenarios.FullName == contract.FullName)
        {
            await error.WriteLineAsync($"--out names the contract, and the file of its scenarios ends in {ContractFiles.Scenarios}.".AsMemory(), ct);
            return ExitCodes.Usage;
        }

        await ContractFiles.CreateAsync([(contract, made.Contract), (scenarios, made.Scenarios)], ct);
        await output.WriteLineAsync($"{contract}\n{Path.ChangeExtension(contract.ToString(), ContractFiles.Scenarios)}".AsMemory(), ct);
        return ExitCodes.Success;
    }
}
