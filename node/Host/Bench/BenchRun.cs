using Npgsql;
using Settlement.Core.Cryptography;
using Settlement.Host.Commands;
using Settlement.Host.Network;
using Settlement.Storage;

namespace Settlement.Host.Bench;

/// <summary>One benchmark from the check of its options to taking its network down.</summary>
internal sealed class BenchRun(BenchOptions options, IEntropy entropy, TimeProvider time)
{
    private const string PgbenchDatabase = "pgbench";

    // Beside those that watch the banks and those of pgbench: the regulator's, the one for sizes, and the administrator's.
    private const int ConnectionsSpare = 12;

    private readonly BenchScreen screen = new(new Screen(options.Json), time);

    /// <summary>Runs the benchmark and returns the program's exit code.</summary>
    /// <exception cref="BenchException">Any of its codes.</exception>
    /// <exception cref="NetworkException">DM005 to DM008: the network.</exception>
    public async Task<int> RunAsync(CancellationToken ct)
    {
        options.Check();
        BenchResult? earlier = options.Compare is { } file ? await BenchComparison.ReadAsync(file, ct) : null;
        if (!ProcessorTime.IsKnown) throw new BenchException(BenchException.ToolMissing, "This system has no /proc that tells what processes cost.");
        string program = await EmbeddedPostgres.FindProgramAsync("pgbench", time, ct)
            ?? throw new BenchException(BenchException.ToolMissing,
                "pgbench is neither beside the other programs of PostgreSQL nor on PATH. Install it: apt-get install postgresql (elsewhere than on Debian, often postgresql-contrib)");
        BenchPlan plan = BenchPlan.For(options);
        await using LocalNetwork network = await LocalNetwork.CreateAsync(
            new LocalNetworkOptions
            {
                Banks = plan.Banks,
                DatabaseConnectionsSpare = plan.Banks.Count + Pgbench.Clients + ConnectionsSpare,
                Entropy = entropy,
                Time = time,
                Phase = screen.Phase,
            },
            ct);
        await network.StartAsync(ct);
        BenchResult result = (await MeasureAsync(network, plan, program, ct)) with
        {
            Measured = new MeasuredNetwork(options.Banks, options.ChannelsInUse, options.Rate, options.Seconds),
        };
        screen.Result(result, earlier);
        if (options.Json) await Console.Out.WriteLineAsync(result.ToJson());
        return ExitCodes.Success;
    }

    private async Task<BenchResult> MeasureAsync(LocalNetwork network, BenchPlan plan, string program, CancellationToken ct)
    {
        try
        {
            Pgbench pgbench = new(program, await network.Server.CreateDatabaseAsync(PgbenchDatabase, LocalNodes.Secret(entropy), ct));
            BenchTally tally = new(time);
            await using BenchFollowing following = await BenchFollowing.ConnectAsync(network, tally, time, ct);
            BenchMeasure measure = new(network, plan, options, tally, following, pgbench, screen, entropy, time);
            return await network.WhileUpAsync(measure.RunAsync, [following.RunAsync], ct);
        }
        catch (NpgsqlException error)
        {
            throw new StorageException(StorageCodes.Unavailable, $"The database server does not answer the benchmark: {error.Message}", error);
        }
    }
}
