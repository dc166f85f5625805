using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Settlement.Host.Commands;
using Settlement.Host.Configuration;

namespace Settlement.Host.Fuzz;

/// <summary>The fuzzer's command line.</summary>
internal static class FuzzCommand
{
    private const int LongestMinutes = 7 * 24 * 60;
    private static readonly Option<int?> Minutes = new("--minutes") { Description = "How long to run." };
    private static readonly Option<ulong?> Seed = new("--seed") { Description = "What every case is drawn from; without it, a fresh one, which is printed." };
    private static readonly Option<string[]> Targets = new("--target") { Description = "Only this target; may be given several times. Without it, all take turns.", DefaultValueFactory = static _ => [] };
    private static readonly Option<long?> Case = new("--case") { Description = "Runs one case again, with those that its state depends on; takes --seed and one --target." };
    private static readonly Option<FileInfo?> Replay = new("--replay") { Description = "Feeds the inputs of a finding again." };
    private static readonly Option<DirectoryInfo?> Findings = new("--findings") { Description = "Where findings go; without it, a folder of its own under the system's temporary one." };
    private static readonly Option<bool> Json = new("--json") { Description = "The last line of the output is one JSON object; all else goes to standard error." };

    public static Command Create()
    {
        Command command = new("fuzz", "Hands changed inputs to everything that a stranger or a peer can reach. Exit code 0: nothing failed; 1: something did.")
        {
            Minutes, Seed, Targets, Case, Replay, Findings, Json,
        };
        Minutes.Validators.Add(static result =>
        {
            // What is no number at all the option itself refuses.
            if (result.Tokens is [{ Value: var text }] && int.TryParse(text, CultureInfo.InvariantCulture, out int minutes) && minutes is < 1 or > LongestMinutes) result.AddError($"--minutes is 1 to {LongestMinutes}.");
        });
        Case.Validators.Add(static result =>
        {
            if (result.Tokens is [{ Value: var text }] && long.TryParse(text, CultureInfo.InvariantCulture, out long number) && number < 0) result.AddError("--case is 0 or more.");
        });
        command.Validators.Add(static result =>
        {
            bool hasCase = result.GetResult(Case) is not null;
            if (new[] { result.GetResult(Minutes) is not null, hasCase, result.GetResult(Replay) is not null }.Count(static given => given) != 1)
                result.AddError("One of --minutes, --case and --replay says what to do.");
            if (hasCase && (result.GetResult(Seed) is null || result.GetValue(Targets) is not [_])) result.AddError("--case takes --seed and one --target.");
        });
        command.SetAction((parsed, ct) => Failures.ReportAsync(() => RunAsync(parsed, ct)));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        bool json = parsed.GetValue(Json);
        TextWriter lines = json ? Console.Error : Console.Out;
        FuzzFinding? finding = parsed.GetValue(Replay) is { } file ? FuzzFinding.Read(file.FullName) : null;
        await using FuzzTargets all = await FuzzTargets.CreateAsync(ct);
        string[] names = finding is not null ? [finding.Target] : parsed.GetValue(Targets)!;
        IReadOnlyList<FuzzTarget> targets = names.Length == 0 ? all.All : [.. names.Distinct(StringComparer.Ordinal).Select(all.Find)];
        ulong seed = finding?.Seed ?? parsed.GetValue(Seed) ?? Draw();
        string folder = Folder(parsed.GetValue(Findings));
        await lines.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"seed {seed}, {targets.Count} targets, findings go to {folder}"));
        FuzzRun run = new(targets, seed, folder, TimeProvider.System, lines.WriteLine);
        FuzzReport report = finding is not null ? await run.ReplayAsync(targets[0], finding, ct)
            : parsed.GetValue(Case) is { } number ? await run.RunCaseAsync(targets[0], number, ct)
            : await run.RunAsync(TimeSpan.FromMinutes(parsed.GetValue(Minutes)!.Value), ct);
        foreach ((string name, long cases) in report.Cases) await lines.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{name,-14}{cases,12} cases"));
        await lines.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"{report.Cases.Values.Sum()} cases in {report.Elapsed:hh\\:mm\\:ss}, {report.Findings.Count} findings, managed memory {report.MemoryAtStart / 1024 / 1024} MiB, then {report.MemoryAtEnd / 1024 / 1024} MiB"));
        if (json) await Console.Out.WriteLineAsync(ToJson(report));
        if (report.Findings.Count == 0 && parsed.GetValue(Findings) is null) Directory.Delete(folder);
        return report.Findings.Count == 0 ? ExitCodes.Success : ExitCodes.Refused;
    }

    private static ulong Draw()
    {
        Span<byte> drawn = stackalloc byte[sizeof(uint)];
        new SystemEntropy().Fill(drawn);
        return BitConverter.ToUInt32(drawn);
    }

    private static string Folder(DirectoryInfo? asked)
    {
        try
        {
            return asked is null ? Directory.CreateTempSubdirectory("settlement-fuzz-").FullName : Directory.CreateDirectory(asked.FullName).FullName;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new HostException(FuzzCodes.FolderUnwritable, $"The folder for findings cannot be created: {error.Message}", error);
        }
    }

    private static string ToJson(FuzzReport report) => JsonSerializer.Serialize(
        new FuzzText(report.Seed, Math.Round(report.Elapsed.TotalSeconds), report.Cases, report.MemoryAtStart, report.MemoryAtEnd,
            [.. report.Findings.Select(static found => new FoundText(found.Finding.Code, found.Finding.Target, found.Finding.Case, found.Finding.Fault, found.File))]),
        FuzzJson.Default.FuzzText);
}

internal sealed record FuzzText(ulong Seed, double Seconds, IReadOnlyDictionary<string, long> Cases, long MemoryAtStart, long MemoryAtEnd, IReadOnlyList<FoundText> Findings);

internal sealed record FoundText(string Code, string Target, long Case, string Fault, string File);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(FuzzText))]
internal sealed partial class FuzzJson : JsonSerializerContext;
