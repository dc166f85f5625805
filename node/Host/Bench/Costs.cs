using Npgsql;
using Settlement.Host.Network;

namespace Settlement.Host.Bench;

/// <summary>What everything used from its start until one moment.</summary>
internal readonly record struct Costs
{
    /// <summary>The moment.</summary>
    public required long At { get; init; }

    /// <summary>Processor time of all banks.</summary>
    public required TimeSpan Banks { get; init; }

    public required TimeSpan Ledger { get; init; }

    public required TimeSpan Regulator { get; init; }

    /// <summary>The agent takes no part in payments; its timers cost what they cost.</summary>
    public required TimeSpan Agent { get; init; }

    /// <summary>Processor time of the database server, without what the benchmark itself asks of it.</summary>
    public required TimeSpan Postgres { get; init; }

    /// <summary>Processor time of this process.</summary>
    public required TimeSpan Generator { get; init; }

    /// <summary>Bytes on disk of all nodes' databases.</summary>
    public required long Bytes { get; init; }
}

/// <summary>Reads what a network used.</summary>
/// <param name="network">The network.</param>
/// <param name="administration">A connection that may ask for the size of every database.</param>
/// <param name="ownServerProcesses">The server's processes that work for the benchmark.</param>
/// <param name="time">The clock.</param>
internal sealed class CostReader(LocalNetwork network, NpgsqlConnection administration, IReadOnlySet<int> ownServerProcesses, TimeProvider time)
{
    private const string Sizes = "select sum(pg_database_size(name))::bigint from unnest($1::text[]) as name";

    /// <summary>Reads it now.</summary>
    public async Task<Costs> ReadAsync(CancellationToken ct)
    {
        await using NpgsqlCommand command = new(Sizes, administration);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. network.Nodes.Select(static node => node.DatabaseName)] });
        long bytes = (long)(await command.ExecuteScalarAsync(ct))!;
        return new Costs
        {
            Banks = network.Banks.Aggregate(TimeSpan.Zero, static (sum, bank) => sum + ProcessorTime.Of(bank.ProcessId)),
            Ledger = ProcessorTime.Of(network.Ledger.ProcessId),
            Regulator = ProcessorTime.Of(network.Regulator.ProcessId),
            Agent = ProcessorTime.Of(network.Agent.ProcessId),
            Postgres = ProcessorTime.OfFamily(network.Server.ProcessId, ownServerProcesses),
            Generator = ProcessorTime.Of(Environment.ProcessId),
            Bytes = bytes,
            At = time.GetTimestamp(),
        };
    }
}
