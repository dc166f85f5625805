using System.CommandLine;
using Settlement.Host.Commands;

namespace Settlement.Host.Demo;

/// <summary>The demo's command line.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        Option<DirectoryInfo?> input = new("--input") { Description = "A folder of ISO 20022 messages; without it, the day that ships with the program." };
        Option<bool> json = new("--json") { Description = "The last line of the output is one JSON object with the totals; all else goes to standard error." };
        Option<bool> keep = new("--keep") { Description = "Leaves the network up until Ctrl-C, and prints each node's address, token file and database." };
        Option<int> maxBanks = new("--max-banks")
        {
            Description = "The most banks to create; each is a process.",
            DefaultValueFactory = static _ => DemoPlan.DefaultMaxBanks,
        };
        Command command = new("demo", "Settles a day of ISO 20022 messages between real processes, and shows what each party saw.") { input, json, keep, maxBanks };
        command.SetAction((parsed, ct) =>
        {
            DemoOptions options = new(parsed.GetValue(input)?.FullName, parsed.GetValue(json), parsed.GetValue(keep), parsed.GetValue(maxBanks));
            return Interruptible.RunAsync(stop => new DemoRun(options, new SystemEntropy(), TimeProvider.System).RunAsync(stop), options.Keep, ct);
        });
        return command;
    }
}

/// <summary>What a demo was asked to do.</summary>
/// <param name="Input">A folder of messages; null for the shipped day.</param>
/// <param name="Json">Whether the totals go to standard output as JSON.</param>
/// <param name="Keep">Whether the network stays up until it is interrupted.</param>
/// <param name="MaxBanks">The most banks to create.</param>
internal sealed record DemoOptions(string? Input, bool Json, bool Keep, int MaxBanks);
