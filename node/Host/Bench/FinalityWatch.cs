using System.Collections.Concurrent;
using Npgsql;

namespace Settlement.Host.Bench;

/// <summary>
/// Sees when batches become final in a node's vault: it reads on in the node's events over a connection of its own, so that
/// the node does nothing for it, and the connection's share of the database server's work can be left out.
/// </summary>
internal sealed class FinalityWatch : IAsyncDisposable
{
    /// <summary>A bank applied a batch at the moment of finality.</summary>
    public const string Final = "head_final";

    /// <summary>A regulator opened a batch, and holds it against its notarised head.</summary>
    public const string Held = "batch_held";

    // The pause between two looks is a part of how long payments take at the moment, so that looking neither lengthens what
    // is measured by more than that part nor keeps a busy machine from its work.
    private const int LooksPerLatency = 20;
    private const string StreamPrefix = "channel-";
    private const string Query =
        "select seq_id, stream_id, (data->>'Sequence')::bigint from mt_events where seq_id > $1 and type = $2 order by seq_id";

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(4);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(40);

    private readonly ConcurrentDictionary<(string Channel, long Sequence), long> moments = new();
    private readonly NpgsqlConnection connection;
    private readonly NpgsqlCommand query;
    private readonly TimeProvider time;
    private long last;

    private FinalityWatch(NpgsqlConnection connection, string type, TimeProvider time)
    {
        this.connection = connection;
        this.time = time;
        query = new NpgsqlCommand(Query, connection) { Parameters = { new NpgsqlParameter<long>(), new NpgsqlParameter<string> { TypedValue = type } } };
    }

    /// <summary>The process of the database server that serves this connection.</summary>
    public int ServerProcess => connection.ProcessID;

    /// <summary>When each batch was seen; only what was committed before is seen.</summary>
    public IReadOnlyDictionary<(string Channel, long Sequence), long> Moments => moments;

    /// <summary>Connects to a node's database.</summary>
    public static async Task<FinalityWatch> ConnectAsync(string connectionString, string type, TimeProvider time, CancellationToken ct)
    {
        NpgsqlConnection opened = new(connectionString);
        await opened.OpenAsync(ct);
        FinalityWatch watch = new(opened, type, time);
        await watch.query.PrepareAsync(ct);
        return watch;
    }

    /// <summary>Looks until it is cancelled.</summary>
    /// <param name="latency">How long payments take at the moment.</param>
    /// <param name="news">Called when there were new batches.</param>
    /// <param name="ct">Ends it.</param>
    public async Task RunAsync(Func<TimeSpan> latency, Action news, CancellationToken ct)
    {
        while (true)
        {
            if (await LookAsync(ct)) news();
            long pause = Math.Clamp(latency().Ticks / LooksPerLatency, ShortestPause.Ticks, LongestPause.Ticks);
            await Task.Delay(TimeSpan.FromTicks(pause), time, ct);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await query.DisposeAsync();
        await connection.DisposeAsync();
    }

    private async Task<bool> LookAsync(CancellationToken ct)
    {
        ((NpgsqlParameter<long>)query.Parameters[0]).TypedValue = last;
        bool found = false;
        await using NpgsqlDataReader reader = await query.ExecuteReaderAsync(ct);
        long now = time.GetTimestamp();
        while (await reader.ReadAsync(ct))
        {
            last = reader.GetInt64(0);
            moments.TryAdd((reader.GetString(1)[StreamPrefix.Length..], reader.GetInt64(2)), now);
            found = true;
        }

        return found;
    }
}
