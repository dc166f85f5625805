using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace Settlement.Host.Bench;

/// <summary>
/// PostgreSQL's own benchmark on the server that the nodes share, in a database of its own: what the machine's disk and
/// processors allow at this moment, to set settlements against.
/// </summary>
/// <param name="program">Where it is.</param>
/// <param name="connectionString">Its database and login role.</param>
internal sealed partial class Pgbench(string program, string connectionString)
{
    /// <summary>Clients at once.</summary>
    public const int Clients = 8;

    private const int Threads = 2;

    /// <summary>Rows of its largest table, in hundred thousands.</summary>
    private const int Scale = 10;

    private static readonly TimeSpan PreparedWithin = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    // Its tables are not vacuumed: the server would do it while the load is measured.
    private const string NoVacuum = """
        alter table pgbench_accounts set (autovacuum_enabled = off);
        alter table pgbench_history set (autovacuum_enabled = off);
        """;

    /// <summary>The transactions a second of each run.</summary>
    public List<double> Runs { get; } = [];

    /// <summary>Creates and fills its tables.</summary>
    public async Task PrepareAsync(CancellationToken ct)
    {
        await RunAsync(["-i", "-q", "-s", Text(Scale)], PreparedWithin, ct);
        await using NpgsqlConnection connection = new(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(ct);
        await using NpgsqlCommand command = new(NoVacuum, connection);
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Runs <c>pgbench -N</c> for so long.</summary>
    /// <exception cref="BenchException">BN005.</exception>
    public async Task RunAsync(TimeSpan duration, CancellationToken ct)
    {
        string output = await RunAsync(["-N", "-n", "-c", Text(Clients), "-j", Text(Threads), "-T", Text((int)duration.TotalSeconds)], duration + Grace, ct);
        Match match = Throughput().Match(output);
        Runs.Add(match.Success ? double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : throw Failed("its output names no tps", output));
    }

    private async Task<string> RunAsync(IReadOnlyList<string> arguments, TimeSpan within, CancellationToken ct)
    {
        NpgsqlConnectionStringBuilder database = new(connectionString);
        ProcessStartInfo start = new(program) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        string[] place = ["-h", database.Host!, "-p", Text(database.Port), "-U", database.Username!, database.Database!];
        foreach (string argument in arguments.Concat(place)) start.ArgumentList.Add(argument);
        start.Environment["PGPASSWORD"] = database.Password;
        start.Environment["LC_ALL"] = "C";
        using Process process = Begin(start);
        using CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(ct);
        enough.CancelAfter(within);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(enough.Token);
            Task<string> errors = process.StandardError.ReadToEndAsync(enough.Token);
            await process.WaitForExitAsync(enough.Token);
            return process.ExitCode == 0 ? await output : throw Failed(string.Create(CultureInfo.InvariantCulture, $"exit code {process.ExitCode}"), await errors);
        }
        catch (OperationCanceledException error) when (!ct.IsCancellationRequested)
        {
            throw new BenchException(BenchException.PgbenchFailed, $"pgbench did not end within {within}.", error);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }

    private static Process Begin(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception error)
        {
            throw new BenchException(BenchException.PgbenchFailed, $"{start.FileName} does not start: {error.Message}", error);
        }
    }

    private static BenchException Failed(string how, string output) => new(BenchException.PgbenchFailed, $"pgbench failed: {how}.\n{output.Trim()}");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^tps = ([0-9.]+) \(without", RegexOptions.Multiline)]
    private static partial Regex Throughput();
}
