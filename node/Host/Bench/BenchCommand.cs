using System.CommandLine;
using Settlement.Host.Commands;

namespace Settlement.Host.Bench;

/// <summary>The benchmark's command line.</summary>
internal static class BenchCommand
{
    private const string Description =
        """
        Measures real processes (ledger, agent, regulator, banks, PostgreSQL) on this machine.

        Counted is a payment once it is final at both banks and the regulator holds it against its notarised head; at the end
        the regulator must find every channel delivered, authentic and re-executed, or there is no result. Load and
        pgbench -N on the same server take turns; warm-up, pauses and the load generator's own processor time do not count.
        p50Ms and p99Ms run from the hand-in of a message until it is final at both banks, loneP50Ms from the request until
        the payer's answer, one payment at a time. bytesPerSettlement is the growth of the nodes' databases on disk
        (pg_database_size), without the write-ahead log. peakRssMb.bank is the largest bank's.
        """;

    public static Command Create()
    {
        Option<int> banks = new("--banks") { Description = "Banks; each is a process.", DefaultValueFactory = static _ => BenchOptions.DefaultBanks };
        Option<int?> channels = new("--channels")
        {
            Description = "Channels that take payments, both ways; at most one for each pair of banks. Without it, one for every two banks, so that every bank pays.",
        };
        Option<int?> rate = new("--rate") { Description = "Payments offered a second over all channels; without it, more than the network can take." };
        Option<int> seconds = new("--seconds")
        {
            Description = "Seconds of load that are measured.",
            DefaultValueFactory = static _ => BenchOptions.DefaultSeconds,
        };
        Option<bool> json = new("--json") { Description = "The last line of the output is one JSON object with the result; all else goes to standard error." };
        Option<string?> compare = new("--compare") { Description = "A file with the output of an earlier --json, which is set beside this run's result.", HelpName = "FILE" };
        Command command = new("bench", Description) { banks, channels, rate, seconds, json, compare };
        command.SetAction((parsed, ct) =>
        {
            BenchOptions options = new(
                parsed.GetValue(banks), parsed.GetValue(channels), parsed.GetValue(rate), parsed.GetValue(seconds), parsed.GetValue(json), parsed.GetValue(compare));
            return Interruptible.RunAsync(stop => new BenchRun(options, new SystemEntropy(), TimeProvider.System).RunAsync(stop), endsWhenAsked: false, ct);
        });
        return command;
    }
}
