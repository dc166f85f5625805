using Npgsql;

namespace Settlement.Storage;

/// <summary>The tables in which a scheduler keeps what is due. They are Quartz's, lie beside the vault, and say nothing of payments.</summary>
public static class SchedulerTables
{
    /// <summary>What the names of the tables begin with.</summary>
    public const string Prefix = "qrtz_";

    /// <summary>Connections of one scheduler: for its rounds, for those that missed their time, for its place in the cluster, and one to spare.</summary>
    public const int MaximumConnections = 4;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Connections to the database of a vault that has its migrations.</summary>
    public static NpgsqlDataSource Open(string connectionString) => NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString)
    {
        Multiplexing = false,
        MinPoolSize = 0,
        MaxPoolSize = MaximumConnections,
        Timeout = (int)ConnectTimeout.TotalSeconds,
        CommandTimeout = (int)CommandTimeout.TotalSeconds,
        Enlist = false,
        IncludeErrorDetail = false,
    });
}
