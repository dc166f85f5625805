using System.Text.Json;
using System.Text.Json.Serialization;
using Settlement.Contracts;

namespace Settlement.Host.Commands.Contracts;

/// <summary><c>contract diff</c>.</summary>
internal static partial class ContractComparing
{
    public static async Task<int> RunAsync(FileInfo before, FileInfo after, bool asJson, TextWriter output, TextWriter error, CancellationToken ct)
    {
        Compilation old = await ContractFiles.CompileAsync(before, ct), fresh = await ContractFiles.CompileAsync(after, ct);
        if (old.Contract is null || fresh.Contract is null)
        {
            await error.WriteAsync(DiagnosticRenderer.Render([.. old.Diagnostics, .. fresh.Diagnostics]).AsMemory(), ct);
            return ExitCodes.Refused;
        }

        ContractDifference difference = ContractDifference.Between(old.Contract, fresh.Contract);
        if (asJson) await output.WriteLineAsync(ToJson(difference).AsMemory(), ct);
        else await output.WriteAsync(difference.Render().AsMemory(), ct);
        return difference.HasWidened ? ExitCodes.Widened : difference.Follows ? ExitCodes.Success : ExitCodes.Refused;
    }

    private static string ToJson(ContractDifference difference) => JsonSerializer.Serialize(
        new Report(Of(difference.Before), Of(difference.After), difference.HasWidened, difference.Follows,
            [.. difference.Findings.Select(f => new Finding(f.Kind.ToString().ToLowerInvariant(), f.Subject, f.Sentence))]), ContractDifferenceJson.Default.Report);

    private static Side Of(Contract contract) => new(contract.Name, contract.Version, Convert.ToHexStringLower(contract.Hash));

    internal sealed record Side(string Contract, int Version, string Hash);

    internal sealed record Finding(string Kind, string Subject, string Sentence);

    internal sealed record Report(Side Old, Side New, bool Widened, bool Follows, IReadOnlyList<Finding> Findings);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(Report))]
    internal sealed partial class ContractDifferenceJson : JsonSerializerContext;
}
