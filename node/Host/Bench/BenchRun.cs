using System.Globalization;
using Settlement.Client;
using Settlement.Core.Cryptography;
using Settlement.Host.Commands;
using Settlement.Host.Demo;
using Settlement.Storage;

namespace Settlement.Host.Bench;

/// <summary>One benchmark from the check of its options to taking its network down.</summary>
internal sealed class BenchRun(BenchOptions options, IEntropy entropy, TimeProvider time)
{
    private const string PgbenchDatabase = "pgbench";
    private const int SecretBytes = 24;

    private readonly BenchScreen screen = new(options.Json);

    /// <summary>Runs the benchmark and returns the program's exit code.</summary>
    /// <exception cref="BenchException">Any of its codes.</exception>
    /// <exception cref="DemoException">DM005 to DM008: the network.</exception>
    public async Task<int> RunAsync(CancellationToken ct)
    {
        options.Check();
        BenchResult? earlier = options.Compare is { } file ? await BenchComparison.ReadAsync(file, ct) : null;
        if (!ProcessorTime.IsKnown) throw new BenchException(BenchException.ToolMissing, "This system has no /proc that tells what processes cost.");
        string program = await EmbeddedPostgres.FindProgramAsync("pgbench", time, ct)
            ?? throw new BenchException(BenchException.ToolMissing, "pgbench is not beside the other programs of PostgreSQL. Install it: apt-get install postgresql (elsewhere than on Debian, postgresql-contrib)");
        BenchPlan plan = BenchPlan.For(options);
        await using DemoNetwork network = await DemoNetwork.CreateAsync(
            new DemoNetworkOptions
            {
                Banks = plan.Network.Banks,
                // One for each database that is watched, one for the sizes, and those of pgbench.
                DatabaseConnectionsSpare = plan.Network.Banks.Count + 2 + Pgbench.Clients + 10,
                Entropy = entropy,
                Time = time,
                Phase = screen.Phase,
            },
            ct);
        await network.StartAsync(ct);
        Pgbench pgbench = new(program, await network.Server.CreateDatabaseAsync(PgbenchDatabase, Secret(), ct));
        BenchTally tally = new(time);
        await using BenchFollowing following = await BenchFollowing.ConnectAsync(network, tally, time, ct);
        BenchMeasure measure = new(network, plan, options, tally, following, pgbench, screen, entropy, time);
        BenchResult result = await WhileAsync(measure.RunAsync, [network.WatchAsync, following.RunAsync], ct);
        screen.Result(result, earlier);
        if (options.Json) await Console.Out.WriteLineAsync(result.ToJson());
        return ExitCodes.Success;
    }

    /// <summary>Runs some work beside companions, of which none ends but by failing or with the work.</summary>
    private static async Task<T> WhileAsync<T>(Func<CancellationToken, Task<T>> work, IEnumerable<Func<CancellationToken, Task>> companions, CancellationToken ct)
    {
        using CancellationTokenSource rest = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Task<T> main = work(rest.Token);
        List<Task> tasks = [main, .. companions.Select(companion => companion(rest.Token))];
        Task first = await Task.WhenAny(tasks);
        await rest.CancelAsync();
        await Task.WhenAll(tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // The others fail of the same cause, a moment later and in worse words.
        await first;
        return await main;
    }

    private string Secret()
    {
        byte[] random = new byte[SecretBytes];
        entropy.Fill(random);
        return Convert.ToHexStringLower(random);
    }
}
