using System.Text.Json;
using System.Text.Json.Serialization;
using Settlement.Contracts;
using Settlement.Host.Configuration;

namespace Settlement.Host.Commands.Contracts;

/// <summary><c>contract check</c>.</summary>
internal static partial class ContractChecking
{
    public static async Task<int> RunAsync(FileInfo[] files, bool asJson, TextWriter output, TextWriter error, CancellationToken ct)
    {
        bool areRight = true, areRead = true;
        foreach (FileInfo file in files)
        {
            string? name = files.Length > 1 ? file.ToString() : null;
            try
            {
                Compilation compilation = await ContractFiles.CompileAsync(file, ct);
                areRight &= compilation.Contract is not null;
                if (asJson) await output.WriteLineAsync(ToJson(VerdictOf(name, compilation)).AsMemory(), ct);
                else await WriteAsync(file, compilation, output, ct);
            }
            catch (HostException unreadable) when (unreadable.Code == HostCodes.FileUnreadable)
            {
                areRead = false;
                await error.WriteLineAsync(unreadable.Message.AsMemory(), ct);
                if (asJson) await output.WriteLineAsync(ToJson(VerdictOf(name, unreadable)).AsMemory(), ct);
            }
        }

        return !areRead ? ExitCodes.Unusable : areRight ? ExitCodes.Success : ExitCodes.Refused;
    }

    private static async Task WriteAsync(FileInfo file, Compilation compilation, TextWriter output, CancellationToken ct)
    {
        await output.WriteAsync(DiagnosticRenderer.Render(compilation.Diagnostics).AsMemory(), ct);
        if (compilation.Contract is { } contract)
            await output.WriteLineAsync($"{file.Name}: {contract.Name} version {contract.Version}, hash {Convert.ToHexStringLower(contract.Hash)}".AsMemory(), ct);
    }

    private static string ToJson(Verdict verdict) => JsonSerializer.Serialize(verdict, ContractCheckJson.Default.Verdict);

    private static Verdict VerdictOf(string? file, Compilation compilation) => new(
        file, compilation.Contract is not null, compilation.Contract is { } contract ? Convert.ToHexStringLower(contract.Hash) : null,
        [.. compilation.Diagnostics.Select(d => new Finding(d.Code, d.Line, d.Column, d.Message))]);

    /// <summary>What has no text has no place in it: its beginning stands for the whole.</summary>
    private static Verdict VerdictOf(string? file, HostException unreadable) =>
        new(file, Ok: false, Hash: null, [new Finding(unreadable.Code, 1, 1, unreadable.Message[(unreadable.Code.Length + ": ".Length)..])]);

    /// <param name="File">As given; only where there are several.</param>
    /// <param name="Ok">Whether the contract can run.</param>
    /// <param name="Hash">Null when it cannot.</param>
    /// <param name="Diagnostics">Errors and warnings.</param>
    internal sealed record Verdict([property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? File, bool Ok, string? Hash, IReadOnlyList<Finding> Diagnostics);

    internal sealed record Finding(string Code, int Line, int Column, string Message);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(Verdict))]
    internal sealed partial class ContractCheckJson : JsonSerializerContext;
}
