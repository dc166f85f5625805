using System.CommandLine;
using System.CommandLine.Parsing;
using Settlement.Core.Offsetting;

namespace Settlement.Host.Commands.Offsetting;

/// <summary>Runs the settlement agent's offsetting on a file.</summary>
internal static class OffsetCommand
{
    public static Command Create()
    {
        Argument<FileInfo> file = new("FILE") { Description = "JSON: banks, bilateral limits and payments in the order of submission, amounts in minor units." };
        Option<bool> json = new("--json") { Description = "Prints one JSON object instead: what settles, what is deferred, and the balances afterwards." };
        Command offset = new("offset", "Runs the settlement agent's offsetting on a file, and shows what settles, what waits and why.") { file, json };
        // What is no option would be taken for the file.
        offset.Validators.Add(static result =>
        {
            foreach (Token token in result.Children.SelectMany(c => c.Tokens).Where(t => t.Value.Length > 1 && t.Value.StartsWith('-')))
                result.AddError($"{token.Value} is no option of offset; a file of that name is written ./{token.Value}.");
        });
        offset.SetAction((parsed, ct) =>
        {
            InvocationConfiguration to = parsed.InvocationConfiguration;
            return Failures.ReportAsync(() => RunAsync(parsed.GetValue(file)!, parsed.GetValue(json), to.Output, ct), to.Error);
        });
        return offset;
    }

    private static async Task<int> RunAsync(FileInfo file, bool asJson, TextWriter output, CancellationToken ct)
    {
        OffsetFile waiting = await OffsetFile.ReadAsync(file, ct);
        OffsetReport report = new(waiting, MultilateralOffsetting.Settle(waiting.Case));
        if (asJson) await output.WriteLineAsync(report.ToJson().AsMemory(), ct);
        else report.Show(new Screen(output));
        return ExitCodes.Success;
    }
}
